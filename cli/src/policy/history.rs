//! Lists the policies that were pushed.

use callsheet_api::policy::History;
use callsheet_app::ports::Policies;

use super::size::summary;
use crate::error::CliError;
use crate::render::{Field, Render, in_one_line, table};
use crate::screen::Screen;

/// Lists the last `most` policies.
pub(crate) async fn history<S: Policies>(state: &S, most: usize) -> Result<History, CliError> {
    Ok(History::read(state, None, most).await?)
}

impl Render for History {
    fn text_on(&self, screen: &Screen) -> String {
        if self.policies.is_empty() {
            return "No policy was pushed yet: the built-in policy is active.".to_owned();
        }
        let mut table = table(screen, ["revision", "when", "by", "size", "bytes", "note"]);
        table.keep_whole(&[0, 1]);
        for entry in &self.policies {
            table.add_row([
                Field::number(entry.revision),
                Field::text(screen.instant(entry.at)),
                Field::text(&entry.by),
                Field::text(entry.size.map_or_else(String::new, summary)),
                Field::number(entry.bytes),
                Field::text(in_one_line(entry.note.as_deref().unwrap_or_default())),
            ]);
        }
        table.text()
    }
}
