//! Exchanges an ID token, which API Gateway has verified, for an access token of the console. So
//! all other routes verify one kind of token, and an owner's calendars are found once an hour.

use callsheet_api::console::IssuedToken;
use callsheet_app::find_calendar::calendars_at_recall;
use callsheet_app::ports::Calendars;
use callsheet_auth::{Grant, MOST_CALENDARS, NewToken, Role, SigningKey, SigningKeys};
use callsheet_domain::{Timestamp, plus};
use callsheet_runtime::HttpRequest;

use crate::identity::Identity;
use crate::no_access::NoAccess;
use crate::problem::Refused;
use crate::response::Answer;
use crate::sign_in::SignIn;

/// The key that the stack is made with. Tokens of people who signed in are signed with it, so that
/// the activity log tells them from those of host applications.
const KEY: &str = "console";

/// An access token for the person of a request.
pub(crate) async fn exchange<S: Calendars>(
    state: &S,
    keys: &SigningKeys,
    (request, sign_in): (&HttpRequest, &SignIn),
    now: Timestamp,
) -> Result<Answer, Refused> {
    let person = Identity::of(request, sign_in)?;
    let grant = granted(state, person, sign_in).await;
    let answer = grant.and_then(|grant| signed(keys, person, grant, now));
    if let Err(Refused::NoAccess(reason)) = &answer {
        tracing::info!(%reason, "refused a sign-in: {reason}");
    }
    answer
}

/// What the person may do: everything as an operator, or else what belongs to the calendars of the
/// verified address.
async fn granted<S: Calendars>(
    state: &S,
    person: Identity<'_>,
    sign_in: &SignIn,
) -> Result<Grant, Refused> {
    if person.is_operator(sign_in) {
        return Ok(Grant::Operator);
    }
    let address = person.address();
    let address = address.ok_or(Refused::NoAccess(NoAccess::NoAddress))?;
    if !person.has_verified_address() {
        return Err(Refused::NoAccess(NoAccess::AddressNotVerified));
    }
    let mut calendars = calendars_at_recall(state, &address).await?;
    if calendars.is_empty() {
        return Err(Refused::NoAccess(NoAccess::NoCalendar));
    }
    calendars.truncate(MOST_CALENDARS);
    Ok(Grant::Owner { calendars })
}

/// A token as long as its role allows.
fn signed(
    keys: &SigningKeys,
    person: Identity<'_>,
    grant: Grant,
    now: Timestamp,
) -> Result<Answer, Refused> {
    let role = grant.role();
    let key = key(keys, role).ok_or(Refused::NoAccess(NoAccess::NoKey))?;
    let name = person.name().ok_or(Refused::NoAccess(NoAccess::NoName))?;
    let issued_at = Timestamp::from_second(now.as_second()).expect("a second of an instant");
    let new = NewToken {
        subject: name,
        grant,
        zone: None,
        issued_at,
        life: role.longest_life(),
    };
    let token = key.sign(&new);
    let token = token.map_err(|_| Refused::NoAccess(NoAccess::NoKey))?;
    let (role, key) = (role.as_str(), key.name());
    tracing::info!(role, key, "signed a person in as {role}");
    Ok(Answer::of(&IssuedToken {
        token,
        expires_at: plus(issued_at, new.life),
    })
    .created())
}

/// The key of the stack. Once that was rotated away, the first one that may sign the role.
fn key(keys: &SigningKeys, role: Role) -> Option<&SigningKey> {
    let of_stack = keys.named(KEY).filter(|key| key.may_sign(role));
    of_stack.or_else(|| keys.signing(role))
}
