//! Every text of the pages, so that they are read, corrected and one day translated in one place.

pub(super) const PRODUCT: &str = "Callsheet";
pub(super) const NAVIGATION: &str = "Pages";
pub(super) const SKIP_LINK: &str = "Skip to the content";
pub(super) const TODAY: &str = "Today";
pub(super) const TOMORROW: &str = "Tomorrow";
pub(super) const TIME_ZONE: &str = "Time zone";
pub(super) const KEYS: &str = "Keys";
pub(super) const KEYS_DETAIL: &str =
    "For the row with the focus, or the page of an event. They do nothing while you type.";
pub(super) const NEXT_ROW: &str = "Go to the next row";
pub(super) const ROW_BEFORE: &str = "Go to the row before";
pub(super) const RECORD_IT: &str = "Yes, record it";
pub(super) const SKIP_IT: &str = "No, do not record it";
pub(super) const AS_THE_POLICY_SAYS: &str = "As the policy says";
pub(super) const THIS_HELP: &str = "Show these keys";
pub(super) const CLOSE: &str = "Close";
pub(super) const USE_KEYS: &str = "Use these keys in this browser";
pub(super) const TIMES_IN: &str = "Times in";
pub(super) const UNTITLED: &str = "Untitled";
pub(super) const A_CALENDAR: &str = "Calendar";

pub(super) const NO_SCRIPT: &str = "This page needs JavaScript.";
pub(super) const OFFLINE: &str =
    "No connection. What is shown may be old; it is updated as soon as the connection is back.";
pub(super) const NO_ANSWER: &str = "The console does not answer";
pub(super) const NO_ANSWER_DETAIL: &str = "It may have too many requests at once. A page asks again by itself; if you were making a change, make it again in a moment.";
pub(super) const NO_TOKEN: &str = "Open this page by a link";
pub(super) const NO_TOKEN_DETAIL: &str = "The link has your access in it. Get one from your application, or from callsheet console link.";
pub(super) const EXPIRED: &str = "Your access has expired";
pub(super) const EXPIRED_DETAIL: &str =
    "Open the page again by a new link. What you have changed is saved.";
pub(super) const SIGN_IN: &str = "Sign in";
pub(super) const SIGN_IN_DETAIL: &str = "With the login of your company. A link from your application or from callsheet console link opens this page, too.";
pub(super) const SIGN_IN_AGAIN: &str = "Sign in again";
pub(super) const EXPIRED_OR_SIGN_IN: &str =
    "Open the page again by a new link, or sign in. What you have changed is saved.";
pub(super) const SIGNED_IN: &str = "You are signed in";
pub(super) const SIGNED_IN_DETAIL: &str = "You can close this window, and go on where you were.";
pub(super) const NOT_SIGNED_IN: &str = "The sign-in did not work";
pub(super) const NOT_SIGNED_IN_DETAIL: &str =
    "If it does not work again, tell the people who run Callsheet this reason:";
pub(super) const TRY_AGAIN: &str = "Try again";
pub(super) const NO_HOME: &str = "No calendar yet";
pub(super) const NO_HOME_DETAIL: &str =
    "Your calendar is not connected, or was connected a moment ago. Try again in a minute.";

pub(super) const AGENDA: &str = "Agenda";
pub(super) const THIS_CALENDAR: &str = "This calendar";
pub(super) const FILTERS: &str = "Filters";
pub(super) const ALL: &str = "All";
pub(super) const FIND: &str = "Find a title";
pub(super) const LATER: &str = "Later events";
pub(super) const FIRST: &str = "First page";
pub(super) const NOTHING_HERE: &str = "Nothing here";
pub(super) const NO_EVENTS: &str =
    "No events in the next 28 days. New ones appear a few seconds after they are in the calendar.";
pub(super) const NO_EVENTS_FOUND: &str = "No event of the next 28 days fits.";
pub(super) const UNREADABLE_EVENTS: &str =
    "Some stored events cannot be read, and are missing here. An operator sees which.";

