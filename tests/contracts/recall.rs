//! The client of Recall, against the simulated service.

use callsheet_domain::{CalendarId, EventId, Timestamp, plus};
use callsheet_recall::{ApiKey, BaseUrl, RecallClient};
use callsheet_testkit::contracts::recall::Workspace;
use callsheet_testkit::id;
use jiff::SignedDuration;
use recall_simulator::{
    EventDraft, Fault, FaultEffect, LifeKind, LifePlan, Operation, Options, Platform, Simulator,
};

/// A workspace of the test's own.
struct OwnWorkspace {
    simulator: Simulator,
    recall: RecallClient,
    began_at: Timestamp,
}

impl OwnWorkspace {
    async fn new() -> Self {
        Self::with(Options::default()).await
    }

    async fn with(options: Options) -> Self {
        let simulator = Simulator::start(options).await.expect("a free port");
        let base = BaseUrl::parse(&simulator.base_url()).expect("on this machine");
        let key = ApiKey::parse(simulator.api_key()).expect("a key");
        #[expect(clippy::disallowed_methods, reason = "the simulator runs in real time")]
        let now = Timestamp::now().as_second();
        let began_at = Timestamp::from_second(now).expect("in range");
        Self {
            recall: RecallClient::new(base, key),
            simulator,
            began_at,
        }
    }
}

impl Workspace for OwnWorkspace {
    type Recall = RecallClient;

    fn recall(&self) -> &RecallClient {
        &self.recall
    }

    fn hours_ahead(&self, hours: i64) -> Timestamp {
        plus(self.began_at, SignedDuration::from_hours(hours))
    }

    async fn connect(&self) -> CalendarId {
        let connected = self
            .simulator
            .control()
            .create_calendar(Platform::GoogleCalendar, Some("sales@acme.example"))
            .await;
        id(connected.expect("the simulator").id)
    }

    async fn disconnect(&self, calendar: &CalendarId) {
        let id = calendar.as_str().parse().expect("an id of the simulator");
        self.simulator
            .control()
            .disconnect_calendar(id)
            .await
            .expect("the simulator");
    }

    async fn meet(
        &self,
        calendar: &CalendarId,
        hours: i64,
        link: Option<&str>,
        count: usize,
    ) -> Vec<EventId> {
        let draft = |hours| {
            let (start, end) = (self.hours_ahead(hours), self.hours_ahead(hours + 1));
            let draft = EventDraft::new("Review", start, end);
            link.into_iter().fold(draft, EventDraft::meeting_url)
        };
        let calendar = calendar.as_str().parse().expect("an id of the simulator");
        let drafts = (hours..).take(count).map(draft).collect();
        let control = self.simulator.control();
        let created = control.create_events(calendar, drafts).await;
        let events = created.expect("the simulator").into_iter();
        events.map(|event| id(event.id)).collect()
    }

    async fn in_progress(&self, calendar: &CalendarId, link: &str) -> (EventId, Timestamp) {
        let starts_at = plus(self.began_at, -SignedDuration::from_mins(1));
        let draft = EventDraft::new("Review", starts_at, self.hours_ahead(1)).meeting_url(link);
        let calendar = calendar.as_str().parse().expect("an id of the simulator");
        let created = self
            .simulator
            .control()
            .create_events(calendar, vec![draft])
            .await;
        let event = created.expect("the simulator").remove(0);
        (id(event.id), starts_at)
    }

    async fn block_bot(&self, event: &EventId) {
        let event = event.as_str().parse().expect("an id of the simulator");
        let plan = LifePlan::of_event(event, LifeKind::Blocked, 0.001);
        let control = self.simulator.control();
        control.add_lives(&plan).await.expect("the simulator");
    }

