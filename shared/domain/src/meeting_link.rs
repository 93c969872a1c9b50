//! The name of a meeting in its link.
//!
//! Copies of one meeting can have links that differ: another host name of the same service,
//! a passcode, a parameter for each invitee, capitals. What names the meeting is the same in
//! all of them:
//!
//! | platform | named by |
//! |---|---|
//! | Zoom | the number, on any host of `zoom.us`; on `zoomgov.com` likewise |
//! | Google Meet | the code |
//! | Microsoft Teams | the thread and the message, with tenant and organizer; or the number |
//! | Webex | the site, with `MTID` or the personal room |
//! | `GoToMeeting` | the number |
//!
//! A link of another platform, or of another shape, is its own name: only scheme and host
//! are written in lower case.

use serde_json::Value;

/// The shortest number of a Zoom meeting.
const SHORTEST_ZOOM_NUMBER: usize = 9;
/// Hosts of Microsoft Teams for the public.
const TEAMS: [&str; 2] = ["teams.microsoft.com", "teams.cloud.microsoft"];
/// How many links may be wrapped into each other.
const DEEPEST: usize = 3;

/// The link of the meeting that `link` leads to, written in one way.
#[must_use]
pub(crate) fn link_by_meeting(link: &str) -> String {
    name_of(link, DEEPEST)
}

fn name_of(link: &str, deepest: usize) -> String {
    let Some(parts) = Link::parse(link) else {
        return link.trim().to_owned();
    };
    if deepest > 0
        && let Some(wrapped) = parts.wrapped()
    {
        return name_of(&wrapped, deepest - 1);
    }
    let named = parts
        .zoom()
        .or_else(|| parts.google_meet())
        .or_else(|| parts.teams())
        .or_else(|| parts.webex())
        .or_else(|| parts.goto());
    named.unwrap_or_else(|| format!("{}://{}{}", parts.scheme, parts.authority, parts.rest))
}

/// A link in its parts.
#[derive(Debug)]
struct Link<'a> {
    /// In lower case.
    scheme: String,
    /// Host and port, in lower case. With a user's name nothing names a meeting.
    authority: String,
    /// The host alone, without `www.`.
    host: String,
    /// Everything behind the host.
    rest: &'a str,
    path: &'a str,
    query: &'a str,
    fragment: &'a str,
}

impl<'a> Link<'a> {
    fn parse(link: &'a str) -> Option<Self> {
        let (scheme, after) = link.trim().split_once("://")?;
        let end = after.find(['/', '?', '#']).unwrap_or(after.len());
        let (authority, rest) = after.split_at(end);
        let is_plain = |char: char| char.is_alphanumeric() || "-._:[]".contains(char);
        if authority.is_empty() || scheme.is_empty() || !authority.chars().all(is_plain) {
            return None;
        }
        let (before, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (path, query) = before.split_once('?').unwrap_or((before, ""));
        let authority = authority.to_lowercase();
        let host = authority.split(':').next().unwrap_or_default();
        let host = host.strip_prefix("www.").unwrap_or(host).to_owned();
        Some(Self {
            scheme: scheme.to_lowercase(),
            host,
            authority,
            rest,
            path,
            query,
            fragment,
        })
    }

    /// The parts of the path that are not empty.
    fn segments(&self) -> Vec<&'a str> {
        let segments = self.path.split('/');
        segments.filter(|segment| !segment.is_empty()).collect()
    }

    /// The value of a parameter, whatever the case of its name.
    fn parameter(&self, name: &str) -> Option<String> {
        parameter(self.query, name)
    }

