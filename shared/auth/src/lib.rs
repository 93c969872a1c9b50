//! Access tokens of the console.
//!
//! A token is a JSON Web Token of one kind: HS256, of the type `callsheet+jwt`, signed with a
//! [`SigningKey`] that a host application or the command line holds. It says who acts, in which
//! [`Role`], and for which calendars or event. There is no session, no user and no password:
//! [`SigningKeys::verify`] is the only way to an [`AccessToken`].
//!
//! A key may sign only the roles that it lists, and each role has a longest life, so that a key
//! of one application cannot make an operator, and a lost token does not last.

mod claims;
mod key;
mod refusal;
mod role;
mod sign;
mod token;
mod verify;

pub use claims::MOST_CALENDARS;
pub use key::{InvalidKeys, SigningKey, SigningKeys};
pub use refusal::Refusal;
pub use role::{Role, UnknownRole};
pub use sign::{NewToken, NotSignable};
pub use token::{AccessToken, Grant};
