//! Settings that a running server takes anew when it is told to (SIGHUP). All others wait for its next start: what
//! was made from them, such as pools, keys and sockets, cannot change under requests in flight.

use std::sync::{Arc, PoisonError, RwLock};

use super::Config;

const LIVE: [&str; 4] = ["body_timeout", "request_timeout", "in_flight_limit", "log_level"];

/// Whether a running server takes this setting anew.
#[must_use]
pub fn is_live(name: &str) -> bool {
    LIVE.contains(&name)
}

/// The settings as they stand now, for those who look at them anew each time.
pub struct Live(RwLock<Arc<Config>>);

/// What a reload did, by the names of settings.
#[derive(Debug, PartialEq, Eq)]
pub struct Reloaded {
    /// Taken anew.
    pub taken: Vec<&'static str>,
    /// Changed in the sources, and in effect after a restart only.
    pub waiting: Vec<&'static str>,
}

impl Live {
    /// Those of the start.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self(RwLock::new(Arc::new(config)))
    }

    /// As they stand now.
    #[must_use]
    pub fn now(&self) -> Arc<Config> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes over what may be taken over from `newer`. `started` is what the sources said at the start.
    pub fn reload(&self, started: &Config, newer: &Config) -> Reloaded {
        let mut settings = Config::clone(&self.now());
        let taken = settings.differing(newer).into_iter().filter(|name| is_live(name)).collect::<Vec<_>>();
        for name in &taken {
            settings.take_over(name, newer);
        }
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
        let waiting = started.differing(newer).into_iter().filter(|name| !is_live(name)).collect();
        Reloaded { taken, waiting }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SETTINGS;

    #[test]
    fn every_name_is_that_of_a_setting() {
        for name in LIVE {
            assert!(SETTINGS.iter().any(|setting| setting.name == name), "{name}");
        }
    }

    #[test]
    fn what_is_live_is_taken_and_the_rest_waits() {
        let started = Config::default();
        let live = Live::new(Config { bind: "127.0.0.1:41234".to_owned(), ..started.clone() });
        let newer = Config { in_flight_limit: 7, iss: "35".to_owned(), ..started.clone() };
        let reloaded = live.reload(&started, &newer);
        assert_eq!(reloaded, Reloaded { taken: vec!["in_flight_limit"], waiting: vec!["iss"] });
        assert_eq!((live.now().in_flight_limit, live.now().iss.as_str()), (7, "21"));
        assert_eq!(live.now().bind, "127.0.0.1:41234");
    }
}
