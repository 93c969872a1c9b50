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

/// What people sign in by.
const SIGN_IN: [&str; 3] = [
    "ConsoleSignInAuthorizer",
    "ConsoleSignInPermission",
    "ConsoleSignInRoute",
];

#[test]
fn nothing_of_the_console_is_deployed_unless_it_is_enabled() {
    let template = Template::read();
    assert_eq!(template.text("Parameters.ConsoleEnabled.Default"), "false");
    let condition = template.texts("Conditions.HasConsole");
    assert_eq!(condition, ["ConsoleEnabled", "true"]);
    for name in resources(&template) {
        let condition = format!("Resources.{name}.Condition");
        let expected = if SIGN_IN.contains(&name.as_str()) {
            "HasSignIn"
        } else {
            "HasConsole"
        };
        assert_eq!(template.text(&condition), expected, "{name}");
    }
    let outputs = template.names("Outputs").into_iter();
    let of_console = |name: &String| name.starts_with("Console") || name.starts_with("Signing");
    for name in outputs.filter(of_console) {
        let condition = format!("Outputs.{name}.Condition");
        assert_eq!(template.text(&condition), "HasConsole", "{name}");
    }
}

/// Without an issuer there is no route, no authorizer and no permission to call the function by it.
#[test]
fn people_sign_in_only_to_a_console_and_at_an_issuer() {
    let template = Template::read();
    assert_eq!(template.text("Parameters.ConsoleSignIn.Default"), "");
    assert_eq!(template.text("Conditions.HasSignIn.0"), "HasConsole");
    let is_given = template.texts("Conditions.HasSignIn.1.0");
    assert_eq!(is_given, ["ConsoleSignIn", ""]);
    let hint = template.text("Parameters.ConsoleSignIn.ConstraintDescription");
    for part in [
        "issuer",
        "client id",
        "authorization URL",
        "token URL",
        "claim=value",
    ] {
        assert!(hint.contains(part), "{part}");
    }
}

/// CloudFormation splits the text of an authorizer that it does not create, too.
#[test]
fn an_authorizer_takes_issuer_and_client_out_of_the_parameter() {
    let template = Template::read();
    let authorizer = "Resources.ConsoleSignInAuthorizer.Properties";
    for (place, index) in [("Issuer", 0), ("Audience.0", 1)] {
        let select = format!("{authorizer}.JwtConfiguration.{place}");
        assert_eq!(template.number(&format!("{select}.0")), index, "{place}");
        assert_eq!(template.text(&format!("{select}.1.0")), " ", "{place}");
        let padded = template.text(&format!("{select}.1.1"));
        assert!(padded.starts_with("${ConsoleSignIn} -"), "{padded}");
        for given in ["", "issuer client authorize token groups=operators"] {
            let text = padded.replace("${ConsoleSignIn}", given);
            let parts: Vec<_> = text.split(' ').collect();
            assert!(parts.len() > 1, "{text}");
        }
    }
    let header = template.texts(&format!("{authorizer}.IdentitySource"));
    assert_eq!(header, ["$request.header.Authorization"]);
}

/// Only this route has an authorizer, and the API may call the function by it.
#[test]
fn the_route_of_the_function_is_the_one_that_api_gateway_verifies() {
    let template = Template::read();
    let route = "Resources.ConsoleSignInRoute.Properties";
    let of_function = callsheet_console::Route::SignIn;
    let key = format!("{} {}", of_function.method(), of_function.template());
    assert_eq!(template.text(&format!("{route}.RouteKey")), key);
    let kind = format!("{route}.AuthorizationType");
    assert_eq!(template.text(&kind), "JWT");
    let authorizer = format!("{route}.AuthorizerId");
    assert_eq!(template.text(&authorizer), "ConsoleSignInAuthorizer");
    let other = "Resources.ConsoleRoute.Properties.AuthorizationType";
    assert_eq!(template.text(other), "NONE");
    let source = template.text("Resources.ConsoleSignInPermission.Properties.SourceArn");
    assert!(source.ends_with("/*/POST/v1/tokens"), "{source}");
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
