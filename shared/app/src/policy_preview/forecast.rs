//! What the bots of upcoming meetings would amount to under the previewed policy.
//!
//! The caps are not applied: who is counted first is known only once bots are counted. Shown is
//! what would be wanted without them, and the days and months for which that is too much.

use std::collections::{BTreeMap, HashSet};

use callsheet_domain::{
    Account, CalendarId, Decision, DecisionKey, DeduplicationKey, Policy, SpendingCaps,
    SpendingClaim, Spent, Timestamp, Wanted,
};

use crate::evaluate::CalendarContext;
use crate::preview::Change;

/// What the bots of upcoming meetings would amount to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SpendingForecast {
    /// Number of bots, each once, however many copies of its meeting want it.
    pub bots: u64,
    /// The minutes that their meetings take.
    pub minutes: u64,
    /// What they would cost, by the price that the policy gives.
    pub estimate: Option<f64>,
    /// The days and months of which a cap is exceeded, in order.
    pub exceeded: Vec<ExceededCap>,
}

/// A day or a month of which a cap is exceeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceededCap {
    /// The account.
    pub account: Account,
    /// What would be wanted on it.
    pub wanted: Spent,
}

/// The forecast for the `stored` rows after `changes`, of the meetings in `calendars` that have
/// not begun.
pub(super) fn forecast(
    stored: &[Decision],
    changes: &[Change],
    calendars: &BTreeMap<CalendarId, CalendarContext>,
    policy: &Policy,
    now: Timestamp,
) -> SpendingForecast {
    let written: HashSet<&DecisionKey> = changes.iter().map(|change| &change.after.key).collect();
    let kept = stored.iter().filter(|row| !written.contains(&row.key));
    let rows = kept.chain(changes.iter().map(|change| &change.after));
    let claims = rows.filter_map(|row| claim(row, calendars.get(&row.calendar_id)?, policy));
    let mut claims: Vec<_> = claims.filter(|claim| claim.starts_at > now).collect();
    // The copy that is counted: of each bot the one under the first policy.
    claims.sort_by(|one, other| (&one.bot, &one.policy).cmp(&(&other.bot, &other.policy)));
    claims.dedup_by(|one, other| one.bot == other.bot);
    let mut forecast = SpendingForecast::default();
    let mut spent: BTreeMap<Account, (Spent, SpendingCaps)> = BTreeMap::new();
    for claim in &claims {
        forecast.bots += 1;
        forecast.minutes += claim.minutes();
        for account in claim.accounts() {
            let (spent, _) = spent
                .entry(account)
                .or_insert((Spent::default(), claim.caps));
            spent.bots += 1;
            spent.minutes += claim.minutes();
        }
    }
    let exceeded = spent
        .into_iter()
        .filter(|(account, (spent, caps))| caps.exceeds(account, *spent));
    forecast.exceeded = exceeded
        .map(|(account, (wanted, _))| ExceededCap { account, wanted })
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let hours = forecast.minutes as f64 / 60.0;
    forecast.estimate = policy.price_per_hour().map(|price| price * hours);
    forecast
}

/// The bot of a row as it would be counted; none if the row wants none.
fn claim(row: &Decision, calendar: &CalendarContext, policy: &Policy) -> Option<SpendingClaim> {
    let Wanted::Bot(bot) = &row.wanted else {
        return None;
    };
    let calendar = &calendar.record.calendar;
    let key: &DeduplicationKey = &bot.deduplication_key;
    Some(SpendingClaim {
        bot: key.clone(),
        starts_at: bot.starts_at,
        ends_at: row.ends_at,
        policy: policy.name_for(calendar).map(str::to_owned),
        caps: policy.spending_caps(calendar).unwrap_or_default(),
        is_exempt: false,
        moved_from: None,
    })
}
