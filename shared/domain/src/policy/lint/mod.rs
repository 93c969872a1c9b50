//! Warnings: what a policy says is in the format, and yet it can hardly be meant.
//!
//! A warning does not refuse a policy, since some of what looks like a slip is meant. Each
//! says what the policy does as it is, and what to write instead.

mod addresses;
mod always;
mod bot;
mod calendars;
mod covers;
mod domains;
mod reach;
mod retry;
mod spending;
#[cfg(test)]
mod tests;
mod words;
mod zones;

use super::compile::conditions;
use super::document::{NamedPolicyDocument, PolicyDocument, RuleDocument};
use super::problem::{Place, PolicyProblem};
use super::when::{DayOfWeek, HoursDocument, Shorthands, When};
use crate::event::Calendar;
use reach::{Listed, Reach};

impl PolicyDocument {
    /// What can hardly be meant, though it is in the format. Of a document that does not
    /// compile, the entries are checked but not the order of the rules.
    #[must_use]
    pub fn warnings(&self) -> Vec<PolicyProblem> {
        let mut found = Vec::new();
        let mut place = Place::root(&mut found);
        let selectors = self.policies.iter().flat_map(|named| &named.calendars);
        let public = self.public_mail_domains.as_deref().unwrap_or_default();
        let lists = [
            (self.denied_domains.place(), self.denied_domains.domains()),
            ("own_domains", self.own_domains.as_slice()),
            ("public_mail_domains", public),
        ];
        let listed = lists.iter().flat_map(|(_, list)| *list);
        let known: Vec<String> = selectors.chain(listed).cloned().collect();
        for (name, list) in lists {
            domains::list(list, &known, &mut place.at(name));
        }
        calendars::denied(self, &mut place.at(self.denied_domains.place()));
        zones::check(self.time_zone.as_deref(), &mut place.at("time_zone"));
        for (list, name) in [
            (&self.rules_for_all, "rules_for_all"),
            (&self.rules, "rules"),
        ] {
            entries(list, &known, &mut place.at(name));
        }
        bot::check(&self.bot, &mut place.at("bot"));
        if let Some(retry) = &self.retry {
            retry::check(retry, &mut place.at("retry"));
        }
        for (index, named) in self.policies.iter().enumerate() {
            self.named(named, &known, &mut place.at("policies").item(index));
        }
        calendars::selectors(self, &mut place.at("policies"));
        spending::check(self, &mut place);
        if super::Policy::compile(self).is_ok() {
            self.unreachable(&mut place);
        }
        found
    }

    /// What can hardly be meant, given the connected calendars: a selector that is of none of
    /// them, and a denied domain that is their own.
    #[must_use]
    pub fn warnings_for(&self, calendars: &[Calendar]) -> Vec<PolicyProblem> {
        let mut found = Vec::new();
        calendars::connected(self, calendars, &mut Place::root(&mut found));
        found
    }

    fn named(&self, named: &NamedPolicyDocument, known: &[String], place: &mut Place<'_>) {
        let own = named.own_domains.as_deref().unwrap_or_default();
        domains::list(own, known, &mut place.at("own_domains"));
        zones::check(named.time_zone.as_deref(), &mut place.at("time_zone"));
        if let Some(rules) = &named.rules {
            entries(rules, known, &mut place.at("rules"));
        }
        if let Some(bot) = &named.bot {
            bot::check(bot, &mut place.at("bot"));
        }
        let NamedPolicyDocument {
            own_domains,
            time_zone,
            rules,
            default,
            bot,
            spending,
            ..
        } = named;
        let sets_rules = rules.is_some() || default.is_some();
        let sets_nothing = !sets_rules
            && own_domains.is_none()
            && time_zone.is_none()
            && bot.is_none()
            && spending.is_none();
        // Beside others it may be an exception from one of them.
        if sets_nothing && self.policies.len() == 1 {
            place.report("it sets nothing, so its calendars are treated as all others; set `rules`, `default`, `bot`, `time_zone`, `own_domains` or `spending`");
        }
    }

    /// Rules that are never tested, or never apply.
    fn unreachable(&self, place: &mut Place<'_>) {
        let reach = Reach::new(self.denied_domains.domains());
        let for_all = listed(&self.rules_for_all);
        reach.check(&for_all, 0, &mut place.at("rules_for_all"));
        let main: Vec<Listed> = [for_all.clone(), listed(&self.rules)].concat();
        reach.check(&main, for_all.len(), &mut place.at("rules"));
        for (index, named) in self.policies.iter().enumerate() {
            if let Some(rules) = &named.rules {
                let own = [for_all.clone(), listed(rules)].concat();
                let mut place = place.at("policies");
                let mut place = place.item(index);
                reach.check(&own, for_all.len(), &mut place.at("rules"));
            }
        }
    }
}

/// The rules with their conditions, which were compiled before without a problem.
fn listed(rules: &[RuleDocument]) -> Vec<Listed> {
    let mut problems = Vec::new();
    let mut place = Place::root(&mut problems);
    let rules = rules.iter();
    rules
        .map(|rule| Listed {
            name: rule.name.clone(),
            conditions: conditions(&rule.when, &mut place),
            then: rule.then,
            is_locked: rule.locked,
        })
        .collect()
}

/// The entries of the rules' lists.
fn entries(rules: &[RuleDocument], known: &[String], place: &mut Place<'_>) {
    for (index, rule) in rules.iter().enumerate() {
        if let When::All(shorthands) = &rule.when {
            let mut place = place.item(index);
            shorthand(shorthands, known, &mut place.at("when"));
        }
    }
}

fn shorthand(of: &Shorthands, known: &[String], place: &mut Place<'_>) {
    for (name, written) in [
        ("any_domain", &of.any_domain),
        ("no_domain", &of.no_domain),
        ("only_domains", &of.only_domains),
    ] {
        domains::list(written, known, &mut place.at(name));
    }
    addresses::list(&of.any_attendee, &mut place.at("any_attendee"));
    addresses::organizers(&of.organizer, &mut place.at("organizer"));
    words::list(&of.title_has, &mut place.at("title_has"));
    words::list(&of.title_lacks, &mut place.at("title_lacks"));
    twice(&of.own_response, &mut place.at("own_response"));
    twice(&of.meeting_platform, &mut place.at("meeting_platform"));
    for (name, written) in [
        ("within_hours", &of.within_hours),
        ("outside_hours", &of.outside_hours),
    ] {
        if let Some(written) = written {
            hours(written, &mut place.at(name));
        }
    }
}

fn twice(written: &[String], place: &mut Place<'_>) {
    for (index, text) in written.iter().enumerate() {
        if written[..index].contains(text) {
            place
                .item(index)
                .report(format!("`{text}` is in the list twice"));
        }
    }
}

fn hours(written: &HoursDocument, place: &mut Place<'_>) {
    let mut days: Vec<DayOfWeek> = Vec::new();
    for (index, day) in written.days.iter().enumerate() {
        if days.contains(day) {
            let problem = format!("`{}` is in the list twice", day.as_str());
            place.at("days").item(index).report(problem);
        } else {
            days.push(*day);
        }
    }
    let is_whole = ["00:00", "0:00"].contains(&written.from.as_str()) && written.to == "24:00";
    if is_whole && days.len() == 7 {
        place.report("these are all hours of the week: only a meeting over midnight is not within them; leave it out, or narrow the days or the hours");
    }
}