    fn is_of(&self, domain: &str) -> bool {
        let rest = self.host.strip_suffix(domain);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// The link that this one leads to: mail filters and Google Calendar wrap links.
    fn wrapped(&self) -> Option<String> {
        let name = if self.is_of("safelinks.protection.outlook.com") {
            "url"
        } else if self.host == "google.com" && self.path == "/url" {
            "q"
        } else {
            return None;
        };
        let wrapped = self.parameter(name)?;
        wrapped.contains("://").then_some(wrapped)
    }

    fn zoom(&self) -> Option<String> {
        let cloud = ["zoom.us", "zoomgov.com"];
        let cloud = cloud.into_iter().find(|cloud| self.is_of(cloud))?;
        let number = match self.segments().as_slice() {
            ["wc", "join", number, ..] | ["j" | "w" | "s" | "wc", number, ..] => {
                (*number).to_owned()
            }
            ["join"] => self.parameter("confno")?,
            _ => return None,
        };
        let is_number = number.len() >= SHORTEST_ZOOM_NUMBER && is_digits(&number);
        is_number.then(|| format!("https://{cloud}/j/{number}"))
    }

    fn google_meet(&self) -> Option<String> {
        if self.host != "meet.google.com" {
            return None;
        }
        match self.segments().as_slice() {
            [code] | ["_meet", code] if is_meet_code(code) => {
                Some(format!("https://meet.google.com/{}", code.to_lowercase()))
            }
            ["lookup", name] => Some(format!("https://meet.google.com/lookup/{name}")),
            _ => None,
        }
    }

    fn teams(&self) -> Option<String> {
        let is_public = TEAMS.contains(&self.host.as_str());
        let is_known =
            is_public || self.host == "teams.live.com" || self.is_of("teams.microsoft.us");
        if !is_known {
            return None;
        }
        let host = if is_public { TEAMS[0] } else { &self.host };
        if let ["meet", number] = self.segments().as_slice()
            && is_digits(number)
        {
            return Some(format!("https://{host}/meet/{number}"));
        }
        // The web client puts the address into the fragment, the launcher into a parameter.
        let launched = self.parameter("url").unwrap_or_default();
        let address = [self.rest, self.fragment, launched.trim_start_matches("/_#")];
        let address = address.into_iter().find_map(|address| {
            address
                .trim_start_matches("/_#")
                .strip_prefix("/l/meetup-join/")
        })?;
        let address = address.split('#').next().unwrap_or_default();
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let thread = decoded(segments.next()?);
        let message = segments.next().map_or_else(|| "0".to_owned(), decoded);
        let context = context(&parameter(query, "context").unwrap_or_default());
        Some(format!(
            "https://{host}/l/meetup-join/{thread}/{message}{context}"
        ))
    }

    fn webex(&self) -> Option<String> {
        if !self.is_of("webex.com") {
            return None;
        }
        let host = &self.host;
        if let Some(id) = self.parameter("MTID") {
            return Some(format!("https://{host}/j.php?MTID={}", id.to_lowercase()));
        }
        match self.segments().as_slice() {
            ["meet" | "join", room] => Some(format!(
                "https://{host}/meet/{}",
                decoded(room).to_lowercase()
            )),
            _ => None,
        }
    }

    fn goto(&self) -> Option<String> {
        let number = match (self.host.as_str(), self.segments().as_slice()) {
            ("meet.goto.com" | "gotomeet.me", [number])
            | ("app.goto.com", ["meeting" | "meet", number]) => (*number).to_owned(),
            _ if self.is_of("gotomeeting.com") => match self.segments().as_slice() {
                ["join", number] => (*number).to_owned(),
                _ => self.parameter("meetingId")?,
            },
            _ => return None,
        };
        let number = number.replace('-', "");
        is_digits(&number).then(|| format!("https://meet.goto.com/{number}"))
    }
}

/// Tenant and organizer of a Teams meeting, as a query; empty if none is named.
fn context(json: &str) -> String {
    let context: Value = serde_json::from_str(json).unwrap_or_default();
    let id = |name: &str| context.get(name).and_then(Value::as_str);
    let ids = [("Tid", id("Tid")), ("Oid", id("Oid"))];
    let ids = ids
        .into_iter()
        .filter_map(|(name, id)| Some(format!("{name}={}", id?.to_lowercase())));
    let ids: Vec<_> = ids.collect();
    if ids.is_empty() {
        return String::new();
    }
    format!("?{}", ids.join("&"))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether this is a code such as `abc-defg-hij`.
fn is_meet_code(text: &str) -> bool {
    let lengths: Vec<_> = text.split('-').map(str::len).collect();
    let is_code = |byte: u8| byte.is_ascii_alphabetic() || byte == b'-';
    lengths == [3, 4, 3] && text.bytes().all(is_code)
}

/// The value of a parameter of a query, whatever the case of its name.
fn parameter(query: &str, name: &str) -> Option<String> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| decoded(value))
}

