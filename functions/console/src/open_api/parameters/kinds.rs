//! Kinds of parameters that several routes have.

use callsheet_app::counted_page::CountedAs;
use callsheet_domain::Phase;
use serde_json::{Value, json};

/// A parameter of a query.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) schema: Value,
    pub(super) description: &'static str,
}

pub(super) fn text(name: &'static str, description: &'static str) -> Parameter {
    Parameter {
        name,
        schema: json!({"type": "string"}),
        description,
    }
}

pub(super) fn flag(name: &'static str, description: &'static str) -> Parameter {
    Parameter {
        name,
        schema: json!({"type": "boolean", "default": false}),
        description,
    }
}

pub(super) fn instant(name: &'static str, description: &'static str) -> Parameter {
    Parameter {
        name,
        schema: json!({"type": "string", "format": "date-time"}),
        description,
    }
}

pub(super) fn date(name: &'static str, description: &'static str) -> Parameter {
    Parameter {
        name,
        schema: json!({"type": "string", "format": "date"}),
        description,
    }
}

pub(super) fn limit(usual: u32, most: u32) -> Parameter {
    Parameter {
        name: "limit",
        schema: json!({"type": "integer", "minimum": 1, "maximum": most, "default": usual}),
        description: "The most that are listed",
    }
}

pub(super) fn cursor() -> Parameter {
    text("cursor", "`next` of the page before")
}

pub(super) fn verdict() -> Parameter {
    Parameter {
        name: "verdict",
        schema: json!({"type": "string", "enum": ["record", "skip"]}),
        description: "Only meetings that are, or are not, to be recorded",
    }
}

pub(super) fn needs_attention() -> Parameter {
    flag(
        "needs_attention",
        "Only meetings whose bot waits to be admitted, and those to be recorded whose bot was given up or has not recorded",
    )
}

pub(super) fn bot() -> Parameter {
    text(
        "bot",
        "Only meetings whose bot is in this state, such as scheduled",
    )
}

pub(super) fn outcome() -> Parameter {
    Parameter {
        name: "outcome",
        schema: json!({"type": "string", "enum": Phase::ALL.map(Phase::as_str)}),
        description: "Only meetings whose bot is there in its life, by the statuses that Recall reported",
    }
}

pub(super) fn result() -> Parameter {
    Parameter {
        name: "result",
        schema: json!({"type": "string", "enum": CountedAs::all().map(CountedAs::as_str).collect::<Vec<_>>()}),
        description: "Only meetings that are over and that coverage counts so, each once, whatever the number of its copies",
    }
}

pub(super) fn title() -> Parameter {
    text("q", "A part of the title, in any case")
}

pub(super) fn zone() -> Parameter {
    text(
        "zone",
        "IANA's name of the time zone in which days begin; that of the token or UTC, unless given",
    )
}

pub(super) fn page_zone() -> Parameter {
    text(
        "zone",
        "IANA's name of the time zone of the times on a page; documents have them in UTC",
    )
}
