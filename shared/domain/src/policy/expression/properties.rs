//! What holds for every text and for all facts.

use proptest::prelude::*;

use super::random::{all_known, flag, some_known, soup};
use super::*;
use crate::email::Email;
use crate::event::ResponseStatus;
use crate::fact::{FactValue, FactValues, Person, RESPONSES};

fn is_about_size(problem: &ExpressionProblem) -> bool {
    ["nested", "characters", "lists can be gone"]
        .iter()
        .any(|word| problem.message.contains(word))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_panics(source in ".{0,60}") {
        let _ = Expression::compile(&source);
    }

    #[test]
    fn no_tokens_panic(source in soup(), facts in some_known()) {
        match Expression::compile(&source) {
            Ok(expression) => { let _ = expression.evaluate(&facts); }
            Err(problem) => {
                let lines: Vec<&str> = source.split('\n').collect();
                prop_assert!((1..=lines.len()).contains(&problem.line), "{problem}");
                let length = lines[problem.line - 1].chars().count();
                prop_assert!((1..=length + 1).contains(&problem.column), "{problem}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_compiled_expression_never_fails_on_a_type_while_all_facts_are_known(
        source in flag(3),
        facts in all_known(),
    ) {
        match Expression::compile(&source) {
            Ok(expression) => if let Err(failure) = expression.evaluate(&facts) {
                prop_assert!(!failure.reason.contains("do not fit"), "{source}");
                prop_assert!(!failure.reason.contains("neither"), "{source}");
                prop_assert!(failure.unknown.is_empty(), "{source}");
            },
            Err(problem) => prop_assert!(is_about_size(&problem), "{source}: {problem}"),
        }
    }

    #[test]
    fn a_result_depends_only_on_the_facts_it_reads(
        source in flag(3),
        facts in some_known(),
        others in some_known(),
    ) {
        let Ok(expression) = Expression::compile(&source) else { return Ok(()) };
        let reads = |fact: &Fact| expression.facts().contains(fact);
        let mut read = facts.clone();
        read.retain(|fact, _| reads(fact));
        let answer = expression.evaluate(&facts);
        prop_assert_eq!(&answer, &expression.evaluate(&read), "without the others");
        read.extend(others.into_iter().filter(|(fact, _)| !reads(fact)));
        prop_assert_eq!(&answer, &expression.evaluate(&read), "with other others");
        if let Err(failure) = answer {
            let hidden = expression.facts().iter().filter(|fact| !facts.contains_key(fact));
            prop_assert_eq!(failure.unknown, hidden.copied().collect::<Vec<_>>());
        }
    }

    /// What is not known is no guess: an answer does not depend on it.
    #[test]
    fn a_result_is_the_same_for_any_value_of_the_unknown_facts(
        source in flag(3).prop_filter("asks what is known", |source| !source.contains("null")),
        facts in some_known(),
        guesses in prop::collection::vec(all_known(), 8),
    ) {
        let Ok(expression) = Expression::compile(&source) else { return Ok(()) };
        let Ok(answer) = expression.evaluate(&facts) else { return Ok(()) };
        for mut guess in guesses {
            guess.extend(facts.clone());
            prop_assert_eq!(expression.evaluate(&guess), Ok(answer), "{}", source);
        }
    }

    /// The same, with one fact hidden that the expression is sure to read.
    #[test]
    fn hiding_a_fact_fails_or_changes_nothing(
        source in flag(3).prop_filter("asks what is known", |source| !source.contains("null")),
        facts in all_known(),
        which: prop::sample::Index,
        guesses in prop::collection::vec(all_known(), 8),
    ) {
        let Ok(expression) = Expression::compile(&source) else { return Ok(()) };
        if expression.facts().is_empty() { return Ok(()) }
        let hidden = *which.get(expression.facts());
        let mut some = facts.clone();
        some.remove(&hidden);
        let Ok(answer) = expression.evaluate(&some) else { return Ok(()) };
        for guess in guesses {
            some.insert(hidden, guess[&hidden].clone());
            prop_assert_eq!(expression.evaluate(&some), Ok(answer), "{} without {:?}", source, hidden);
        }
    }

    /// Who is not listed is no guess, either: an answer does not depend on them.
    #[test]
    fn a_result_about_a_list_that_is_incomplete_is_the_same_with_more_in_it(
        source in flag(3).prop_filter("asks for the list", |source| !source.contains("attendees_complete") && !source.contains("null")),
        mut facts in all_known(),
        others in prop::collection::vec(all_known(), 8),
        is_complete: bool,
    ) {
        let Ok(expression) = Expression::compile(&source) else { return Ok(()) };
        facts.insert(Fact::AttendeesComplete, FactValue::Flag(false));
        let Ok(answer) = expression.evaluate(&facts) else { return Ok(()) };
        for other in others {
            let mut more = facts.clone();
            more.insert(Fact::AttendeesComplete, FactValue::Flag(is_complete));
            for fact in [Fact::Attendees, Fact::Domains, Fact::ExternalDomains] {
                more.insert(fact, joined(&facts[&fact], &other[&fact]));
            }
            if let Ok(with_more) = expression.evaluate(&more) {
                prop_assert_eq!(with_more, answer, "{}", source);
            }
        }
    }

    #[test]
    fn a_failure_quotes_no_fact(source in flag(3), facts in some_known()) {
        let Ok(expression) = Expression::compile(&source) else { return Ok(()) };
        if let Err(failure) = expression.evaluate(&facts) {
            let known = facts.values().filter_map(|value| match value {
                FactValue::Text(text) if text.len() > 1 && !RESPONSES.contains(&text.as_str()) => Some(text),
                _ => None,
            });
            for text in known {
                let names = failure.reason.contains(&format!("\"{text}\""));
                prop_assert!(names || !failure.reason.contains(text), "{}", failure.reason);
            }
        }
    }
}

/// The elements of both lists, those of the second in between.
fn joined(list: &FactValue, other: &FactValue) -> FactValue {
    match (list, other) {
        (FactValue::Texts(list), FactValue::Texts(other)) => {
            let middle = list.len() / 2;
            FactValue::Texts([&list[..middle], other, &list[middle..]].concat())
        }
        (FactValue::People(list), FactValue::People(other)) => {
            let middle = list.len() / 2;
            FactValue::People([&list[..middle], other, &list[middle..]].concat())
        }
        (list, _) => list.clone(),
    }
}

/// Rust's threads have 2 MB; each of these would take more if nothing stopped it.
#[test]
fn the_deepest_texts_fit_in_a_thread() {
    let opening = [
        "(", "[", "{1:", "!(", "-(", "size(", "title[", "true?", "a.all(a,", "[]+[",
    ];
    let chain = [
        "&&true",
        "==true",
        "+1",
        ".a",
        "[0]",
        ".lower()",
        "-1",
        "?true:true",
        "||!true",
    ];
    let mut sources = vec![
        "!".repeat(1_000),
        "-".repeat(1_000),
        "!".repeat(996) + "true",
    ];
    for part in opening {
        let open = part.repeat(1_000 / part.len());
        sources.push(open.clone());
        sources.extend([7, 8, 9, 16].map(|many| part.repeat(many)));
        for close in [")", "]", "}"] {
            sources.extend([5, 7, 8].map(|many| {
                let (open, close) = (part.repeat(many), close.repeat(many));
                let room = 1_000 - open.len() - close.len() - 4;
                open + "true" + &"+1".repeat(room / 2) + &close
            }));
        }
    }
    for (first, part) in ["true", "title", "1"]
        .into_iter()
        .flat_map(|first| chain.map(|part| (first, part)))
    {
        sources.extend(
            [22, 23, 24, 40, 900 / part.len()]
                .map(|many| format!("[{first}{}] != []", part.repeat(many))),
        );
    }
    let thread = std::thread::Builder::new().stack_size(2 * 1_024 * 1_024);
    let evaluated = thread.spawn(move || {
        let compiled = sources.iter().map(|source| Expression::compile(source));
        let answers = compiled.map(|compiled| compiled.map(|it| it.evaluate(&FactValues::new())));
        answers.flatten().count()
    });
    assert!(evaluated.unwrap().join().unwrap() > 10);
}

#[test]
#[ignore = "a measurement: cargo test --release -p callsheet-domain -- --ignored --nocapture evaluation"]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "it measures and prints"
)]
fn an_evaluation_takes_microseconds() {
    let source = "external && !title.hasWord(\"interview\") \
        && attendees.exists(a, a.domain.isOf(\"acme.example\") && !a.resource)";
    let person = |number: u32| Person {
        email: Email::parse(&format!("p{number}@other.example")).unwrap(),
        response: ResponseStatus::Accepted,
        is_optional: false,
        is_resource: false,
        is_organizer: false,
    };
    let facts = FactValues::from([
        (Fact::External, FactValue::Flag(true)),
        (
            Fact::Title,
            FactValue::Text("Weekly sync: Anna 1:1 Bob".to_owned()),
        ),
        (
            Fact::Attendees,
            FactValue::People((0..8).map(person).collect()),
        ),
    ]);
    let started = std::time::Instant::now();
    let expression = Expression::compile(source).unwrap();
    println!("the first compile: {:?}", started.elapsed());
    let started = std::time::Instant::now();
    for _ in 0..1_000 {
        Expression::compile(source).unwrap();
    }
    println!("a compile: {:?}", started.elapsed() / 1_000);
    let started = std::time::Instant::now();
    for _ in 0..100_000 {
        assert_eq!(expression.evaluate(&facts), Ok(false));
    }
    println!("an evaluation: {:?}", started.elapsed() / 100_000);
}
