//! Scenarios in which a copy of a shared meeting disappears, with its event or its calendar.

use crate::demo::{ControlResult, Demo};
use crate::meeting::{Action, Edit, ExpectedVerdict};
use crate::people::Person::{Product1, Sales1, Sales2};

/// Both copies of a meeting are deleted: the bot stays after the first and is removed after the
/// second.
pub(crate) async fn delete_copies(demo: &mut Demo) -> ControlResult<()> {
    let title = "Joint proposal";
    let delete = |owner| Action::new(owner, title, Edit::Delete).expect(ExpectedVerdict::DELETED);
    let before = demo.bots_of(title).await?;
    demo.run_scenario("delete copy", async |demo| {
        demo.perform(&[delete(Sales1)]).await?;
        Ok("one of two copies of a meeting is deleted: the bot stays".to_owned())
    })
    .await?;
    if before.len() != 1 || before != demo.bots_of(title).await? {
        demo.add_problem("delete copy: the other copy does not have the same bot as before");
    }
    demo.run_scenario("delete copy", async |demo| {
        demo.perform(&[delete(Sales2)]).await?;
        Ok("the other copy is deleted, too: the bot is removed".to_owned())
    })
    .await?;
    if !demo.bots_of(title).await?.is_empty() {
        demo.add_problem("delete copy: a bot is left although both copies are deleted");
    }
    Ok(())
}

/// A calendar is disconnected and reconnected: the bot that it shares stays the same, its other
/// bots are removed by Recall and scheduled again.
pub(crate) async fn disconnect(demo: &mut Demo) -> ControlResult<()> {
    let shared = "Incident review";
    let before = demo.bots_of(shared).await?;
    demo.run_scenario("disconnect", async |demo| {
        demo.disconnect(Product1).await?;
        Ok("a calendar is disconnected: Recall removes the bots only it uses".to_owned())
    })
    .await?;
    demo.run_scenario("reconnect", async |demo| {
        demo.reconnect(Product1).await?;
        Ok("the calendar is reconnected: its bots are scheduled again".to_owned())
    })
    .await?;
    if before.len() != 1 || before != demo.bots_of(shared).await? {
        demo.add_problem("disconnect: the bot shared with another calendar is not the same one");
    }
    Ok(())
}
