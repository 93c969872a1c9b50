//! What people ask for that is in no product's list.

use crate::meeting::{Invited, invited};
use crate::{Row, row};

pub(crate) const ROWS: &[Row] = &[
    row(
        "accepted or perhaps",
        |m| m.own_response = "tentative",
        |m| m.own_response = "pending",
    ),
    row(
        "accepted with outsiders",
        |_| (),
        |m| m.own_response = "declined",
    ),
    row("no whole days", |_| (), |m| m.is_all_day = true),
    row(
        "working hours",
        |_| (),
        |m| m.starts = "2026-03-06T17:30:00",
    ),
    row(
        "nothing outside working hours, in one time zone",
        |m| m.starts = "2026-03-06T16:00:00",
        |_| (),
    ),
    row(
        "no meeting on weekends",
        |_| (),
        |m| m.starts = "2026-03-07T11:00:00",
    ),
    row("no short-notice meetings", |_| (), |m| m.lead_minutes = 10),
    row("only short-notice meetings", |m| m.lead_minutes = 5, |_| ()),
    row(
        "neither free nor away nor focus time",
        |_| (),
        |m| m.shows = "focus",
    ),
    row(
        "not while away",
        |m| m.shows = "free",
        |m| m.shows = "out_of_office",
    ),
    row(
        "rooms only",
        |m| {
            let room = Invited {
                is_room: true,
                ..invited("room-4@rooms.example")
            };
            m.invited.push(room);
        },
        |_| (),
    ),
    row(
        "no rooms",
        |_| (),
        |m| {
            let room = Invited {
                is_room: true,
                ..invited("room-4@rooms.example")
            };
            m.invited.push(room);
        },
    ),
    row("only Zoom", |_| (), |m| m.meets_on = Some("webex")),
    row("anything but Zoom", |m| m.meets_on = Some("webex"), |_| ()),
    row(
        "only named customers",
        |m| {
            m.with(&["buyer@eu.globex.example"]);
        },
        |m| {
            m.with(&["buyer@initech.example"]);
        },
    ),
    row(
        "only us and one partner",
        |_| (),
        |m| {
            m.with(&["buyer@globex.example", "broker@initech.example"]);
        },
    ),
    row(
        "no participant from a partner",
        |_| (),
        |m| {
            m.with(&["buyer@globex.example", "broker@initech.example"]);
        },
    ),
    row(
        "no large audiences",
        |_| (),
        |m| {
            m.with(&["a@globex.example", "b@globex.example", "c@globex.example"]);
        },
    ),
    row("no long meetings", |_| (), |m| m.minutes = 180),
    row(
        "a mark in the title",
        |m| m.title = "Kick-off [REC]",
        |_| (),
    ),
    row(
        "titles without a word",
        |_| (),
        |m| m.title = "Draft: kick-off",
    ),
    row(
        "an external attendee has accepted",
        |_| (),
        |m| m.invited[0].answer = "pending",
    ),
    row(
        "not if all outsiders are optional",
        |_| (),
        |m| m.invited[0].is_optional = true,
    ),
    row("one series", |m| m.series = Some("series-1"), |_| ()),
    row(
        "only whole lists of attendees",
        |_| (),
        |m| m.is_hidden = true,
    ),
    row(
        "called by a customer",
        |m| m.organizer = "buyer@globex.example",
        |_| (),
    ),
    row(
        "several domains of ours",
        |_| (),
        |m| m.with(&["ann@umbrella.example", "bob@eu.acme-group.example"]),
    ),
    row(
        "colleagues at a public mail provider",
        |_| (),
        |m| m.with(&["ann@gmail.com"]),
    ),
    row("a quiet hour", |_| (), |m| m.starts = "2026-03-06T12:15:00"),
    row(
        "external participants, if they are known",
        |_| (),
        |m| m.organizer = "buyer@globex.example",
    ),
    row(
        "a department that is never recorded",
        |_| (),
        |m| {
            m.with(&["support@acme.example"]);
        },
    ),
    row(
        "working hours of two regions",
        |_| (),
        |m| m.starts = "2026-03-06T18:00:00",
    ),
    row(
        "never, in the whole company",
        |m| {
            m.with(&["buyer@globex.example"]);
        },
        |m| {
            m.with(&["buyer@globex.example"]);
            m.title = "Interview: kick-off";
        },
    ),
    row(
        "by what your product knows of the calendar",
        |m| m.plan = Some("pro"),
        |m| m.plan = Some("free"),
    ),
    row(
        "Zoom with the token of a person in the meeting",
        |_| (),
        |m| m.with(&["colleague@acme.example"]),
    ),
    row(
        "Meet and Teams with a sign-in",
        |m| m.meets_on = Some("google_meet"),
        |_| (),
    ),
    row(
        "a message in the chat",
        |_| (),
        |m| m.with(&["colleague@acme.example"]),
    ),
    row("patience in the lobby", |_| (), |m| m.minutes = 30),
    row("a second try in the lobby", |_| (), |m| m.minutes = 30),
];