pub(super) const TO_RECORD: &str = "To record";
pub(super) const SKIPPED: &str = "Skipped";
pub(super) const BY_RULE: &str = "rule";
pub(super) const LOCKED: &str = "locked by the policy";
pub(super) const OVER: &str = "Over";
pub(super) const RECORDED: &str = "Recorded";
pub(super) const NOT_RECORDED: &str = "Not recorded";
pub(super) const RECORDING: &str = "Recording now";
pub(super) const IN_CALL: &str = "Bot in the call";
pub(super) const JOINING: &str = "Bot joining";
pub(super) const WAITING_ROOM: &str = "Bot in the waiting room";
pub(super) const ABANDONED: &str = "No bot: given up";
pub(super) const SAVED: &str = "Saved.";
pub(super) const BOT_DUE: &str = "bot on order";
pub(super) const BOT_RETRYING: &str = "bot on order, trying again";
pub(super) const BOT_UNCERTAIN: &str = "checking the bot";
pub(super) const BOT_SCHEDULED: &str = "bot scheduled";
pub(super) const BOT_LEAVES: &str = "removing the bot";
pub(super) const BOT_STAYS: &str = "bot still scheduled";
pub(super) const BOT_DISPATCHED: &str = "bot on its way";

pub(super) const BY_POLICY: &str = "Policy";
pub(super) const RECORD: &str = "Record";
pub(super) const SKIP: &str = "Skip";
pub(super) const SERIES: &str = "Series";
pub(super) const WHOLE_SERIES: &str = "The whole series";
pub(super) const THIS_EVENT: &str = "This event";
pub(super) const UNDO: &str = "Undo";
pub(super) const DONE_RECORD: &str = "To be recorded. Took effect after {seconds} s.";
pub(super) const DONE_SKIP: &str = "Not recorded. Took effect after {seconds} s.";
pub(super) const DONE_SKIP_STAYS: &str =
    "Not recorded for this calendar. The bot stays: another calendar wants it.";
pub(super) const DONE_CLEAR: &str = "Back to the policy. Took effect after {seconds} s.";
pub(super) const LATE: &str = "Saved. Waiting for Recall's rate limit.";
pub(super) const BOT_STAYS_FOR_ANOTHER: &str = "The bot stays: another calendar wants it.";
pub(super) const WITH_NEXT_RESYNC: &str = "It takes effect with the next resync.";
pub(super) const SOMETHING_UNREADABLE: &str =
    "A stored row cannot be read, so something may be missing.";
pub(super) const IS_LOCKED: &str =
    "It has no effect for now: the policy locks that this is not recorded.";
pub(super) const CALENDAR_GONE: &str = "It has no effect for now: the calendar is disconnected.";
pub(super) const CANCELLED: &str = "It has no effect for now: the meeting is cancelled.";
pub(super) const IS_OVER: &str = "It has no effect: the meeting is over.";
pub(super) const NO_LINK: &str =
    "It has no effect for now: the event has no link that a bot could join.";

pub(super) const PAUSE: &str = "Pause recording";
pub(super) const FOR_AN_HOUR: &str = "For an hour";
pub(super) const FOR_A_DAY: &str = "For a day";
pub(super) const FOR_A_WEEK: &str = "For a week";
pub(super) const PAUSE_HELP: &str = "Meetings that you chose to record are still recorded.";
pub(super) const PAUSED_UNTIL: &str = "Recording is paused until";
pub(super) const PAUSED_BY: &str = "by";
pub(super) const RESUME: &str = "Resume now";
pub(super) const RESUMED: &str = "Recording goes on.";

pub(super) const WHY: &str = "Why?";
pub(super) const WHY_RECORDED: &str = "Why is it recorded?";
pub(super) const WHY_SKIPPED: &str = "Why is it skipped?";
pub(super) const RULE: &str = "Rule";
pub(super) const RULES: &str = "Rules, in the order in which they are tested";
pub(super) const DECIDED: &str = "decided";
pub(super) const DOES_NOT_APPLY: &str = "does not apply";
pub(super) const MAY_APPLY: &str = "may apply, which is not enough to record";
pub(super) const A_LOCK: &str = "locked";
pub(super) const DENIED_DOMAINS: &str = "denied_domains";
pub(super) const NOT_EVALUATED: &str = "not evaluated";
pub(super) const OTHERWISE: &str = "Otherwise";
pub(super) const FACTS: &str = "Facts that decided";
pub(super) const UNKNOWN: &str = "unknown";
pub(super) const OVERRIDE_SET: &str = "Override";
pub(super) const POLICY_REVISION: &str = "policy";
pub(super) const NEWER_POLICY: &str = "A newer policy is active; the next sync decides by it.";
pub(super) const EXPRESSION_FAILED: &str = "The expression of the rule failed.";

