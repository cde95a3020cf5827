//! Time: the one place the program learns what time it is. The calendar is verifier-core's.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use verifier_core::{Day, Seconds};

const MILLIS_PER_SECOND: i64 = 1000;
const MILLIS_PER_DAY: i64 = 86_400_000;
/// Milliseconds by which a day in China begins before one of UTC.
const CHINA_OFFSET: i64 = 8 * 3_600_000;

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
    /// Milliseconds since 1970 UTC, as the database keeps it.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds, as the protocol counts; 0 for what was before 1970.
    #[must_use]
    pub fn seconds(self) -> Seconds {
        Seconds(u64::try_from(self.0.div_euclid(MILLIS_PER_SECOND)).unwrap_or(0))
    }

    /// The calendar day in China.
    #[must_use]
    pub fn day(self) -> Day {
        self.seconds().day()
    }

    /// The first moment of a day in China, counted from 1970-01-01.
    #[must_use]
    pub fn beginning_of(day: i32) -> Self {
        Self(i64::from(day) * MILLIS_PER_DAY - CHINA_OFFSET)
    }

    /// The calendar day in China, as the database counts it.
    #[must_use]
    pub fn day_number(self) -> i32 {
        i32::try_from(self.day().0).unwrap_or(i32::MAX)
    }

    /// The year in China, by which activations are counted.
    #[must_use]
    pub fn year(self) -> u32 {
        self.day().civil().0
    }

    /// The instant so many seconds later, or earlier when negative.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(MILLIS_PER_SECOND)))
    }
}

impl From<Seconds> for Timestamp {
    fn from(seconds: Seconds) -> Self {
        let seconds = i64::try_from(seconds.0).unwrap_or(i64::MAX);
        Self(seconds.saturating_mul(MILLIS_PER_SECOND))
    }
}

/// RFC 3339, in UTC.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        jiff::Timestamp::from_millisecond(self.0).map_err(|_| fmt::Error)?.fmt(f)
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
        let at: jiff::Timestamp =
            text.parse().map_err(|_| serde::de::Error::custom("not an RFC 3339 time"))?;
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
        let before = Timestamp::from(Seconds(1_798_732_799));
        let after = before.plus_seconds(1);
        assert_eq!((before.year(), after.year()), (2026, 2027));
        assert_eq!(after.day().0 - before.day().0, 1);
    }

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        let midnight = Timestamp::beginning_of(20_000);
        assert_eq!((midnight.day_number(), midnight.plus_seconds(-1).day_number()), (20_000, 19_999));
    }

    #[test]
    fn json_carries_rfc_3339() {
        let at = Timestamp(1_767_225_600_250);
        let text = serde_json::to_string(&at).unwrap();
        assert_eq!(text, "\"2026-01-01T00:00:00.25Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&text).unwrap(), at);
    }
}