/// A text with its `%`-escapes resolved. One that cannot be stays as it is.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut read = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escape = (byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        if let Some(escaped) = escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            read.push(escaped);
            at += 3;
        } else {
            read.push(byte);
            at += 1;
        }
    }
    String::from_utf8(read).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use test_case::test_case;

    #[test_case("https://zoom.us/j/84512345678", "https://zoom.us/j/84512345678"; "plain")]
    #[test_case("https://us02web.zoom.us/j/84512345678?pwd=aBc.1#success", "https://zoom.us/j/84512345678"; "another host, a passcode, a fragment")]
    #[test_case("HTTPS://Acme.ZOOM.us/j/84512345678", "https://zoom.us/j/84512345678"; "a host of a company, in capitals")]
    #[test_case("https://acme.zoom.us/w/84512345678?tk=x.y&uuid=WN_1", "https://zoom.us/j/84512345678"; "a webinar, with a token of an invitee")]
    #[test_case("https://zoom.us/wc/join/84512345678?uname=Jane", "https://zoom.us/j/84512345678"; "the web client")]
    #[test_case("https://zoom.us/wc/84512345678/join", "https://zoom.us/j/84512345678"; "the web client, otherwise")]
    #[test_case("zoommtg://zoom.us/join?action=join&confno=84512345678", "https://zoom.us/j/84512345678"; "the app")]
    #[test_case("https://acme.zoomgov.com/j/1612345678", "https://zoomgov.com/j/1612345678"; "the government's cloud")]
    #[test_case("https://zoom.us/my/jane.roe?pwd=a", "https://zoom.us/my/jane.roe?pwd=a"; "a personal link")]
    #[test_case("https://notzoom.us/j/84512345678", "https://notzoom.us/j/84512345678"; "another domain")]
    #[test_case("https://zoom.us@other.example/j/84512345678", "https://zoom.us@other.example/j/84512345678"; "a user name")]
    #[test_case("https://zoom.us/j/1234", "https://zoom.us/j/1234"; "no number of a meeting")]
    fn zoom(link: &str, expected: &str) {
        assert_eq!(link_by_meeting(link), expected);
    }

    #[test_case("https://meet.google.com/abc-defg-hij", "https://meet.google.com/abc-defg-hij"; "plain")]
    #[test_case("http://Meet.Google.com/ABC-defg-hij?authuser=1&hs=122", "https://meet.google.com/abc-defg-hij"; "an account, and capitals")]
    #[test_case("https://meet.google.com/_meet/abc-defg-hij?pli=1", "https://meet.google.com/abc-defg-hij"; "another way")]
    #[test_case("https://meet.google.com/lookup/standup?authuser=0", "https://meet.google.com/lookup/standup"; "a nickname")]
    #[test_case("https://meet.google.com/landing", "https://meet.google.com/landing"; "no meeting")]
    #[test_case("https://www.google.com/url?q=https%3A%2F%2Fmeet.google.com%2Fabc-defg-hij&sa=D", "https://meet.google.com/abc-defg-hij"; "wrapped")]
    fn google_meet(link: &str, expected: &str) {
        assert_eq!(link_by_meeting(link), expected);
    }

    const THREAD: &str = "https://teams.microsoft.com/l/meetup-join/19:meeting_MzY@thread.v2/0?Tid=0f1e-aa&Oid=9c3d-bb";

    #[test_case("https://teams.microsoft.com/l/meetup-join/19%3ameeting_MzY%40thread.v2/0?context=%7b%22Tid%22%3a%220F1E-aa%22%2c%22Oid%22%3a%229c3d-bb%22%7d", THREAD; "escaped")]
    #[test_case("https://teams.microsoft.com/l/meetup-join/19:meeting_MzY@thread.v2/0?context={\"Oid\":\"9c3d-bb\",\"Tid\":\"0f1e-aa\"}&anon=true", THREAD; "in another order, not escaped")]
    #[test_case("https://teams.microsoft.com/_#/l/meetup-join/19%3ameeting_MzY%40thread.v2/0?context=%7b%22Tid%22%3a%220f1e-aa%22%2c%22Oid%22%3a%229c3d-bb%22%7d", THREAD; "the web client")]
    #[test_case("https://teams.microsoft.com/dl/launcher/launcher.html?url=%2F_%23%2Fl%2Fmeetup-join%2F19%3Ameeting_MzY%40thread.v2%2F0%3Fcontext%3D%257b%2522Tid%2522%253a%25220f1e-aa%2522%252c%2522Oid%2522%253a%25229c3d-bb%2522%257d&type=meetup-join", THREAD; "the launcher")]
    #[test_case("https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fteams.microsoft.com%2Fl%2Fmeetup-join%2F19%253ameeting_MzY%2540thread.v2%2F0%3Fcontext%3D%257b%2522Tid%2522%253a%25220f1e-aa%2522%252c%2522Oid%2522%253a%25229c3d-bb%2522%257d&data=05", THREAD; "wrapped by a mail filter")]
    #[test_case("https://teams.microsoft.com/meet/2971234567890?p=aBcD", "https://teams.microsoft.com/meet/2971234567890"; "a number")]
    #[test_case("https://teams.live.com/meet/93123456789?p=x", "https://teams.live.com/meet/93123456789"; "a personal account")]
    #[test_case("https://teams.microsoft.com/l/channel/19%3ax", "https://teams.microsoft.com/l/channel/19%3ax"; "no meeting")]
    fn teams(link: &str, expected: &str) {
        assert_eq!(link_by_meeting(link), expected);
    }

    #[test_case("https://acme.webex.com/acme/j.php?MTID=mA1B2", "https://acme.webex.com/j.php?MTID=ma1b2"; "a meeting")]
    #[test_case("https://ACME.webex.com/wbxmjs/joinservice/sites/acme/meeting/download/7?siteurl=acme&MTID=ma1b2", "https://acme.webex.com/j.php?MTID=ma1b2"; "another way")]
    #[test_case("https://acme.webex.com/meet/Jane.Roe?x=1", "https://acme.webex.com/meet/jane.roe"; "a personal room")]
    #[test_case("https://globex.webex.com/meet/jane.roe", "https://globex.webex.com/meet/jane.roe"; "of another company")]
    #[test_case("https://global.gotomeeting.com/join/123456789", "https://meet.goto.com/123456789"; "GoToMeeting")]
    #[test_case("https://app.gotomeeting.com/?meetingId=123456789", "https://meet.goto.com/123456789"; "GoToMeeting, the app")]
    #[test_case("https://meet.goto.com/123-456-789", "https://meet.goto.com/123456789"; "GoToMeeting, of today")]
    #[test_case("https://gotomeet.me/JaneRoe", "https://gotomeet.me/JaneRoe"; "GoToMeeting, a personal room")]
    fn others_with_a_name(link: &str, expected: &str) {
        assert_eq!(link_by_meeting(link), expected);
    }

    #[test_case("HTTPS://Meet.Example/Room?B=1&a=2#X", "https://meet.example/Room?B=1&a=2#X"; "only scheme and host change")]
    #[test_case("https://meet.example:8443/Room", "https://meet.example:8443/Room"; "with a port")]
    #[test_case(" no link ", "no link"; "no link at all")]
    #[test_case("https://", "https://"; "no host")]
    #[test_case("https://zoom.us/j/8451234567%", "https://zoom.us/j/8451234567%"; "half an escape")]
    fn another_link_is_its_own_name(link: &str, expected: &str) {
        assert_eq!(link_by_meeting(link), expected);
    }

    /// Meetings that differ in what names them.
    #[test_case("https://zoom.us/j/84512345678", "https://zoom.us/j/84512345679"; "zoom")]
    #[test_case("https://zoom.us/j/84512345678", "https://zoomgov.com/j/84512345678"; "another cloud")]
    #[test_case("https://teams.microsoft.com/l/meetup-join/19%3aa%40thread.v2/0", "https://teams.microsoft.com/l/meetup-join/19%3aA%40thread.v2/0"; "threads differ in capitals")]
    #[test_case("https://teams.microsoft.com/l/meetup-join/19%3aa%40thread.tacv2/1700", "https://teams.microsoft.com/l/meetup-join/19%3aa%40thread.tacv2/1800"; "two meetings of a channel")]
    #[test_case("https://meet.example/room?id=1", "https://meet.example/room?id=2"; "a parameter of an unknown platform")]
    fn other_meetings_have_other_names(one: &str, other: &str) {
        assert_ne!(link_by_meeting(one), link_by_meeting(other));
    }

    proptest! {
        /// The name of a name is itself, whatever the text.
        #[test]
        fn a_name_is_its_own_name(
            host in prop::sample::select(vec!["zoom.us", "a.zoom.us", "meet.google.com", "teams.microsoft.com", "teams.live.com", "x.webex.com", "meet.goto.com", "global.gotomeeting.com", "meet.example", ""]),
            path in prop::sample::select(vec!["/j/", "/wc/join/", "/abc-defg-hij", "/l/meetup-join/", "/_#/l/meetup-join/", "/meet/", "/join/", "/", ""]),
            rest in "[a-zA-Z0-9%?&=#/:@{}\"é-]{0,24}",
        ) {
            let name = link_by_meeting(&format!("https://{host}{path}{rest}"));
            prop_assert_eq!(link_by_meeting(&name), name);
        }
    }
}
