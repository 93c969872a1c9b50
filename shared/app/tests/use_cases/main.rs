//! The use cases on fakes: every rule of looking and draining, and the promises.

mod decide;
mod doubt;
mod drain;
mod drift;
mod house;
mod looks;
mod promises;
mod push;
mod settle;
mod sharing;
mod sweep;
mod sync;
mod veto;
