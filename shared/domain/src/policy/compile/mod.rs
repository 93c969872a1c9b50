//! Compiles a policy document, and reports all of its problems at once.

mod conditions;
mod contradiction;
mod entries;
mod spending;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::problem::Place;
use super::rule::Rule;
use crate::policy::compiled::Policy;
use crate::policy::document::{NamedPolicyDocument, PolicyDocument, RuleDocument, Then};
use crate::policy::own_domains::{OwnDomains, well_known};
use crate::policy::problem::InvalidPolicy;
use crate::policy::retries::Retries;
use crate::policy::rule_set::{Matcher, RuleSet};
use crate::policy::template::BotTemplate;
use crate::verdict::RuleName;
use crate::zone::TimeZoneName;
pub(super) use conditions::conditions;
pub(super) use entries::matcher;
use entries::{domain, list, pairs};
use spending::{limits, price};

/// The most rules of one policy.
const RULES: usize = 100;
/// The most named policies.
const POLICIES: usize = 100;
/// The longest name of a rule or a policy, in characters.
const LONGEST_NAME: usize = 60;
/// Why a rule that records is not locked, and what to write instead.
const LOCKED_RECORD: &str = "a rule that records cannot be locked, since a no must always be \
                             possible: delete `locked`, or write `then: skip`";

impl Policy {
    /// The policy that is active until one is pushed.
    ///
    /// # Panics
    /// Never: a test compiles it.
    #[must_use]
    pub fn built_in() -> Self {
        Self::compile(&PolicyDocument::built_in()).expect("a test compiles it")
    }

    /// Compiles a document.
    ///
    /// # Errors
    /// All problems of the document, each with its place and what to write instead.
    pub fn compile(document: &PolicyDocument) -> Result<Self, InvalidPolicy> {
        let mut problems = Vec::new();
        let policy = compiled(document, &mut Place::root(&mut problems));
        if problems.is_empty() {
            Ok(policy)
        } else {
            Err(InvalidPolicy(problems))
        }
    }
}

fn compiled(document: &PolicyDocument, place: &mut Place<'_>) -> Policy {
    if document.version != PolicyDocument::VERSION {
        let problem = format!(
            "there is no version {} of the format: write 1",
            document.version
        );
        place.at("version").report(problem);
    }
    if document.canonical().len() > PolicyDocument::LONGEST {
        place.report("the policy is longer than 100,000 bytes of JSON");
    }
    let denied = list(
        document.denied_domains.domains(),
        &mut place.at(document.denied_domains.place()),
        domain,
    );
    let for_all: Arc<[Rule]> =
        rules(&document.rules_for_all, &[], &mut place.at("rules_for_all")).into();
    let outer = RuleSet {
        name: None,
        ours: own_domains(document, place),
        zone: zone(document.time_zone.as_deref(), &mut place.at("time_zone")),
        rules: rules(&document.rules, &for_all, &mut place.at("rules")),
        for_all,
        default: document.default,
        spending: limits(document.spending.as_ref(), &mut place.at("spending")),
        bot: BotTemplate::compile(&document.bot, &mut place.at("bot")),
    };
    let named = named(&document.policies, &outer, &mut place.at("policies"));
    price(document.price_per_hour, &mut place.at("price_per_hour"));
    let has_caps = |named: &NamedPolicyDocument| named.spending.is_some();
    Policy {
        price_per_hour: document.price_per_hour,
        counts_spending: document.spending.is_some() || document.policies.iter().any(has_caps),
        scheme: document.deduplication,
        links: document.compare_links,
        denied,
        locks_denied: document.denied_domains.is_locked(),
        retries: Retries::compile(document.retry.as_ref(), &mut place.at("retry")),
        outer,
        named,
    }
}

