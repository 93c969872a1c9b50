//! The due rows: what is asked of their index, and which of its entries are the answer.
//!
//! Recall takes one call at a time for one bot, so the rows of other meetings are worth more
//! than a second row of the same one. The rows that are ready are therefore of different
//! bots, however many copies of a meeting are due before the next meeting.

use std::collections::{HashMap, HashSet};

use callsheet_domain::{Decision, DecisionKey, DeduplicationKey, Timestamp};

/// Which due rows are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueQuery {
    /// Rows that wait beyond this instant are left out.
    pub now: Timestamp,
    /// The most rows that are ready, and the most behind them.
    pub most: usize,
    /// The most rows of one bot behind its first.
    pub most_of_a_bot: usize,
    /// Rows that are left out.
    pub excluded: HashSet<DecisionKey>,
    /// Digests of the keys of the bots that stand already, or are being scheduled: a further
    /// claim on one is behind.
    pub standing: HashSet<String>,
}

impl DueQuery {
    /// The rows at `now` of the `most` bots that come first, without those behind them.
    #[must_use]
    pub fn first(now: Timestamp, most: usize) -> Self {
        Self {
            now,
            most,
            most_of_a_bot: 0,
            excluded: HashSet::new(),
            standing: HashSet::new(),
        }
    }

    /// All rows at `now`.
    #[must_use]
    pub fn all(now: Timestamp) -> Self {
        Self {
            most_of_a_bot: usize::MAX,
            ..Self::first(now, usize::MAX)
        }
    }
}

/// A due row, as the index shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueEntry {
    /// The row's key.
    pub key: DecisionKey,
    /// When its call may be made.
    pub not_before: Option<Timestamp>,
    /// Digest of the [deduplication key](Decision::deduplication_key) that its call is about.
    pub bot: Option<String>,
    /// Whether the call [claims](Decision::claims_bot) a bot.
    pub claims: bool,
}

impl DueEntry {
    /// The entry of a due row.
    #[must_use]
    pub fn of(row: &Decision) -> Self {
        Self {
            key: row.key.clone(),
            not_before: row.attempts.not_before,
            bot: row.deduplication_key().map(DeduplicationKey::digest),
            claims: row.claims_bot(),
        }
    }
}

/// The rows that the index of due rows shows. The index may lag behind the writes
/// by a moment, so a row must be loaded before it is acted upon.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DueRows {
    /// Rows whose calls may be made now, in order of start, each of another bot.
    pub ready: Vec<DecisionKey>,
    /// Rows whose calls may be made now, in order of start, behind another row of the same
    /// bot, or that claim a bot that stands.
    pub behind: Vec<DecisionKey>,
    /// Whether more rows may be ready or behind than are listed.
    pub has_more: bool,
    /// When the first of the waiting rows may be; known only if fewer are ready
    /// than were asked for.
    pub waiting_until: Option<Timestamp>,
}

impl DueRows {
    /// All rows whose calls may be made now.
    pub fn keys(&self) -> impl Iterator<Item = &DecisionKey> {
        self.ready.iter().chain(&self.behind)
    }
}

/// Takes the entries of the index, earliest start first, until the answer is known.
#[derive(Debug)]
pub struct DueSelection<'a> {
    query: &'a DueQuery,
    rows: DueRows,
    behind_bots: HashMap<String, usize>,
    ready_bots: HashSet<String>,
}

impl<'a> DueSelection<'a> {
    /// No entries yet.
    #[must_use]
    pub fn new(query: &'a DueQuery) -> Self {
        Self {
            query,
            rows: DueRows::default(),
            behind_bots: HashMap::new(),
            ready_bots: HashSet::new(),
        }
    }

    /// Whether no further entry changes the answer.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.rows.ready.len() >= self.query.most
    }

    /// Takes the next entry.
    pub fn add(&mut self, entry: DueEntry) {
        let now = self.query.now;
        if let Some(instant) = entry.not_before.filter(|instant| *instant > now) {
            let waiting = &mut self.rows.waiting_until;
            *waiting = Some(waiting.map_or(instant, |least| least.min(instant)));
        } else if !self.query.excluded.contains(&entry.key) {
            self.add_ready(entry);
        }
    }

    fn add_ready(&mut self, entry: DueEntry) {
        let DueEntry {
            key, bot, claims, ..
        } = entry;
        let Some(bot) = bot else {
            self.rows.ready.push(key);
            return;
        };
        let stands = claims && self.query.standing.contains(&bot);
        if !stands && self.ready_bots.insert(bot.clone()) {
            self.rows.ready.push(key);
            return;
        }
        let of_bot = self.behind_bots.entry(bot).or_default();
        if *of_bot < self.query.most_of_a_bot && self.rows.behind.len() < self.query.most {
            *of_bot += 1;
            self.rows.behind.push(key);
        } else {
            self.rows.has_more = true;
        }
    }

    /// The answer.
    #[must_use]
    pub fn rows(self) -> DueRows {
        let is_full = self.is_full();
        DueRows {
            waiting_until: self.rows.waiting_until.filter(|_| !is_full),
            has_more: self.rows.has_more || is_full,
            ..self.rows
        }
    }
}