pub(super) const EVENT: &str = "Event";
pub(super) const BACK: &str = "Agenda";
pub(super) const BOT: &str = "Bot";
pub(super) const NO_BOT: &str = "No bot is wanted, and none is there.";
pub(super) const JOINS: &str = "joins";
pub(super) const NOT_FOLLOWED: &str =
    "The bot should have joined, but Recall has reported nothing about it.";
pub(super) const OTHER_COPIES: &str = "Another calendar keeps a bot in this meeting.";
pub(super) const TIMELINE: &str = "Timeline";
pub(super) const NOTHING_HAPPENED: &str = "Nothing has happened yet.";
pub(super) const LATE_CALL: &str = "less than ten minutes before the start";
pub(super) const COMMAND: &str = "The same on a terminal";
pub(super) const COMMAND_FOR_JSON: &str = "and for programs";
pub(super) const AS_JSON: &str = "As JSON";
pub(super) const VERDICT_BEFORE: &str = "before:";
pub(super) const THE_EVENT: &str = "this event";
pub(super) const THE_MEETING_FOR_ALL: &str = "the whole meeting";
pub(super) const BOT_JOINED: &str = "the bot joined the call";
pub(super) const BOT_RECORDED: &str = "the bot began to record";

pub(super) const OVERVIEW: &str = "Overview";
pub(super) const HEALTHY: &str = "Everything works";
pub(super) const HEALTHY_DETAIL: &str = "No problem needs a person.";
pub(super) const NEEDS_ATTENTION: &str = "Needs attention";
pub(super) const TO_RECORD_TODAY: &str = "To record today";
pub(super) const TO_RECORD_TOMORROW: &str = "To record tomorrow";
pub(super) const OF: &str = "of";
pub(super) const UPCOMING: &str = "upcoming";
pub(super) const CALLS_DUE: &str = "Calls to be made";
pub(super) const CALLS_TO_RECALL: &str = "Calls to Recall";
pub(super) const IN_LAST_MINUTE: &str = "in the last minute";
pub(super) const WAITING: &str = "in the sync queue";
pub(super) const NEED_SYNC: &str = "need a full sync";
pub(super) const STILL_SAVED: &str = "Running meetings that can still be saved";
pub(super) const SINCE: &str = "Since";
pub(super) const MORE_ALERTS: &str = "more; the events of today show them.";
pub(super) const GIVEN_UP: &str = "Meetings given up";
pub(super) const CALL_AGAIN: &str = "Call Recall again";
pub(super) const CALL_AGAIN_FOR_ALL: &str = "Call Recall again for all";
pub(super) const IS_CALLED_AGAIN: &str = "Recall is called again.";
pub(super) const IS_CALLED_AGAIN_FOR: &str = "Recall is called again for";
pub(super) const MEETINGS_WORD: &str = "meetings";
pub(super) const CALLED_AGAIN: &str = "Recall was called again, after {seconds} s.";
pub(super) const CALLED_LATER: &str =
    "Recall is called again as soon as its rate limit has a permit.";
pub(super) const NOT_GIVEN_UP: &str =
    "Nothing to do: Recall is called already, or was called meanwhile.";
pub(super) const MORE_TO_CALL: &str = "There may be more meetings: do it once more for these.";
pub(super) const LAST_ACTIVITY: &str = "Last activity";
pub(super) const LAST_WEBHOOK: &str = "Webhook about events";
pub(super) const LAST_BOT_WEBHOOK: &str = "Webhook about a bot";
pub(super) const LAST_SYNC: &str = "Sync";
pub(super) const LAST_RESYNC: &str = "Resync";
pub(super) const LAST_RUN: &str = "Scheduler run";
pub(super) const NEVER: &str = "never";

pub(super) const OVERRIDES: &str = "Overrides";
pub(super) const OVERRIDES_DETAIL: &str =
    "What people chose. It goes before the policy, until it is set back to the policy here.";
pub(super) const NO_OVERRIDES: &str =
    "Nobody has overridden the policy: it decides about every event.";
pub(super) const NO_EVENT_KNOWN: &str = "No event of it is known.";
pub(super) const NEXT_EVENT: &str = "next";
pub(super) const SET_BY: &str = "set by";
pub(super) const ACTIVITY: &str = "Activity";
pub(super) const ACTIVITY_DETAIL: &str =
    "What people did, newest first, also what was replaced, cleared or ended since.";
