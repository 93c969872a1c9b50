//! The result of a run.

/// Why a run stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// No row is due, nor will one be soon.
    Idle,
    /// The time of the run was up. The rows that are left stay due.
    DeadlineReached,
    /// Another run holds the lease. The wake-up is left for that run.
    AlreadyRunning,
    /// The lease expired during the run.
    LeaseLost,
    /// Recall denies our key, so that no call is made before the next probe.
    Held,
}

/// The result of a run: why it stopped, and numbers of calls and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunReport {
    /// Why it stopped.
    pub stopped: StopReason,
    /// Calls that succeeded.
    pub applied: u32,
    /// Calls that must be made again.
    pub again: u32,
    /// Calls that were blocked. Their rows are set aside.
    pub blocked: u32,
    /// Rows that were abandoned because Recall refused the call.
    pub abandoned: u32,
    /// Rows that were still due when their meeting was over.
    pub over: u32,
    /// Bots that were scheduled within ten minutes of the start.
    pub late: u32,
    /// Rows that cannot be read. The run left them alone.
    pub unreadable: u32,
    /// Rows that the table does not accept as they were to be written. The run
    /// left them alone from then on.
    pub unwritable: u32,
}

impl RunReport {
    /// A report without calls.
    pub(super) const fn empty(stopped: StopReason) -> Self {
        Self {
            stopped,
            applied: 0,
            again: 0,
            blocked: 0,
            abandoned: 0,
            over: 0,
            late: 0,
            unreadable: 0,
            unwritable: 0,
        }
    }
}
