//! Addresses and names of the deployed stack, as `make` sets them.

/// The value of an environment variable that must be set.
///
/// # Panics
/// If it is not set: these programs run against a deployed stack, which `make test`
/// and `make run` start and describe in the environment.
#[must_use]
pub fn variable(name: &str) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "the environment says where the stack is"
    )]
    let value = std::env::var(name).ok().filter(|value| !value.is_empty());
    value.unwrap_or_else(|| panic!("{name} is not set: run `make test` or `make run`"))
}