pub(super) const NO_ACTIVITY: &str = "Nobody has overridden or paused anything here.";
pub(super) const CHOSE_RECORD: &str = "chose to record";
pub(super) const CHOSE_SKIP: &str = "chose to skip";
pub(super) const CHOSE_POLICY: &str = "went back to the policy for";
pub(super) const CLEARED_ALL: &str = "cleared everybody's choices for";
pub(super) const PAUSED_RECORDING: &str = "paused recording until";
pub(super) const RESUMED_RECORDING: &str = "ended the pause";
pub(super) const DISCONNECTED_IT: &str = "disconnected the calendar";
pub(super) const THE_SERIES: &str = "the series";
pub(super) const VIA: &str = "by the key";

pub(super) const DISCONNECT_CALENDAR: &str = "Disconnect this calendar";
pub(super) const DISCONNECTION_OF: &str = "Disconnection of";
pub(super) const DISCONNECTING: &str = "Disconnection";
pub(super) const EFFECTS: &str = "What happens";
pub(super) const MEETING_FORGOTTEN: &str = "upcoming meeting is not recorded for this calendar.";
pub(super) const MEETINGS_FORGOTTEN: &str = "upcoming meetings are not recorded for this calendar.";
pub(super) const BOT_REMOVED: &str = "bot is removed.";
pub(super) const BOTS_REMOVED: &str = "bots are removed.";
pub(super) const ONE_BOT_STAYS: &str = "bot stays: another calendar wants it.";
pub(super) const BOTS_STAY: &str = "bots stay: other calendars want them.";
pub(super) const NO_BOT_REMOVED: &str = "No bot is removed.";
pub(super) const MAY_HAVE_BOTS: &str =
    "Some stored events cannot be read. They may have further bots, which are removed too.";
pub(super) const NO_WAY_BACK: &str = "This cannot be undone. A calendar that is connected again has a new id; what you chose for its events is kept.";
pub(super) const TYPE_ADDRESS: &str = "To confirm, type";
pub(super) const KEEP_IT: &str = "Keep it";
pub(super) const DISCONNECT: &str = "Disconnect";
pub(super) const DISCONNECT_ASKED: &str = "The calendar is being disconnected.";
pub(super) const IS_DISCONNECTED: &str = "The calendar is disconnected, and its bots are removed.";
pub(super) const ASKED_BY: &str = "Asked for by";

pub(super) const DAYS: &str = "Days";
pub(super) const YESTERDAY: &str = "Yesterday";
pub(super) const ALL_CALENDARS: &str = "All calendars";
pub(super) const CHOSEN_CALENDARS: &str = "Chosen calendars";
pub(super) const AS_COUNTED: &str =
    "Meetings that are over, each once, as the coverage counts them:";
pub(super) const TO: &str = "to";
pub(super) const NOT_SCHEDULED: &str = "Given up";
pub(super) const NO_EVENTS_OF_DAY: &str = "No event of this day fits.";
pub(super) const NO_EVENTS_OF_PERIOD: &str = "No event of this period fits.";

pub(super) const COVERAGE: &str = "Coverage";
pub(super) const COVERAGE_DETAIL: &str =
    "Meetings that are over, each counted once, whatever the number of its copies. Days in UTC.";
pub(super) const GROUPED_BY: &str = "Grouped by";
pub(super) const PERIOD: &str = "Period";
pub(super) const WEEK: &str = "7 days";
pub(super) const MONTH: &str = "30 days";
pub(super) const DAY: &str = "Day";
pub(super) const CALENDAR: &str = "Calendar";
pub(super) const RESULT: &str = "Result";
pub(super) const PLATFORM: &str = "Platform";
pub(super) const WANTED: &str = "To record";
pub(super) const RECORDED_OF: &str = "Recorded";
pub(super) const JOINED: &str = "Bot in the call";
pub(super) const LOST: &str = "Not recorded";
pub(super) const NOT_KEPT: &str = "Not kept";
pub(super) const HEAT_MAP: &str = "Recorded of the meetings to record, by day";
pub(super) const WEEK_FROM: &str = "Week from";
pub(super) const WERE_RECORDED: &str = "recorded";
pub(super) const NOTHING_TO_RECORD: &str = "nothing to record so far";
pub(super) const DAY_NOT_KEPT: &str = "not kept";
pub(super) const MINUTES_TO_JOIN: &str = "Minutes to join, of 95 in 100 bots";
pub(super) const MINUTES_MEDIAN: &str = "half of them within";
pub(super) const NONE: &str = "None";
pub(super) const NO_MEETINGS: &str = "No meeting of this period is over yet.";
pub(super) const MISSING_DAYS: &str =
    "Some days are missing: their decisions have expired, and no totals of them are kept.";

