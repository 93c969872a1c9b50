//! A secret in the local cloud's Secrets Manager: loaded at the start, and again
//! when it may have changed, at most every 50 seconds.

use aws_sdk_secretsmanager::Client;
use callsheet_domain::plus;
use callsheet_runtime::{Aws, Environment, Secret, aws_config};
use callsheet_testkit::at;
use jiff::SignedDuration;

fn one_word(text: &str) -> Result<String, String> {
    if text.contains(' ') {
        Err("one word".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

fn local_aws() -> Aws {
    aws_config(&Environment::of_process()).expect("`make test` sets the address of AWS")
}

/// A secret of the test's own, with a client to rotate it.
async fn a_secret(text: &str) -> (Client, String) {
    let client = Client::new(&local_aws());
    let name = format!("contracts-{:016x}", fastrand::u64(..));
    let created = client
        .create_secret()
        .name(name)
        .secret_string(text)
        .send()
        .await;
    let arn = created
        .expect("the server creates a secret")
        .arn
        .expect("a secret has a name");
    (client, arn)
}

async fn rotate(client: &Client, arn: &str, text: &str) {
    let put = client
        .put_secret_value()
        .secret_id(arn)
        .secret_string(text)
        .send()
        .await;
    put.expect("the server changes a secret");
}

#[tokio::test]
async fn a_rotated_secret_is_loaded_again_at_most_every_fifty_seconds() {
    let (client, arn) = a_secret("old").await;
    let start = at("10:00");
    let after = |seconds| plus(start, SignedDuration::from_secs(seconds));
    let secret = Secret::load(&local_aws(), &arn, one_word, start)
        .await
        .expect("it is there");
    rotate(&client, &arn, "new").await;
    assert_eq!(secret.current().await, "old");
    assert_eq!(
        secret.refresh(after(49)).await,
        None,
        "it was loaded a moment ago"
    );
    assert_eq!(secret.refresh(after(50)).await.as_deref(), Some("new"));
    assert_eq!(secret.current().await, "new");
    rotate(&client, &arn, "newer").await;
    assert_eq!(secret.refresh(after(99)).await, None);
    assert_eq!(secret.refresh(after(100)).await.as_deref(), Some("newer"));
}

#[tokio::test]
async fn an_unusable_new_secret_leaves_the_old_one_in_use() {
    let (client, arn) = a_secret("old").await;
    let start = at("10:00");
    let secret = Secret::load(&local_aws(), &arn, one_word, start)
        .await
        .expect("it is there");
    rotate(&client, &arn, "two words").await;
    assert_eq!(
        secret
            .refresh(plus(start, SignedDuration::from_mins(2)))
            .await,
        None
    );
    assert_eq!(secret.current().await, "old");
}

#[tokio::test]
async fn an_unusable_secret_is_an_error_that_does_not_quote_it() {
    let (_, arn) = a_secret("two words").await;
    let read = Secret::load(&local_aws(), &arn, one_word, at("10:00")).await;
    let error = read.expect_err("it is not one word").to_string();
    assert_eq!(error, "the secret has another form than expected: one word");
    let missing = Secret::load(&local_aws(), &format!("{arn}x"), one_word, at("10:00")).await;
    let error = missing.expect_err("there is none").to_string();
    assert!(
        error.starts_with("Secrets Manager did not return the secret"),
        "{error}"
    );
}
