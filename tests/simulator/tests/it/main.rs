//! The simulator from outside, over HTTP, as Callsheet and the tests meet it.

#[cfg(test)]
mod bots;
#[cfg(test)]
mod common;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod refusing;
#[cfg(test)]
mod showing;
#[cfg(test)]
mod webhooks;
