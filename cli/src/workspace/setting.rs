//! Settings that name resources of the stack.

use callsheet_app::ports::DescribedStack;

use crate::error::CliError;

/// A setting that names a resource of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    /// Table of calendars, overrides and policies.
    StateTable,
    /// Table of decisions.
    DecisionsTable,
    /// Queue of sync requests.
    QueueUrl,
    /// Its dead-letter queue.
    DlqUrl,
    /// Address of the webhook function.
    WebhookUrl,
    /// Secret with the signing keys of the console.
    SigningKeys,
    /// Address of the console.
    ConsoleUrl,
}

impl Setting {
    /// Those whose value is that of the stack's output. The webhook function may be reached by a
    /// domain of one's own.
    pub(crate) const OF_STACK: [Self; 4] = [
        Self::StateTable,
        Self::DecisionsTable,
        Self::QueueUrl,
        Self::DlqUrl,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::StateTable => "state table",
            Self::DecisionsTable => "decisions table",
            Self::QueueUrl => "sync queue",
            Self::DlqUrl => "dead-letter queue",
            Self::WebhookUrl => "webhook address",
            Self::SigningKeys => "secret with signing keys",
            Self::ConsoleUrl => "console address",
        }
    }

    /// The environment variable.
    pub(crate) fn variable(self) -> &'static str {
        match self {
            Self::StateTable => "CALLSHEET_STATE_TABLE",
            Self::DecisionsTable => "CALLSHEET_DECISIONS_TABLE",
            Self::QueueUrl => "CALLSHEET_QUEUE_URL",
            Self::DlqUrl => "CALLSHEET_DLQ_URL",
            Self::WebhookUrl => "CALLSHEET_WEBHOOK_URL",
            Self::SigningKeys => "CALLSHEET_SIGNING_KEYS",
            Self::ConsoleUrl => "CALLSHEET_CONSOLE_URL",
        }
    }

    /// The output of the stack with the value.
    pub(crate) fn output(self) -> &'static str {
        match self {
            Self::StateTable => "StateTableName",
            Self::DecisionsTable => "DecisionsTableName",
            Self::QueueUrl => "SyncQueueUrl",
            Self::DlqUrl => "DeadLetterQueueUrl",
            Self::WebhookUrl => "WebhookUrl",
            Self::SigningKeys => "SigningKeysArn",
            Self::ConsoleUrl => "ConsoleUrl",
        }
    }

    /// The value of a deployed stack.
    pub(crate) fn of_stack(self, stack: &DescribedStack) -> Option<String> {
        stack.outputs.get(self.output()).cloned()
    }

    /// The error for a command that needs the setting.
    pub(crate) fn missing(self) -> CliError {
        let (name, variable, output) = (self.name(), self.variable(), self.output());
        CliError::Failed(format!(
            "no {name} is given: set {variable}. For the local cloud, run `. .local/up/environment`. On AWS, \
             give --stack NAME, whose output {output} has it, or name the stack in a profile"
        ))
    }
}
