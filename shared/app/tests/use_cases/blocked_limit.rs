//! A limit that Recall blocks for one kind of call.

use std::time::Duration;

use callsheet_app::{PortError, Service};
use callsheet_domain::{Operation, ResponseStatus};
use callsheet_testkit::{Fault, With as _, at};
use jiff::SignedDuration;

use crate::harness::Harness;
use crate::scheduler::{meeting, scheduled};

/// More meetings than a read of the due rows gives.
const MEETINGS: usize = 150;

/// Their removals are due before the start of the meeting that is to be recorded.
#[tokio::test]
async fn removals_that_have_to_wait_hide_no_meeting_that_starts_after_them() {
    let harness = Harness::new();
    for one in 0..MEETINGS {
        harness.see(meeting(one, at("11:00"))).await;
    }
    harness.drained().await.expect("a finished run");
    for one in 0..MEETINGS {
        let declined = meeting(one, at("11:00")).with(|event| {
            event.facts.own_response = Some(ResponseStatus::Declined);
            event.updated_at = harness.after(0);
        });
        harness.see(declined).await;
    }
    harness.see(meeting(1_000, at("11:05"))).await;
    let throttled = PortError::Throttled {
        service: Service::Recall,
        wait: Duration::from_mins(2),
    };
    let fault = Fault::Fails(throttled);
    harness.recall.fault(Operation::UnscheduleBot, fault);
    let began_at = harness.after(0);
    let report = harness.drain().run(harness.after(300)).await;
    report.expect("a finished run");
    let scheduled = scheduled(&harness);
    assert_eq!(scheduled.last().map(String::as_str), Some("event-1000"));
    let row = harness.decision(&meeting(1_000, at("11:05")).id);
    let took = row.applied_at().map(|at| at.duration_since(began_at));
    assert!(took < Some(SignedDuration::from_secs(10)), "{took:?}");
    // The removals follow once they may.
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.bots().len(), 1);
}
