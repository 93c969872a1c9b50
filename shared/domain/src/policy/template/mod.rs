//! The bot configuration with placeholders, and what becomes of it for one meeting.
//!
//! Every text in it may hold `{{ facts }}`. A fact that nothing tells leaves
//! nothing behind. A text with placeholders that comes out longer than Recall
//! takes is cut, and one that cannot be made is empty: a long title or an odd
//! one must not cost a meeting its recording. Other texts stay as they are.

mod facts;
#[cfg(test)]
mod tests;
mod texts;

use std::fmt;
use std::sync::Arc;

use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};
use serde_json::{Map, Value};

use super::problem::Place;
use crate::bot::BotConfig;
use crate::fact::{Fact, FactSource, FactValues};
use facts::{samples, told};
use texts::{each, has_placeholder, replaced, shown};

/// The longest bot name, by the service's Create Bot body.
const LONGEST_NAME: usize = 100;
/// The longest metadata value, by the same.
const LONGEST_METADATA: usize = 500;
/// The longest other text that is made, in characters.
const LONGEST_TEXT: usize = 4_000;
/// Steps that making one text may take: a loop in a placeholder must end.
const FUEL: u64 = 10_000;
/// The one function that a placeholder may call.
const RANGE: &str = "range";

/// A bot configuration with placeholders.
#[derive(Clone)]
pub struct BotTemplate {
    json: Map<String, Value>,
    /// The texts with placeholders, by their place.
    texts: Arc<Environment<'static>>,
    asks: Vec<Fact>,
}

impl BotTemplate {
    /// Reads a configuration, noting at `place` what Recall or a placeholder would not take.
    pub(super) fn compile(json: &Map<String, Value>, place: &mut Place<'_>) -> Self {
        let mut texts = environment();
        let mut asks = Vec::new();
        each(json, &mut |pointer, text| {
            if has_placeholder(text) {
                let mut place = place.at(&shown(pointer));
                asks.extend(add(&mut texts, pointer, text, &mut place));
            }
        });
        asks.sort_unstable();
        asks.dedup();
        let template = Self {
            json: json.clone(),
            texts: Arc::new(texts),
            asks,
        };
        place.accept(BotConfig::new(template.plain()));
        template
    }

    /// The facts that its placeholders may ask for.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.asks
    }

    /// The configuration for the meeting that `facts` tell of.
    ///
    /// # Panics
    /// Never: what is made is kept within the service's limits.
    #[must_use]
    pub fn render(&self, facts: &dyn FactSource) -> BotConfig {
        let told = told(&self.asks, facts);
        let json = replaced(&self.json, &|pointer, text| {
            if !has_placeholder(text) {
                return text.to_owned();
            }
            let template = self.texts.get_template(pointer);
            let made = template.and_then(|template| template.render(told.clone()));
            let made = made.unwrap_or_default();
            made.chars().take(longest(pointer)).collect()
        });
        BotConfig::new(json).expect("it was held against the limits, and texts are cut")
    }

    /// The configuration with every placeholder left out, to be held against
    /// the service's limits before there is a meeting.
    fn plain(&self) -> Value {
        replaced(&self.json, &|_, text| {
            let text = if has_placeholder(text) { "" } else { text };
            text.to_owned()
        })
    }
}

/// Equal configurations make equal bots.
impl PartialEq for BotTemplate {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json
    }
}

impl fmt::Debug for BotTemplate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "BotTemplate({:?})", self.asks)
    }
}

fn environment() -> Environment<'static> {
    let mut texts = Environment::new();
    texts.set_undefined_behavior(UndefinedBehavior::Lenient);
    texts.set_fuel(Some(FUEL));
    texts.set_auto_escape_callback(|_| AutoEscape::None);
    for function in ["debug", "dict", "namespace"] {
        texts.remove_global(function);
    }
    texts
}

/// Adds a text with placeholders, and tells which facts it asks for.
fn add(
    texts: &mut Environment<'static>,
    pointer: &str,
    text: &str,
    place: &mut Place<'_>,
) -> Vec<Fact> {
    let mut asks = Vec::new();
    if let Err(error) = texts.add_template_owned(pointer.to_owned(), text.to_owned()) {
        place.refuse(in_words(&error));
        return asks;
    }
    let template = texts.get_template(pointer).expect("it was just added");
    // The names that are found do not include what a slice is of, so a fact may be asked for without.
    let is_named = |fact: &Fact| text.contains(fact.name());
    asks.extend(Fact::ALL.iter().copied().filter(is_named));
    let mut names: Vec<String> = template.undeclared_variables(false).into_iter().collect();
    names.sort_unstable();
    for name in names {
        if name != RANGE && Fact::named(&name).is_none() {
            place.refuse(unknown_fact(&name));
        }
    }
    // Filters and functions are looked up only when a text is made.
    let tries = [samples(), FactValues::new()];
    let errors = tries.map(|facts| template.render(told(&asks, &facts)).err());
    let error = errors.into_iter().flatten();
    if let Some(error) = error.into_iter().find(|error| is_of_a_name(error.kind())) {
        place.refuse(in_words(&error));
    }
    asks
}

fn is_of_a_name(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnknownFilter
            | ErrorKind::UnknownTest
            | ErrorKind::UnknownFunction
            | ErrorKind::UnknownMethod
            | ErrorKind::TemplateNotFound
    )
}

fn in_words(error: &minijinja::Error) -> String {
    let line = error.line().filter(|line| *line > 1);
    let line = line.map_or_else(String::new, |line| format!("line {line}: "));
    match error.detail() {
        Some(detail) => format!("{line}{}: {detail}", error.kind()),
        None => format!("{line}{}", error.kind()),
    }
}

fn unknown_fact(name: &str) -> String {
    let problem = format!("there is no fact \"{name}\"");
    match super::expression::nearest(name, Fact::ALL.iter().map(|fact| fact.name())) {
        Some(nearest) => format!("{problem}; did you mean \"{nearest}\"?"),
        None => problem,
    }
}

/// How long the text at a place may be.
fn longest(pointer: &str) -> usize {
    match pointer {
        "/bot_name" => LONGEST_NAME,
        _ if pointer.starts_with("/metadata/") => LONGEST_METADATA,
        _ => LONGEST_TEXT,
    }
}
