//! Links to meet by, no two alike, not even in two runs against one stack:
//! the same link at the same time would be the same meeting.

use jiff::Timestamp;
use recall_simulator::Platform;

/// Makes links.
#[derive(Debug)]
pub(crate) struct Links {
    next: u64,
}

impl Links {
    /// Links that only this run has.
    pub(crate) fn of(now: Timestamp) -> Self {
        let tenths = now.as_millisecond() / 100;
        Self {
            next: u64::try_from(tenths).expect("it is after 1970"),
        }
    }

    /// As the platform makes them by itself; each fourth is Zoom's, which both have.
    pub(crate) fn usual(&mut self, platform: Platform) -> String {
        match platform {
            _ if self.next.is_multiple_of(4) => self.zoom(),
            Platform::GoogleCalendar => self.meet(),
            Platform::MicrosoftOutlook => self.teams(),
        }
    }

    /// One of Zoom.
    pub(crate) fn zoom(&mut self) -> String {
        format!(
            "https://acme.zoom.us/j/{:011}",
            self.acquire() % 100_000_000_000
        )
    }

    fn meet(&mut self) -> String {
        let letters = letters(self.acquire());
        let (first, rest) = letters.split_at(3);
        let (second, third) = rest.split_at(4);
        format!("https://meet.google.com/{first}-{second}-{third}")
    }

    fn teams(&mut self) -> String {
        let number = self.acquire();
        format!("https://teams.microsoft.com/l/meetup-join/19%3ameeting_{number:032}%40thread.v2/0")
    }

    /// A name that no other run gives to a meeting.
    pub(crate) fn uid(&mut self) -> String {
        format!("shared-{}@acme.example", self.acquire())
    }

    /// The same for a series; Google makes the `ical_uid` of its instances of it.
    pub(crate) fn series(&mut self) -> String {
        format!("series{}", self.acquire())
    }

    fn acquire(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

/// Ten letters for a number.
fn letters(number: u64) -> String {
    let digits = (0..10).scan(number, |left, _| {
        let digit = u8::try_from(*left % 26).expect("less than 26");
        *left /= 26;
        Some(char::from(b'a' + digit))
    });
    digits.collect()
}
