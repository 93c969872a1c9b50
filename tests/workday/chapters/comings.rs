//! Who shares a meeting comes and goes: by removing their copy, or with their calendar.

use crate::cast::Desk::{Product1, Sales1, Sales2};
use crate::day::{Day, Told};
use crate::meeting::{Act, Deed, Outcome};

/// The same meeting in two calendars: one leaves and the bot stays, the other
/// leaves and it goes.
pub(crate) async fn unshared(day: &mut Day) -> Told<()> {
    let title = "Joint proposal";
    let leaves = |desk| Deed::new(desk, title, Act::Deletes).then(Outcome::DELETED);
    let before = day.bots_of(title).await?;
    day.play("un-shared", async |day| {
        day.act(&[leaves(Sales1)]).await?;
        Ok("one of two removes their copy, and the bot stays".to_owned())
    })
    .await?;
    if before.len() != 1 || before != day.bots_of(title).await? {
        day.fail("un-shared: it is not the same bot that stays");
    }
    day.play("un-shared", async |day| {
        day.act(&[leaves(Sales2)]).await?;
        Ok("so does the other, and it goes".to_owned())
    })
    .await?;
    if !day.bots_of(title).await?.is_empty() {
        day.fail("un-shared: the bot has stayed without anybody");
    }
    Ok(())
}

/// A calendar is lost with its bots, but for the one it shares, and comes back.
pub(crate) async fn disconnected(day: &mut Day) -> Told<()> {
    let shared = "Incident review";
    let before = day.bots_of(shared).await?;
    day.play("disconnected", async |day| {
        day.disconnect(Product1).await?;
        Ok("a calendar is lost with its bots, but for the one it shares".to_owned())
    })
    .await?;
    day.play("reconnected", async |day| {
        day.reconnect(Product1).await?;
        Ok("it comes back, without them: they are scheduled again".to_owned())
    })
    .await?;
    if before.len() != 1 || before != day.bots_of(shared).await? {
        day.fail("disconnected: it is not the same bot that others share");
    }
    Ok(())
}
