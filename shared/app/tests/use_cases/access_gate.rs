//! Who may call Recall while it denies our API key.

use callsheet_app::ports::Access as _;
use callsheet_app::{AccessGate, Entry, PortError, Service};
use callsheet_testkit::{ManualClock, MemoryState, at};
use test_case::test_case;

fn denied(service: Service) -> PortError {
    PortError::Denied {
        service,
        reason: "401".to_owned(),
    }
}

fn gate<'a>(
    state: &'a MemoryState,
    clock: &'a ManualClock,
) -> AccessGate<'a, MemoryState, ManualClock> {
    AccessGate {
        access: state,
        clock,
    }
}

#[tokio::test]
async fn everybody_calls_until_recall_denies_us() {
    let (state, clock) = (MemoryState::new(), ManualClock::at(at("09:30")));
    assert_eq!(
        gate(&state, &clock).enter().await.expect("memory"),
        Entry::Open
    );
}

#[tokio::test]
async fn one_worker_a_minute_makes_a_probe_while_recall_denies_us() {
    let (state, clock) = (MemoryState::new(), ManualClock::at(at("09:30")));
    let gate = gate(&state, &clock);
    gate.note_failure(&denied(Service::Recall))
        .await
        .expect("memory");
    for instant in ["09:30", "09:30:59"] {
        clock.advance_to(at(instant));
        let entry = gate.enter().await.expect("memory");
        assert!(matches!(entry, Entry::Held(_)), "{instant}: {entry:?}");
    }
    clock.advance_to(at("09:31"));
    assert_eq!(gate.enter().await.expect("memory"), Entry::Probe);
    let second = gate.enter().await.expect("memory");
    assert!(matches!(second, Entry::Held(_)), "{second:?}");
}

#[tokio::test]
async fn an_admitted_probe_lets_everybody_call_again() {
    let (state, clock) = (MemoryState::new(), ManualClock::at(at("09:30")));
    let gate = gate(&state, &clock);
    gate.note_failure(&denied(Service::Recall))
        .await
        .expect("memory");
    clock.advance_to(at("13:30"));
    assert_eq!(gate.enter().await.expect("memory"), Entry::Probe);
    gate.note_admission().await.expect("memory");
    assert_eq!(gate.enter().await.expect("memory"), Entry::Open);
}

#[test_case(Service::DynamoDb)]
#[test_case(Service::Sqs)]
#[tokio::test]
async fn a_denial_by_another_service_holds_no_call_to_recall(service: Service) {
    let (state, clock) = (MemoryState::new(), ManualClock::at(at("09:30")));
    let gate = gate(&state, &clock);
    gate.note_failure(&denied(service)).await.expect("memory");
    assert_eq!(state.denial().await.expect("memory"), None);
    assert_eq!(gate.enter().await.expect("memory"), Entry::Open);
}
