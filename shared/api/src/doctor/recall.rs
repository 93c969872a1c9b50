//! Checks of the side of Recall: the key, its calendars, and its limits.

use std::collections::BTreeSet;

use callsheet_app::doctor::{Gathered, ThrottledOperation};
use callsheet_app::ports::PageOfCalendars;
use callsheet_app::{PortError, Service};
use callsheet_domain::{CalendarStatus, Operation};

use super::case::Case;
use super::check::{Check, CheckName};
use crate::status::CalendarTotals;
use crate::words::{counted, instant};

/// The most calendars, or reasons, that are named.
const NAMED: usize = 3;

impl Case {
    /// The key of this command, and what the stack says of its own.
    pub(super) fn recall_key(&self) -> Check {
        let (name, url) = (CheckName::RecallKey, &self.recall_url);
        let key = match &self.key {
            Gathered::Known(key) => key,
            Gathered::NotGiven(problem) => {
                return name.warn(
                    problem,
                    "Set CALLSHEET_RECALL_API_KEY to the key that the stack has, so that it can be tried",
                );
            }
            Gathered::Failed(error) => return refused(error, url),
        };
        if let Err(error) = &key.answer {
            return match &key.elsewhere {
                Some(elsewhere) => name.fail(
                    format!("{url} denies the API key, and {} accepts it", elsewhere.0),
                    format!(
                        "Deploy with RecallBaseUrl={}, and set CALLSHEET_RECALL_URL to it",
                        elsewhere.0
                    ),
                ),
                None => refused(error, url),
            };
        }
        let denial = self
            .status
            .known()
            .and_then(|status| status.health.denial.as_ref());
        match denial {
            Some(denial) => name.fail(
                format!(
                    "Recall accepts this key, but has denied the key of the stack since {}: {}",
                    instant(denial.since),
                    denial.reason
                ),
                "Store this key in the secret ApiKey of the stack. Calls continue within a minute or two",
            ),
            None => name.ok(format!("{url} accepts the API key")),
        }
    }

    pub(super) fn calendars(&self) -> Check {
        let name = CheckName::Calendars;
        let answer = self.key.known().and_then(|key| key.answer.as_ref().ok());
        let known = self.status.known().map(|status| &status.totals);
        if let Some(known) = known.filter(|known| known.with_problem > 0) {
            return name.warn(
                format!(
                    "{} a problem{}",
                    counted(known.with_problem, "calendar has", "calendars have"),
                    first_problems(known)
                ),
                "`callsheet calendars list --problem` shows them. The owner of a disconnected calendar has to \
                 connect it again",
            );
        }
        let known = known.map(|known| known.calendars);
        match (answer.map(|answer| &answer.page), known) {
            (Some(page), _) if is_empty(page) => name.fail(
                "Recall lists no calendar in this workspace",
                "Connect one: your application creates it with Recall's *create calendar*, for a person who \
                 consented by OAuth",
            ),
            (Some(_), Some(0)) => name.fail(
                "Recall lists calendars, but the stack knows none yet",
                "Run `callsheet resync --full`, and look again in a minute",
            ),
            (Some(page), _) if connected(page) == 0 && page.next.is_none() => name.fail(
                "Recall lists calendars, but none of them is connected",
                format!(
                    "Their owners have to connect them again{}",
                    reasons(page).map_or_else(String::new, |reasons| format!(". Recall says why: {reasons}"))
                ),
            ),
            (Some(page), Some(known)) => {
                let more = if page.next.is_some() { " or more" } else { "" };
                name.ok(format!(
                    "{}{more} connected at Recall; the stack knows {known}",
                    counted(connected(page), "calendar is", "calendars are")
                ))
            }
            (None, Some(0)) => name.fail(
                "The stack knows no calendar",
                "Connect one at Recall, or run `callsheet resync --full`",
            ),
            (None, Some(known)) => {
                name.ok(format!("The stack knows {}", counted(known, "calendar", "calendars")))
            }
            (Some(_), None) => name.not_seen("The calendars that the stack knows", CheckName::Tables),
            (None, None) => name.not_seen("The calendars", CheckName::Tables),
        }
    }

