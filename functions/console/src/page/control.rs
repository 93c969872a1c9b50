//! The control with three states: by the policy, record, or skip. It shows what a person set, and
//! the badge beside it what follows. An event that the policy locks has none: nothing that is set
//! would count.

use maud::{Markup, html};

use crate::page::texts;

/// The value of a control where nothing is overridden.
pub(super) const BY_POLICY: &str = "policy";

/// What a control overrides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Event,
    Series,
}

impl Scope {
    fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Series => "series",
        }
    }
}

/// The control of an event or its series. `question` is what a screen reader reads of it, and
/// `choice` the present override.
pub(super) fn control(
    scope: Scope,
    (event, choice): (&str, Option<&str>),
    question: &str,
) -> Markup {
    let path = match scope {
        Scope::Event => format!("v1/events/{event}/override"),
        Scope::Series => format!("v1/events/{event}/series/override"),
    };
    let key = format!("{}-{event}", scope.name());
    let chosen = choice.unwrap_or(BY_POLICY);
    html! {
        fieldset.choice data-key=(key) data-write=(path) data-value=(chosen) {
            legend.unseen { (question) }
            @for (value, word) in [
                (BY_POLICY, texts::BY_POLICY),
                ("record", texts::RECORD),
                ("skip", texts::SKIP),
            ] {
                label {
                    input type="radio" name=(key) id={ (key) "-" (value) } value=(value)
                        checked[value == chosen];
                    span { (word) }
                }
            }
        }
    }
}
