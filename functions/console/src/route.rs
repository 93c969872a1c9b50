//! The routes. A request is parsed once, into a [`Route`] and the id in its path. Which roles may
//! use a route is an exhaustive `match`: a route without roles does not compile.

use callsheet_auth::Role;
use lambda_http::http::{Method, StatusCode};
use matchit::Router;

/// A method and a template of paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Route {
    /// This API, in the form of OpenAPI.
    OpenApi,
    /// Exchanges an ID token for an access token.
    SignIn,
    /// The holder of the token.
    Me,
    /// Calendars.
    Calendars,
    /// A calendar.
    Calendar,
    /// The events of a calendar.
    Agenda,
    /// What is overridden in a calendar.
    Overrides,
    /// What people did in a calendar.
    Activity,
    /// What is deleted with a calendar.
    Disconnection,
    /// Asks for a calendar to be deleted at Recall.
    Disconnect,
    /// Events of several calendars.
    Events,
    /// An event, explained.
    Event,
    /// Sets the override of an event.
    OverrideEvent,
    /// Clears the override of an event.
    ClearEvent,
    /// What a person who takes part in a meeting is asked, and chose.
    Consent,
    /// Sets the own choice for the whole meeting of an event.
    OverrideMeeting,
    /// Takes the own choice for the whole meeting of an event back, or everybody's.
    ClearMeeting,
    /// Sets the override of the series of an event.
    OverrideSeries,
    /// Clears the override of the series of an event.
    ClearSeries,
    /// Pauses the calendars of an owner.
    Pause,
    /// Ends the pause.
    Resume,
    /// What a policy would change in a calendar.
    Preview,
    /// Reopens the abandoned decision about an event.
    RetryEvent,
    /// Reopens abandoned decisions.
    Retry,
    /// Requests a resync.
    Resync,
    /// The state of the stack.
    Status,
    /// How many meetings were recorded, and why the others were not.
    Coverage,
    /// The active policy.
    Policy,
    /// Pushes a policy.
    PushPolicy,
    /// Checks a policy.
    LintPolicy,
    /// The policies that were pushed.
    Policies,
    /// A policy that was pushed.
    PolicyRevision,
}

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody: it holds no data.
    Public,
    /// People whose ID token API Gateway has verified.
    SignedIn,
    /// The holders of tokens with these roles.
    Roles(&'static [Role]),
}

/// The path of a request leads to no route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoRoute {
    /// No template has it.
    NotFound,
    /// A template has it, but not with this method: with these.
    OtherMethod(Vec<Method>),
}

/// A route, and the part of the path that varies; empty if there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) route: Route,
    pub(crate) id: String,
}

use Role::{Operator, Owner, Participant, Reader};

impl Route {
    /// All routes.
    pub const ALL: [Self; 32] = [
        Self::OpenApi,
        Self::SignIn,
        Self::Me,
        Self::Calendars,
        Self::Calendar,
        Self::Agenda,
        Self::Overrides,
        Self::Activity,
        Self::Disconnection,
        Self::Disconnect,
        Self::Events,
        Self::Event,
        Self::OverrideEvent,
        Self::ClearEvent,
        Self::Consent,
        Self::OverrideMeeting,
        Self::ClearMeeting,
        Self::OverrideSeries,
        Self::ClearSeries,
        Self::Pause,
        Self::Resume,
        Self::Preview,
        Self::RetryEvent,
        Self::Retry,
        Self::Resync,
        Self::Status,
        Self::Coverage,
        Self::Policy,
        Self::PushPolicy,
        Self::LintPolicy,
        Self::Policies,
        Self::PolicyRevision,
    ];

    /// Who may use it. Of an owner's and a participant's routes, only what is in the token.
    #[must_use]
    pub fn access(self) -> Access {
        match self {
            Self::OpenApi => Access::Public,
            Self::SignIn => Access::SignedIn,
            Self::Me => Access::Roles(&[Participant, Owner, Reader, Operator]),
            Self::Consent => Access::Roles(&[Participant]),
            Self::OverrideMeeting | Self::ClearMeeting => {
                Access::Roles(&[Participant, Owner, Operator])
            }
            Self::Calendars
            | Self::Calendar
            | Self::Agenda
            | Self::Overrides
            | Self::Activity
            | Self::Event => Access::Roles(&[Owner, Reader, Operator]),
            Self::OverrideEvent
            | Self::ClearEvent
            | Self::OverrideSeries
            | Self::ClearSeries
            | Self::Pause
            | Self::Resume
            | Self::Disconnection
            | Self::Disconnect => Access::Roles(&[Owner, Operator]),
            Self::Events
            | Self::Status
            | Self::Coverage
            | Self::Policy
            | Self::LintPolicy
            | Self::Policies
            | Self::PolicyRevision => Access::Roles(&[Reader, Operator]),
            Self::Preview | Self::RetryEvent | Self::Retry | Self::Resync | Self::PushPolicy => {
                Access::Roles(&[Operator])
            }
        }
    }

