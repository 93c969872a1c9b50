//! Requests that are not answered as asked: each has a kind, a status and a sentence that says
//! what to do.

use callsheet_api::problem::{InvalidPart, Problem};
use callsheet_app::{PortError, UseCaseError};
use lambda_http::http::{Method, StatusCode};

use crate::no_access::NoAccess;

/// Seconds after which a request may be repeated that a failure of AWS prevented.
const RETRY_AFTER: u64 = 5;

/// Why a request is not answered as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There is no access token.
    TokenMissing,
    /// The access token is not valid.
    TokenInvalid,
    /// The access token has expired.
    TokenExpired,
    /// API Gateway has verified no ID token for this console.
    NotSignedIn,
    /// A person who has signed in gets no access.
    NoAccess(NoAccess),
    /// The role may not do this.
    Forbidden,
    /// There is no such thing, or the token does not give access to it: both look the same.
    NotFound,
    /// The path has no such method, but these.
    MethodNotAllowed(Vec<Method>),
    /// The request accepts no form that there is.
    NotAcceptable,
    /// No sync has found the platform's id of the event yet.
    CalendarNotSynced,
    /// The stack allows no previews.
    NoPreviews,
    /// The calendar is not connected, so its events are not listed.
    NotConnected,
    /// The meeting is over.
    EventOver,
    /// So many people have made a choice for the meeting that no more are kept.
    TooManyChoices,
    /// Bots are scheduled under another deduplication scheme than the policy's.
    DeduplicationInUse,
    /// What a change depends on is not as the request says.
    ChangedMeanwhile,
    /// The change has to say what it depends on.
    PreconditionRequired,
    /// The body is too large.
    TooLarge,
    /// The body is not JSON.
    NotJson,
    /// The body is a policy, and neither JSON nor YAML.
    NeitherJsonNorYaml,
    /// Parts of the request are invalid.
    Invalid(Vec<InvalidPart>),
    /// No permit to call Recall came in time.
    RateLimited,
    /// A service failed; its error is in the log.
    Unavailable {
        /// Seconds after which a repetition may succeed.
        retry_after: u64,
    },
}

