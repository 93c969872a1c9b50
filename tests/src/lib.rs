//! The parts that end-to-end tests, benchmarks and the demonstration share: a
//! client of the deployed stack, the comparison of wanted bots with the bots at
//! Recall, and waiting for a condition.

mod alarm_expression;
mod alarms;
mod announced;
mod aws_proxy;
mod bus_consumer;
mod command_requests;
mod comparison;
mod decision_summary;
mod environment;
mod functions;
mod stack;
mod template;
mod wait;
mod webhook;

pub use alarms::{Alarm, AlarmMetric, Datapoint, Urgency, alarms, datapoints};
pub use announced::{Announcement, announce, announce_possible, announced};
pub use aws_proxy::{Exchange, serve_aws_proxy};
pub use bus_consumer::{BusConsumer, bus_client};
pub use command_requests::{CommandRequest, command_requests, note_command_requests};
pub use comparison::{Claim, Comparison};
pub use decision_summary::DecisionSummary;
pub use environment::variable;
pub use functions::{FUNCTIONS, log_of};
pub use stack::Stack;
pub use template::Template;
pub use wait::{assert_eventually, wait_until};
pub use webhook::Webhook;
