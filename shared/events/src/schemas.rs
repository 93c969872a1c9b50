//! The published JSON schemas of the events, in draft 2020-12.

use callsheet_domain::BusEventKind;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::wire::{
    BotAbandoned, BotMoved, BotRemoved, BotScheduled, CalendarBack, CalendarLost, DecisionChanged,
    Detail, MeetingAtRisk, OutcomeChanged, PolicyPushed,
};

/// The schema of the `detail` of each kind of event, by the kind's name.
#[must_use]
pub fn schemas() -> Vec<(&'static str, Value)> {
    let of_each = BusEventKind::ALL.into_iter();
    of_each
        .map(|kind| (kind.as_str(), schema_of(kind)))
        .collect()
}

fn schema_of(kind: BusEventKind) -> Value {
    match kind {
        BusEventKind::DecisionChanged => schema::<DecisionChanged>(),
        BusEventKind::BotScheduled => schema::<BotScheduled>(),
        BusEventKind::BotMoved => schema::<BotMoved>(),
        BusEventKind::BotRemoved => schema::<BotRemoved>(),
        BusEventKind::BotAbandoned => schema::<BotAbandoned>(),
        BusEventKind::OutcomeChanged => schema::<OutcomeChanged>(),
        BusEventKind::MeetingAtRisk => schema::<MeetingAtRisk>(),
        BusEventKind::CalendarLost => schema::<CalendarLost>(),
        BusEventKind::CalendarBack => schema::<CalendarBack>(),
        BusEventKind::PolicyPushed => schema::<PolicyPushed>(),
    }
}

fn schema<B: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let generator = settings.into_generator();
    generator.into_root_schema_for::<Detail<B>>().into()
}
