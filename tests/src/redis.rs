//! Redis for tests: a throwaway server in a temporary directory, on a socket there.
//!
//! One serves all tests of a process, or of a whole run (`YZT_TEST_REDIS_URL`), each under a prefix of its own; a test
//! that stops it has its own.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use crate::keeper::{self, Keeper};

static SHARED: LazyLock<Option<Shared>> = LazyLock::new(Shared::find);

/// A server of one's own. It keeps nothing on disk: whoever starts it again meets one that has forgotten everything.
pub struct Redis {
    keeper: Keeper,
}

struct Shared {
    url: String,
    /// Where this process started it.
    _own: Option<Redis>,
}

/// The address of a server that is shared; `None` when there is none on this machine.
#[must_use]
pub fn shared() -> Option<&'static str> {
    SHARED.as_ref().map(|shared| shared.url.as_str())
}

/// A prefix that no other test has.
#[must_use]
pub fn prefix() -> String {
    format!("test:{}:", uuid::Uuid::now_v7().simple())
}

impl Redis {
    /// Starts one; `None` when there is none on this machine.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::start_in(keeper::directory(), &[])
    }

    /// Starts one in a directory that may hold files for it.
    #[must_use]
    pub fn start_in(directory: PathBuf, options: &[&str]) -> Option<Self> {
        Command::new("redis-server").arg("--version").output().ok()?;
        let place = directory.to_str().unwrap().to_owned();
        let arguments = std::iter::once(place.as_str()).chain(options.iter().copied());
        Some(Self { keeper: Keeper::start("redis.sh", directory, arguments) })
    }

    /// Its address, on its socket.
    #[must_use]
    pub fn url(&self) -> String {
        format!("unix://{}/socket", self.keeper.directory().display())
    }

    /// Where it is, with its log and what it is told to save.
    #[must_use]
    pub fn directory(&self) -> PathBuf {
        self.keeper.directory().to_owned()
    }

    /// What it answers to a command of its own language.
    #[must_use]
    pub fn ask(&self, command: &[&str]) -> String {
        let socket = self.keeper.directory().join("socket");
        let answer = Command::new("redis-cli").arg("-s").arg(socket).args(command).output().unwrap();
        String::from_utf8(answer.stdout).unwrap().trim_end().to_owned()
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.keeper.order("kill");
    }

    /// Starts it again, with nothing in its memory.
    pub fn start_again(&mut self) {
        self.keeper.order("start");
    }

    /// Makes it hold still: connections stand, nothing is answered.
    pub fn freeze(&mut self) {
        self.keeper.order("freeze");
    }

    /// Lets it go on.
    pub fn thaw(&mut self) {
        self.keeper.order("thaw");
    }
}

impl Shared {
    fn find() -> Option<Self> {
        if let Ok(url) = std::env::var("YZT_TEST_REDIS_URL") {
            return Some(Self { url, _own: None });
        }
        let own = Redis::start()?;
        Some(Self { url: own.url(), _own: Some(own) })
    }
}
