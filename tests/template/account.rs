//! What an account may demand of the stack: a boundary of its roles, a key of its own, a domain, a budget.
//!
//! Each is a parameter that changes nothing while it has its default.

use std::collections::BTreeSet;

use test_case::test_case;

use crate::reading::Template;

/// The resources of a type, of which there has to be one.
fn of_type(template: &Template, wanted: &str) -> BTreeSet<String> {
    let kind = |name: &String| template.text(&format!("Resources.{name}.Type")) == wanted;
    let found: BTreeSet<_> = template
        .names("Resources")
        .into_iter()
        .filter(kind)
        .collect();
    assert!(!found.is_empty(), "there is no {wanted}");
    found
}

#[test_case("AWS::IAM::Role", "PermissionsBoundary", ["HasPermissionsBoundary", "PermissionsBoundaryArn", "AWS::NoValue"]; "a boundary of roles")]
#[test_case("AWS::DynamoDB::Table", "SSESpecification.SSEType", ["HasKmsKey", "KMS", "AWS::NoValue"]; "tables encrypted by KMS")]
#[test_case("AWS::DynamoDB::Table", "SSESpecification.KMSMasterKeyId", ["HasKmsKey", "KmsKeyArn", "AWS::NoValue"]; "a key of tables")]
#[test_case("AWS::SQS::Queue", "KmsMasterKeyId", ["HasKmsKey", "KmsKeyArn", "AWS::NoValue"]; "a key of queues")]
#[test_case("AWS::SecretsManager::Secret", "KmsKeyId", ["HasKmsKey", "KmsKeyArn", "AWS::NoValue"]; "a key of secrets")]
#[test_case("AWS::Logs::LogGroup", "KmsKeyId", ["HasKmsKey", "KmsKeyArn", "AWS::NoValue"]; "a key of logs")]
fn every_resource_of_a_type_takes_what_the_account_demands(
    kind: &str,
    property: &str,
    expected: [&str; 3],
) {
    let template = Template::read();
    for name in of_type(&template, kind) {
        let given = template.texts(&format!("Resources.{name}.Properties.{property}"));
        assert_eq!(given, expected, "{name}");
    }
}

/// SQS refuses a queue that is told to use its own key and another one.
#[test]
fn a_queue_has_the_key_of_sqs_only_without_another() {
    let template = Template::read();
    for name in of_type(&template, "AWS::SQS::Queue") {
        let at = format!("Resources.{name}.Properties.SqsManagedSseEnabled");
        assert_eq!(template.text(&format!("{at}.0")), "HasKmsKey", "{name}");
        assert!(!template.is_true(&format!("{at}.1")), "{name}");
        assert!(template.is_true(&format!("{at}.2")), "{name}");
    }
}

#[test]
fn every_role_may_use_the_key() {
    let template = Template::read();
    let policy = "Resources.KmsKeyUse";
    assert_eq!(template.text(&format!("{policy}.Condition")), "HasKmsKey");
    let roles = template.texts(&format!("{policy}.Properties.Roles"));
    let roles: BTreeSet<_> = roles.into_iter().collect();
    assert_eq!(roles, of_type(&template, "AWS::IAM::Role"));
    let statement = format!("{policy}.Properties.PolicyDocument.Statement.0");
    let key = template.text(&format!("{statement}.Resource"));
    assert_eq!(key, "KmsKeyArn");
}

#[test_case("HasPermissionsBoundary", "PermissionsBoundaryArn")]
#[test_case("HasKmsKey", "KmsKeyArn")]
#[test_case("HasWebhookDomain", "WebhookDomainName")]
fn a_demand_is_off_by_default(condition: &str, parameter: &str) {
    let template = Template::read();
    let at = |place: &str| template.text(&format!("Conditions.{condition}.0.{place}"));
    assert_eq!((at("0"), at("1")), (parameter, ""));
    assert_eq!(
        template.text(&format!("Parameters.{parameter}.Default")),
        ""
    );
}

#[test]
fn there_is_no_budget_by_default_and_one_notifies_the_topic_of_the_alarms() {
    let template = Template::read();
    assert_eq!(template.number("Parameters.MonthlyBudget.Default"), 0);
    assert_eq!(template.text("Conditions.HasBudget.0.0"), "MonthlyBudget");
    assert_eq!(template.number("Conditions.HasBudget.0.1"), 0);
    let subscribers = |notified: usize| {
        let at = "Resources.Budget.Properties.NotificationsWithSubscribers";
        template.text(&format!("{at}.{notified}.Subscribers.0.Address"))
    };
    assert_eq!(
        (subscribers(0), subscribers(1)),
        ("TicketTopicArn", "TicketTopicArn")
    );
}

/// A domain is a resource of the stack, which a deployment without a certificate would fail to create.
#[test_case("DomainHasCertificate", "WebhookDomainName", "WebhookCertificateArn")]
#[test_case("BudgetHasTopic", "MonthlyBudget", "TicketTopicArn")]
fn a_parameter_that_needs_another_is_refused_without_it(rule: &str, given: &str, needed: &str) {
    let template = Template::read();
    let at = |place: &str| template.text(&format!("Rules.{rule}.{place}"));
    assert_eq!(at("RuleCondition.0.0"), given);
    assert_eq!(at("Assertions.0.Assert.0.0"), needed);
}

#[test]
fn the_address_of_the_webhook_is_that_of_its_domain() {
    let template = Template::read();
    let address = template.texts("Outputs.WebhookUrl.Value");
    let expected = [
        "HasWebhookDomain",
        "https://${WebhookDomainName}/webhook",
        "${WebhookApi.ApiEndpoint}/webhook",
    ];
    assert_eq!(address, expected);
    let mapped =
        |name: &str| template.text(&format!("Resources.WebhookDomainMapping.Properties.{name}"));
    assert_eq!(mapped("ApiId"), "WebhookApi");
    assert_eq!(mapped("Stage"), "WebhookStage");
    assert_eq!(mapped("DomainName"), "WebhookDomain");
}
