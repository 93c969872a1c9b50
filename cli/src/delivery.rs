//! Says when a change takes effect.

use callsheet_api::delivery::Delivery;

/// `effect` if the message was sent, else when the change takes effect.
pub(crate) fn sentence(delivery: &Delivery, effect: &str) -> String {
    match delivery {
        Delivery::Sent => effect.to_owned(),
        Delivery::NotNeeded => "It has taken effect already.".to_owned(),
        Delivery::NotSent(reason) => format!(
            "No message could be sent to the sync queue ({reason}), so it takes effect with the next \
             resync, within a minute or so."
        ),
    }
}
