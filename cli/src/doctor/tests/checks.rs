//! Each check passes on a stack that works, and fails once, with its text.

use std::time::Duration;

use callsheet_api::doctor::{Check, Diagnosis};
use callsheet_app::doctor::{AcceptedElsewhere, Evidence, Gathered, ThrottledOperation};
use callsheet_app::list_calendars::CalendarProblem;
use callsheet_app::ports::{Activity, EndpointResult};
use callsheet_app::status::ProblemCalendar;
use callsheet_app::{PortError, Service};
use callsheet_domain::{CalendarStatus, DisconnectReason, Operation, PolicyRevision};
use callsheet_testkit::{an_email, at, id};
use test_case::test_case;

use super::{a_reply, answered, denied, healthy, known, parameter, stack, unavailable};
use crate::render::{Render as _, assert_published};

fn unsigned(result: EndpointResult) -> impl FnOnce(&mut Evidence) {
    |evidence| known(&mut evidence.endpoint).unsigned = Ok(a_reply(result))
}

fn signed(result: EndpointResult) -> impl FnOnce(&mut Evidence) {
    |evidence| known(&mut evidence.endpoint).signed = Some(Ok(a_reply(result)))
}

fn refused_key(evidence: &mut Evidence, error: PortError) {
    known(&mut evidence.key).answer = Err(error);
}

fn activity(evidence: &mut Evidence) -> &mut Activity {
    &mut known(&mut evidence.status).signals.activity
}

/// Calendars that are disconnected, of which the status names three.
fn with_problems(count: usize) -> impl FnOnce(&mut Evidence) {
    move |evidence| {
        let totals = &mut known(&mut evidence.status).totals;
        totals.with_problem = count;
        totals.problems = (0..count)
            .map(|number| ProblemCalendar {
                id: id(format!("calendar-{number}")),
                owner: Some(an_email(&format!("desk-{number}@acme.example"))),
                problem: CalendarProblem::Disconnected {
                    since: at("09:00"),
                    reason: DisconnectReason::parse("no_oauth_credentials"),
                },
            })
            .collect();
    }
}

fn lost_at_recall(evidence: &mut Evidence) {
    let calendar = &mut answered(evidence).page.calendars[0];
    calendar.status = CalendarStatus::Disconnected;
    calendar.disconnect_reason = DisconnectReason::parse("no_oauth_credentials");
}

#[tokio::test]
async fn of_many_calendars_with_problems_three_are_named() {
    let mut evidence = healthy().await;
    with_problems(5)(&mut evidence);
    let text = Diagnosis::of(evidence).text();
    assert!(text.contains("desk-2@acme.example"), "{text}");
    assert!(!text.contains("desk-3@acme.example"), "{text}");
    assert!(text.contains("And 2 more"), "{text}");
}

/// The check that did not pass, as one line, with what to do.
fn line(check: &Check) -> String {
    let advice = check.advice.as_deref().unwrap_or_default();
    let (name, level) = (check.name.as_str(), check.level.as_str());
    format!("{name} {level}: {} / {advice}", check.finding)
}

#[tokio::test]
async fn every_check_passes_on_a_stack_that_works() {
    let diagnosis = Diagnosis::of(healthy().await);
    assert_published("doctor", &diagnosis);
    assert_eq!(diagnosis.exit_code(), 0);
    assert_eq!(
        diagnosis.text(),
        "\
check             result  found
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
credentials       ok      AWS credentials were found, for us-east-1
stack             ok      The stack `callsheet` is deployed: UPDATE_COMPLETE
settings          ok      The settings in use are those of the stack
tables            ok      The tables can be read
recall-key        ok      https://us-east-1.recall.ai accepts the API key
clock             ok      The clocks of this machine and the services agree
calendars         ok      1 calendar is connected at Recall; the stack knows 1
webhook-endpoint  ok      The webhook function answers, and refuses a webhook without a signature
webhook-secret    ok      A signed webhook was accepted, and is in the queue
webhook-delivery  ok      The last webhook about events was accepted 2090-03-06 09:29 UTC
event-types       ok      The last `calendar.sync_events` came 2090-03-06 09:29 UTC, the last `bot.*` 2090-03-06 09:28 UTC
sync              ok      The last sync finished 2090-03-06 09:29 UTC
policy            ok      Revision 1 of the policy is active
rate-limits       ok      Recall has not asked for a wait within a day
alarms            ok      Alarms notify arn:aws:sns:us-east-1:1:alarms
health            ok      Nothing else needs a person

16 checks passed."
    );
}