pub(super) const CALENDARS: &str = "Calendars";
pub(super) const FIND_CALENDAR: &str = "Find an address";
pub(super) const WITH_PROBLEM: &str = "With a problem";
pub(super) const OWNER: &str = "Owner";
pub(super) const STATUS: &str = "Status";
pub(super) const SYNCED: &str = "Last sync";
pub(super) const MEETINGS: &str = "To record";
pub(super) const SKIPPED_COUNT: &str = "Skipped";
pub(super) const PAUSED: &str = "Paused until";
pub(super) const NO_CALENDARS: &str = "No calendar. One appears when it is connected at Recall.";
pub(super) const MORE: &str = "More";

pub(super) const POLICY: &str = "Policy";
pub(super) const BUILT_IN: &str = "The built-in policy: none was pushed yet.";
pub(super) const REVISION: &str = "Revision";
pub(super) const ACTIVE: &str = "active";
pub(super) const NOT_ACTIVE: &str = "not active";
pub(super) const PUSHED: &str = "pushed";
pub(super) const HISTORY: &str = "Policies so far";
pub(super) const WHOLE_POLICY: &str = "The whole policy";
pub(super) const DIFFERENCE: &str = "Difference to the active policy";
pub(super) const DIFFERENCE_DETAIL: &str =
    "Lines with − are in this policy only, lines with + in the active one only.";
pub(super) const NO_DIFFERENCE: &str = "None: its text is that of the active policy.";
pub(super) const ONLY_HERE: &str = "only here:";
pub(super) const ONLY_ACTIVE: &str = "only in the active policy:";

pub(super) const POLICY_TEXT: &str = "Text of the policy, in YAML or JSON";
pub(super) const IS_ACTIVE: &str = "This is the active policy. It is checked while you type.";
pub(super) const OVERTAKEN: &str =
    "Another policy was pushed since this page was opened. Your text is kept; a push shows both.";
pub(super) const VALID: &str = "Valid";
pub(super) const INVALID: &str = "Invalid";
pub(super) const PROBLEM: &str = "problem";
pub(super) const PROBLEMS: &str = "problems";
pub(super) const WARNING: &str = "warning";
pub(super) const WARNINGS: &str = "warnings";
pub(super) const ONE_RULE: &str = "rule";
pub(super) const SOME_RULES: &str = "rules";
pub(super) const LINE: &str = "Line";
pub(super) const COLUMN: &str = "column";
pub(super) const PUSH: &str = "Push";
pub(super) const DISCARD: &str = "Discard my changes";
pub(super) const PUSH_QUESTION: &str = "Push this policy?";
pub(super) const PUSH_DETAIL: &str =
    "It decides about every calendar at once. Meetings gain and lose bots within minutes.";
pub(super) const NOTE: &str = "Why, for the history";
pub(super) const CANCEL: &str = "Cancel";
pub(super) const IS_PUSHED: &str = "is active. All calendars are decided by it within minutes.";
pub(super) const WAS_ACTIVE: &str = "was active already: it is the same policy.";
pub(super) const NEWEST: &str = "The policy that is active now";
pub(super) const NEWEST_DETAIL: &str = "Nothing was pushed, and your text above is as you left it. Take over from this policy what you want to keep, then push again over it.";
pub(super) const PUSH_OVER: &str = "I have read it: push over it";
pub(super) const PREVIEW: &str = "Preview";
pub(super) const PREVIEW_DETAIL: &str = "Which meetings would gain, lose or change a bot. Nothing is changed. The events are listed at Recall, and all other work goes first.";
pub(super) const NO_PREVIEWS: &str =
    "This stack is deployed with ConsolePreview=false. On a terminal, use";
pub(super) const PREVIEW_IN: &str = "Calendars";
pub(super) const FIRST_CALENDARS: &str =
    "These are the first of your calendars; find others by their address. For all at once, use";