fn named(
    written: &[NamedPolicyDocument],
    outer: &RuleSet,
    place: &mut Place<'_>,
) -> Vec<(Vec<Matcher>, RuleSet)> {
    if written.len() > POLICIES {
        place.report("there are more than 100 named policies");
    }
    let mut taken = BTreeSet::new();
    let mut policies = Vec::new();
    for (index, written) in written.iter().enumerate() {
        let mut place = place.item(index);
        if !taken.insert(&written.name) {
            place.at("name").report(several("policies", &written.name));
        }
        name(&written.name, &mut place.at("name"));
        if written.calendars.is_empty() && written.metadata.is_empty() {
            let problem = "no calendar is named: write addresses, @domains or calendar ids, \
                           or set `metadata`";
            place.at("calendars").report(problem);
        }
        let mut matchers = list(&written.calendars, &mut place.at("calendars"), matcher);
        if !written.metadata.is_empty() {
            let wanted = pairs(&written.metadata, &mut place.at("metadata"));
            matchers.push(Matcher::Metadata(wanted));
        }
        let zone = zone(written.time_zone.as_deref(), &mut place.at("time_zone"));
        let set = RuleSet {
            name: Some(written.name.clone()),
            ours: match &written.own_domains {
                Some(written) => OwnDomains {
                    named: list(written, &mut place.at("own_domains"), domain),
                    public: outer.ours.public.clone(),
                },
                None => outer.ours.clone(),
            },
            zone: zone.or_else(|| outer.zone.clone()),
            rules: match &written.rules {
                Some(written) => rules(written, &outer.for_all, &mut place.at("rules")),
                None => outer.rules.clone(),
            },
            for_all: Arc::clone(&outer.for_all),
            default: written.default.unwrap_or(outer.default),
            spending: limits(written.spending.as_ref(), &mut place.at("spending")),
            bot: match &written.bot {
                Some(written) => BotTemplate::compile(written, &mut place.at("bot")),
                None => outer.bot.clone(),
            },
        };
        policies.push((matchers, set));
    }
    policies
}

fn several(of: &str, name: &str) -> String {
    format!("there are several {of} called \"{name}\"")
}

fn own_domains(document: &PolicyDocument, place: &mut Place<'_>) -> OwnDomains {
    let named = &document.own_domains;
    OwnDomains {
        named: list(named, &mut place.at("own_domains"), domain),
        public: match &document.public_mail_domains {
            Some(written) => {
                let listed = list(written, &mut place.at("public_mail_domains"), domain);
                listed.into_iter().collect()
            }
            None => well_known(),
        },
    }
}

fn zone(written: Option<&str>, place: &mut Place<'_>) -> Option<TimeZoneName> {
    let written = written?;
    place.accept(TimeZoneName::parse(written).map_err(|error| {
        match TimeZoneName::meant_by(written) {
            Some(meant) => format!("{error}; did you mean `{meant}`?"),
            None => error.to_string(),
        }
    }))
}

/// The rules of one list, which are tested after those `for_all` calendars.
fn rules(written: &[RuleDocument], for_all: &[Rule], place: &mut Place<'_>) -> Vec<Rule> {
    if written.len() > RULES {
        place.report("there are more than 100 rules");
    }
    let mut taken = BTreeSet::new();
    let mut rules = Vec::new();
    for (index, written) in written.iter().enumerate() {
        let mut place = place.item(index);
        let name = name(&written.name, &mut place.at("name"));
        if !taken.insert(&written.name) {
            place.at("name").report(several("rules", &written.name));
        }
        if for_all
            .iter()
            .any(|rule| rule.name.as_str() == written.name)
        {
            let problem = format!("\"{}\" is the name of a rule for all", written.name);
            place.at("name").report(problem);
        }
        let conditions = conditions(&written.when, &mut place.at("when"));
        if written.locked && written.then == Then::Record {
            place.at("locked").report(LOCKED_RECORD);
        }
        if let Some(name) = name {
            rules.push(Rule {
                name,
                conditions,
                then: written.then,
                is_locked: written.locked,
            });
        }
    }
    rules
}

/// The name of a rule or a policy. It is used in rows, logs and explanations.
fn name(written: &str, place: &mut Place<'_>) -> Option<RuleName> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if written.is_empty() || written.len() > LONGEST_NAME || !written.bytes().all(is_plain) {
        place.report("a name has 1 to 60 lower-case letters, digits and hyphens");
        return None;
    }
    if RuleName::RESERVED
        .iter()
        .any(|reserved| reserved.as_str() == written)
    {
        place.report(format!("\"{written}\" is a built-in name; choose another"));
        return None;
    }
    Some(RuleName::named(written))
}
