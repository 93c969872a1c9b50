//! Settings that are missing or unusable, and where they are taken from.

use super::*;
use test_case::test_case;

fn workspace(connection: ConnectionArgs, env: EnvVars) -> Workspace {
    Workspace::new(connection, env, Profile::default())
}

fn no_connection() -> ConnectionArgs {
    ConnectionArgs {
        profile: None,
        stack: None,
        webhook_url: None,
        json: false,
        utc: false,
        state_table: None,
        decisions_table: None,
        queue_url: None,
        dlq_url: None,
        signing_keys: None,
        console_url: None,
        recall_url: None,
        list_events_per_minute: None,
    }
}

#[tokio::test]
async fn an_error_names_the_missing_setting_and_the_output_that_has_it() {
    let state = workspace(no_connection(), EnvVars::default()).state().await;
    let report = state.expect_err("no table is given").report();
    assert!(report.starts_with("no state table is given: set CALLSHEET_STATE_TABLE"));
    assert!(report.contains("StateTableName"), "{report}");
}

#[tokio::test]
async fn an_error_names_the_missing_queue() {
    let workspace = workspace(no_connection(), EnvVars::default());
    let queue = workspace.required_queue().await;
    let error = queue.expect_err("no queue is given");
    assert!(error.report().contains("set CALLSHEET_QUEUE_URL"));
    let dead_letters = workspace.dead_letters().await;
    let error = dead_letters.expect_err("no queue is given");
    assert!(error.report().contains("set CALLSHEET_DLQ_URL"));
    assert_eq!(error.exit_code(), 2);
}

#[test_case(None, None, "set CALLSHEET_RECALL_API_KEY"; "no key")]
#[test_case(Some("two words"), None, "CALLSHEET_RECALL_API_KEY: the API key"; "a key that cannot be sent")]
#[test_case(Some("key"), Some("http://recall.example"), "Recall's address"; "an address without TLS")]
#[tokio::test]
async fn an_unusable_key_or_address_of_recall_is_an_error(
    key: Option<&str>,
    url: Option<&str>,
    expected: &str,
) {
    let connection = ConnectionArgs {
        recall_url: url.map(str::to_owned),
        ..no_connection()
    };
    let env = EnvVars {
        api_key: key.map(str::to_owned),
        ..EnvVars::default()
    };
    let recall = workspace(connection, env).recall("").await;
    let report = recall.expect_err("it is unusable").report();
    assert!(report.contains(expected), "{report}");
    assert!(!report.contains("two words"), "{report}");
}

fn profile() -> Profile {
    Profile {
        stack: Some("of-the-profile".to_owned()),
        recall_url: Some("https://eu-central-1.recall.ai".to_owned()),
        list_events_per_minute: Some(30),
        ..Profile::default()
    }
}

#[test]
fn a_profile_gives_what_neither_a_flag_nor_the_environment_gives() {
    let by_profile = Workspace::new(no_connection(), EnvVars::default(), profile());
    assert_eq!(by_profile.stack_name(), Some("of-the-profile"));
    assert_eq!(by_profile.recall_url(), "https://eu-central-1.recall.ai");
    assert_eq!(by_profile.list_events_per_minute(), 30);
    let connection = ConnectionArgs {
        stack: Some("of-a-flag".to_owned()),
        list_events_per_minute: Some(20),
        ..no_connection()
    };
    let env = EnvVars {
        simulator: Some("http://127.0.0.1:4010".to_owned()),
        ..EnvVars::default()
    };
    let given = Workspace::new(connection, env, profile());
    assert_eq!(given.stack_name(), Some("of-a-flag"));
    assert_eq!(given.recall_url(), "http://127.0.0.1:4010");
    assert_eq!(given.list_events_per_minute(), 20);
}

#[tokio::test]
async fn a_key_is_read_from_the_place_that_the_profile_names() {
    let profile = Profile {
        api_key: Some(KeySource::Environment("CALLSHEET_NO_SUCH_KEY".to_owned())),
        ..Profile::default()
    };
    let without = Workspace::new(no_connection(), EnvVars::default(), profile.clone());
    let error = without
        .recall("")
        .await
        .expect_err("the variable is not set");
    let report = error.report();
    assert!(report.contains("into CALLSHEET_NO_SUCH_KEY"), "{report}");
    let env = EnvVars {
        api_key: Some("key".to_owned()),
        ..EnvVars::default()
    };
    let with = Workspace::new(no_connection(), env, profile);
    assert!(with.recall("").await.is_ok(), "the environment goes first");
}
