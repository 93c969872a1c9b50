//! One file for each resource: reads by a use case, and represents the result.

mod agenda;
mod calendars;
mod consent;
mod coverage;
mod disconnection;
mod event_page;
mod events;
mod me;
mod operations;
mod override_event;
mod override_meeting;
mod pause;
mod policies;
mod preview;
mod push_policy;
mod status;

use callsheet_app::overrides::Target;
use callsheet_domain::OverrideChoice;

use crate::asked::Asked;
use crate::caller::Caller;
use crate::ports::ConsolePorts;
use crate::problem::Refused;
use crate::response::Answer;
use crate::route::Route;
pub(crate) use status::RecentStatus;

/// Answers a request of a caller whose role may use the route.
pub(crate) async fn handle<P: ConsolePorts>(
    (ports, recent): (&P, &RecentStatus),
    route: Route,
    caller: Caller<'_>,
    asked: Asked<'_>,
) -> Result<Answer, Refused> {
    match route {
        // Without an access token, and answered before.
        Route::OpenApi | Route::SignIn => Err(Refused::NotFound),
        Route::Me => me::me(ports, caller, asked).await,
        Route::Calendars => calendars::list(ports, caller, asked).await,
        Route::Calendar => calendars::one(ports, caller, asked).await,
        Route::Agenda => agenda::agenda(ports, caller, asked).await,
        Route::Overrides => calendars::overrides(ports, caller, asked).await,
        Route::Activity => calendars::activity(ports, caller, asked).await,
        Route::Disconnection => disconnection::read(ports, caller, asked).await,
        Route::Disconnect => disconnection::ask(ports, caller, asked).await,
        Route::Events => events::list(ports, caller, asked).await,
        Route::Event => events::one(ports, caller, asked).await,
        Route::OverrideEvent => {
            let wish = (Target::Event, override_event::wish(asked.request)?);
            override_event::set(ports, caller, asked, wish).await
        }
        Route::ClearEvent => {
            let wish = (Target::Event, OverrideChoice::Clear);
            override_event::set(ports, caller, asked, wish).await
        }
        Route::Consent => consent::consent(ports, caller, asked).await,
        Route::OverrideMeeting => {
            let wish = override_meeting::wish(asked.request, caller)?;
            override_meeting::set(ports, caller, asked, wish).await
        }
        Route::ClearMeeting => {
            let wish = override_meeting::way_back(caller, asked)?;
            override_meeting::set(ports, caller, asked, wish).await
        }
        Route::OverrideSeries => {
            let wish = (Target::Series, override_event::wish(asked.request)?);
            override_event::set(ports, caller, asked, wish).await
        }
        Route::ClearSeries => {
            let wish = (Target::Series, OverrideChoice::Clear);
            override_event::set(ports, caller, asked, wish).await
        }
        Route::Pause => {
            let end = pause::end(asked.request, caller)?;
            pause::set(ports, caller, asked, Some(end)).await
        }
        Route::Resume => pause::set(ports, caller, asked, None).await,
        Route::Preview => preview::preview(ports, caller, asked).await,
        Route::RetryEvent => operations::retry_event((ports, recent), caller, asked).await,
        Route::Retry => operations::retry((ports, recent), caller, asked).await,
        Route::Resync => operations::resync(ports, caller, asked).await,
        Route::Coverage => coverage::coverage(ports, caller, asked).await,
        Route::LintPolicy => policies::lint(caller, asked),
        Route::PushPolicy => push_policy::push(ports, caller, asked).await,
        Route::Status => status::status(ports, recent, caller, asked).await,
        Route::Policy => policies::active(ports, caller, asked).await,
        Route::Policies => policies::list(ports.state(), caller, asked).await,
        Route::PolicyRevision => policies::one(ports.state(), caller, asked).await,
    }
}
