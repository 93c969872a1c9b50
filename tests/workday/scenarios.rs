//! Scenarios: actions of people, and the verdicts that are expected afterwards.
//!
//! Each scenario changes few calendars, because syncing one takes at least one of the 60 list
//! calls that Recall allows per minute.

mod departures;
mod webhook_burst;

use callsheet_domain::OverrideChoice;
use recall_simulator::ResponseStatus;

use crate::agenda::agenda;
use crate::demo::{ControlResult, Demo};
use crate::meeting::{Action, Edit, ExpectedVerdict};
use crate::meeting_links::MeetingLinks;
use crate::people::Person::{self, Product1, Sales1, Sales2, Success1, Success2, Support1};
use crate::week::{Week, minutes};

/// Runs all scenarios in order.
pub(crate) async fn run(demo: &mut Demo) -> ControlResult<()> {
    let now = demo.stack.now();
    let (week, mut links) = (Week::after(now), MeetingLinks::new(now));
    print_header();
    connect(demo, &week, &mut links).await?;
    move_meetings(demo).await?;
    change_links(demo, &mut links).await?;
    respond(demo).await?;
    change_attendees(demo).await?;
    cancel(demo).await?;
    departures::delete_copies(demo).await?;
    override_series(demo).await?;
    push_policy(demo).await?;
    departures::disconnect(demo).await?;
    webhook_burst::repeated_moves(demo).await?;
    webhook_burst::repeated_webhooks(demo).await
}

fn print_header() {
    println!(
        "Each scenario changes calendars, then waits until all decisions and all bots are as expected.\n\
         \x20 done in  time from the first change until then\n\
         \x20 bots     bots scheduled at Recall (copies of a meeting share one)\n\
         \x20 calls    calls to Recall's API during the scenario\n"
    );
    println!(
        "{:<16}{:<68}{:>10}{:>6}{:>7}",
        "scenario", "change", "done in", "bots", "calls"
    );
    println!("{}", "─".repeat(107));
}

async fn connect(demo: &mut Demo, week: &Week, links: &mut MeetingLinks) -> ControlResult<()> {
    let entries = agenda(week, links);
    demo.run_scenario("connect", async |demo| {
        let events = entries.len();
        for owner in Person::ALL {
            demo.connect(owner).await?;
            let own = entries.iter().filter(|entry| entry.owner == owner);
            demo.create_meetings(owner, own.cloned().collect()).await?;
        }
        Ok(format!(
            "{} calendars with {events} events are connected",
            Person::ALL.len()
        ))
    })
    .await
}

async fn move_meetings(demo: &mut Demo) -> ControlResult<()> {
    let moved = |owner, title, by| Action::new(owner, title, Edit::MoveBy(minutes(by)));
    let actions = [
        moved(Sales2, "Renewal", -60),
        moved(Sales2, "Executive briefing", 240),
        moved(Success1, "Executive briefing", 240),
        moved(Support1, "Executive briefing", 240),
        moved(Success1, "Onboarding", 30),
    ];
    demo.run_scenario("move", async |demo| {
        let count = demo.perform(&actions).await?;
        Ok(format!(
            "{count} events move to another time, 3 of them copies of one meeting"
        ))
    })
    .await
}

async fn change_links(demo: &mut Demo, links: &mut MeetingLinks) -> ControlResult<()> {
    let mut new_link =
        |owner, title| Action::new(owner, title, Edit::SetMeetingUrl(Some(links.zoom())));
    let actions = [
        new_link(Sales1, "Contract review"),
        new_link(Success1, "Lunch").expect(ExpectedVerdict::EXTERNAL),
        Action::new(Product1, "Pricing", Edit::SetMeetingUrl(None))
            .expect(ExpectedVerdict::NO_MEETING),
    ];
    demo.run_scenario("change links", async |demo| {
        demo.perform(&actions).await?;
        Ok("meeting links: one is replaced, one added, one removed".to_owned())
    })
    .await
}

async fn respond(demo: &mut Demo) -> ControlResult<()> {
    let respond = |owner, title, response| Action::new(owner, title, Edit::Respond(response));
    let actions = [
        respond(Success2, "Quarterly review", ResponseStatus::Declined)
            .expect(ExpectedVerdict::DECLINED),
        respond(Support1, "Kick-off", ResponseStatus::Declined).expect(ExpectedVerdict::DECLINED),
        respond(Success2, "Webinar", ResponseStatus::Accepted).expect(ExpectedVerdict::EXTERNAL),
    ];
    demo.run_scenario("respond", async |demo| {
        demo.perform(&actions).await?;
        Ok("owners decline two meetings and accept one that was declined".to_owned())
    })
    .await
}

async fn change_attendees(demo: &mut Demo) -> ControlResult<()> {
    let uninvite = Edit::Uninvite("purchasing@hooli.example");
    let invite = Edit::Invite("lead@hooli.example");
    let actions = [
        Action::new(Sales1, "Pricing", uninvite).expect(ExpectedVerdict::INTERNAL),
        Action::new(Sales1, "Stand-up", invite).expect(ExpectedVerdict::EXTERNAL),
    ];
    demo.run_scenario("attendees", async |demo| {
        demo.perform(&actions).await?;
        Ok("an external attendee leaves one meeting, another joins one".to_owned())
    })
    .await
}

async fn cancel(demo: &mut Demo) -> ControlResult<()> {
    let actions = [
        Action::new(Product1, "Integration", Edit::Cancel).expect(ExpectedVerdict::CANCELLED),
        Action::new(Product1, "Demo", Edit::Delete).expect(ExpectedVerdict::DELETED),
        Action::new(Sales2, "Demo", Edit::Delete).expect(ExpectedVerdict::DELETED),
    ];
    demo.run_scenario("cancel", async |demo| {
        demo.perform(&actions).await?;
        Ok("one meeting is cancelled, two are deleted".to_owned())
    })
    .await
}

async fn override_series(demo: &mut Demo) -> ControlResult<()> {
    let (skip, record) = (
        ExpectedVerdict::Skip("series-override"),
        ExpectedVerdict::Record("series-override"),
    );
    demo.run_scenario("override", async |demo| {
        let skipped = demo
            .override_series(Success1, "Weekly check-in", OverrideChoice::Skip, &skip)
            .await;
        let recorded = demo
            .override_series(Support1, "Retrospective", OverrideChoice::Record, &record)
            .await;
        Ok(format!(
            "overrides: skip a series of {skipped}, record an internal series of {recorded}"
        ))
    })
    .await
}

async fn push_policy(demo: &mut Demo) -> ControlResult<()> {
    demo.run_scenario("push policy", async |demo| {
        let count = demo.skip_by_policy("Roadmap").await;
        Ok(format!(
            "a new policy skips {count} meetings and names every bot after its meeting"
        ))
    })
    .await
}