impl Refused {
    /// An invalid part of the request.
    pub(crate) fn invalid(place: &str, detail: &str) -> Self {
        Self::Invalid(vec![InvalidPart {
            place: place.to_owned(),
            detail: detail.to_owned(),
        }])
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::TokenMissing | Self::TokenInvalid | Self::TokenExpired | Self::NotSignedIn => {
                StatusCode::UNAUTHORIZED
            }
            Self::Forbidden | Self::NoAccess(_) => StatusCode::FORBIDDEN,
            Self::NotFound | Self::NoPreviews => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::CalendarNotSynced
            | Self::NotConnected
            | Self::EventOver
            | Self::TooManyChoices
            | Self::DeduplicationInUse => StatusCode::CONFLICT,
            Self::ChangedMeanwhile => StatusCode::PRECONDITION_FAILED,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotJson | Self::NeitherJsonNorYaml => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Name of the kind, which clients compare.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::TokenMissing => "token-missing",
            Self::TokenInvalid => "token-invalid",
            Self::TokenExpired => "token-expired",
            Self::NotSignedIn => "not-signed-in",
            Self::NoAccess(_) => "no-access",
            Self::Forbidden => "forbidden",
            Self::NotFound | Self::NoPreviews => "not-found",
            Self::MethodNotAllowed(_) => "method-not-allowed",
            Self::NotAcceptable => "not-acceptable",
            Self::CalendarNotSynced => "calendar-not-synced",
            Self::NotConnected => "calendar-not-connected",
            Self::EventOver => "event-over",
            Self::TooManyChoices => "too-many-choices",
            Self::DeduplicationInUse => "deduplication-in-use",
            Self::ChangedMeanwhile => "changed-meanwhile",
            Self::PreconditionRequired => "precondition-required",
            Self::TooLarge => "too-large",
            Self::NotJson | Self::NeitherJsonNorYaml => "unsupported-format",
            Self::Invalid(_) => "invalid",
            Self::RateLimited => "rate-limited",
            Self::Unavailable { .. } => "unavailable",
        }
    }

    fn texts(&self) -> (&'static str, &'static str) {
        match self {
            Self::TokenMissing => (
                "Send an access token",
                "The header Authorization has no token of the scheme Bearer.",
            ),
            Self::TokenInvalid => (
                "Get another access token",
                "The access token is not valid here.",
            ),
            Self::TokenExpired => (
                "Get a new access token",
                "The access token has expired, or its meeting is over.",
            ),
            Self::NotSignedIn => (
                "Sign in first",
                "There is no ID token that API Gateway has verified for this console.",
            ),
            Self::NoAccess(reason) => ("Ask an operator", reason.detail()),
            Self::Forbidden => (
                "Use a token of another role",
                "The role of the access token may not do this.",
            ),
            Self::NotFound => (
                "Check the address",
                "There is no such thing, or the access token does not include it.",
            ),
            Self::MethodNotAllowed(_) => (
                "Use another method",
                "The header Allow has the methods of this path.",
            ),
            Self::NotAcceptable => (
                "Accept another form",
                "This is available as application/json, and what the console shows as text/html.",
            ),
            Self::CalendarNotSynced => (
                "Try again in a minute",
                "The decision has no platform id of the event yet. A sync is requested.",
            ),
            Self::NoPreviews => (
                "Preview on the command line",
                "This stack is deployed with ConsolePreview=false, so its console has no key of \
                 Recall and cannot list events. `callsheet preview` shows the same.",
            ),
            Self::NotConnected => (
                "Choose a connected calendar",
                "The calendar is not connected, so Recall lists no events of it.",
            ),
            Self::EventOver => (
                "Choose a coming meeting",
                "The meeting is over, so nothing is recorded any more.",
            ),
            Self::TooManyChoices => (
                "Ask an operator",
                "300 people have made a choice for this meeting, and no more are kept. An operator \
                 can take all of them back.",
            ),
            Self::DeduplicationInUse => (
                "Keep the deduplication scheme",
                "Meetings have bots that the active policy tells apart in another way. Recall's \
                 guide demands that the scheme never changes while events are scheduled.",
            ),
            Self::ChangedMeanwhile => (
                "Read it again",
                "It has changed since it was read. Confirm it as it is now.",
            ),
            Self::PreconditionRequired => (
                "Say what you saw",
                "The header If-Match is to have the entity tag of what the change depends on.",
            ),
            Self::TooLarge => ("Send less", "The body has more than 64 KB."),
            Self::NotJson => (
                "Send JSON",
                "The body is to be application/json, as the header Content-Type says.",
            ),
            Self::NeitherJsonNorYaml => (
                "Send JSON or YAML",
                "The body is to be application/json or application/yaml, as the header \
                 Content-Type says.",
            ),
            Self::Invalid(_) => (
                "Correct the request",
                "A part of the request is invalid; `problems` names each.",
            ),
            Self::RateLimited => (
                "Try again in half a minute",
                "Other work uses Recall's rate limit, and goes before this.",
            ),
            Self::Unavailable { .. } => (
                "Try again in a moment",
                "A service that this needs did not answer as it should.",
            ),
        }
    }

    /// The document, for a request that has this id in the logs.
    pub(crate) fn document(&self, request_id: &str) -> Problem {
        let (title, detail) = self.texts();
        Problem {
            kind: format!("urn:callsheet:problem:{}", self.name()),
            title: title.to_owned(),
            status: self.status().as_u16(),
            detail: detail.to_owned(),
            instance: format!("urn:request:{request_id}"),
            retry_after: self.retry_after(),
            problems: match self {
                Self::Invalid(parts) => parts.clone(),
                _ => Vec::new(),
            },
        }
    }

    /// Seconds after which a repetition may succeed.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Unavailable { retry_after } => Some(*retry_after),
            Self::CalendarNotSynced => Some(60),
            Self::RateLimited => Some(30),
            _ => None,
        }
    }
}

impl From<PortError> for Refused {
    /// The error itself is only logged: it may name tables.
    fn from(error: PortError) -> Self {
        tracing::error!(%error, "could not answer a request: {error}");
        let wait = error.wait().map(|wait| wait.as_secs().max(1));
        Self::Unavailable {
            retry_after: wait.unwrap_or(RETRY_AFTER),
        }
    }
}

impl From<UseCaseError> for Refused {
    fn from(error: UseCaseError) -> Self {
        match error {
            UseCaseError::Port(error) => error.into(),
            UseCaseError::UnknownEvent(_)
            | UseCaseError::NoSuchEvent(_)
            | UseCaseError::UnknownCalendar(_) => Self::NotFound,
            UseCaseError::NoPlatformId(_) => Self::CalendarNotSynced,
            UseCaseError::NoneConnected => Self::NotConnected,
            UseCaseError::NoPermit(_) => Self::RateLimited,
            UseCaseError::MeetingOver(_) => Self::EventOver,
            UseCaseError::TooManyChoices(_) => Self::TooManyChoices,
            error => {
                tracing::error!(%error, "could not answer a request: {error}");
                Self::Unavailable {
                    retry_after: RETRY_AFTER,
                }
            }
        }
    }
}
