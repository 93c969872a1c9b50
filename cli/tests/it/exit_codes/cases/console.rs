//! Conditions of commands about the console.

use super::{Case, case, two_calendars};
use crate::stage::{Stage, a_calendar};

/// No key of these signs an owner.
const PORTAL: &str =
    r#"{"name":"portal","roles":["participant"],"secret":"a secret of thirty-two bytes, or more"}"#;

/// An owner with one calendar more than a token takes.
fn too_many_calendars() -> Stage {
    (2..=21).fold(Stage::calm(), |stage, number| {
        let id = format!("calendar-{number}");
        stage.holding(a_calendar(&id, "sales@acme.example"))
    })
}

pub(in crate::exit_codes) fn of_the_console() -> Vec<Case> {
    let nobody = "no calendar has this name";
    let no_key = "no key may sign its role";
    let too_many = "they are more than 20";
    let too_long = "it would live too long";
    let of_several =
        |command, arguments| case(command, "several have it", two_calendars(), arguments);
    let unsigned = || Stage::calm().signing_with(PORTAL);
    let of_sales = "--owner sales@acme.example";
    vec![
        case(
            "console token",
            nobody,
            Stage::calm(),
            "--calendar nobody@acme.example",
        ),
        of_several("console token", "--calendar calendar-"),
        case(
            "console token",
            too_many,
            too_many_calendars(),
            "--calendar sales@acme.example",
        ),
        case("console token", no_key, Stage::calm(), ""),
        case(
            "console token",
            too_long,
            Stage::calm(),
            "--reader --for 2h",
        ),
        case(
            "console link",
            nobody,
            Stage::calm(),
            "--owner nobody@acme.example",
        ),
        of_several("console link", "--owner calendar-"),
        case("console link", too_many, too_many_calendars(), of_sales),
        case("console link", no_key, unsigned(), of_sales),
        case(
            "console link",
            too_long,
            Stage::calm(),
            "--owner calendar-1 --for 2h",
        ),
        case("console open", no_key, Stage::calm(), ""),
        case("console open", too_long, Stage::calm(), "--reader --for 2h"),
        case(
            "console key add",
            "the name is taken",
            Stage::calm(),
            "crm --roles owner",
        ),
        case(
            "console key remove",
            "there is no such key, or no other one",
            Stage::calm(),
            "erp",
        ),
    ]
}
