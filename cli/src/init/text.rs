//! Text of a first policy: where it is, what it would change, and what to do next.

use callsheet_api::init::FirstPolicy;

use crate::policy::problem::warning_lines;
use crate::policy::summary;
use crate::render::Render;
use crate::screen::Screen;

impl Render for FirstPolicy {
    fn text_on(&self, screen: &Screen) -> String {
        let Some(file) = &self.file else {
            return self.policy.trim_end().to_owned();
        };
        let mut lines = vec![format!("{file} was written: {}.", summary(self.size))];
        lines.extend(warning_lines(&self.warnings));
        let mut parts = vec![lines.join("\n")];
        match (&self.preview, &self.not_previewed) {
            (Some(preview), _) => parts.push(preview.text_on(screen)),
            (None, Some(reason)) => parts.push(format!("It was not previewed: {reason}.")),
            (None, None) => parts.push(format!(
                "It was not previewed, since no stack or no key of Recall is given. With both, \
                 `callsheet preview --policy {file}` shows which meetings would gain or lose a bot."
            )),
        }
        parts.push(format!(
            "Nothing is changed yet: `callsheet policy push {file}` activates the policy."
        ));
        parts.join("\n\n")
    }

    fn exit_code(&self) -> u8 {
        self.preview.as_ref().map_or(0, Render::exit_code)
    }
}
