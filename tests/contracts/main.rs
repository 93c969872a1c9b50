//! The adapters against what they adapt: each must do what its port's contract
//! says, as the fakes of the testkit do.
//!
//! `make test` starts the servers and says where they are: `AWS_ENDPOINT_URL`
//! is the local cloud, `CALLSHEET_SECOND_OPINION_URL` a second implementation
//! of DynamoDB that refuses expressions which the first lets through. To hold
//! the store against a third, say Amazon's own DynamoDB Local, set
//! `AWS_ENDPOINT_URL_DYNAMODB` to it: it goes before `AWS_ENDPOINT_URL`.

mod cost;
mod facts;
mod meter;
mod queue;
mod rate_limit;
mod recall;
mod schema;
mod secret;
mod servers;
mod store;
mod tables;
