//! Responses to webhooks. A 2xx ends Recall's retries, so it is sent only once the
//! message is on the queue; after any other status Recall retries for up to a day.

use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::http::{HeaderValue, StatusCode};

/// Header that ends the retries of a webhook that every retry would fail.
const DELIVERY: &str = "webhook-delivery";

/// A response to a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WebhookResponse {
    /// Its sync request is on the queue, or it needs none.
    Accepted,
    /// The event of the HTTP API is not a request.
    Invalid,
    /// Recall did not sign it.
    NotSigned,
    /// Recall signed it, but it is not in the published shape: a retry would not change it.
    Unreadable,
    /// The request is not a POST.
    NotPosted,
    /// The body is larger than that of any webhook.
    TooLarge,
    /// The queue did not take it: Recall should retry.
    NotEnqueued,
}

impl WebhookResponse {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Accepted => StatusCode::NO_CONTENT,
            Self::NotSigned => StatusCode::UNAUTHORIZED,
            Self::Invalid | Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::NotPosted => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotEnqueued => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The HTTP response, without a body: a reason could help a forger.
    pub(crate) fn response(self) -> ApiGatewayV2httpResponse {
        let mut response = ApiGatewayV2httpResponse::default();
        response.status_code = self.status().as_u16().into();
        if self == Self::Unreadable {
            let abort = HeaderValue::from_static("abort-message");
            response.headers.insert(DELIVERY, abort);
        }
        response
    }
}
