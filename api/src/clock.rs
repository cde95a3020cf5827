//! Time: the one place the program learns what time it is, and the calendar of China (UTC+8) it counts in.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

const MILLIS_PER_SECOND: i64 = 1000;
const MILLIS_PER_DAY: i64 = 86_400 * MILLIS_PER_SECOND;
const CHINA_OFFSET: i64 = 8 * 3600 * MILLIS_PER_SECOND;

/// What time it is.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's.
    System,
    /// One that stands still until it is set: unix milliseconds.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `at`.
    #[must_use]
    pub fn fixed(at: Timestamp) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.0)))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Fixed(millis) => Timestamp(millis.load(Ordering::SeqCst)),
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH);
                let millis = since.map(|since| i64::try_from(since.as_millis()));
                Timestamp(millis.map_or(0, |millis| millis.unwrap_or(i64::MAX)))
            }
        }
    }
}

/// An instant: unix milliseconds in the database, RFC 3339 in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant `seconds` after 1970 UTC.
    #[must_use]
    pub fn from_seconds(seconds: u64) -> Self {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        Self(seconds.saturating_mul(MILLIS_PER_SECOND))
    }

    /// Milliseconds since 1970 UTC, as the database keeps it.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970 UTC, as the protocol writes it; 0 for what was before.
    #[must_use]
    pub fn seconds(self) -> u64 {
        u64::try_from(self.0.div_euclid(MILLIS_PER_SECOND)).unwrap_or(0)
    }

    /// The instant so many seconds later, or earlier when negative.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(
            self.0
                .saturating_add(seconds.saturating_mul(MILLIS_PER_SECOND)),
        )
    }

    /// The day in China, counted from 1970-01-01.
    #[must_use]
    pub fn china_day(self) -> i32 {
        let day = self
            .0
            .saturating_add(CHINA_OFFSET)
            .div_euclid(MILLIS_PER_DAY);
        i32::try_from(day).unwrap_or(i32::MAX)
    }

    /// The year in China.
    #[must_use]
    pub fn china_year(self) -> i16 {
        let local = self.0.saturating_add(CHINA_OFFSET);
        jiff::Timestamp::from_millisecond(local)
            .map_or(0, |at| at.to_zoned(jiff::tz::TimeZone::UTC).year())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let at = jiff::Timestamp::from_millisecond(self.0).map_err(serde::ser::Error::custom)?;
        serializer.collect_str(&at)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let at: jiff::Timestamp = text
            .parse()
            .map_err(|_| serde::de::Error::custom("not an RFC 3339 time"))?;
        Ok(Self(at.as_millisecond()))
    }
}

impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .into()
    }
}

impl utoipa::ToSchema for Timestamp {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_year_in_china_comes_eight_hours_before_utc() {
        let before = Timestamp::from_seconds(1_798_732_799);
        let after = before.plus_seconds(1);
        assert_eq!((before.china_year(), after.china_year()), (2026, 2027));
        assert_eq!(after.china_day() - before.china_day(), 1);
    }

    #[test]
    fn json_carries_rfc_3339() {
        let at = Timestamp(1_767_225_600_250);
        let text = serde_json::to_string(&at).unwrap();
        assert_eq!(text, "\"2026-01-01T00:00:00.25Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&text).unwrap(), at);
    }
}
