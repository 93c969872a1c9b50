//! Access to the console: tokens that were signed, links with them, and the keys that sign.

use std::fmt;

use callsheet_domain::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// An access token that was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SignedToken {
    /// The token, for the header `Authorization: Bearer …`.
    pub token: String,
    /// Its role.
    #[schemars(extend("enum" = ["participant", "owner", "reader", "operator"]))]
    pub role: &'static str,
    /// Name of the key that signed it.
    pub key: String,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// An access token for a person who has signed in. Its `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IssuedToken {
    /// The token, for the header `Authorization: Bearer …`.
    pub token: String,
    /// When it expires.
    pub expires_at: Timestamp,
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("IssuedToken")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// A link that opens the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ConsoleLink {
    /// The address. The access token is in its fragment.
    pub url: String,
    /// The token's role.
    #[schemars(extend("enum" = ["participant", "owner", "reader", "operator"]))]
    pub role: &'static str,
    /// When the token expires.
    pub expires_at: Timestamp,
}

/// A signing key that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AddedKey {
    /// Its name: the `kid` of its tokens.
    pub name: String,
    /// The roles that it may sign.
    pub roles: Vec<&'static str>,
    /// The secret that a host application signs with. It is shown this once.
    pub secret: String,
}

/// The signing keys, or those that are left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KeyList {
    /// Name of the key that was removed.
    pub removed: Option<String>,
    /// The keys, in the order in which they are stored.
    pub keys: Vec<ListedKey>,
}

/// A signing key. Its secret is not shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ListedKey {
    /// Its name: the `kid` of its tokens.
    pub name: String,
    /// The roles that it may sign.
    pub roles: Vec<&'static str>,
}
