//! What companies set in Gong and Avoma.

use crate::meeting::Described;
use crate::{Row, row};

pub(crate) const ROWS: &[Row] = &[
    row(
        "Gong: titles excluded",
        |m| m.title = "Interviewing techniques",
        |m| m.title = "ALL-HANDS March",
    ),
    row(
        "Gong: domains excluded",
        |_| (),
        |m| {
            m.with(&["lawyer@counsel.example"]);
        },
    ),
    row("Gong: addresses excluded", |_| (), |m| m.is_hidden = true),
    row(
        "Gong: internal excluded",
        |_| (),
        |m| {
            m.with(&["support@acme.example"]);
        },
    ),
    row(
        "Gong: at least so many people",
        |_| (),
        |m| {
            m.is_hosted();
            m.with(&["buyer@globex.example"]);
        },
    ),
    row(
        "Gong: at least so long",
        |m| m.minutes = 10,
        |m| m.minutes = 5,
    ),
    row(
        "Gong: private excluded, customers recorded",
        |_| (),
        |m| m.is_private = true,
    ),
    row(
        "Gong: hosted by the company",
        |_| (),
        |m| m.organizer = "buyer@globex.example",
    ),
    row("Avoma: external meetings", |_| (), |m| m.shows = "free"),
    row(
        "Avoma: internal meetings by keyword",
        |m| {
            m.with(&["support@acme.example"]);
            m.title = "Sprint planning";
        },
        |m| {
            m.with(&["support@acme.example"]);
        },
    ),
    row(
        "Avoma: attendee count in a range",
        |_| (),
        |m| {
            m.with(&[]);
        },
    ),
    row(
        "Avoma: one-to-ones with outsiders",
        |m| {
            m.is_hosted();
            m.with(&["buyer@globex.example"]);
        },
        |_| (),
    ),
    row("Avoma: hosted by me", Described::is_hosted, |_| ()),
    row(
        "Avoma: by meeting type",
        |m| m.title = "Renewal with Globex",
        |_| (),
    ),
    row(
        "Avoma: by platform",
        |m| m.meets_on = Some("google_meet"),
        |_| (),
    ),
];
