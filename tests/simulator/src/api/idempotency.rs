//! Responses that are replayed for an idempotency key.

use jiff::SignedDuration;

use crate::call::Call;
use crate::clock;
use crate::operation::Operation;
use crate::response::ApiResponse;
use crate::state::{SavedResponse, Shared};

/// How long a response is replayed for its idempotency key.
const IDEMPOTENCY_WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// The response to replay for the call's idempotency key.
pub(super) fn saved_response(
    shared: &Shared,
    call: &Call,
    operation: Operation,
) -> Option<SavedResponse> {
    if operation != Operation::ScheduleBot {
        return None;
    }
    let key = call.idempotency_key.as_ref()?;
    let saved = shared.lock().saved_responses.get(key).cloned()?;
    (clock::now().duration_since(saved.saved_at) < IDEMPOTENCY_WINDOW).then_some(saved)
}

/// Saves the response for the call's idempotency key if the service came to a result: success,
/// rejection, or no bot available. Other failures are not saved.
pub(super) fn save_response(
    shared: &Shared,
    call: &Call,
    operation: Operation,
    response: &ApiResponse,
) {
    let is_result = matches!(response.status, 200..=299 | 400 | 404 | 507);
    if let (Operation::ScheduleBot, true, Some(key)) = (operation, is_result, &call.idempotency_key)
    {
        let saved = SavedResponse {
            saved_at: clock::now(),
            event: call.event,
            body: call.body.to_vec(),
            response: response.clone(),
        };
        shared.lock().saved_responses.insert(key.clone(), saved);
    }
}
