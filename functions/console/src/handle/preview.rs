//! What a policy would change in a calendar, if it were pushed.
//!
//! The events are listed at Recall, with permits that all other work goes before. Nothing is
//! written but the permits.

use callsheet_api::policy_file::compile;
use callsheet_api::preview::Comparison;
use callsheet_app::event_lister::EventLister;
use callsheet_app::policy_preview::{KnownCalendars, compare_with_decisions, list_inputs};
use callsheet_app::{CallTerms, Priority};
use callsheet_domain::plus;
use jiff::SignedDuration;

use crate::asked::Asked;
use crate::caller::Caller;
use crate::page;
use crate::ports::ConsolePorts;
use crate::problem::Refused;
use crate::response::Answer;

use super::policies::file_of;
use super::push_policy::refused_text;

/// How long a preview waits for permits. What is left of the function's time is the last call's.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(10);

/// Previews the policy in the body.
pub(super) async fn preview<P: ConsolePorts>(
    ports: &P,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    // Asked first, so that the answer is the same for every calendar.
    let source = ports.listed().ok_or(Refused::NoPreviews)?;
    let record = caller.calendar(ports.state(), asked.id).await?;
    let (document, policy) = compile(&file_of(asked)?).map_err(refused_text)?;
    let lister = EventLister {
        recall: source.recall.clone(),
        state: ports.state(),
        clock: ports.clock().clone(),
        rate_limit: source.rate_limit,
        terms: CallTerms {
            priority: Priority::Operator,
            latest: plus(caller.now, LONGEST_WAIT),
        },
        progress: (),
    };
    let calendars = KnownCalendars::one(ports.state(), record).await?;
    let inputs = list_inputs(&lister, calendars, caller.now).await?;
    let stores = (ports.state(), ports.decisions());
    let preview = compare_with_decisions(stores, inputs, &policy, caller.now).await?;
    let warnings = preview.inputs.warnings(&document, false);
    let comparison = caller.shown(Comparison::of(preview, warnings));
    let page = asked.page(caller, |view| page::previewed(&comparison, view));
    Ok(Answer::of(&comparison).with_page(page))
}
