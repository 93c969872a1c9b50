//! Classes of the reasons why a bot left a call or never came into it.

/// Class of the reason why a bot left, or could not join or record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutcomeClass {
    /// The call ended, or the bot left as it was told to.
    NormalEnd,
    /// Nobody joined the call, or it was never started.
    NobodyCame,
    /// Nobody admitted the bot from the waiting room.
    NeverAdmitted,
    /// Somebody removed the bot.
    Removed,
    /// The bot was not allowed to record.
    PermissionDenied,
    /// The link is wrong, or the room is closed or full.
    LinkOrRoom,
    /// The meeting asks for a sign-in or a registration.
    SignIn,
    /// The credentials or the account that the bot joins with do not suffice.
    Credentials,
    /// The platform or the bot failed. Another attempt may succeed.
    PlatformFault,
    /// The platform blocks bots.
    Blocked,
    /// A reason that this build does not know, or none.
    Unknown,
}

/// Sub codes by class. A text that ends with `*` stands for all that begin with it.
const SUB_CODES: [(OutcomeClass, &[&str]); 10] = [
    (
        OutcomeClass::NormalEnd,
        &[
            "call_ended_by_host",
            "meeting_ended_by_host",
            "call_ended_by_platform_idle",
            "call_ended_by_platform_max_length",
            "timeout_exceeded_everyone_left",
            "timeout_exceeded_silence_detected",
            "timeout_exceeded_only_bots_detected_using_participant_names",
            "timeout_exceeded_only_bots_detected_using_participant_events",
            "timeout_exceeded_in_call_recording",
            "timeout_exceeded_max_duration",
            "bot_received_leave_call",
        ],
    ),
    (
        OutcomeClass::NobodyCame,
        &["timeout_exceeded_noone_joined", "meeting_not_started"],
    ),
    (
        OutcomeClass::NeverAdmitted,
        &[
            "timeout_exceeded_waiting_room",
            "call_ended_by_platform_waiting_room_timeout",
        ],
    ),
    (
        OutcomeClass::Removed,
        &["bot_kicked_from_call", "bot_kicked_from_waiting_room"],
    ),
    (
        OutcomeClass::PermissionDenied,
        &[
            "timeout_exceeded_recording_permission_denied",
            "timeout_exceeded_in_call_not_recording",
            "zoom_local_recording_*",
            "zoom_host_not_present",
            "zoom_bot_in_waiting_room",
            "zoom_sdk_key_blocked_by_host_admin",
        ],
    ),
    (
        OutcomeClass::LinkOrRoom,
        &[
            "meeting_not_found",
            "meeting_link_expired",
            "meeting_link_invalid",
            "meeting_password_incorrect",
            "meeting_locked",
            "meeting_full",
            "meeting_ended",
            "invalid_meeting_url",
        ],
    ),
    (
        OutcomeClass::SignIn,
        &[
            "meeting_requires_registration",
            "meeting_requires_sign_in",
            "zoom_registration_required",
            "zoom_email_required",
            "zoom_captcha_required",
            "google_meet_sign_in_*",
            "google_meet_sso_*",
            "google_meet_login_not_available",
            "microsoft_teams_sign_in_*",
        ],
    ),
    (
        OutcomeClass::Credentials,
        &[
            "zoom_sdk_credentials_missing",
            "zoom_sdk_app_not_published",
            "zoom_account_blocked",
            "zoom_email_blocked_by_admin",
            "zoom_invalid_join_token",
            "zoom_invalid_signature",
            "zoom_obf_user_not_in_meeting",
        ],
    ),
    (
        OutcomeClass::PlatformFault,
        &[
            "bot_errored",
            "zoom_internal_error",
            "zoom_connection_failed",
            "zoom_join_timeout",
            "google_meet_internal_error",
            "google_meet_video_error",
            "google_meet_meeting_room_not_ready",
            "microsoft_teams_internal_error",
            "microsoft_teams_call_dropped",
        ],
    ),
    (
        OutcomeClass::Blocked,
        &[
            "google_meet_bot_blocked",
            "zoom_web_disallowed",
            "microsoft_teams_captcha_detected",
        ],
    ),
];

