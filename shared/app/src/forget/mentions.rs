//! Whether a decision mentions a name.

use callsheet_domain::{Applied, Decision, FactValue, Wanted};

/// Whether a text of `row` mentions `name`, whatever its case.
#[must_use]
pub fn mentions(row: &Decision, name: &str) -> bool {
    let name = name.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&name);
    let reason = row.verdict.reason();
    let texts = [
        row.title.as_deref(),
        Some(reason.reason.as_str()),
        row.attempts.last_error.as_deref(),
        row.abandoned
            .as_ref()
            .map(|abandoned| abandoned.reason.as_str()),
    ];
    texts.into_iter().flatten().any(has)
        || reason.facts.iter().any(|(_, value)| is_in_fact(value, has))
        || bot_texts(row).iter().any(|text| has(text))
}

fn is_in_fact(value: &FactValue, has: impl Fn(&str) -> bool) -> bool {
    match value {
        FactValue::Unknown | FactValue::Flag(_) | FactValue::Number(_) => false,
        FactValue::Text(text) => has(text),
        FactValue::Texts(texts) => texts.iter().any(|text| has(text)),
        FactValue::People(people) => people.iter().any(|person| has(person.email.as_str())),
        FactValue::Metadata(metadata) => metadata.values().values().flatten().any(|text| has(text)),
    }
}

/// Links, keys and configurations of the row's bots.
fn bot_texts(row: &Decision) -> Vec<String> {
    let mut texts = Vec::new();
    if let Wanted::Bot(bot) = &row.wanted {
        texts.push(bot.meeting_url.clone());
        texts.push(bot.deduplication_key.to_string());
        texts.push(serde_json::Value::Object(bot.config.json().clone()).to_string());
    }
    if let Some(offer) = &row.offer {
        texts.push(serde_json::Value::Object(offer.config.json().clone()).to_string());
    }
    if let Applied::Bot(bot)
    | Applied::Uncertain(bot)
    | Applied::TooMany(bot)
    | Applied::Dispatched(bot) = &row.applied
    {
        texts.push(bot.meeting_url.clone());
        texts.push(bot.deduplication_key.to_string());
    }
    texts
}
