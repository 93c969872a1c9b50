//! Contract tests of the adapters, against servers that stand in for AWS and for
//! Recall. The testkit's fakes pass the same contract suites.
//!
//! `make test` starts the servers and sets their addresses: `AWS_ENDPOINT_URL`
//! is the local cloud, `CALLSHEET_SECOND_OPINION_URL` a second implementation
//! of DynamoDB that rejects expressions which the first accepts. To test the
//! store against a third, such as Amazon's own DynamoDB Local, set
//! `AWS_ENDPOINT_URL_DYNAMODB` to it: it takes precedence over `AWS_ENDPOINT_URL`.

mod bus;
mod console_cost;
mod console_writes;
mod cost;
mod facts;
mod hot_keys;
mod lost_heads;
mod meter;
mod queue;
mod rate_limit;
mod recall;
mod schema;
mod secret;
mod servers;
mod store;
mod tables;