    /// Blocks of the last day, against the configured limits.
    pub(super) fn rate_limits(&self) -> Check {
        let name = CheckName::RateLimits;
        let Some(throttled) = self.throttled.known() else {
            return name.not_seen("Recall's demands to wait", CheckName::Tables);
        };
        let Some(ThrottledOperation { operation, until }) =
            throttled.iter().max_by_key(|one| one.until)
        else {
            return name.ok("Recall has not asked for a wait within a day");
        };
        let parameter = parameter_of(*operation);
        let configured = match self.parameter(parameter) {
            Some(limit) => format!("{parameter} is {limit}"),
            None => format!("calls stay within {parameter}"),
        };
        name.warn(
            format!(
                "Recall had {} wait until {}, though {configured}",
                operation.as_str(),
                instant(*until)
            ),
            format!(
                "Another program uses the workspace, or its limit is lower: Recall's dashboard shows it. Lower \
                 {parameter}, and deploy"
            ),
        )
    }
}

fn refused(error: &PortError, url: &str) -> Check {
    let advice = match error {
        PortError::Denied {
            service: Service::Recall,
            reason,
        } if reason.starts_with("402") => "Add credit to the workspace in Recall's dashboard",
        PortError::Denied { .. } => {
            "Create a key in the dashboard of the workspace's region. Put it into the secret ApiKey of the \
             stack and into CALLSHEET_RECALL_API_KEY"
        }
        PortError::Throttled { .. } => "Wait for a minute, and run this again",
        _ => "Check the address of Recall, the network, and Recall's status page",
    };
    CheckName::RecallKey.fail(format!("{url}: {error}"), advice)
}

fn is_empty(page: &PageOfCalendars) -> bool {
    page.calendars.is_empty() && page.unreadable.is_empty() && page.next.is_none()
}

/// The problems of the first calendars, and how many there are besides.
fn first_problems(totals: &CalendarTotals) -> String {
    let named = totals.problems.iter().take(NAMED).map(|one| {
        let name = one.owner.as_ref().unwrap_or(&one.id);
        format!("{name}: {}", one.problem)
    });
    let named: Vec<_> = named.collect();
    match totals.with_problem.saturating_sub(named.len()) {
        _ if named.is_empty() => String::new(),
        0 => format!(". {}", named.join(". ")),
        more => format!(". {}. And {more} more", named.join(". ")),
    }
}

/// Why the calendars of a page are disconnected, each reason once.
fn reasons(page: &PageOfCalendars) -> Option<String> {
    let reasons = page.calendars.iter();
    let reasons = reasons.filter_map(|calendar| calendar.disconnect_reason.as_ref());
    let reasons: BTreeSet<String> = reasons.map(ToString::to_string).collect();
    let reasons: Vec<_> = reasons.into_iter().take(NAMED).collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

fn connected(page: &PageOfCalendars) -> usize {
    let calendars = page.calendars.iter();
    calendars
        .filter(|calendar| calendar.status == CalendarStatus::Connected)
        .count()
}

/// The parameter of the stack that limits an operation.
fn parameter_of(operation: Operation) -> &'static str {
    match operation {
        Operation::ListEvents => "ListEventsPerMinute",
        Operation::GetCalendar | Operation::CreateCalendar | Operation::DeleteCalendar => {
            "GetCalendarPerMinute"
        }
        Operation::ListCalendars => "ListCalendarsPerMinute",
        Operation::ScheduleBot => "ScheduleBotPerMinute",
        Operation::UnscheduleBot => "UnscheduleBotPerMinute",
        Operation::GetEvent => "GetEventPerMinute",
        Operation::LeaveCall => "LeaveCallPerMinute",
        Operation::GetBot => "GetBotPerMinute",
    }
}
