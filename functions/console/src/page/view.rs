//! How a fragment is shown: to whom, when and in which time zone.

use callsheet_auth::Role;
use callsheet_domain::Timestamp;
use jiff::tz::TimeZone;

use crate::caller::Caller;
use crate::parameters::{Parameters, changed_query};

/// How a fragment is shown.
#[derive(Debug)]
pub(crate) struct View<'a> {
    /// The time zone of all times: that of the request, that of the token, or UTC.
    pub(crate) zone: TimeZone,
    pub(crate) now: Timestamp,
    pub(crate) role: Role,
    /// The name under which the caller's changes are stored.
    pub(crate) name: &'a str,
    /// Whether the caller sees titles of meetings.
    pub(crate) sees_titles: bool,
    query: &'a str,
}

impl<'a> View<'a> {
    /// The view of a caller, with the query of the request.
    pub(crate) fn of(caller: Caller<'a>, query: &'a str) -> Self {
        Self {
            zone: Parameters::of(query).zone(caller.token.zone()),
            now: caller.now,
            role: caller.token.role(),
            name: caller.token.subject().as_str(),
            sees_titles: caller.sees_titles(),
            query,
        }
    }

    /// Whether the caller runs the stack.
    pub(crate) fn is_operator(&self) -> bool {
        self.role == Role::Operator
    }

    /// Whether the caller may change what is recorded.
    pub(crate) fn is_writer(&self) -> bool {
        matches!(self.role, Role::Owner | Role::Operator)
    }

    /// The value of a parameter of the query, if it is given once.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let mut values = Parameters::of(self.query).all(name);
        (values.len() == 1).then(|| values.remove(0))
    }

    /// Whether the query has a parameter.
    pub(crate) fn has(&self, name: &str) -> bool {
        !Parameters::of(self.query).all(name).is_empty()
    }

    /// The query with only these of its parameters.
    pub(crate) fn query_of(&self, names: &[&str]) -> String {
        let mut kept = form_urlencoded::Serializer::new(String::new());
        for name in names {
            for value in Parameters::of(self.query).all(name) {
                kept.append_pair(name, &value);
            }
        }
        kept.finish()
    }

    /// The query without a parameter.
    pub(crate) fn query_without(&self, name: &str) -> String {
        changed_query(self.query, &[(name, None)])
    }

    /// IANA's name of the time zone.
    pub(crate) fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }
}
