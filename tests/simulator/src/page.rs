//! A page for people: what the simulator holds, refreshed every two seconds.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;

use crate::clock;
use crate::control::observe::stats_of;
use crate::model::{BotView, Stats, Violation};
use crate::state::{Inner, Shared};

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
<meta http-equiv=\"refresh\" content=\"2\"><title>Recall simulator</title><style>\
body{font:14px/1.4 system-ui,sans-serif;margin:2rem;max-width:75rem}\
table{border-collapse:collapse;margin-bottom:1rem}\
th,td{text-align:left;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #ddd;vertical-align:top}\
.off{color:#888;text-decoration:line-through}.bad{color:#b00}\
</style></head><body><h1>Recall simulator</h1>";

/// More rows than this help nobody.
const ROWS: usize = 200;

pub(crate) async fn show(State(shared): State<Arc<Shared>>) -> Html<String> {
    let inner = shared.lock();
    let mut page = String::from(HEAD);
    let stats = stats_of(&inner);
    calls(&mut page, &stats);
    violations(
        &mut page,
        "Requests against the specification",
        &inner.calls.violations.requests,
    );
    violations(
        &mut page,
        "Own answers against the specification",
        &inner.calls.violations.own,
    );
    calendars(&mut page, &inner);
    events(&mut page, &inner);
    bots(&mut page, &inner);
    page.push_str("</body></html>");
    Html(page)
}

fn calls(page: &mut String, stats: &Stats) {
    let webhooks = &stats.webhooks;
    let totals = format!(
        "{} webhooks: {} acknowledged, {} pending, {} failed, {} dropped, {} held. \
         {} calls answered 429, {} to unknown paths.",
        webhooks.messages,
        webhooks.acknowledged,
        webhooks.pending,
        webhooks.failed,
        webhooks.dropped,
        webhooks.held,
        stats.throttled,
        stats.unknown,
    );
    push(page, format_args!("<h2>Calls</h2><p>{totals}</p>"));
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
    table(
        page,
        ["Operation", "Calls", "Answers", "Cut", "Most in a minute"],
        rows,
    );
}

fn violations(page: &mut String, title: &str, list: &[Violation]) {
    if list.is_empty() {
        return;
    }
    push(
        page,
        format_args!("<h2 class=\"bad\">{title}: {}</h2>", list.len()),
    );
    let rows = list.iter().rev().take(ROWS).map(|violation| {
        let cells = [
            violation.at.to_string(),
            violation.subject.clone(),
            violation.detail.clone(),
        ];
        (cells, "")
    });
    table(page, ["At", "What", "Why"], rows);
}

fn calendars(page: &mut String, inner: &Inner) {
    push(
        page,
        format_args!("<h2>Calendars: {}</h2>", inner.world.calendars.len()),
    );
    let rows = inner.world.calendars.values().take(ROWS).map(|calendar| {
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
    let world = &inner.world;
    push(
        page,
        format_args!("<h2>Events: {}</h2>", world.events.len()),
    );
    let listed = world
        .order
        .iter()
        .filter_map(|(_, id)| world.events.get(id))
        .take(ROWS);
    let rows = listed.map(|event| {
        let cells = [
            event.draft.start.to_string(),
            event.draft.title.clone(),
            event.draft.meeting_url.clone().unwrap_or_default(),
            event.calendar.to_string(),
            event.bots.len().to_string(),
        ];
        (
            cells,
            if event.is_deleted || event.draft.cancelled {
                "off"
            } else {
                ""
            },
        )
    });
    table(page, ["Start", "Title", "Link", "Calendar", "Bots"], rows);
}

fn bots(page: &mut String, inner: &Inner) {
    let (world, now) = (&inner.world, clock::now());
    push(page, format_args!("<h2>Bots: {}</h2>", world.bots.len()));
    let mut bots: Vec<BotView> = world
        .bots
        .values()
        .map(|bot| world.bot_view(bot, now))
        .collect();
    bots.sort_by_key(|bot| bot.start_time);
    let rows = bots.into_iter().take(ROWS).map(|bot| {
        let sharing = bot
            .events
            .iter()
            .filter_map(|id| world.events.get(id))
            .map(|event| {
                let owner = world
                    .calendars
                    .get(&event.calendar)
                    .map_or("", |c| c.owner.as_str());
                format!("{} ({owner})", event.draft.title)
            });
        let cells = [
            bot.start_time.to_string(),
            bot.deduplication_key.clone(),
            format!("{:?}", bot.phase).to_lowercase(),
            sharing.collect::<Vec<_>>().join(", "),
        ];
        (cells, "")
    });
    table(
        page,
        ["Start", "Deduplication key", "Phase", "Shared by"],
        rows,
    );
}

fn table<const N: usize>(
    page: &mut String,
    heads: [&str; N],
    rows: impl Iterator<Item = ([String; N], &'static str)>,
) {
    page.push_str("<table><tr>");
    for head in heads {
        push(page, format_args!("<th>{}</th>", escaped(head)));
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

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text)
        .expect("writing to a string does not fail");
}

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
    fn markup_does_not_get_through() {
        assert_eq!(
            escaped("<b a=\"1\">&'"),
            "&lt;b a=&quot;1&quot;&gt;&amp;&#39;"
        );
    }
}
