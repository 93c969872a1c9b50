//! Where everything is, as `make` says it.

/// A variable that must be set.
///
/// # Panics
/// If it is not: these programs run against a deployed stack, which `make test`
/// and `make run` start and name.
#[must_use]
pub fn variable(name: &str) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "where the stack is, is said in the environment"
    )]
    let value = std::env::var(name).ok().filter(|value| !value.is_empty());
    value.unwrap_or_else(|| panic!("{name} is not set: run `make test` or `make run`"))
}
