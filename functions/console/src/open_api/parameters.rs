//! The parameters of each route: of its path, its query and its headers.

mod kinds;

use callsheet_domain::CountedBy;
use kinds::{
    Parameter, bot, cursor, date, flag, instant, limit, needs_attention, outcome, page_zone,
    result, text, title, verdict, zone,
};
use serde_json::{Value, json};

use crate::route::{Access, Route};

/// The names of the parameters that the query of a route may have.
pub(crate) fn known_names(route: Route) -> Vec<&'static str> {
    let known = query(route).into_iter();
    known.map(|parameter| parameter.name).collect()
}

pub(super) fn parameters(route: Route) -> Value {
    let of_path = route.template().contains("{id}").then(|| {
        json!({
            "name": "id",
            "in": "path",
            "required": true,
            "description": path_id(route),
            "schema": {"type": "string"},
        })
    });
    let of_query = query(route).into_iter().map(|parameter| {
        json!({
            "name": parameter.name,
            "in": "query",
            "description": parameter.description,
            "schema": parameter.schema,
        })
    });
    let of_header = route.if_match().map(|of| {
        json!({
            "name": "If-Match",
            "in": "header",
            "required": true,
            "description": format!("The entity tag of {of}"),
            "schema": {"type": "string"},
        })
    });
    of_path
        .into_iter()
        .chain(of_query)
        .chain(of_header)
        .collect()
}

fn path_id(route: Route) -> &'static str {
    match route {
        Route::PolicyRevision => "The revision; 0 is the built-in policy",
        Route::Event
        | Route::OverrideEvent
        | Route::ClearEvent
        | Route::Consent
        | Route::OverrideMeeting
        | Route::ClearMeeting
        | Route::OverrideSeries
        | Route::ClearSeries
        | Route::RetryEvent => "Recall's id of the event",
        _ => "Recall's id of the calendar",
    }
}

/// The parameters of the query. The page gives its time zone to each route that takes a token.
fn query(route: Route) -> Vec<Parameter> {
    let mut parameters = own_parameters(route);
    let has_zone = parameters.iter().any(|one| one.name == "zone");
    if matches!(route.access(), Access::Roles(_)) && !has_zone {
        parameters.push(page_zone());
    }
    parameters
}

fn own_parameters(route: Route) -> Vec<Parameter> {
    match route {
        Route::Calendars => of_calendars(),
        Route::Agenda => of_agenda(),
        Route::Events => of_events(),
        Route::Status => vec![zone()],
        Route::Coverage => of_coverage(),
        Route::ClearMeeting => vec![flag(
            "all",
            "Everybody's choices instead of the own one; for operators",
        )],
        Route::Overrides | Route::Activity => vec![limit(50, 200), cursor()],
        Route::Policies => vec![limit(20, 100), cursor()],
        Route::Event => vec![Parameter {
            name: "part",
            schema: json!({"type": "string", "enum": ["why", "json"]}),
            description: "Of the page only the explanation of the verdict, or the document as text",
        }],
        Route::Policy => vec![text(
            "q",
            "Only calendars are offered on the page for a preview that have this part in the owner's address or the id",
        )],
        Route::OpenApi
        | Route::SignIn
        | Route::Me
        | Route::Calendar
        | Route::OverrideEvent
        | Route::ClearEvent
        | Route::Consent
        | Route::OverrideMeeting
        | Route::OverrideSeries
        | Route::ClearSeries
        | Route::Pause
        | Route::Resume
        | Route::Preview
        | Route::RetryEvent
        | Route::Retry
        | Route::Resync
        | Route::PushPolicy
        | Route::LintPolicy
        | Route::PolicyRevision
        | Route::Disconnection
        | Route::Disconnect => Vec::new(),
    }
}

fn of_calendars() -> Vec<Parameter> {
    vec![
        text("status", "connecting, connected, disconnected or deleted"),
        flag(
            "needs_full_sync",
            "Only those whose decisions may be outdated",
        ),
        flag("problem", "Only those that have a problem"),
        text(
            "q",
            "A part of the owner's address or of the id, in any case",
        ),
        Parameter {
            name: "metadata",
            schema: json!({"type": "array", "items": {"type": "string"}}),
            description: "Only those whose metadata has this value, as `team=sales`; given once for each key",
        },
        flag("meetings", "Whether their meetings are counted"),
        limit(50, 200),
        cursor(),
    ]
}

fn of_agenda() -> Vec<Parameter> {
    vec![
        instant(
            "from",
            "Begin of the period; the begin of today, unless given",
        ),
        instant(
            "until",
            "End of the period, at most 62 days after its begin; 28, unless given",
        ),
        verdict(),
        needs_attention(),
        bot(),
        title(),
        zone(),
        limit(50, 200),
        cursor(),
    ]
}

fn of_events() -> Vec<Parameter> {
    vec![
        Parameter {
            name: "calendar",
            schema: json!({"type": "array", "items": {"type": "string"}, "maxItems": 20}),
            description: "A calendar, by id or owner's address; given once for each. All, unless given",
        },
        instant(
            "from",
            "Begin of the period; the begin of today, unless given",
        ),
        instant(
            "until",
            "End of the period, at most 31 days after its begin, or 25 hours of all calendars without `result`; one day, unless given",
        ),
        verdict(),
        needs_attention(),
        text(
            "rule",
            "Only meetings that the rule of this name decided about",
        ),
        bot(),
        outcome(),
        result(),
        title(),
        zone(),
        limit(50, 200),
        cursor(),
    ]
}

fn of_coverage() -> Vec<Parameter> {
    vec![
        date(
            "from",
            "The first day, in UTC; six days before the last one, unless given",
        ),
        date("until", "The last day, in UTC; today, unless given"),
        Parameter {
            name: "by",
            schema: json!({
                "type": "string",
                "enum": CountedBy::ALL.map(CountedBy::as_str),
                "default": "day",
            }),
            description: "What the meetings are grouped by",
        },
    ]
}
