//! Answers requests: route, form, token and role are checked in this order, then a handler reads.

use callsheet_app::ports::Clock as _;
use callsheet_auth::AccessToken;
use callsheet_domain::Timestamp;
use callsheet_runtime::HttpRequest;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::http::Method;

use crate::asked::Asked;
use crate::authenticate::{Keys, authenticate, fresh};
use crate::caller::Caller;
use crate::exchange::exchange;
use crate::form::Form;
use crate::handle::{RecentStatus, handle};
use crate::open_api::{has_text, known_names};
use crate::page::has_page;
use crate::parameters::Parameters;
use crate::ports::ConsolePorts;
use crate::problem::Refused;
use crate::request_log::{Requested, log_request};
use crate::response::{Answer, Conditions};
use crate::route::{Access, Found, NoRoute, Route, RouteTable};
use crate::settings::{Settings, Titles};
use crate::sign_in::SignIn;
use crate::static_files::StaticFiles;

/// This API, in the form of OpenAPI. A test compares it with what the types say.
const OPEN_API: &str = include_str!("../../../docs/openapi.json");

/// The console of one workspace.
#[derive(Debug)]
pub struct Console<P, S> {
    ports: P,
    keys: S,
    routes: RouteTable,
    files: StaticFiles,
    status: RecentStatus,
    titles: Titles,
    sign_in: Option<SignIn>,
}

impl<P: ConsolePorts, S: Keys> Console<P, S> {
    /// The console with these collaborators.
    pub fn new(ports: P, keys: S, settings: &Settings) -> Self {
        Self {
            ports,
            keys,
            routes: RouteTable::new(settings.sign_in.is_some()),
            files: StaticFiles::new(&settings.embedders, settings.sign_in.as_ref()),
            status: RecentStatus::new(settings.periods),
            titles: settings.titles,
            sign_in: settings.sign_in.clone(),
        }
    }

    /// Answers the request in one event of the HTTP API.
    pub async fn answer(&self, event: &str) -> ApiGatewayV2httpResponse {
        let began_at = self.ports.clock().now();
        let request = match HttpRequest::read(event) {
            Ok(request) => request,
            Err(error) => {
                tracing::warn!(%error, "refused a request that cannot be read: {error}");
                let refused = Refused::invalid("request", "expected a request");
                return refused.response("", (Form::Json, false));
            }
        };
        let if_none_match = request.header("if-none-match");
        let file = self
            .files
            .answer(&request.method, &request.path, if_none_match);
        if let Some(file) = file {
            return file;
        }
        let is_head = request.method == Method::HEAD.as_str();
        let found = self.found(&request);
        let route = found.as_ref().ok().map(|found| found.route);
        let is_public = route.is_some_and(|route| route.access() == Access::Public);
        let (token, answer) = match found {
            Ok(found) => self.answer_found(&request, &found, began_at).await,
            Err(refused) => (None, Err(refused)),
        };
        // What a write has done is done: only a read can be answered with 304.
        let reads = route.is_some_and(|route| route.method() == Method::GET);
        let conditions = Conditions {
            if_none_match: if_none_match.filter(|_| reads),
            is_head,
            is_public,
        };
        let response = match answer {
            Ok(answer) => answer.response(conditions),
            Err(refused) => {
                let form = Form::of(request.header("accept"), &[Form::Html]);
                let form = form.unwrap_or_default();
                refused.response(&request.request_id, (form, is_head))
            }
        };
        let requested = Requested {
            route,
            token: token.as_ref(),
        };
        let ended_at = self.ports.clock().now();
        log_request(requested, response.status_code, (began_at, ended_at));
        response
    }

    fn found(&self, request: &HttpRequest) -> Result<Found, Refused> {
        let found = self.routes.find(&request.method, &request.path);
        found.map_err(|none| match none {
            NoRoute::NotFound => Refused::NotFound,
            NoRoute::OtherMethod(methods) => Refused::MethodNotAllowed(methods),
        })
    }

    /// The token, if it is valid, and the answer.
    async fn answer_found(
        &self,
        request: &HttpRequest,
        found: &Found,
        now: Timestamp,
    ) -> (Option<AccessToken>, Result<Answer, Refused>) {
        let form = Form::of(request.header("accept"), other_forms(found.route));
        let Some(form) = form else {
            return (None, Err(Refused::NotAcceptable));
        };
        let roles = match found.route.access() {
            Access::Public => return (None, Ok(Answer::of_json(OPEN_API))),
            Access::SignedIn => return (None, self.signed_in(request, now).await),
            Access::Roles(roles) => roles,
        };
        let token = match authenticate(&self.keys, request, now).await {
            Ok(token) => token,
            Err(refused) => return (None, Err(refused)),
        };
        if !roles.contains(&token.role()) {
            return (Some(token), Err(Refused::Forbidden));
        }
        let caller = Caller {
            token: &token,
            now,
            titles: self.titles,
            can_sign_in: self.sign_in.is_some(),
        };
        let asked = Asked {
            id: &found.id,
            query: &request.query,
            request,
            form,
        };
        let answer = self.handled(found.route, caller, asked).await;
        (Some(token), answer)
    }

    /// An access token for a person whose ID token API Gateway has verified.
    async fn signed_in(&self, request: &HttpRequest, now: Timestamp) -> Result<Answer, Refused> {
        refuse_unknown_parameters(Route::SignIn, request)?;
        let sign_in = self.sign_in.as_ref().ok_or(Refused::NotFound)?;
        let keys = fresh(&self.keys, now).await;
        exchange(self.ports.state(), &keys, (request, sign_in), now).await
    }

    async fn handled(
        &self,
        route: Route,
        caller: Caller<'_>,
        asked: Asked<'_>,
    ) -> Result<Answer, Refused> {
        refuse_unknown_parameters(route, asked.request)?;
        Box::pin(handle((&self.ports, &self.status), route, caller, asked)).await
    }
}

/// The forms of a route's answer besides JSON.
fn other_forms(route: Route) -> &'static [Form] {
    match (has_page(route), has_text(route)) {
        (true, true) => &[Form::Html, Form::Yaml],
        (true, false) => &[Form::Html],
        (false, true) => &[Form::Yaml],
        (false, false) => &[],
    }
}

fn refuse_unknown_parameters(route: Route, request: &HttpRequest) -> Result<(), Refused> {
    Parameters::of(&request.query).refuse_unknown(&known_names(route))
}
