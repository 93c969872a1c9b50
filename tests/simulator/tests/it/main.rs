//! Tests of the simulator over HTTP.

#[cfg(test)]
mod bots;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod interrupted_calls;
#[cfg(test)]
mod listing;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod oauth;
#[cfg(test)]
mod payloads;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod rejections;
#[cfg(test)]
mod status_page;
#[cfg(test)]
mod webhook_delivery;
#[cfg(test)]
mod webhooks;
