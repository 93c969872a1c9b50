//! What Recall is told. A 2xx ends its retries, so it is given only when the
//! message is safe; anything else has the webhook sent again, for up to a day.

use lambda_http::http::StatusCode;
use lambda_http::{Body, Error, Response};

/// The header that ends the retries of a webhook that no retry would mend.
const DELIVERY: &str = "webhook-delivery";

/// An answer to Recall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WebhookResponse {
    /// It is on the queue, or there is nothing to be done about it.
    Accepted,
    /// Recall did not sign it.
    NotSigned,
    /// Recall signed it, but it is not in its published shape: no use in sending it again.
    Unreadable,
    /// Webhooks are posted.
    NotPosted,
    /// It is larger than any webhook.
    TooLarge,
    /// It could not be put on the queue: send it again.
    NotNow,
}

impl WebhookResponse {
    fn status(self) -> StatusCode {
        match self {
            Self::Accepted => StatusCode::NO_CONTENT,
            Self::NotSigned => StatusCode::UNAUTHORIZED,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::NotPosted => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotNow => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The same over HTTP, without a word that could help a forger.
    pub(crate) fn response(self) -> Result<Response<Body>, Error> {
        let mut response = Response::builder().status(self.status());
        if self == Self::Unreadable {
            response = response.header(DELIVERY, "abort-message");
        }
        Ok(response.body(Body::Empty)?)
    }
}
