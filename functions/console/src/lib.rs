//! The HTTP API and the pages of Callsheet, as a library: the function, its tests and the end-to-end tests share
//! its table of routes and its OpenAPI document.
//!
//! A request becomes a [`Route`], then an access token, then the call of a use case of
//! `callsheet-app`, whose result `callsheet-api` represents. Nothing is decided here: `callsheet
//! explain --json` and `GET /v1/events/{id}` give the same document.

mod asked;
mod authenticate;
mod body;
mod caller;
mod console;
mod cursor;
mod embedders;
mod entity_tag;
mod exchange;
mod form;
mod handle;
mod headers;
mod identity;
mod no_access;
mod open_api;
mod page;
mod parameters;
mod ports;
mod problem;
mod request_log;
mod response;
mod route;
mod settings;
mod sign_in;
mod static_files;

pub use authenticate::Keys;
pub use console::Console;
pub use embedders::{Embedders, InvalidOrigin};
pub use open_api::{open_api, schema_of_answer};
pub use ports::{Adapters, ConsolePorts, ConsoleState, Listed};
pub use route::{Access, Route};
pub use settings::{Settings, Titles, UnknownTitles};
pub use sign_in::{InvalidSignIn, SignIn};
