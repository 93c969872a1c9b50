//! From a request to a verified access token. Handlers take the token and never the request's
//! header.
//!
//! Keys are kept for two minutes, so that a key that was removed signs nothing any more, however
//! long an instance of the function lives. If they cannot be loaded again, those that were loaded
//! last hold: an outage of Secrets Manager closes nothing.

use callsheet_auth::{AccessToken, Refusal, SigningKeys};
use callsheet_domain::{Timestamp, plus};
use callsheet_runtime::{HttpRequest, Secret};
use jiff::SignedDuration;

use crate::problem::Refused;

/// How old the keys are at most that a token is verified with.
const OLDEST: SignedDuration = SignedDuration::from_mins(2);

/// The keys that access tokens are signed with.
pub trait Keys: Send + Sync {
    /// The keys as they were last loaded, and when that was.
    fn current(&self) -> impl Future<Output = (SigningKeys, Timestamp)> + Send;

    /// The keys, loaded again; none if they were loaded less than 50 seconds ago.
    fn refresh(&self, now: Timestamp) -> impl Future<Output = Option<SigningKeys>> + Send;
}

impl Keys for Secret<SigningKeys> {
    async fn current(&self) -> (SigningKeys, Timestamp) {
        self.loaded().await
    }

    async fn refresh(&self, now: Timestamp) -> Option<SigningKeys> {
        self.refresh(now).await
    }
}

/// Verifies the token of a request. If its key is unknown or does not match, the keys are loaded
/// again: one may have been added since.
pub(crate) async fn authenticate<S: Keys>(
    keys: &S,
    request: &HttpRequest,
    now: Timestamp,
) -> Result<AccessToken, Refused> {
    let token = bearer(request).ok_or(Refused::TokenMissing)?;
    let verified = fresh(keys, now).await.verify(token, now);
    let verified = match verified {
        Err(refusal) if refusal.may_be_rotated() => match keys.refresh(now).await {
            Some(keys) => keys.verify(token, now),
            None => Err(refusal),
        },
        verified => verified,
    };
    verified.map_err(|refusal| {
        tracing::info!(%refusal, "refused a request: {refusal}");
        match refusal {
            Refusal::Expired => Refused::TokenExpired,
            _ => Refused::TokenInvalid,
        }
    })
}

/// The keys, loaded again if they are old.
pub(crate) async fn fresh<S: Keys>(keys: &S, now: Timestamp) -> SigningKeys {
    let (current, loaded_at) = keys.current().await;
    if now < plus(loaded_at, OLDEST) {
        return current;
    }
    keys.refresh(now).await.unwrap_or(current)
}

/// The token in the header `Authorization`; none if there is none of the scheme.
fn bearer(request: &HttpRequest) -> Option<&str> {
    let (scheme, token) = request.header("authorization")?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
