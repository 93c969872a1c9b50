//! The console in the template: off by default, and careful if it is on.

use crate::reading::Template;

/// The resources of the console, by their names.
fn resources(template: &Template) -> Vec<String> {
    let all = template.names("Resources").into_iter();
    let of_console = |name: &String| name.starts_with("Console") || name == "SigningKeys";
    let found: Vec<_> = all.filter(of_console).collect();
    assert!(found.len() > 10, "{found:?}");
    found
}

#[test]
fn nothing_of_the_console_is_deployed_unless_it_is_enabled() {
    let template = Template::read();
    assert_eq!(template.text("Parameters.ConsoleEnabled.Default"), "false");
    let condition = template.texts("Conditions.HasConsole");
    assert_eq!(condition, ["ConsoleEnabled", "true"]);
    for name in resources(&template) {
        let condition = format!("Resources.{name}.Condition");
        assert_eq!(template.text(&condition), "HasConsole", "{name}");
    }
    let outputs = template.names("Outputs").into_iter();
    let of_console = |name: &String| name.starts_with("Console") || name.starts_with("Signing");
    for name in outputs.filter(of_console) {
        let condition = format!("Outputs.{name}.Condition");
        assert_eq!(template.text(&condition), "HasConsole", "{name}");
    }
}

#[test]
fn the_consoles_role_deletes_nothing_and_reads_no_key_of_recall() {
    let allowed = Template::read().allowed("ConsoleRole");
    let actions = || allowed.values().flatten();
    assert!(actions().count() > 5);
    for action in actions() {
        let is_harmless = !["Delete", "*", "Remove", "Purge", "Scan"]
            .iter()
            .any(|part| action.contains(part));
        assert!(is_harmless, "{action}");
    }
    for resource in ["ApiKey.Id", "WebhookSecrets.Id", "*"] {
        assert!(!allowed.contains_key(resource), "{resource}");
    }
}

/// The partition `workspace` has the scheduler's lease and the denial of the API key, `limits` has
/// the permits, and `coverage` the totals of past days. Whoever takes the console over may touch
/// none of them.
#[test]
fn the_consoles_role_writes_only_what_people_decide() {
    let template = Template::read();
    for action in ["dynamodb:PutItem", "dynamodb:UpdateItem"] {
        let partitions = template.partitions("ConsoleRole", action, "StateTable.Arn");
        let expected = ["calendar#*", "meeting#*", "person#*", "policies", "sync"];
        assert_eq!(partitions, expected, "{action}");
    }
    let of_sync = template.partitions("SyncRole", "dynamodb:PutItem", "StateTable.Arn");
    assert_eq!(of_sync, ["*"], "the condition is seen where there is one");
}

/// Without the switch the console cannot call Recall, whoever takes it over; with it, it can still
/// not take the scheduler's lease.
#[test]
fn the_key_of_recall_and_permits_are_the_consoles_only_with_previews() {
    let template = Template::read();
    assert_eq!(template.text("Parameters.ConsolePreview.Default"), "false");
    let condition = "AllowsPreviews";
    assert_eq!(
        template.texts(&format!("Conditions.{condition}")),
        ["ConsolePreview", "true"]
    );
    let allowed = template.allowed_if(condition, "ConsoleRole");
    let each = allowed.iter().flat_map(|(resource, actions)| {
        let actions = actions.iter().map(String::as_str);
        actions.map(|action| (action, resource.as_str()))
    });
    assert_eq!(
        each.collect::<Vec<_>>(),
        [
            ("secretsmanager:GetSecretValue", "ApiKey.Id"),
            ("dynamodb:UpdateItem", "StateTable.Arn"),
        ]
    );
    let action = "dynamodb:UpdateItem";
    let partitions = template.partitions_if(condition, "ConsoleRole", action, "StateTable.Arn");
    assert_eq!(partitions, ["limits"]);
}

/// The first signing key is made with the stack, so that no secret is a parameter.
#[test]
fn the_first_signing_key_can_be_read_as_keys() {
    let template = Template::read();
    let secret = "Resources.SigningKeys.Properties.GenerateSecretString";
    let text = template.text(&format!("{secret}.SecretStringTemplate"));
    let mut key: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let name = template.text(&format!("{secret}.GenerateStringKey"));
    let length = template.number(&format!("{secret}.PasswordLength"));
    key[name] = "x".repeat(usize::try_from(length).expect("small")).into();
    let keys = callsheet_auth::SigningKeys::parse(&key.to_string()).expect("a key");
    for role in callsheet_auth::Role::ALL {
        assert!(keys.signing(role).is_some(), "{role}");
    }
}

/// Paths hold ids, and headers hold tokens.
#[test]
fn the_access_log_of_the_console_has_neither_paths_nor_headers() {
    let template = Template::read();
    let settings = "Resources.ConsoleStage.Properties.AccessLogSettings";
    let format = template.text(&format!("{settings}.Format"));
    for part in ["path", "header", "authorizer", "identity"] {
        assert!(!format.contains(part), "{format}");
    }
    let name = template.text("Resources.ConsoleAccessLogs.Properties.LogGroupName");
    assert!(name.starts_with("/aws/vendedlogs/"), "{name}");
}

#[test]
fn the_console_answers_before_its_api_gives_up() {
    let template = Template::read();
    let timeout = template.number("Resources.ConsoleFunction.Properties.Timeout");
    let api = template.number("Resources.ConsoleIntegration.Properties.TimeoutInMillis");
    assert!(timeout * 1_000 <= api);
}

/// Which texts `ConsoleEmbedders` allows, the test of patterns knows.
#[test]
fn the_console_can_parse_each_value_that_its_parameters_allow() {
    let template = Template::read();
    let allowed = template.texts("Parameters.ConsoleTitles.AllowedValues");
    assert_eq!(allowed.len(), 2);
    for text in allowed {
        text.parse::<callsheet_console::Titles>().expect("a value");
    }
}