pub(super) const CHOOSE_ALL: &str = "Choose all";
pub(super) const STOP: &str = "Stop";
pub(super) const PREVIEW_OF: &str = "Calendar {number} of {count}: {name}";
pub(super) const PREVIEW_WAITS: &str =
    "Waiting for Recall's rate limit. Next attempt in {seconds} s.";
pub(super) const PREVIEW_DONE: &str = "Previewed: {number} of {count}. Gains {gains}, loses {loses}, changes {changes}, keeps {keeps}.";
pub(super) const PREVIEW_STOPPED: &str = "Stopped after {number} of {count}.";
pub(super) const PREVIEW_NONE: &str = "Choose a calendar first.";
pub(super) const PREVIEW_OLD: &str = "The text has changed since. Preview it again.";
pub(super) const GAINS: &str = "Gains";
pub(super) const LOSES: &str = "Loses";
pub(super) const CHANGES: &str = "Changes";
pub(super) const KEEPS: &str = "Keeps";
pub(super) const GAINS_BOT: &str = "gains a bot";
pub(super) const LOSES_BOT: &str = "loses its bot";
pub(super) const CHANGES_BOT: &str = "another bot";
pub(super) const NOTHING_CHANGES: &str = "Nothing changes:";
pub(super) const KEPT: &str = "meetings stay as they are.";
pub(super) const MORE_CHANGES: &str = "more would change.";
pub(super) const NO_RULE: &str = "not decided yet";
pub(super) const BECOMES: &str = "becomes";
pub(super) const CHANGED_FIELDS: &str = "Other values:";
pub(super) const EXPRESSIONS_FAIL: &str = "meetings on which the expression of a rule fails.";
pub(super) const NOT_PREVIEWED: &str = "events that cannot be read are left out.";
pub(super) const CALENDAR_NOT_PREVIEWED: &str =
    "Stored rows of the calendar cannot be read, so it is left out.";
pub(super) const PUSH_WILL_BE_REFUSED: &str =
    "It tells in another way which events share a bot. A push is refused while a bot is scheduled.";
pub(super) const WOULD_SHARE: &str = "bots would be shared by events that have several now.";
pub(super) const UPCOMING_BOTS: &str = "Upcoming";
pub(super) const ONE_BOT: &str = "bot";
pub(super) const BOTS: &str = "bots";
pub(super) const HOURS: &str = "hours";
pub(super) const ABOUT: &str = "about";
pub(super) const ABOVE_CAPS: &str = "days or months are above a cap on spending.";

pub(super) const CONSENT: &str = "Recording";
pub(super) const MAY_IT_BE_RECORDED: &str = "May this meeting be recorded?";
pub(super) const ANSWER_YES: &str = "Yes";
pub(super) const ANSWER_NO: &str = "No, do not record";
pub(super) const YOU_SAID_NO: &str = "You said no:";
pub(super) const YOU_SAID_NOTHING: &str = "You have not said no.";
pub(super) const CONSENT_HELP: &str = "A no applies to the whole meeting, at once, whoever wants to record it. Others may say no, too. You can change your answer until";
pub(super) const SAVED_NO: &str = "Saved: the meeting is not recorded.";
pub(super) const SAVED_NO_SOON: &str =
    "Saved: the meeting is not recorded. It takes a moment until all calendars know.";
pub(super) const SAVED_NO_STAYS: &str =
    "Saved: the meeting is not recorded. A bot stays for another meeting under the same link.";
pub(super) const SAVED_BACK: &str = "Saved: you have nothing against a recording.";
pub(super) const SAVED_CLEARED: &str = "Saved: nobody's choice holds for the meeting any more.";
pub(super) const SAVED_YES: &str =
    "Saved: the meeting is recorded for every calendar, unless somebody says no.";
pub(super) const WHOLE_MEETING: &str = "The whole meeting";
pub(super) const SAID_NO: &str = "said no for everyone:";
pub(super) const SAID_YES: &str = "records it for everyone:";
pub(super) const WHO_MAY_CLEAR: &str =
    "A no is taken back by the person who said it, or by an operator.";
pub(super) const NO_FOR_EVERYONE: &str = "Do not record this meeting in any calendar";
pub(super) const YES_FOR_EVERYONE: &str = "Record this meeting in every calendar";
pub(super) const TAKE_BACK: &str = "Take my choice back";
pub(super) const CLEAR_FOR_EVERYONE: &str = "Clear everybody's choice";
pub(super) const FOR_THE_MEETING: &str = "in all calendars";
