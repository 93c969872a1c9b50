//! The preferences of Recall's first calendar version, and Nylas's rules.

use crate::meeting::Described;
use crate::{Row, row};

pub(crate) const ROWS: &[Row] = &[
    row("Recall V1: record_non_host", |_| (), Described::is_hosted),
    row(
        "Recall V1: record_recurring",
        |m| m.series = Some("series-1"),
        |_| (),
    ),
    row(
        "Recall V1: record_external",
        |_| (),
        |m| {
            m.with(&["support@acme.example"]);
        },
    ),
    row(
        "Recall V1: record_internal",
        |m| {
            m.with(&["support@acme.example"]);
        },
        |_| (),
    ),
    row(
        "Recall V1: record_confirmed",
        |_| (),
        |m| m.own_response = "tentative",
    ),
    row("Recall V1: record_only_host", Described::is_hosted, |_| ()),
    row(
        "Recall V1: bot_name",
        |_| (),
        |m| {
            m.with(&["support@acme.example"]);
        },
    ),
    row(
        "Recall V1: several preferences at once",
        |_| (),
        |m| m.own_response = "pending",
    ),
    row(
        "Nylas: event_selection internal",
        |m| {
            m.with(&["support@acme.example"]);
        },
        |_| (),
    ),
    row(
        "Nylas: event_selection external",
        |_| (),
        |m| {
            m.with(&["support@acme.example"]);
        },
    ),
    row(
        "Nylas: event_selection own_events",
        Described::is_hosted,
        |_| (),
    ),
    row(
        "Nylas: event_selection participant_only",
        |_| (),
        Described::is_hosted,
    ),
    row("Nylas: event_selection all", |_| (), |m| m.meets_on = None),
    row(
        "Nylas: event_selection internal and own_events",
        |m| {
            m.is_hosted();
            m.with(&["buyer@globex.example"]);
        },
        |_| (),
    ),
    row(
        "Nylas: participants_lt",
        |m| {
            m.with(&["a@globex.example", "b@globex.example"]);
        },
        |m| {
            m.with(&["a@globex.example", "b@globex.example", "c@globex.example"]);
        },
    ),
    row(
        "Nylas: participants_lte",
        |m| {
            m.with(&["a@globex.example", "b@globex.example", "c@globex.example"]);
        },
        |m| {
            m.with(&[
                "a@globex.example",
                "b@globex.example",
                "c@globex.example",
                "d@globex.example",
            ]);
        },
    ),
    row(
        "Nylas: participants_gt",
        |m| {
            m.with(&["a@globex.example", "b@globex.example", "c@globex.example"]);
        },
        |m| {
            m.with(&["a@globex.example", "b@globex.example"]);
        },
    ),
    row(
        "Nylas: participants_gte",
        |m| {
            m.with(&["a@globex.example", "b@globex.example", "c@globex.example"]);
        },
        |m| {
            m.with(&["a@globex.example", "b@globex.example"]);
        },
    ),
];
