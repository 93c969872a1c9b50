//! The keys of the bots of one meeting.

use crate::id::DeduplicationKey;
use crate::short_hash::short_hash;

/// What stands before the number of a retry in a deduplication key.
const RETRY: &str = "-retry-";

/// A retry sends another bot to the same meeting, so its key is that of the first bot with the
/// number of the retry: every copy of the meeting makes the same one of it.
impl DeduplicationKey {
    /// The highest number of a retry.
    pub const LAST_RETRY: u32 = 99;

    /// Half of a SHA-256 over the key of the first bot, as text: short enough for the key of an
    /// index, which so has the bots of all retries of a meeting in one place.
    #[must_use]
    pub fn digest(&self) -> String {
        short_hash(self.of_first().as_bytes())
    }

    /// The number of the retry; 0 for the first bot of a meeting.
    #[must_use]
    pub fn retry(&self) -> u32 {
        self.parts().1
    }

    /// The key of the meeting's first bot.
    #[must_use]
    pub fn of_first(&self) -> &str {
        self.parts().0
    }

    /// Whether both are bots of one meeting, the first one or a retry.
    #[must_use]
    pub fn is_of_same_meeting(&self, other: &Self) -> bool {
        self.of_first() == other.of_first()
    }

    /// The key of the retry of this number; none if the number or the key is too long.
    #[must_use]
    pub fn of_retry(&self, number: u32) -> Option<Self> {
        let first = self.of_first();
        match number {
            0 => Self::parse(first).ok(),
            1..=Self::LAST_RETRY => Self::parse(format!("{first}{RETRY}{number}")).ok(),
            _ => None,
        }
    }

    fn parts(&self) -> (&str, u32) {
        let text = self.as_str();
        let split = text.rsplit_once(RETRY).and_then(|(first, number)| {
            let is_plain = number.bytes().all(|byte| byte.is_ascii_digit());
            let is_plain = is_plain && !number.starts_with('0') && !first.is_empty();
            let number = number.parse().ok().filter(|_| is_plain)?;
            (number <= Self::LAST_RETRY).then_some((first, number))
        });
        split.unwrap_or((text, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("10:00-https://meet.example/a", "10:00-https://meet.example/a", 0; "a first bot")]
    #[test_case("10:00-https://meet.example/a-retry-2", "10:00-https://meet.example/a", 2; "a retry")]
    #[test_case("a-retry-1-retry-12", "a-retry-1", 12; "a retry of what looks like one")]
    #[test_case("a-retry-02", "a-retry-02", 0; "a number with a zero before it")]
    #[test_case("a-retry-100", "a-retry-100", 0; "a number that no retry has")]
    #[test_case("a-retry-", "a-retry-", 0; "no number")]
    #[test_case("-retry-1", "-retry-1", 0; "no key")]
    fn a_key_has_the_number_of_its_retry(text: &str, first: &str, retry: u32) {
        let key = DeduplicationKey::parse(text).expect("a key");
        assert_eq!((key.of_first(), key.retry()), (first, retry));
        assert_eq!(key.of_retry(retry), Some(key.clone()));
        let next = key.of_retry(3).expect("short enough");
        assert_eq!((next.of_first(), next.retry()), (first, 3));
        assert_ne!(next, key);
        assert!(next.is_of_same_meeting(&key));
        assert_eq!(next.digest(), key.digest());
        assert_eq!(key.of_retry(DeduplicationKey::LAST_RETRY + 1), None);
    }
}
