//! The five questions, which are asked on a terminal for each answer that no flag gives.

use std::io::BufRead;

use clap::ValueEnum as _;

use super::answers::{Answers, list};
use super::check::problems;
use crate::arguments::{InitArguments, Recorded};
use crate::error::CliError;
use crate::screen::wrapped;

/// A question, and where its answer goes.
struct Question {
    text: &'static str,
    /// The answer of an empty line, as it is shown.
    default: &'static str,
    is_given: fn(&InitArguments) -> bool,
    /// Takes an answer that is not empty, or says what is expected.
    take: fn(&mut Answers, &str) -> Result<(), String>,
}

const QUESTIONS: [Question; 5] = [
    Question {
        text: "Which meetings are recorded? `external`: those with a person from outside of your \
               company. `all` of them. `marked`: those with \"[rec]\" in their title.",
        default: "external",
        is_given: |given| given.record.is_some(),
        take: |answers, text| {
            answers.record = Recorded::from_str(text, true)
                .map_err(|_| "answer external, all or marked".to_owned())?;
            Ok(())
        },
    },
    Question {
        text: "With people of which domains is nothing recorded, such as that of your law firm?",
        default: "none",
        is_given: |given| given.denied_domains.is_some(),
        take: |answers, text| {
            answers.denied_domains = list(text.split(','));
            Ok(())
        },
    },
    Question {
        text: "Meetings with which words in their title are never recorded, such as interview, 1:1?",
        default: "none",
        is_given: |given| given.skip_titles.is_some(),
        take: |answers, text| {
            answers.skip_titles = list(text.split(','));
            Ok(())
        },
    },
    Question {
        text: "With which name does the bot join?",
        default: "Notes",
        is_given: |given| given.bot_name.is_some(),
        take: |answers, text| {
            text.clone_into(&mut answers.bot_name);
            Ok(())
        },
    },
    Question {
        text: "For how many days does Recall keep recordings? `account`: as the account has it, \
               which may be for ever.",
        default: "account",
        is_given: |given| given.keep_days.is_some(),
        take: |answers, text| {
            let days = text.parse().ok().filter(|days| (1..=3650).contains(days));
            let days: u32 = days.ok_or("answer a number of days, up to 3650, or account")?;
            answers.keep_days = Some(days);
            Ok(())
        },
    },
];

/// The answers that `given` has, with defaults for the others.
pub(super) fn given_answers(given: &InitArguments) -> Answers {
    let default = Answers::default();
    let lists = [
        &given.own_domains,
        &given.denied_domains,
        &given.skip_titles,
    ];
    let [own_domains, denied_domains, skip_titles] = lists.map(|one| list(one.iter().flatten()));
    Answers {
        record: given.record.unwrap_or_default(),
        own_domains,
        denied_domains,
        skip_titles,
        bot_name: given.bot_name.clone().unwrap_or(default.bot_name),
        keep_days: given.keep_days,
    }
}

/// Asks each question that `given` does not answer, by `show`, and reads the answers from `input`.
/// An answer with a problem is asked for again.
pub(super) fn ask(
    given: &InitArguments,
    (input, show): (&mut impl BufRead, &mut impl FnMut(&str)),
    width: usize,
) -> Result<Answers, CliError> {
    let failed = |error| CliError::Failed(format!("the terminal: {error}"));
    let mut answers = given_answers(given);
    let asked: Vec<_> = QUESTIONS
        .iter()
        .filter(|one| !(one.is_given)(given))
        .collect();
    for (number, question) in asked.iter().enumerate() {
        let (place, count) = (number + 1, asked.len());
        let text = format!("{place} of {count}. {}", question.text);
        let prompt = format!("{}\n[{}]: ", wrapped(&text, width), question.default);
        loop {
            show(&prompt);
            let mut line = String::new();
            if input.read_line(&mut line).map_err(failed)? == 0 {
                return Err(CliError::Refused(
                    "not all questions were answered: nothing was written".to_owned(),
                ));
            }
            match answered(question, &answers, line.trim()) {
                Ok(with_answer) => {
                    answers = with_answer;
                    break;
                }
                Err(problem) => {
                    let problem = wrapped(&problem, width);
                    show(&format!("{problem}\n"));
                }
            }
        }
    }
    Ok(answers)
}

/// The answers with the one in `line`, or what is wrong with it.
fn answered(question: &Question, answers: &Answers, line: &str) -> Result<Answers, String> {
    let mut with_answer = answers.clone();
    if !line.is_empty() && !line.eq_ignore_ascii_case(question.default) {
        (question.take)(&mut with_answer, line)?;
    }
    let before = problems(answers);
    let new = problems(&with_answer).into_iter();
    let new: Vec<_> = new.filter(|problem| !before.contains(problem)).collect();
    if new.is_empty() {
        Ok(with_answer)
    } else {
        Err(new.join("\n"))
    }
}
