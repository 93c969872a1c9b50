//! Status page: the state of the simulator as HTML, refreshed every two seconds.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;

use crate::clock;
use crate::model::{BotView, Stats, Violation, WebhookStats};
use crate::state::{Inner, Shared};

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
<meta http-equiv=\"refresh\" content=\"2\"><title>Recall simulator</title><style>\
body{font:14px/1.4 system-ui,sans-serif;margin:2rem;max-width:75rem}\
table{border-collapse:collapse;margin-bottom:1rem}\
th,td{text-align:left;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #ddd;vertical-align:top}\
.off{color:#888;text-decoration:line-through}.bad{color:#b00}\
</style></head><body><h1>Recall simulator</h1>";

/// Maximum number of rows per table.
const MAX_ROWS: usize = 200;

/// Renders the page.
pub(crate) async fn show(State(shared): State<Arc<Shared>>) -> Html<String> {
    let inner = shared.lock();
    let mut page = String::from(HEAD);
    let stats = inner.stats();
    calls(&mut page, &stats);
    webhooks(&mut page, &stats.webhooks);
    violations(
        &mut page,
        "Requests that violate the specification",
        &inner.calls.violations.requests,
    );
    violations(
        &mut page,
        "Responses and webhooks of the simulator that violate the specification",
        &inner.calls.violations.simulator,
    );
    calendars(&mut page, &inner);
    events(&mut page, &inner);
    bots(&mut page, &inner);
    page.push_str("</body></html>");
    Html(page)
}

fn calls(page: &mut String, stats: &Stats) {
    push(
        page,
        format_args!(
            "<h2>Calls to the API</h2><p>Rejected with status 429: {}. Unknown paths or methods: {}.</p>",
            stats.throttled, stats.unknown,
        ),
    );
    let rows = stats.operations.iter().map(|(operation, counts)| {
        let statuses: Vec<String> = counts
            .statuses
            .iter()
            .map(|(status, count)| format!("{status}: {count}"))
            .collect();
        let cells = [
            operation.to_string(),
            counts.calls.to_string(),
            statuses.join(", "),
            counts.cut.to_string(),
            counts.peak_received.to_string(),
        ];
        (cells, "")
    });
    let columns = [
        "Operation",
        "Calls",
        "Responses by status",
        "Connections cut",
        "Most calls in a minute",
    ];
    table(page, columns, rows);
}

fn webhooks(page: &mut String, stats: &WebhookStats) {
    push(page, format_args!("<h2>Webhooks: {}</h2>", stats.messages));
    let columns = [
        "Acknowledged",
        "In delivery",
        "Failed",
        "Dropped",
        "Held",
        "Without target",
    ];
    let counts = [
        stats.acknowledged,
        stats.pending,
        stats.failed,
        stats.dropped,
        stats.held,
        stats.no_target,
    ];
    let row = counts.map(|count| count.to_string());
    table(page, columns, std::iter::once((row, "")));
}

fn violations(page: &mut String, title: &str, list: &[Violation]) {
    let class = if list.is_empty() { "" } else { "bad" };
    push(
        page,
        format_args!("<h2 class=\"{class}\">{title}: {}</h2>", list.len()),
    );
    if list.is_empty() {
        return;
    }
    let rows = list.iter().rev().take(MAX_ROWS).map(|violation| {
        let cells = [
            violation.at.to_string(),
            violation.subject.clone(),
            violation.detail.clone(),
        ];
        (cells, "")
    });
    table(page, ["Time", "Call or webhook", "Violation"], rows);
}

fn calendars(page: &mut String, inner: &Inner) {
    push(
        page,
        format_args!("<h2>Calendars: {}</h2>", inner.workspace.calendars.len()),
    );
    let rows = inner
        .workspace
        .calendars
        .values()
        .take(MAX_ROWS)
        .map(|calendar| {
            let cells = [
                calendar.id.to_string(),
                calendar.platform.name().to_owned(),
                calendar.status.name().to_owned(),
                calendar.platform_email.clone().unwrap_or_default(),
            ];
            (cells, "")
        });
    table(page, ["Calendar", "Platform", "Status", "Owner"], rows);
}

fn events(page: &mut String, inner: &Inner) {
    let workspace = &inner.workspace;
    push(
        page,
        format_args!("<h2>Events: {}</h2>", workspace.events.len()),
    );
    let listed = workspace
        .order
        .iter()
        .filter_map(|(_, id)| workspace.events.get(id))
        .take(MAX_ROWS);
    let rows = listed.map(|event| {
        let cells = [
            event.draft.start.to_string(),
            event.draft.title.clone(),
            event.draft.meeting_url.clone().unwrap_or_default(),
            event.calendar.to_string(),
            event.bots.len().to_string(),
        ];
        let is_off = event.is_deleted || event.draft.cancelled;
        (cells, if is_off { "off" } else { "" })
    });
    table(
        page,
        ["Start", "Title", "Meeting link", "Calendar", "Bots"],
        rows,
    );
}

fn bots(page: &mut String, inner: &Inner) {
    let (workspace, now) = (&inner.workspace, clock::now());
    push(
        page,
        format_args!("<h2>Bots: {}</h2>", workspace.bots.len()),
    );
    let mut bots: Vec<BotView> = workspace
        .bots
        .values()
        .map(|bot| workspace.bot_view(bot, now))
        .collect();
    bots.sort_by_key(|bot| bot.start_time);
    let rows = bots.into_iter().take(MAX_ROWS).map(|bot| {
        let events = bot
            .events
            .iter()
            .filter_map(|id| workspace.events.get(id))
            .map(|event| {
                let owner = workspace
                    .calendars
                    .get(&event.calendar)
                    .map_or("", |c| c.owner.as_str());
                format!("{} ({owner})", event.draft.title)
            });
        let cells = [
            bot.start_time.to_string(),
            bot.deduplication_key.clone(),
            format!("{:?}", bot.phase).to_lowercase(),
            events.collect::<Vec<_>>().join(", "),
        ];
        (cells, "")
    });
    table(
        page,
        ["Start", "Deduplication key", "Phase", "Events (owner)"],
        rows,
    );
}

/// Appends a table. A row is its cells and its CSS class.
fn table<const N: usize>(
    page: &mut String,
    columns: [&str; N],
    rows: impl Iterator<Item = ([String; N], &'static str)>,
) {
    page.push_str("<table><tr>");
    for column in columns {
        push(page, format_args!("<th>{}</th>", escaped(column)));
    }
    page.push_str("</tr>");
    for (cells, class) in rows {
        push(page, format_args!("<tr class=\"{class}\">"));
        for cell in cells {
            push(page, format_args!("<td>{}</td>", escaped(&cell)));
        }
        page.push_str("</tr>");
    }
    page.push_str("</table>");
}

/// Appends formatted text.
fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text)
        .expect("writing to a string does not fail");
}

/// Text with the special characters of HTML replaced.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn escapes_markup() {
        assert_eq!(
            escaped("<b a=\"1\">&'"),
            "&lt;b a=&quot;1&quot;&gt;&amp;&#39;"
        );
    }
}