    /// The method.
    #[must_use]
    pub fn method(self) -> Method {
        match self {
            Self::OverrideEvent
            | Self::OverrideMeeting
            | Self::OverrideSeries
            | Self::Pause
            | Self::Disconnect
            | Self::PushPolicy => Method::PUT,
            Self::SignIn
            | Self::Preview
            | Self::RetryEvent
            | Self::Retry
            | Self::Resync
            | Self::LintPolicy => Method::POST,
            Self::ClearEvent | Self::ClearMeeting | Self::ClearSeries | Self::Resume => {
                Method::DELETE
            }
            Self::OpenApi
            | Self::Me
            | Self::Calendars
            | Self::Calendar
            | Self::Agenda
            | Self::Overrides
            | Self::Activity
            | Self::Disconnection
            | Self::Events
            | Self::Event
            | Self::Consent
            | Self::Status
            | Self::Coverage
            | Self::Policy
            | Self::Policies
            | Self::PolicyRevision => Method::GET,
        }
    }

    /// What it depends on, by the entity tag in `If-Match`; none if on nothing.
    #[must_use]
    pub fn if_match(self) -> Option<&'static str> {
        match self {
            Self::PushPolicy => Some("the active policy"),
            Self::Disconnect => Some("the effects"),
            _ => None,
        }
    }

    /// The status of an answer that is as asked.
    #[must_use]
    pub fn success(self) -> StatusCode {
        match self {
            // What is asked for is done later.
            Self::Resync | Self::Disconnect => StatusCode::ACCEPTED,
            Self::SignIn => StatusCode::CREATED,
            _ => StatusCode::OK,
        }
    }

    /// The template of its paths, with at most one part that varies.
    #[must_use]
    pub fn template(self) -> &'static str {
        match self {
            Self::OpenApi => "/openapi.json",
            Self::SignIn => "/v1/tokens",
            Self::Me => "/v1/me",
            Self::Calendars => "/v1/calendars",
            Self::Calendar => "/v1/calendars/{id}",
            Self::Agenda => "/v1/calendars/{id}/agenda",
            Self::Overrides => "/v1/calendars/{id}/overrides",
            Self::Activity => "/v1/calendars/{id}/activity",
            Self::Disconnection | Self::Disconnect => "/v1/calendars/{id}/disconnection",
            Self::Events => "/v1/events",
            Self::Event => "/v1/events/{id}",
            Self::OverrideEvent | Self::ClearEvent => "/v1/events/{id}/override",
            Self::Consent => "/v1/events/{id}/consent",
            Self::OverrideMeeting | Self::ClearMeeting => "/v1/events/{id}/meeting/override",
            Self::OverrideSeries | Self::ClearSeries => "/v1/events/{id}/series/override",
            Self::Pause | Self::Resume => "/v1/calendars/{id}/pause",
            Self::Preview => "/v1/calendars/{id}/preview",
            Self::RetryEvent => "/v1/events/{id}/retry",
            Self::Retry => "/v1/retries",
            Self::Resync => "/v1/resyncs",
            Self::Status => "/v1/status",
            Self::Coverage => "/v1/coverage",
            Self::Policy | Self::PushPolicy => "/v1/policy",
            Self::LintPolicy => "/v1/policies/lint",
            Self::Policies => "/v1/policies",
            Self::PolicyRevision => "/v1/policies/{id}",
        }
    }
}

/// The routes by path.
#[derive(Debug)]
pub(crate) struct RouteTable(Router<Vec<Route>>);

impl RouteTable {
    /// The table of all routes; without that of signing in, where nobody can.
    pub(crate) fn new(has_sign_in: bool) -> Self {
        let mut templates = Router::new();
        let is_served = |route: &Route| has_sign_in || route.access() != Access::SignedIn;
        for route in Route::ALL.into_iter().filter(is_served) {
            let of_template = |other: &Route| other.template() == route.template();
            let routes: Vec<_> = Route::ALL.into_iter().filter(of_template).collect();
            if routes.first() == Some(&route) {
                let inserted = templates.insert(route.template(), routes);
                inserted.expect("templates do not conflict");
            }
        }
        Self(templates)
    }

    /// The route of a request. A `HEAD` is a `GET` whose body is not sent.
    pub(crate) fn find(&self, method: &str, path: &str) -> Result<Found, NoRoute> {
        let matched = self.0.at(path).map_err(|_| NoRoute::NotFound)?;
        let method = if method == Method::HEAD.as_str() {
            Method::GET.as_str()
        } else {
            method
        };
        let mut routes = matched.value.iter();
        let found = routes.find(|route| route.method().as_str() == method);
        let id = matched.params.get("id").unwrap_or_default().to_owned();
        match found {
            Some(route) => Ok(Found { route: *route, id }),
            None => Err(NoRoute::OtherMethod(allowed(matched.value))),
        }
    }
}

fn allowed(routes: &[Route]) -> Vec<Method> {
    let mut methods: Vec<_> = routes.iter().map(|route| route.method()).collect();
    if methods.contains(&Method::GET) {
        methods.push(Method::HEAD);
    }
    methods
}
