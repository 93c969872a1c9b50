//! The problems of an answer: those of the policy that it makes.

use callsheet_api::policy::Problem;

use super::answers::Answers;
use super::policy_text::policy_text;
use crate::policy::problems_of;
use crate::terminal::has_unsafe;

/// The problems of the policy that is made from the answers, each in one line.
pub(super) fn problems(answers: &Answers) -> Vec<String> {
    let lists = [
        &answers.own_domains,
        &answers.denied_domains,
        &answers.skip_titles,
    ];
    let texts = lists.into_iter().flatten().chain([&answers.bot_name]);
    let hidden = texts.filter(|text| has_unsafe(text) || text.contains('\n'));
    let hidden: Vec<_> = hidden
        .map(|text| format!("`{text}` holds a character that is not shown"))
        .collect();
    if !hidden.is_empty() {
        return hidden;
    }
    let problems = problems_of(policy_text(answers)).into_iter();
    let problem = |problem: Problem| format!("{}: {}", problem.place, problem.message);
    problems.map(problem).collect()
}
