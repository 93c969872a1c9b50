//! Lists, creates and deletes the workspace's calendars.
//!
//! A listed calendar contains its OAuth client secret and refresh token in
//! clear. So a page is split without being parsed: each calendar stays text, and
//! only the fields that are needed are parsed.

use callsheet_app::PortError;
use callsheet_app::ports::{
    CalendarCreation, CalendarDirectory, CalendarRemoval, Creation, NewCalendar, PageOfCalendars,
    RecallRegion, RecallReply, Removed, UnreadableCalendar,
};
use callsheet_domain::{CalendarId, Operation, PageCursor, Timestamp};
use reqwest::{Method, Url};
use serde_json::{Value, json};

use crate::RecallClient;
use crate::http_reply::HttpReply;
use crate::lenient::{Item, ItemNames};
use crate::wire::{calendar_of_text, id_of_calendar};

const CALENDARS: &str = "/api/v2/calendars/";

/// Fields that the specification of Recall requires; nothing in a calendar has the two.
const NAMES: ItemNames = ItemNames {
    telling: ["id", "platform"],
    all: &["id", "platform", "status", "created_at", "updated_at"],
};

impl CalendarDirectory for RecallClient {
    async fn calendars(
        &self,
        created_since: Option<Timestamp>,
        cursor: Option<&PageCursor>,
    ) -> Result<PageOfCalendars, PortError> {
        let url = match cursor {
            Some(cursor) => self.url_of_page(cursor, CALENDARS)?,
            None => self.url_of_first_calendars(created_since),
        };
        let mut page = PageOfCalendars {
            calendars: Vec::new(),
            unreadable: Vec::new(),
            next: None,
        };
        let request = self.request(Method::GET, url);
        page.next = self
            .send_for_page(Operation::ListCalendars, request, NAMES, |item| {
                add(&mut page, item);
            })
            .await?;
        Ok(page)
    }
}

impl RecallRegion for RecallClient {
    async fn first_calendars(&self) -> Result<RecallReply, PortError> {
        let mut page = PageOfCalendars {
            calendars: Vec::new(),
            unreadable: Vec::new(),
            next: None,
        };
        let request = self.request(Method::GET, self.url_of_first_calendars(None));
        let (next, answered_at) = self
            .send_for_dated_page(Operation::ListCalendars, request, NAMES, |item| {
                add(&mut page, item);
            })
            .await?;
        page.next = next;
        Ok(RecallReply { page, answered_at })
    }
}

impl CalendarCreation for RecallClient {
    async fn create_calendar(&self, new: &NewCalendar) -> Result<Creation, PortError> {
        let mut body = json!({
            "platform": new.platform.as_str(),
            "oauth_client_id": new.client_id,
            "oauth_client_secret": new.client_secret,
            "oauth_refresh_token": new.refresh_token,
        });
        // Left out if there is none: the specification does not have the field.
        if !new.metadata.is_empty() {
            body["metadata"] = json!(new.metadata);
        }
        let call = self.request(Method::POST, self.base.at(CALENDARS));
        let reply = self.send(Operation::CreateCalendar, call.json(&body));
        creation_of(&reply.await?)
    }
}

/// The meaning of an answer. A refusal may quote what was sent, so only its code is read.
fn creation_of(reply: &HttpReply) -> Result<Creation, PortError> {
    match reply.status.as_u16() {
        200..=299 => {
            let created = calendar_of_text(&reply.body);
            created
                .map(Creation::Created)
                .map_err(|problem| reply.unreadable(&problem))
        }
        400 | 422 => {
            let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
            let code = body.get("code").and_then(Value::as_str);
            let is_code = |code: &&str| {
                code.len() <= 100
                    && code
                        .bytes()
                        .all(|byte| byte == b'_' || byte.is_ascii_lowercase())
            };
            Ok(Creation::Refused(code.filter(is_code).map(str::to_owned)))
        }
        _ => Err(reply.failure()),
    }
}

