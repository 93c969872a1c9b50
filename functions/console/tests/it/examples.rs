//! The examples of `docs/api.md`: each is sent, and answers what the page shows.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use callsheet_auth::Role;
use callsheet_console::{Access, Route};
use serde_json::Value;

use crate::harness::{Harness, Reply, Request, grant, token};

/// An example: `$ api METHOD PATH ARGUMENTS # ROLE`, and below it the status and some members of
/// the answer.
#[derive(Debug)]
struct Example {
    method: &'static str,
    path: String,
    arguments: Vec<String>,
    role: Role,
    status: i64,
    members: Value,
}

/// The page without the examples of how tokens look.
fn examples() -> Vec<Example> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api.md");
    let page = fs::read_to_string(page).expect("the page");
    let (_, section) = page.split_once("## Examples").expect("a section");
    let section = section.split("\n## ").next().expect("a section");
    let texts = section.split("\n$ api ").skip(1);
    texts.map(example).collect()
}

fn example(text: &str) -> Example {
    let (line, answer) = text.split_once('\n').expect("an answer");
    let (line, role) = line.rsplit_once('#').expect("a role");
    let mut words = words(line).into_iter();
    let method = words.next().expect("a method");
    let methods = ["GET", "PUT", "POST", "DELETE"];
    let answer = answer.split("\n```").next().expect("an answer");
    let (status, members) = answer.split_once(' ').expect("a status");
    Example {
        method: methods
            .into_iter()
            .find(|one| *one == method)
            .expect("a method"),
        path: format!("/{}", words.next().expect("a path")),
        arguments: words.collect(),
        role: role.trim().parse().expect("a role"),
        status: status.trim().parse().expect("a status"),
        members: serde_json::from_str(members).unwrap_or_else(|error| panic!("{members}: {error}")),
    }
}

/// The words of a line of a shell, with single quotes around those that have blanks.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    let words = parts.flat_map(|(number, part)| {
        if number % 2 == 1 {
            return vec![part.to_owned()];
        }
        part.split_whitespace().map(str::to_owned).collect()
    });
    words.collect()
}

fn request(example: &Example) -> Request {
    let mut request = Request::get(&example.path).with_method(example.method);
    let mut arguments = example.arguments.iter();
    while let Some(name) = arguments.next() {
        let value = arguments.next().expect("a value");
        request = match name.as_str() {
            "--json" => {
                request.body = Some(value.clone());
                request.with_header("content-type", "application/json")
            }
            "--data-binary" => {
                request.body = Some(value.clone());
                request
            }
            "-H" => {
                let (name, value) = value.split_once(": ").expect("a header");
                let known = ["If-Match", "Content-Type"];
                let name = known.into_iter().find(|one| *one == name);
                request.with_header(name.expect("a header that is sent"), value)
            }
            other => panic!("{other}"),
        };
    }
    request.with_token(&token(grant(example.role)))
}

/// Whether a document has these members, and begins with these items.
fn has(document: &Value, expected: &Value) -> bool {
    match (document, expected) {
        (Value::Object(document), Value::Object(expected)) => expected
            .iter()
            .all(|(name, value)| document.get(name).is_some_and(|found| has(found, value))),
        (Value::Array(document), Value::Array(expected)) => {
            let mut pairs = document.iter().zip(expected);
            document.len() >= expected.len() && pairs.all(|(found, value)| has(found, value))
        }
        (document, expected) => document == expected,
    }
}

#[tokio::test]
async fn each_example_of_the_page_answers_what_it_shows() {
    let mut others = Vec::new();
    for example in examples() {
        let harness = Harness::new().await;
        let reply = harness.send(request(&example)).await;
        if reply.status != example.status || !has(&reply.json(), &example.members) {
            let Reply { status, body, .. } = reply;
            others.push(format!("{example:?} is answered {status} {body}"));
        }
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
}

#[test]
fn each_route_has_an_example() {
    let is_of = |route: &Route, example: &Example| {
        let path = example.path.split('?').next().expect("a path");
        let template = route.template();
        let (of_path, of_template) = (path.split('/'), template.split('/'));
        let fits = of_path.clone().count() == of_template.clone().count();
        let mut pairs = of_path.zip(of_template);
        fits && route.method() == example.method
            && pairs.all(|(part, of)| of == part || of == "{id}")
    };
    let examples = examples();
    let without = Route::ALL.into_iter().filter(|route| {
        matches!(route.access(), Access::Roles(_))
            && !examples.iter().any(|example| is_of(route, example))
    });
    assert_eq!(without.collect::<BTreeSet<_>>(), BTreeSet::new());
}
