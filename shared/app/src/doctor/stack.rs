//! The deployed stack, and the settings in use beside its outputs.

use crate::PortError;
use crate::ports::{DescribedStack, StackDescriptions};

/// A setting that names a resource of the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenSetting {
    /// The environment variable.
    pub variable: &'static str,
    /// The output of the stack with the same value.
    pub output: &'static str,
    /// The value in use; none if there is none.
    pub value: Option<String>,
}

/// The deployed stack, and the settings in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackEvidence {
    /// The name of the stack.
    pub name: String,
    /// The stack; none if there is none of this name in the region.
    pub described: Option<DescribedStack>,
    /// The settings in use.
    pub settings: Vec<GivenSetting>,
}

/// Describes the stack of this name.
///
/// # Errors
/// If the stack cannot be described.
pub async fn examine_stack(
    stacks: &impl StackDescriptions,
    name: &str,
    settings: Vec<GivenSetting>,
) -> Result<StackEvidence, PortError> {
    Ok(StackEvidence {
        name: name.to_owned(),
        described: stacks.stack(name).await?,
        settings,
    })
}