impl CalendarRemoval for RecallClient {
    async fn delete_calendar(&self, id: &CalendarId) -> Result<Removed, PortError> {
        let url = self.base.at(&format!("{CALENDARS}{id}/"));
        let call = self.request(Method::DELETE, url);
        let reply = self.send(Operation::DeleteCalendar, call).await?;
        match reply.status.as_u16() {
            200..=299 => Ok(Removed::Deleted),
            404 => Ok(Removed::AlreadyGone),
            _ => Err(reply.failure()),
        }
    }
}

impl RecallClient {
    fn url_of_first_calendars(&self, created_since: Option<Timestamp>) -> Url {
        let mut url = self.base.at(CALENDARS);
        if let Some(since) = created_since {
            let mut pairs = url.query_pairs_mut();
            pairs.append_pair("created_at__gte", &since.to_string());
        }
        url
    }
}

/// Parses an item of a page, and adds it.
fn add(page: &mut PageOfCalendars, item: Item<'_>) {
    let parsed = match item.problem {
        Some(problem) => Err(problem.to_string()),
        None => calendar_of_text(item.text),
    };
    match parsed {
        Ok(calendar) => page.calendars.push(calendar),
        Err(problem) => page.unreadable.push(UnreadableCalendar {
            id: id_of_calendar(item.text),
            problem,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lenient::PageSplitter;
    use test_case::test_case;

    /// A page of one calendar in the published shape, with `value` in `field`.
    fn page(field: &str, value: Value) -> PageOfCalendars {
        let mut calendar = json!({
            "id": "0195a1f4-6f8e-7c1d-9d5b-8d2a1f3c4e60",
            "platform": "google_calendar",
            "status": "connected",
            "platform_email": "sales@acme.example",
            "oauth_email": "sales@acme.example",
            "oauth_client_id": "client",
            "oauth_client_secret": "never-log-me",
            "oauth_refresh_token": "never-log-me",
            "status_changes": [],
            "created_at": "2026-03-01T08:00:00Z",
            "updated_at": "2026-03-02T08:00:00.123456789Z",
        });
        calendar[field] = value;
        let text = json!({"next": null, "previous": null, "results": [calendar]}).to_string();
        read(text.as_bytes())
    }

    /// Reads a page that arrives in one piece.
    fn read(text: &[u8]) -> PageOfCalendars {
        let mut page = PageOfCalendars {
            calendars: Vec::new(),
            unreadable: Vec::new(),
            next: None,
        };
        let mut splitter = PageSplitter::new(NAMES);
        let mut add = |item: Item<'_>| add(&mut page, item);
        splitter.push(text, &mut add).expect("a page");
        let next = splitter.finish(&mut add).expect("a page");
        PageOfCalendars { next, ..page }
    }

    #[test_case("status_changes", json!("any"); "changes of status of another type")]
    #[test_case("metadata", json!(["any"]); "metadata of another type")]
    #[test_case("oauth_client_secret", json!({"any": 1}); "credentials of any shape")]
    #[test_case("platform_email", json!(null); "an owner whose address the platform does not know")]
    #[test_case("webhook_url", json!("https://hooks.example"); "a new field")]
    fn a_calendar_is_read_without_its_other_fields(field: &str, value: Value) {
        let page = page(field, value);
        assert_eq!(page.unreadable, []);
        let calendar = &page.calendars[0];
        assert_eq!(calendar.id.as_str(), "0195a1f4-6f8e-7c1d-9d5b-8d2a1f3c4e60");
        let owner = calendar.email.as_ref().expect("an owner");
        assert_eq!(owner.as_str(), "sales@acme.example");
    }

    #[test_case(json!({"team": "sales", "tier": 1, "nested": {}}), [Some("sales"), None, Some("")]; "texts, and what is none")]
    #[test_case(json!({}), [Some(""), Some(""), Some("")]; "none")]
    #[test_case(json!(null), [Some(""), Some(""), Some("")]; "null")]
    #[test_case(json!("team"), [None, None, None]; "another type")]
    fn metadata_is_read_by_key(metadata: Value, values: [Option<&str>; 3]) {
        let page = page("metadata", metadata);
        let metadata = &page.calendars[0].metadata;
        let keys = ["team", "tier", "region"];
        assert_eq!(keys.map(|key| metadata.value(key)), values);
    }

    #[test]
    fn of_metadata_that_is_not_shown_nothing_is_known() {
        let page = page("webhook_url", json!("https://hooks.example"));
        assert_eq!(page.calendars[0].metadata.value("team"), None);
    }

    /// A page with a calendar that was disconnected by this change.
    fn disconnected(change: Value) -> Option<String> {
        let before = json!({"status": "connected", "created_at": "2026-03-01T08:00:00Z"});
        let changes = json!({"status_changes": [change, before]});
        let text = json!({"next": null, "results": [{
            "id": "c", "platform": "microsoft_outlook", "status": "disconnected",
            "status_changes": changes["status_changes"], "updated_at": "2026-03-02T08:00:00Z",
        }]});
        let page = read(text.to_string().as_bytes());
        let reason = page.calendars[0].disconnect_reason.as_ref();
        reason.map(|reason| reason.as_str().to_owned())
    }

    #[test_case(json!({"status": "disconnected", "sub_code": "invalid_grant"}), Some("invalid_grant"); "a sub code")]
    #[test_case(json!({"code": "disconnected", "reason": "AADSTS50173"}), Some("AADSTS50173"); "a reason")]
    #[test_case(json!({"status": "disconnected", "error": {"code": "ErrorNew"}}), Some("ErrorNew"); "an error with a code")]
    #[test_case(json!({"status": "disconnected", "message": "AADSTS700082: of ann@acme.example"}), Some("AADSTS700082"); "a message")]
    #[test_case(json!({"status": "disconnected", "details": {"error": "invalid_grant"}}), Some("invalid_grant"); "details")]
    #[test_case(json!({"status": "disconnected", "reason": "Something with ann@acme.example"}), None; "a sentence without a code")]
    #[test_case(json!({"status": "disconnected"}), None; "no reason")]
    #[test_case(json!({"status": "connecting", "reason": "invalid_grant"}), None; "of another status")]
    #[test_case(json!([7, null]), None; "no change")]
    fn a_disconnected_calendar_has_the_code_of_its_reason(change: Value, code: Option<&str>) {
        assert_eq!(disconnected(change).as_deref(), code);
    }

    #[test]
    fn the_last_disconnection_counts() {
        let change = |reason: &str, at: &str| json!({"status": "disconnected", "reason": reason, "created_at": at});
        let text = json!({"next": null, "results": [{
            "id": "c", "platform": "microsoft_outlook", "status": "disconnected",
            "status_changes": [
                change("second", "2026-03-02T08:00:00Z"), change("first", "2026-03-01T08:00:00Z"),
            ],
            "updated_at": "2026-03-02T08:00:00Z",
        }]});
        let page = read(text.to_string().as_bytes());
        let reason = page.calendars[0].disconnect_reason.as_ref();
        assert_eq!(reason.expect("a reason").as_str(), "second");
    }

    #[test_case("status", json!(7), true; "a status of another type")]
    #[test_case("status", json!(null), true; "no status")]
    #[test_case("platform", json!("caldav"), true; "a new platform")]
    #[test_case("updated_at", json!("today"), true; "not an instant")]
    #[test_case("id", json!("../bot"), false; "not an id")]
    #[test_case("id", json!(7), false; "an id of another type")]
    fn a_malformed_calendar_is_named_by_its_id(field: &str, value: Value, named: bool) {
        let page = page(field, value);
        assert_eq!(page.calendars, []);
        let malformed = &page.unreadable[0];
        assert_eq!(malformed.id.is_some(), named);
        assert!(
            !malformed.to_string().contains("never-log-me"),
            "{malformed}"
        );
    }

    #[test_case("status"; "status")]
    #[test_case("platform"; "platform")]
    #[test_case("updated_at"; "last change")]
    #[test_case("id"; "id")]
    fn a_needed_field_of_a_calendar_is_named(field: &str) {
        let page = page(field, json!({}));
        let problem = &page.unreadable[0].problem;
        assert_eq!(*problem, format!("missing or not readable: {field}"));
    }

    #[test_case(400, r#"{"code": "invalid_grant", "message": "never-log-me"}"#, Some("invalid_grant"); "a code")]
    #[test_case(400, r#"{"code": "Never log me"}"#, None; "a sentence in place of a code")]
    #[test_case(400, r#"{"oauth_refresh_token": ["never-log-me"]}"#, None; "errors of fields")]
    #[test_case(422, "<html>", None; "no document")]
    fn a_refused_calendar_shows_nothing_but_a_code(status: u16, body: &str, code: Option<&str>) {
        let reply = HttpReply::of(status, body.as_bytes());
        let creation = creation_of(&reply).expect("a refusal");
        assert_eq!(creation, Creation::Refused(code.map(str::to_owned)));
    }

    #[test_case(401, "{}"; "a wrong key")]
    #[test_case(503, "{}"; "an outage")]
    #[test_case(201, r#"{"id": "never-log-me"}"#; "an answer that is not a calendar")]
    fn an_answer_that_creates_and_refuses_nothing_is_a_failure(status: u16, body: &str) {
        let failure = creation_of(&HttpReply::of(status, body.as_bytes()));
        let failure = failure.expect_err("a failure").to_string();
        assert!(!failure.contains("never-log-me"), "{failure}");
    }

    #[test]
    fn a_calendar_of_a_new_status_counts_as_connected_and_shows_it() {
        let page = page("status", json!("reauthorizing"));
        let status = page.calendars[0].status;
        assert_eq!(status.as_str(), "reauthorizing");
        assert!(status.holds_bots());
    }

    #[test]
    fn a_malformed_calendar_costs_no_other() {
        let text = r#"{"next": "https://recall.example/?cursor=1", "results": [null, "text", [], {},
            {"id": "c", "platform": "microsoft_outlook", "status": "disconnected",
             "updated_at": "2026-03-02T08:00:00Z"}]}"#;
        let page = read(text.as_bytes());
        assert_eq!((page.calendars.len(), page.unreadable.len()), (1, 4));
        assert!(page.next.is_some());
    }

    #[test_case(r#""\ud83d""#, 2, 0; "half a surrogate pair")]
    #[test_case("1e999", 2, 0; "a number out of range")]
    #[test_case("NaN", 2, 0; "a word that is no value")]
    #[test_case(&format!("{}{}", "[".repeat(200), "]".repeat(200)), 2, 0; "arrays nested too deep")]
    #[test_case(r#""x"y""#, 0, 2; "a quote too many")]
    #[test_case("[", 0, 2; "a bracket too many")]
    fn a_value_that_cannot_be_parsed_costs_no_other_calendar(
        value: &str,
        readable: usize,
        unreadable: usize,
    ) {
        let calendar = |id, email, other| {
            format!(
                r#"{{"id": "{id}", "platform": "microsoft_outlook", "status": "connected", "oauth_email": {email},
                "updated_at": "2026-03-02T08:00:00Z", "oauth_client_secret": {other}}}"#
            )
        };
        let (one, other) = (calendar("c", value, "1"), calendar("d", "null", value));
        let text = format!(
            r#"{{"next": "https://recall.example/?cursor=1", "results": [{one}, {other}]}}"#
        );
        let page = read(text.as_bytes());
        assert_eq!(
            (page.calendars.len(), page.unreadable.len()),
            (readable, unreadable)
        );
        let ids: Vec<_> = page.unreadable.iter().map(|one| one.id.as_ref()).collect();
        assert!(ids.iter().all(Option::is_some), "{ids:?}");
        assert!(page.next.is_some());
    }
}