impl OutcomeClass {
    /// All classes.
    pub const ALL: [Self; 11] = [
        Self::NormalEnd,
        Self::NobodyCame,
        Self::NeverAdmitted,
        Self::Removed,
        Self::PermissionDenied,
        Self::LinkOrRoom,
        Self::SignIn,
        Self::Credentials,
        Self::PlatformFault,
        Self::Blocked,
        Self::Unknown,
    ];

    /// The class of a sub code of Recall.
    #[must_use]
    pub fn of_sub_code(sub_code: &str) -> Self {
        let is_named = |pattern: &&str| match pattern.strip_suffix('*') {
            Some(beginning) => sub_code.starts_with(beginning),
            None => sub_code == *pattern,
        };
        let class = SUB_CODES
            .iter()
            .find(|(_, patterns)| patterns.iter().any(is_named));
        class.map_or(Self::Unknown, |(class, _)| *class)
    }

    /// The name in stored rows and in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NormalEnd => "normal_end",
            Self::NobodyCame => "nobody_came",
            Self::NeverAdmitted => "never_admitted",
            Self::Removed => "removed",
            Self::PermissionDenied => "permission_denied",
            Self::LinkOrRoom => "link_or_room",
            Self::SignIn => "sign_in",
            Self::Credentials => "credentials",
            Self::PlatformFault => "platform_fault",
            Self::Blocked => "blocked",
            Self::Unknown => "unknown",
        }
    }

    /// The class in words, as the end of a sentence that begins with "because".
    #[must_use]
    pub fn because(self) -> &'static str {
        match self {
            Self::NormalEnd => "the call ended, or the bot was told to leave it",
            Self::NobodyCame => "nobody else joined the call",
            Self::NeverAdmitted => "nobody admitted the bot from the waiting room",
            Self::Removed => "somebody removed the bot",
            Self::PermissionDenied => "the bot was not allowed to record",
            Self::LinkOrRoom => "the meeting link is wrong, or the room is closed or full",
            Self::SignIn => "the meeting asks for a sign-in or a registration",
            Self::Credentials => "the credentials or the account of the bot do not suffice",
            Self::PlatformFault => "the platform or the bot failed",
            Self::Blocked => "the platform blocks bots",
            Self::Unknown => "Recall gave no reason that is known",
        }
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("timeout_exceeded_everyone_left", OutcomeClass::NormalEnd; "everyone left")]
    #[test_case("timeout_exceeded_noone_joined", OutcomeClass::NobodyCame; "nobody came")]
    #[test_case("timeout_exceeded_waiting_room", OutcomeClass::NeverAdmitted; "the waiting room")]
    #[test_case("bot_kicked_from_waiting_room", OutcomeClass::Removed; "removed")]
    #[test_case("zoom_local_recording_request_denied_by_host", OutcomeClass::PermissionDenied; "a beginning of a permission")]
    #[test_case("meeting_full", OutcomeClass::LinkOrRoom; "a full room")]
    #[test_case("google_meet_sign_in_captcha_failed", OutcomeClass::SignIn; "a beginning of a sign-in")]
    #[test_case("zoom_obf_user_not_in_meeting", OutcomeClass::Credentials; "credentials")]
    #[test_case("bot_errored", OutcomeClass::PlatformFault; "a fault")]
    #[test_case("google_meet_bot_blocked", OutcomeClass::Blocked; "blocked")]
    #[test_case("google_meet_weather", OutcomeClass::Unknown; "a code of tomorrow")]
    #[test_case("meeting_full_moon", OutcomeClass::Unknown; "a longer code")]
    #[test_case("", OutcomeClass::Unknown; "no code")]
    fn a_sub_code_has_a_class(sub_code: &str, class: OutcomeClass) {
        assert_eq!(OutcomeClass::of_sub_code(sub_code), class);
    }

    #[test]
    fn each_pattern_stands_under_one_class() {
        let all = || SUB_CODES.iter().flat_map(|(_, patterns)| *patterns);
        for pattern in all() {
            let sub_code = pattern.trim_end_matches('*');
            let (class, _) = SUB_CODES
                .iter()
                .find(|(_, patterns)| patterns.contains(pattern))
                .expect("it is in the table");
            assert_eq!(OutcomeClass::of_sub_code(sub_code), *class, "{pattern}");
        }
    }
}
