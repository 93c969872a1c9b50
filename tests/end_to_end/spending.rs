//! Caps on spending, pushed with a policy.

use callsheet_app::coverage::utc_day;
use callsheet_app::ports::Spending as _;
use callsheet_domain::{Account, Decision, Period, Spent, Timestamp};
use callsheet_tests::{Claim, assert_eventually};
use recall_simulator::{EventDraft, EventView, Platform};
use serde_json::{Value, json};

use crate::command::callsheet;
use crate::policies::{POLICY, policy};
use crate::tenant::{TIMEOUT, Tenant};

/// Half an hour of one day.
type Times = (Timestamp, Timestamp);

impl Tenant {
    /// What is counted of the bots that join on a day, of this company alone: it is under a named
    /// policy.
    async fn spent(&self, (start, _): Times) -> Spent {
        let account = Account {
            policy: Some("tenant".to_owned()),
            period: Period::Day(utc_day(start)),
        };
        let spent = self.stack.state.spent(std::slice::from_ref(&account)).await;
        spent.expect("the table")[&account].value
    }

    /// A meeting with an attendee of another company, with a link of its own.
    async fn meeting(&self, name: &str, (start, end): Times) -> EventView {
        let link = format!("https://meet.example/{}-{name}", self.calendars[0].id);
        let draft = EventDraft::new("Review", start, end)
            .meeting_url(link)
            .organizer("colleague@acme.example")
            .attendee("buyer@globex.example");
        self.create(draft).await
    }
}

fn rule_of(decisions: &[Decision], event: &EventView) -> Option<String> {
    let id = event.id.to_string();
    let mut rows = decisions.iter();
    let decided = rows.find(|row| row.key.event_id.as_str() == id)?;
    Some(decided.verdict.reason().rule.to_string())
}

#[tokio::test]
async fn a_meeting_beyond_the_cap_gets_a_bot_by_a_person_alone_and_bots_that_leave_make_room() {
    let _alone = POLICY.lock().await;
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let mut document: Value =
        serde_json::from_str(&policy(&tenant, json!([]), "Capped")).expect("JSON");
    document["policies"][0]["spending"] = json!({"bots_per_day": 1});
    let document = document.to_string();
    callsheet(&["policy", "push", "-"], &document).succeeded();
    let day = tenant.time(30);
    let first = tenant.meeting("first", day).await;
    // A sync that began before the push may still decide by the policy before.
    tenant
        .assert_eventually("the pushed policy", |_, comparison| {
            let is_capped = |claim: &Claim| claim.config.contains("Capped");
            comparison.bots == 1 && comparison.held.iter().all(is_capped)
        })
        .await;
    let second = tenant.meeting("second", day).await;
    tenant
        .assert_eventually("one meeting of the day", |decisions, comparison| {
            comparison.bots == 1 && rule_of(decisions, &second).as_deref() == Some("spending-cap")
        })
        .await;
    assert_eq!(
        tenant.spent(day).await,
        Spent {
            bots: 1,
            minutes: 30
        }
    );
    let explained = callsheet(&["explain", &second.id.to_string()], "").succeeded();
    let reason = "allows 1 bot a day";
    assert!(explained.output.contains(reason), "{}", explained.output);

    let id = second.id.to_string();
    callsheet(&["override", "event", &id, "record"], "").succeeded();
    tenant.assert_bots("a person asks for it", 2).await;
    assert_eq!(
        tenant.spent(day).await,
        Spent {
            bots: 2,
            minutes: 60
        }
    );

    for event in [&first, &second] {
        let deleted = tenant.stack.recall.delete_event(event.id).await;
        deleted.expect("the simulator");
    }
    tenant.assert_bots("both meetings are deleted", 0).await;
    // The scheduler takes them off the books, once no copy can ask for them any more.
    assert_eventually(
        TIMEOUT,
        "nothing is counted",
        async || tenant.spent(day).await,
        |spent| *spent == Spent::default(),
    )
    .await;
    tenant.meeting("third", day).await;
    tenant.assert_bots("there is room for another", 1).await;
    // The cap is no longer in the policy that the next test finds.
    let uncapped = policy(&tenant, json!([]), "Notes");
    callsheet(&["policy", "push", "-"], &uncapped).succeeded();
}
