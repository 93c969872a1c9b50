//! Calendar events: create, change, delete.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{NotFound, Workspace};
use crate::change::Change;
use crate::clock::{precise, whole_microseconds};
use crate::draft::EventDraft;
use crate::ids::{BotId, CalendarId, EventId};
use crate::model::{EventBot, EventView, Platform};
use crate::raw;

const NO_EVENT: NotFound = NotFound("event");

/// Event in one calendar.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) id: EventId,
    pub(crate) calendar: CalendarId,
    pub(crate) platform: Platform,
    pub(crate) platform_id: String,
    pub(crate) ical_uid: String,
    pub(crate) draft: EventDraft,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) is_deleted: bool,
    /// Bots of this event, finished ones included.
    pub(crate) bots: Vec<BotId>,
}

impl Workspace {
    /// Start before which events are listed.
    pub(crate) fn listed_until(&self, now: Timestamp) -> Timestamp {
        let days = SignedDuration::from_hours(24 * i64::from(self.listed_days));
        now.saturating_add(days).unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn add_event(
        &mut self,
        calendar: CalendarId,
        mut draft: EventDraft,
        now: Timestamp,
    ) -> Result<EventId, NotFound> {
        let platform = self
            .calendars
            .get(&calendar)
            .ok_or(NotFound("calendar"))?
            .platform;
        draft.start = whole_microseconds(draft.start);
        draft.end = whole_microseconds(draft.end);
        let id = EventId::random(&mut self.random);
        let ids = raw::PlatformIds::of(platform, &draft, id);
        let at = self.next_timestamp(now);
        self.order.insert((draft.start, id));
        self.events.insert(
            id,
            Event {
                id,
                calendar,
                platform,
                platform_id: ids.platform_id,
                ical_uid: ids.ical_uid,
                draft,
                created_at: at,
                updated_at: at,
                is_deleted: false,
                bots: Vec::new(),
            },
        );
        self.notify_event_changed(calendar, at);
        Ok(id)
    }

    pub(crate) fn change_event(
        &mut self,
        id: EventId,
        change: Change,
        now: Timestamp,
    ) -> Result<(), NotFound> {
        let at = self.next_timestamp(now);
        let event = self.events.get_mut(&id).ok_or(NO_EVENT)?;
        let old_start = event.draft.start;
        event.draft.apply(change);
        if let Some(uid) = &event.draft.ical_uid {
            event.ical_uid.clone_from(uid);
        }
        event.draft.start = whole_microseconds(event.draft.start);
        event.draft.end = whole_microseconds(event.draft.end);
        event.updated_at = at;
        let (start, calendar) = (event.draft.start, event.calendar);
        self.order.remove(&(old_start, id));
        self.order.insert((start, id));
        self.notify_event_changed(calendar, at);
        Ok(())
    }

    /// Deletes the event and removes its scheduled bots. Lists still contain it, as deleted.
    pub(crate) fn delete_event(&mut self, id: EventId, now: Timestamp) -> Result<(), NotFound> {
        let at = self.next_timestamp(now);
        let event = self.events.get_mut(&id).ok_or(NO_EVENT)?;
        if event.is_deleted {
            return Ok(());
        }
        event.is_deleted = true;
        event.updated_at = at;
        let calendar = event.calendar;
        self.remove_scheduled_bots(id, now);
        self.notify_event_changed(calendar, at);
        Ok(())
    }

    /// Removes the event, as if it had never existed.
    pub(super) fn remove_event(&mut self, id: EventId) {
        if let Some(event) = self.events.remove(&id) {
            self.order.remove(&(event.draft.start, id));
            for bot in event.bots {
                if let Some(bot) = self.bots.get_mut(&bot) {
                    bot.events.remove(&id);
                }
            }
        }
    }

    fn raw(&self, event: &Event) -> Value {
        let owner = self
            .calendars
            .get(&event.calendar)
            .map_or("", |c| c.owner.as_str());
        raw::payload(&raw::PlatformEvent {
            platform: event.platform,
            platform_id: &event.platform_id,
            ical_uid: &event.ical_uid,
            draft: &event.draft,
            created_at: event.created_at,
            updated_at: event.updated_at,
            is_deleted: event.is_deleted,
            owner,
        })
    }

    fn event_bots(&self, event: &Event) -> Vec<EventBot> {
        event
            .bots
            .iter()
            .filter_map(|id| self.bots.get(id))
            .map(|bot| EventBot {
                bot_id: bot.id,
                start_time: bot.start_time,
                deduplication_key: bot.deduplication_key.clone(),
                meeting_url: bot.meeting_url.clone(),
            })
            .collect()
    }

    /// The event in the API's form.
    pub(crate) fn event_json(&self, event: &Event) -> Value {
        let link = event.draft.meeting_url.as_deref();
        json!({
            "id": event.id,
            "start_time": event.draft.start,
            "end_time": event.draft.end,
            "calendar_id": event.calendar,
            "raw": self.raw(event),
            "platform": event.platform,
            "platform_id": event.platform_id,
            "ical_uid": event.ical_uid,
            "meeting_platform": link.and_then(meeting_platform),
            "meeting_url": link,
            "created_at": precise(event.created_at),
            "updated_at": precise(event.updated_at),
            "is_deleted": event.is_deleted,
            "bots": self.event_bots(event),
        })
    }

    pub(crate) fn event_view(&self, event: &Event) -> EventView {
        EventView {
            id: event.id,
            calendar_id: event.calendar,
            ical_uid: event.ical_uid.clone(),
            platform_id: event.platform_id.clone(),
            title: event.draft.title.clone(),
            start_time: event.draft.start,
            end_time: event.draft.end,
            meeting_url: event.draft.meeting_url.clone(),
            updated_at: event.updated_at,
            is_deleted: event.is_deleted,
            bots: self.event_bots(event),
            raw: self.raw(event),
        }
    }
}

/// Meeting platform of a link; `None` if it is unknown.
fn meeting_platform(link: &str) -> Option<&'static str> {
    const KNOWN: [(&str, &str); 5] = [
        ("zoom.us", "zoom"),
        ("meet.google.com", "google_meet"),
        ("teams.microsoft.com", "microsoft_teams"),
        ("teams.live.com", "microsoft_teams_live"),
        ("webex.com", "webex"),
    ];
    let host = url::Url::parse(link).ok()?.host_str()?.to_owned();
    KNOWN
        .iter()
        .find(|(domain, _)| {
            host.strip_suffix(domain)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
        .map(|(_, platform)| *platform)
}
