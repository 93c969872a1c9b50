//! The bot configuration with placeholders, and its rendering for one meeting.
//!
//! Every text may contain `{{ facts }}`. An unknown fact renders as nothing. A rendered
//! text that is longer than Recall accepts is cut, and one that fails to render is empty:
//! an unusual title must not cost a meeting its recording. Texts without placeholders
//! stay as they are.

mod facts;
mod growth;
#[cfg(test)]
mod tests;
mod texts;

use std::fmt;
use std::sync::Arc;

use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};
use serde_json::{Map, Value};

use super::problem::Place;
use crate::bot_config::BotConfig;
use crate::fact::{Fact, FactSource, FactValues};
use facts::{context, samples};
use growth::RANGE;
use texts::{dotted, each, has_placeholder, replaced};

/// The longest bot name, by the service's Create Bot body.
const LONGEST_NAME: usize = 100;
/// The longest metadata value, by the same.
const LONGEST_METADATA: usize = 500;
/// The longest other rendered text, in characters.
const LONGEST_TEXT: usize = 4_000;
/// The steps that rendering one text may take: a loop in a placeholder must end.
const FUEL: u64 = 10_000;

/// A bot configuration with placeholders.
#[derive(Clone)]
pub struct BotTemplate {
    json: Map<String, Value>,
    /// The texts with placeholders, by their JSON pointer.
    texts: Arc<Environment<'static>>,
    used: Vec<Fact>,
}

impl BotTemplate {
    /// Compiles a configuration, and reports its problems at `place`.
    pub(super) fn compile(json: &Map<String, Value>, place: &mut Place<'_>) -> Self {
        let mut texts = environment();
        let mut used = Vec::new();
        each(json, &mut |pointer, text| {
            if has_placeholder(text) {
                let mut place = place.at(&dotted(pointer));
                used.extend(add(&mut texts, pointer, text, &mut place));
            }
        });
        used.sort_unstable();
        used.dedup();
        let template = Self {
            json: json.clone(),
            texts: Arc::new(texts),
            used,
        };
        for problem in BotConfig::problems(&template.plain()) {
            place.report(problem.to_string());
        }
        template
    }

    /// The facts that its placeholders may use.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.used
    }

    /// The configuration for a meeting with these facts.
    ///
    /// # Panics
    /// Never: rendered texts are cut to Recall's limits.
    #[must_use]
    pub fn render(&self, facts: &dyn FactSource) -> BotConfig {
        let context = context(&self.used, facts);
        let json = replaced(&self.json, &|pointer, text| {
            if !has_placeholder(text) {
                return text.to_owned();
            }
            let template = self.texts.get_template(pointer);
            let made = template.and_then(|template| template.render(context.clone()));
            let made = made.unwrap_or_default();
            made.chars().take(longest(pointer)).collect()
        });
        BotConfig::new(Value::Object(json))
            .expect("it was checked against the limits, and texts are cut")
    }

    /// The configuration with empty texts for placeholders, to be checked against Recall's
    /// limits before there is a meeting.
    fn plain(&self) -> Map<String, Value> {
        replaced(&self.json, &|_, text| {
            let text = if has_placeholder(text) { "" } else { text };
            text.to_owned()
        })
    }
}

/// Equal configurations render equal bots.
impl PartialEq for BotTemplate {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json
    }
}

impl fmt::Debug for BotTemplate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "BotTemplate({:?})", self.used)
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

/// Adds a text with placeholders. Returns the facts that it uses.
fn add(
    texts: &mut Environment<'static>,
    pointer: &str,
    text: &str,
    place: &mut Place<'_>,
) -> Vec<Fact> {
    let mut used = Vec::new();
    // Before it is compiled: constants are computed then.
    if let Some(problem) = growth::problem(text) {
        place.report(problem);
        return used;
    }
    if let Err(error) = texts.add_template_owned(pointer.to_owned(), text.to_owned()) {
        place.report(describe(&error));
        return used;
    }
    let template = texts.get_template(pointer).expect("it was just added");
    // `undeclared_variables` misses the operand of a slice, so a fact counts if its name occurs.
    let is_named = |fact: &Fact| text.contains(fact.name());
    used.extend(Fact::ALL.iter().copied().filter(is_named));
    let mut names: Vec<String> = template.undeclared_variables(false).into_iter().collect();
    names.sort_unstable();
    for name in names {
        if name != RANGE && Fact::named(&name).is_none() {
            place.report(unknown_fact(&name));
        }
    }
    // Filters and functions are resolved only on rendering.
    let tries = [samples(), FactValues::new()];
    let errors = tries.map(|facts| template.render(context(&used, &facts)).err());
    let error = errors.into_iter().flatten();
    if let Some(error) = error.into_iter().find(|error| is_reported(error.kind())) {
        place.report(describe(&error));
    }
    used
}

/// Whether every rendering fails in this way. Others may be due to the trial's facts.
fn is_reported(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::OutOfFuel
            | ErrorKind::UnknownFilter
            | ErrorKind::UnknownTest
            | ErrorKind::UnknownFunction
            | ErrorKind::UnknownMethod
            | ErrorKind::TemplateNotFound
    )
}

fn describe(error: &minijinja::Error) -> String {
    if error.kind() == ErrorKind::OutOfFuel {
        return format!("this takes more than the {FUEL} steps of a text; shorten its loops");
    }
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

/// The longest text that Recall accepts at a place.
fn longest(pointer: &str) -> usize {
    match pointer {
        "/bot_name" => LONGEST_NAME,
        _ if pointer.starts_with("/metadata/") => LONGEST_METADATA,
        _ => LONGEST_TEXT,
    }
}
