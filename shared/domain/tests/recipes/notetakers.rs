//! What people set in Fireflies and Fellow.

use crate::meeting::Described;
use crate::{Row, row};

pub(crate) const ROWS: &[Row] = &[
    row(
        "Fireflies: all meetings with a link",
        |_| (),
        |m| m.meets_on = None,
    ),
    row(
        "Fireflies: only meetings I own",
        Described::is_hosted,
        |_| (),
    ),
    row(
        "Fireflies: only when the notetaker is invited",
        |m| {
            m.with(&["buyer@globex.example", "notetaker@acme.example"]);
        },
        |_| (),
    ),
    row(
        "Fireflies: teammates only",
        |m| {
            m.with(&["support@acme.example"]);
        },
        |_| (),
    ),
    row(
        "Fireflies: external only, with a teammate",
        |m| {
            m.with(&["buyer@globex.example", "support@acme.example"]);
        },
        |_| (),
    ),
    row(
        "Fireflies: except titles with a word",
        |_| (),
        |m| m.title = "Confidential: plans",
    ),
    row(
        "Fireflies: except a domain",
        |_| (),
        |m| {
            m.with(&["counsel@legal.initech.example"]);
        },
    ),
    row(
        "Fireflies: except a participant",
        |_| (),
        |m| {
            m.with(&["board@acme.example"]);
        },
    ),
    row(
        "Fellow: keywords excluded, outsiders recorded",
        |_| (),
        |m| m.title = "Sales 1-1 Support",
    ),
    row(
        "Fellow: external meetings",
        |m| m.own_response = "pending",
        |m| m.own_response = "declined",
    ),
    row(
        "Fellow: internal meetings",
        |m| {
            m.with(&["support@acme.example"]);
        },
        |m| {
            m.is_hosted();
            m.with(&["support@acme.example"]);
        },
    ),
    row(
        "Fellow: recurring meetings",
        |m| m.series = Some("series-1"),
        |_| (),
    ),
    row("Fellow: only the organizer", Described::is_hosted, |_| ()),
    row(
        "Fellow: except one-to-ones",
        |_| (),
        |m| {
            m.is_hosted();
            m.with(&["support@acme.example"]);
        },
    ),
    row(
        "Fellow: except private events",
        |_| (),
        |m| m.is_private = true,
    ),
];
