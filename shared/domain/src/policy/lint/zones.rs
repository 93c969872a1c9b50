//! Names of time zones that do not mean what they seem to.

use crate::policy::problem::Place;

/// Names with the reason not to use them, and what is mostly meant.
const DOUBTFUL: &[(&[&str], &str, &str)] = &[
    (
        &["EST", "Etc/GMT+5"],
        "is five hours behind UTC all the year, without daylight saving time",
        "America/New_York",
    ),
    (
        &["MST", "Etc/GMT+7"],
        "is seven hours behind UTC all the year, without daylight saving time",
        "America/Denver",
    ),
    (&["HST"], "is an abbreviation", "Pacific/Honolulu"),
    (
        &["GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich", "Etc/GMT"],
        "is UTC all the year, without British summer time",
        "Europe/London",
    ),
    (&["EST5EDT"], "is no place's time zone", "America/New_York"),
    (&["CST6CDT"], "is no place's time zone", "America/Chicago"),
    (&["MST7MDT"], "is no place's time zone", "America/Denver"),
    (
        &["PST8PDT"],
        "is no place's time zone",
        "America/Los_Angeles",
    ),
    (
        &["WET"],
        "is an abbreviation that several countries share",
        "Europe/Lisbon",
    ),
    (
        &["CET"],
        "is an abbreviation that several countries share",
        "Europe/Berlin",
    ),
    (
        &["MET"],
        "is an abbreviation that several countries share",
        "Europe/Berlin",
    ),
    (
        &["EET"],
        "is an abbreviation that several countries share",
        "Europe/Athens",
    ),
];

/// Checks the name of a time zone.
pub(super) fn check(written: Option<&str>, place: &mut Place<'_>) {
    let Some(written) = written.map(str::trim) else {
        return;
    };
    let is_same = |name: &&str| name.eq_ignore_ascii_case(written);
    if let Some((_, why, meant)) = DOUBTFUL
        .iter()
        .find(|(names, ..)| names.iter().any(&is_same))
    {
        place.report(format!(
            "`{written}` {why}; name a place, such as `{meant}`"
        ));
        return;
    }
    let lower = written.to_lowercase();
    if lower.starts_with("etc/gmt") {
        place.report(format!("`{written}` is a fixed distance from UTC with the opposite sign: Etc/GMT+5 is behind UTC; name a place, such as `Europe/Berlin`"));
    } else if ["factory", "localtime", "posixrules"].contains(&lower.as_str()) {
        place.report(format!(
            "`{written}` is no place's time zone; name a place, such as `Europe/Berlin`"
        ));
    }
}