    async fn make_unreadable(&self, event: &EventId) {
        let control = self.simulator.control();
        let id = event.as_str();
        // With a quote too many.
        let texts = vec![(
            format!(r#""id":"{id}","is_deleted":false"#),
            format!(r#""id":"{id}","is_deleted":"f"alse"#),
        )];
        let fault = Fault::new(FaultEffect::Rewrite { texts }).operation(Operation::ListEvents);
        control.add_fault(fault).await.expect("the simulator");
    }

    async fn delete(&self, event: &EventId) {
        let id = event.as_str().parse().expect("an id of the simulator");
        self.simulator
            .control()
            .delete_event(id)
            .await
            .expect("the simulator");
    }
}

mod contract {
    use super::OwnWorkspace;

    callsheet_testkit::recall_contract!(async || OwnWorkspace::new().await);
}

mod contract_with_status_400_for_a_dispatched_bot {
    use super::OwnWorkspace;
    use recall_simulator::{DispatchedStatus, Options};

    callsheet_testkit::recall_contract!(async || OwnWorkspace::with(Options {
        dispatched_status: DispatchedStatus::BadRequest,
        ..Options::default()
    })
    .await);
}

mod responses {
    //! Responses with statuses other than success, as the client reads them.

    use super::OwnWorkspace;
    use callsheet_app::ports::{BotReply, Bots as _, CalendarDirectory as _, CalendarEvents as _};
    use callsheet_app::{Metric, PortError};
    use callsheet_testkit::contracts::recall::Workspace as _;
    use callsheet_testkit::{CountedMetrics, id};
    use recall_simulator::{Fault, FaultEffect, Operation};
    use std::time::Duration;
    use test_case::test_case;

    /// Unschedules an event's bot while the simulator answers with `effect`.
    async fn under(effect: FaultEffect) -> Result<BotReply, PortError> {
        let workspace = OwnWorkspace::new().await;
        let calendar = workspace.connect().await;
        let event = workspace.meet(&calendar, 1, None, 1).await.remove(0);
        let fault = Fault::new(effect).operation(Operation::UnscheduleBot);
        workspace
            .simulator
            .control()
            .add_fault(fault)
            .await
            .expect("the simulator");
        workspace.recall.unschedule(&event).await
    }

    #[test_case(FaultEffect::status(409), BotReply::Busy; "409")]
    #[test_case(FaultEffect::status(405), BotReply::Dispatched; "405")]
    #[test_case(FaultEffect::body(400, r#"{"code": "cannot_delete_bot"}"#), BotReply::Dispatched; "400 with the code of 405")]
    #[test_case(FaultEffect::body(409, r#"{"errors": [{"code": "cannot_delete_bot"}]}"#), BotReply::Dispatched; "409 with the code of 405")]
    #[test_case(FaultEffect::body(400, "<html>400</html>"), BotReply::Refused("refused without a reason".to_owned()); "400 with a page")]
    #[test_case(FaultEffect::retry_after(507, 7), BotReply::NoneFree(Some(Duration::from_secs(7))); "507 with a wait")]
    #[test_case(FaultEffect::status(507), BotReply::NoneFree(None); "507 without a wait")]
    #[tokio::test]
    async fn is_a_reply(effect: FaultEffect, expected: BotReply) {
        assert_eq!(under(effect).await.expect("a reply"), expected);
    }

    #[test_case(FaultEffect::retry_after(429, 7), "asked us to wait 7s"; "429")]
    #[test_case(FaultEffect::status(401), "denies us"; "401")]
    #[test_case(FaultEffect::status(402), "denies us"; "402")]
    #[test_case(FaultEffect::status(403), "blocked the request"; "403")]
    #[test_case(FaultEffect::status(503), "did not answer"; "503")]
    #[test_case(FaultEffect::CutBefore, "did not answer"; "cut before the effect")]
    #[test_case(FaultEffect::CutAfter, "did not answer"; "cut after the effect")]
    #[test_case(FaultEffect::NotJson, "cannot be read"; "a page instead of JSON")]
    #[tokio::test]
    async fn is_an_error_of_the_right_kind(effect: FaultEffect, expected: &str) {
        let error = under(effect).await.expect_err("an error").to_string();
        assert!(error.contains(expected), "{error}");
    }

    /// The request for a list has no payload that a firewall could block.
    #[tokio::test]
    async fn a_403_to_a_list_is_a_denied_key() {
        let workspace = OwnWorkspace::new().await;
        let fault = Fault::new(FaultEffect::status(403)).operation(Operation::ListEvents);
        let control = workspace.simulator.control();
        control.add_fault(fault).await.expect("the simulator");
        let query = callsheet_app::ports::EventQuery {
            calendar_id: None,
            updated_since: None,
            starts_from: None,
            starts_until: None,
        };
        let error = workspace.recall.page(&query, None).await.expect_err("403");
        assert!(matches!(error, PortError::Denied { .. }), "{error}");
    }

    /// Whoever makes the call, and whether or not it is made again.
    #[tokio::test]
    async fn calls_and_answers_that_ask_to_wait_are_counted() {
        let workspace = OwnWorkspace::new().await;
        let calendar = workspace.connect().await;
        let fault = Fault::new(FaultEffect::status(429)).operation(Operation::ListCalendars);
        let control = workspace.simulator.control();
        control
            .add_fault(fault.times(1))
            .await
            .expect("the simulator");
        let counted = CountedMetrics::begin();
        let limited = workspace.recall.calendars(None, None).await;
        assert!(matches!(limited, Err(PortError::Throttled { .. })));
        workspace
            .recall
            .calendars(None, None)
            .await
            .expect("listed");
        workspace.recall.calendar(&calendar).await.expect("read");
        let expected = [
            (Metric::ListCalendarsCalls, 2),
            (Metric::GetCalendarCalls, 1),
            (Metric::RecallThrottled, 1),
        ];
        assert_eq!(counted.take(), expected.into());
    }

    #[tokio::test]
    async fn a_key_of_another_region_is_denied() {
        let workspace = OwnWorkspace::new().await;
        let other_key = callsheet_recall::ApiKey::parse("another").expect("a key");
        let recall = workspace.recall.with_key(other_key);
        let event = id("00000000-0000-4000-8000-000000000000");
        let error = recall.unschedule(&event).await.expect_err("401");
        assert!(matches!(error, PortError::Denied { .. }), "{error}");
        let calendar = workspace.connect().await;
        assert!(recall.calendar(&calendar).await.is_err());
    }
}

mod calendars {
    //! Listing and deleting calendars: pages at other addresses, and the specification.

    use super::OwnWorkspace;
    use callsheet_app::PortError;
    use callsheet_app::ports::{CalendarDirectory as _, CalendarRemoval as _, Removed};
    use callsheet_domain::PageCursor;
    use callsheet_testkit::contracts::recall::Workspace as _;
    use test_case::test_case;

    #[test_case("https://elsewhere.example/api/v2/calendars/?cursor=1"; "another origin")]
    #[test_case("{base}/api/v2/calendar-events/?cursor=1"; "another list")]
    #[test_case("{base}/api/v2/calendars/../bot/?cursor=1"; "a path out of the list")]
    #[test_case("cursor=1"; "not an address")]
    #[tokio::test]
    async fn a_next_page_at_another_address_is_not_requested(cursor: &str) {
        let workspace = OwnWorkspace::new().await;
        let cursor = cursor.replace("{base}", &workspace.simulator.base_url());
        let page = workspace
            .recall
            .calendars(None, Some(&PageCursor(cursor)))
            .await;
        assert!(
            matches!(page, Err(PortError::Unreadable { .. })),
            "{page:?}"
        );
        let stats = workspace.simulator.control().stats().await;
        assert_eq!(stats.expect("the simulator").operations.len(), 0);
    }

    #[tokio::test]
    async fn listing_and_deleting_calendars_keep_to_the_specification() {
        let workspace = OwnWorkspace::new().await;
        let calendar = workspace.connect().await;
        let recall = &workspace.recall;
        assert_eq!(
            recall.calendars(None, None).await.expect("a page").next,
            None
        );
        let removed = recall.delete_calendar(&calendar).await;
        assert_eq!(removed.expect("a reply"), Removed::Deleted);
        let stats = workspace.simulator.control().stats().await;
        let stats = stats.expect("the simulator");
        assert_eq!((stats.violations, stats.simulator_violations), (0, 0));
    }
}
