//! What happens, chapter by chapter. Each says what it does to which meetings
//! and what must come of them. Few calendars are touched in each, since a look
//! at one costs a call of sixty a minute.

mod comings;
mod storm;

use callsheet_domain::OverrideChoice;
use recall_simulator::ResponseStatus;

use crate::agenda::agenda;
use crate::cast::Desk::{self, Product1, Sales1, Sales2, Success1, Success2, Support1};
use crate::day::{Day, Told};
use crate::links::Links;
use crate::meeting::{Act, Deed, Outcome};
use crate::week::{Week, minutes};

/// All chapters in order.
pub(crate) async fn play(day: &mut Day) -> Told<()> {
    let now = day.stack.now();
    let (week, mut links) = (Week::after(now), Links::of(now));
    println!(
        "{:<14}{:<66}{:>8}{:>6}{:>7}",
        "chapter", "what happens", "right in", "bots", "calls"
    );
    created(day, &week, &mut links).await?;
    moved(day).await?;
    links_changed(day, &mut links).await?;
    declined(day).await?;
    guests_changed(day).await?;
    cancelled(day).await?;
    comings::unshared(day).await?;
    marked(day).await?;
    policy(day).await?;
    comings::disconnected(day).await?;
    storm::changes(day).await?;
    storm::echo(day).await
}

async fn created(day: &mut Day, week: &Week, links: &mut Links) -> Told<()> {
    let entries = agenda(week, links);
    day.play("created", async |day| {
        let meetings = entries.len();
        for desk in Desk::ALL {
            day.connect(desk).await?;
            let own = entries.iter().filter(|entry| entry.desk == desk);
            day.fill(desk, own.cloned().collect()).await?;
        }
        Ok(format!(
            "{} calendars connected, with {meetings} meetings",
            Desk::ALL.len()
        ))
    })
    .await
}

async fn moved(day: &mut Day) -> Told<()> {
    let moved = |desk, title, by| Deed::new(desk, title, Act::Moves(minutes(by)));
    let deeds = [
        moved(Sales2, "Renewal", -60),
        moved(Sales2, "Executive briefing", 240),
        moved(Success1, "Executive briefing", 240),
        moved(Support1, "Executive briefing", 240),
        moved(Success1, "Onboarding", 30),
    ];
    day.play("moved", async |day| {
        let count = day.act(&deeds).await?;
        Ok(format!("{count} meetings move, 3 of them copies of one"))
    })
    .await
}

async fn links_changed(day: &mut Day, links: &mut Links) -> Told<()> {
    let mut linked = |desk, title| Deed::new(desk, title, Act::Links(Some(links.zoom())));
    let deeds = [
        linked(Sales1, "Contract review"),
        linked(Success1, "Lunch").then(Outcome::EXTERNAL),
        Deed::new(Product1, "Pricing", Act::Links(None)).then(Outcome::NO_MEETING),
    ];
    day.play("links changed", async |day| {
        day.act(&deeds).await?;
        Ok("one gets another link, one its first, one loses its own".to_owned())
    })
    .await
}

async fn declined(day: &mut Day) -> Told<()> {
    let answers = |desk, title, answer| Deed::new(desk, title, Act::Answers(answer));
    let deeds = [
        answers(Success2, "Quarterly review", ResponseStatus::Declined).then(Outcome::DECLINED),
        answers(Support1, "Kick-off", ResponseStatus::Declined).then(Outcome::DECLINED),
        answers(Success2, "Webinar", ResponseStatus::Accepted).then(Outcome::EXTERNAL),
    ];
    day.play("declined", async |day| {
        day.act(&deeds).await?;
        Ok("owners decline two, and accept one that they had declined".to_owned())
    })
    .await
}

async fn guests_changed(day: &mut Day) -> Told<()> {
    let deeds = [
        Deed::new(
            Sales1,
            "Pricing",
            Act::Uninvites("purchasing@hooli.example"),
        )
        .then(Outcome::INTERNAL),
        Deed::new(Sales1, "Stand-up", Act::Invites("lead@hooli.example")).then(Outcome::EXTERNAL),
    ];
    day.play("guests", async |day| {
        day.act(&deeds).await?;
        Ok("outsiders leave one meeting, and join another".to_owned())
    })
    .await
}

async fn cancelled(day: &mut Day) -> Told<()> {
    let deeds = [
        Deed::new(Product1, "Integration", Act::Cancels).then(Outcome::CANCELLED),
        Deed::new(Product1, "Demo", Act::Deletes).then(Outcome::DELETED),
        Deed::new(Sales2, "Demo", Act::Deletes).then(Outcome::DELETED),
    ];
    day.play("cancelled", async |day| {
        day.act(&deeds).await?;
        Ok("one is called off, two are removed".to_owned())
    })
    .await
}

async fn marked(day: &mut Day) -> Told<()> {
    let (skipped, recorded) = (Outcome::Skipped("series"), Outcome::Recorded("series"));
    day.play("marked", async |day| {
        let off = day
            .mark(Success1, "Weekly check-in", OverrideChoice::Skip, &skipped)
            .await;
        let on = day
            .mark(Support1, "Retrospective", OverrideChoice::Record, &recorded)
            .await;
        Ok(format!(
            "a series of {off} is marked off, an internal one of {on} on"
        ))
    })
    .await
}

async fn policy(day: &mut Day) -> Told<()> {
    day.play("policy", async |day| {
        let count = day.leave_out("Roadmap").await;
        Ok(format!(
            "another policy leaves {count} out, and names bots after meetings"
        ))
    })
    .await
}
