//! Meeting links and identifiers that no other run uses, even against the same stack.
//!
//! Two events with the same link at the same time would be copies of one meeting.

use jiff::Timestamp;
use recall_simulator::Platform;

/// Generator of meeting links and identifiers.
#[derive(Debug)]
pub(crate) struct MeetingLinks {
    last: u64,
}

impl MeetingLinks {
    /// Creates a generator for a run that starts at `now`.
    pub(crate) fn new(now: Timestamp) -> Self {
        let tenths = now.as_millisecond() / 100;
        Self {
            last: u64::try_from(tenths).expect("now is after 1970"),
        }
    }

    /// Link of the platform's own meeting service; every fourth is a Zoom link.
    pub(crate) fn of_platform(&mut self, platform: Platform) -> String {
        match platform {
            _ if self.last.is_multiple_of(4) => self.zoom(),
            Platform::GoogleCalendar => self.google_meet(),
            Platform::MicrosoftOutlook => self.teams(),
        }
    }

    /// Zoom link.
    pub(crate) fn zoom(&mut self) -> String {
        format!(
            "https://acme.zoom.us/j/{:011}",
            self.next_number() % 100_000_000_000
        )
    }

    fn google_meet(&mut self) -> String {
        let letters = letters(self.next_number());
        let (first, rest) = letters.split_at(3);
        let (second, third) = rest.split_at(4);
        format!("https://meet.google.com/{first}-{second}-{third}")
    }

    fn teams(&mut self) -> String {
        let number = self.next_number();
        format!("https://teams.microsoft.com/l/meetup-join/19%3ameeting_{number:032}%40thread.v2/0")
    }

    /// `ical_uid` of a meeting.
    pub(crate) fn ical_uid(&mut self) -> String {
        format!("shared-{}@acme.example", self.next_number())
    }

    /// Identifier of a series. Google derives the `ical_uid` of its instances from it.
    pub(crate) fn series_id(&mut self) -> String {
        format!("series{}", self.next_number())
    }

    fn next_number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}

/// Ten letters that encode a number.
fn letters(number: u64) -> String {
    let digits = (0..10).scan(number, |rest, _| {
        let digit = u8::try_from(*rest % 26).expect("less than 26");
        *rest /= 26;
        Some(char::from(b'a' + digit))
    });
    digits.collect()
}