#[test_case(|e| e.aws_region = Gathered::NotGiven("no AWS region is given".to_owned()), "credentials fail: no AWS region is given / Set AWS_PROFILE"; "no region")]
#[test_case(|e| e.stack = Gathered::NotGiven("The stack is not named".to_owned()), "stack warn: The stack is not named / Give --stack NAME"; "a stack without a name")]
#[test_case(|e| e.stack = Gathered::Failed(denied(Service::CloudFormation, "AccessDenied")), "stack fail: CloudFormation denies us: AccessDenied / Allow `cloudformation:DescribeStacks`"; "a stack that may not be described")]
#[test_case(|e| e.stack = Gathered::Failed(unavailable(Service::CloudFormation)), "stack fail: CloudFormation did not answer: the connection failed / Check the network"; "no network")]
#[test_case(|e| known(&mut e.stack).described = None, "stack fail: There is no stack `callsheet` in this account and region / Check AWS_REGION"; "another region")]
#[test_case(|e| "ROLLBACK_COMPLETE".clone_into(&mut stack(e).status), "stack fail: The stack `callsheet` is not whole: ROLLBACK_COMPLETE / Look at the events"; "a first deployment that failed")]
#[test_case(|e| "UPDATE_ROLLBACK_COMPLETE".clone_into(&mut stack(e).status), "stack warn: The last update of the stack `callsheet` was rolled back / Look at the events"; "an update that failed")]
#[test_case(|e| "UPDATE_IN_PROGRESS".clone_into(&mut stack(e).status), "stack warn: The stack `callsheet` is being changed: UPDATE_IN_PROGRESS / Run this again"; "an update in progress")]
#[test_case(|e| { stack(e).outputs.remove("WebhookUrl"); }, "stack fail: The stack `callsheet` has no output WebhookUrl / It is another stack"; "another stack")]
#[test_case(|e| known(&mut e.stack).settings[0].value = Some("state".to_owned()), "settings fail: CALLSHEET_STATE_TABLE is `state`, but StateTableName of the stack is `callsheet-StateTable-1` / Set CALLSHEET_STATE_TABLE"; "the table of another stack")]
#[test_case(parameter("RecallBaseUrl", "https://eu-central-1.recall.ai"), "settings fail: Recall is reached at https://us-east-1.recall.ai, but RecallBaseUrl of the stack is https://eu-central-1.recall.ai / Set CALLSHEET_RECALL_URL"; "another region of Recall")]
#[test_case(parameter("ListEventsPerMinute", "30"), "settings warn: Events are listed 60 times a minute, but ListEventsPerMinute of the stack is 30 / Set CALLSHEET_LIST_EVENTS_PER_MINUTE"; "another limit")]
#[test_case(|e| e.status = Gathered::Failed(denied(Service::DynamoDb, "AccessDeniedException")), "tables fail: DynamoDB denies us: AccessDeniedException / Check the region and the names of the tables, and allow"; "tables that may not be read")]
#[test_case(|e| e.status = Gathered::NotGiven("no state table is given".to_owned()), "tables fail: no state table is given / Give --stack NAME"; "no table")]
#[test_case(|e| e.key = Gathered::NotGiven("no API key of Recall is given".to_owned()), "recall-key warn: no API key of Recall is given / Set CALLSHEET_RECALL_API_KEY"; "no key")]
#[test_case(|e| refused_key(e, denied(Service::Recall, "401: check")), "recall-key fail: https://us-east-1.recall.ai: Recall denies us: 401: check / Create a key"; "a wrong key")]
#[test_case(|e| refused_key(e, denied(Service::Recall, "402: no credit")), "recall-key fail: https://us-east-1.recall.ai: Recall denies us: 402: no credit / Add credit"; "no credit")]
#[test_case(|e| refused_key(e, unavailable(Service::Recall)), "recall-key fail: https://us-east-1.recall.ai: Recall did not answer: the connection failed / Check the address"; "Recall that cannot be reached")]
#[test_case(|e| refused_key(e, PortError::Throttled { service: Service::Recall, wait: Duration::from_secs(9) }), "recall-key fail: https://us-east-1.recall.ai: Recall asked us to wait 9s / Wait for a minute"; "a 429")]
#[test_case(|e| { refused_key(e, denied(Service::Recall, "401")); known(&mut e.key).elsewhere = Some(AcceptedElsewhere("https://eu-central-1.recall.ai".to_owned())); }, "recall-key fail: https://us-east-1.recall.ai denies the API key, and https://eu-central-1.recall.ai accepts it / Deploy with RecallBaseUrl=https://eu-central-1.recall.ai"; "a key of another region")]
#[test_case(|e| known(&mut e.status).signals.denial = Some(callsheet_app::ports::Denial { since: at("09:00"), reason: "401".to_owned(), next_probe_at: at("09:31") }), "recall-key fail: Recall accepts this key, but has denied the key of the stack since 2090-03-06 09:00 UTC: 401 / Store this key"; "another key in the stack")]
#[test_case(|e| answered(e).answered_at = Some(at("09:31")), "clock warn: The clock of this machine is 60 s behind that of Recall / Synchronise the clock"; "a clock that is behind")]
#[test_case(|e| known(&mut e.endpoint).received_at = at("09:35"), "clock fail: The clock of this machine is 5 min ahead of that of AWS / Synchronise the clock"; "a clock with which signatures are refused")]
#[test_case(|e| answered(e).page.calendars.clear(), "calendars fail: Recall lists no calendar in this workspace / Connect one"; "no calendar")]
#[test_case(|e| answered(e).page.calendars[0].status = CalendarStatus::Disconnected, "calendars fail: Recall lists calendars, but none of them is connected / Their owners"; "only lost calendars")]
#[test_case(|e| { let totals = &mut known(&mut e.status).totals; totals.statuses.clear(); }, "calendars fail: Recall lists calendars, but the stack knows none yet / Run `callsheet resync --full`"; "calendars that the stack does not know")]
#[test_case(|e| known(&mut e.status).totals.with_problem = 2, "calendars warn: 2 calendars have a problem / `callsheet calendars list --problem`"; "calendars with problems")]
#[test_case(with_problems(1), "calendars warn: 1 calendar has a problem. desk-0@acme.example: disconnected at Recall since 2090-03-06 09:00 UTC: Recall has no credentials for the calendar (no_oauth_credentials) / `callsheet"; "a calendar that was lost, and why")]
#[test_case(with_problems(5), "calendars warn: 5 calendars have a problem. desk-0@acme.example: disconnected at Recall since 2090-03-06 09:00 UTC: Recall has no credentials for the calendar (no_oauth_credentials). desk-1@acme.example: disconnected"; "calendars that were lost")]
#[test_case(lost_at_recall, "calendars fail: Recall lists calendars, but none of them is connected / Their owners have to connect them again. Recall says why: Recall has no credentials for the calendar (no_oauth_credentials)"; "only lost calendars, with the reason")]
#[test_case(unsigned(EndpointResult::Accepted), "webhook-endpoint fail: The webhook address accepts a webhook without a signature: it is not the webhook function / Set CALLSHEET_WEBHOOK_URL"; "an address that accepts anything")]
#[test_case(unsigned(EndpointResult::Other("404 Not Found".to_owned())), "webhook-endpoint fail: The webhook address answers 404 Not Found: it is not that of the webhook function / Set CALLSHEET_WEBHOOK_URL"; "another address")]
#[test_case(unsigned(EndpointResult::NotTaken), "webhook-endpoint fail: The webhook function fails / Look at the log"; "a function that cannot start")]
#[test_case(|e| known(&mut e.endpoint).unsigned = Err(unavailable(Service::WebhookEndpoint)), "webhook-endpoint fail: the webhook endpoint did not answer: the connection failed / Set CALLSHEET_WEBHOOK_URL"; "an address that does not answer")]
#[test_case(signed(EndpointResult::NotSigned), "webhook-secret fail: The webhook function refuses a webhook that is signed with the given secret / Put the signing secret"; "another secret")]
#[test_case(signed(EndpointResult::NotTaken), "webhook-secret fail: The webhook function did not take a signed webhook / Look at the log"; "a queue that does not take it")]
#[test_case(|e| known(&mut e.endpoint).signed = None, "webhook-secret warn: No webhook secret is given, so no signed webhook was tried / Set CALLSHEET_WEBHOOK_SECRET"; "no secret")]
#[test_case(|e| { let status = known(&mut e.status); status.last_change_at = Some(at("09:15")); status.signals.activity.webhook_at = Some(at("08:00")); }, "webhook-delivery fail: No webhook has been accepted since 2090-03-06 08:00 UTC, though an event changed 2090-03-06 09:15 UTC / In Recall's dashboard, check that the endpoint"; "an endpoint that is disabled")]
#[test_case(|e| { activity(e).webhook_at = None; activity(e).bot_webhook_at = None; }, "webhook-delivery warn: No webhook of Recall has been accepted yet / Add the WebhookUrl"; "no endpoint yet")]
#[test_case(|e| activity(e).webhook_at = None, "event-types fail: Webhooks about bots come, but none about calendars / Subscribe the endpoint to `calendar.sync_events`"; "an endpoint without the types of calendars")]
#[test_case(|e| { activity(e).bot_webhook_at = None; known(&mut e.status).meetings.today.bots.insert(callsheet_app::bot_state::BotState::Dispatched, 1); }, "event-types warn: A bot is in a call, but no `bot.*` webhook ever came, so outcomes stay unknown / Subscribe"; "an endpoint without the types of bots")]
#[test_case(|e| activity(e).resynced_at = Some(at("09:00")), "sync fail: No resync has finished for 30 min: the sync function has stopped, or fails / Look at the log of the sync function"; "a sync function that stopped")]
#[test_case(|e| activity(e).scheduler_ran_at = Some(at("09:00")), "sync fail: No scheduler run has finished for 30 min"; "a scheduler that stopped")]
#[test_case(|e| { let status = known(&mut e.status); (status.policy.revision, status.policy.stored, status.newest_policy_used) = (PolicyRevision(0), None, PolicyRevision(0)); }, "policy warn: No policy was pushed, so the built-in one records meetings with outside attendees / Write one"; "no policy")]
#[test_case(|e| known(&mut e.status).policy.problem = Some("an unknown version".to_owned()), "policy fail: Revision 1 of the policy cannot be read: an unknown version / Push the policy again"; "a policy that cannot be read")]
#[test_case(|e| known(&mut e.throttled).push(ThrottledOperation { operation: Operation::ListEvents, until: at("09:10") }), "rate-limits warn: Recall had list-events wait until 2090-03-06 09:10 UTC, though ListEventsPerMinute is 60 / Another program uses the workspace"; "a 429 within the limit")]
#[test_case(parameter("PageTopicArn", ""), "alarms warn: PageTopicArn is not set, so alarms page nobody / Create an SNS topic"; "no topic")]
#[test_case(|e| known(&mut e.status).due.overdue = 1, "health warn: "; "a meeting that begins without its bot")]
fn a_check_that_does_not_pass_says_what_to_do(change: impl FnOnce(&mut Evidence), expected: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let mut evidence = runtime.expect("a runtime").block_on(healthy());
    change(&mut evidence);
    let diagnosis = Diagnosis::of(evidence);
    assert_published("doctor", &diagnosis);
    let lines: Vec<_> = diagnosis.checks.iter().map(line).collect();
    assert!(
        lines.iter().any(|line| line.starts_with(expected)),
        "{expected}\n{lines:#?}"
    );
    let is_failed = expected.contains(" fail: ");
    assert_eq!(diagnosis.exit_code(), u8::from(is_failed), "{lines:#?}");
}

#[tokio::test]
async fn what_to_do_follows_the_table() {
    let mut evidence = healthy().await;
    parameter("PageTopicArn", "")(&mut evidence);
    answered(&mut evidence).page.calendars.clear();
    let text = Diagnosis::of(evidence).text();
    let (_, advice) = text.split_once("\n\n").expect("the table comes first");
    assert_eq!(
        advice,
        "What to do, the first one first:
  calendars: Connect one: your application creates it with Recall's *create calendar*, for a person who consented by OAuth.
  alarms: Create an SNS topic with a subscription, and deploy with its ARN as PageTopicArn.

1 check failed, 1 warning, 14 passed."
    );
}
