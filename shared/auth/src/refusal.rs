//! Why an access token is refused.

/// Why an access token is refused. The reason is for the log: its sender learns only whether the
/// token has expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is longer than any token that is signed here.
    #[error("the access token is longer than 4,096 bytes")]
    TooLong,
    /// It does not have three parts separated by dots.
    #[error("the access token does not have three parts")]
    NotThreeParts,
    /// Its header is not `{"alg":"HS256","typ":"callsheet+jwt","kid":…}`.
    #[error("the access token has another header than those of Callsheet")]
    OtherHeader,
    /// No signing key has its `kid`.
    #[error("the access token names a signing key that does not exist")]
    UnknownKey,
    /// The key that it names did not sign it.
    #[error("the signature of the access token does not match")]
    Mismatch,
    /// The claims are not an object with the registered claims, each once.
    #[error("the claims of the access token cannot be read")]
    UnreadableClaims,
    /// It is for another service.
    #[error("the access token has another audience")]
    OtherAudience,
    /// It was issued in the future, or is not valid yet.
    #[error("the access token is issued more than 60 seconds ahead")]
    Early,
    /// It has expired.
    #[error("the access token has expired")]
    Expired,
    /// It lives longer than its role allows.
    #[error("the access token lives longer than its role allows")]
    TooLongLived,
    /// Its key may not sign its role.
    #[error("the signing key of the access token may not sign its role")]
    RoleNotAllowed,
    /// A claim has a value that it cannot have, or is not for the role.
    #[error("a claim of the access token is invalid")]
    InvalidClaim,
}

impl Refusal {
    /// Whether the token may be valid by keys that were added since the present ones were loaded.
    #[must_use]
    pub fn may_be_rotated(self) -> bool {
        matches!(self, Self::UnknownKey | Self::Mismatch)
    }
}
