//! What every implementation of `Marks` must do.

use callsheet_app::ports::{Kept, Marks};
use callsheet_domain::{
    CalendarId, LatestLook, PageCursor, UnderWay, Version, WorkspaceMark, WorkspaceReach,
};
use futures_util::future::join_all;

use crate::at;

async fn remembered(marks: &impl Marks) -> WorkspaceMark {
    marks.workspace().await.expect("the store answers")
}

async fn kept(marks: &impl Marks, mark: &WorkspaceMark) -> Kept {
    marks.keep_workspace(mark).await.expect("the store answers")
}

fn full() -> WorkspaceMark {
    let reach = WorkspaceReach {
        began_at: at("09:00:00.123456"),
        since: Some(at("08:55:30.000001")),
        left_out: ["calendar-odd", "calendar-sales"]
            .map(|id| CalendarId::parse(id).expect("an id"))
            .into(),
    };
    WorkspaceMark {
        latest: Some(LatestLook {
            reach: reach.clone(),
            until: at("09:00:03.000002"),
            pages: 2,
            listed: 150,
        }),
        healed_until: Some(at("08:59:59.999999")),
        whole_asked_at: Some(at("07:00")),
        listed_calendars_at: Some(at("06:00:00.000009")),
        looking: Some(UnderWay {
            mark: WorkspaceReach {
                since: None,
                ..reach
            },
            next: Some(PageCursor(
                "https://recall.example/?cursor=a%2Bb".to_owned(),
            )),
            pages: 7,
            listed: 700,
            held_until: at("09:02:00.000003"),
        }),
        version: Version::NEW,
    }
}

/// A workspace that was never looked at has an empty mark.
///
/// # Panics
/// If the law does not hold.
pub async fn nothing_is_remembered_of_a_workspace_at_first(marks: &impl Marks) {
    assert_eq!(remembered(marks).await, WorkspaceMark::default());
}

/// What is written is what is read, but for the version, which has grown by
/// one; what is taken out is gone.
///
/// # Panics
/// If the law does not hold.
pub async fn a_mark_comes_back_as_written(marks: &impl Marks) {
    assert_eq!(kept(marks, &full()).await, Kept::Written);
    let first = WorkspaceMark {
        version: Version(1),
        ..full()
    };
    assert_eq!(remembered(marks).await, first);
    let emptied = WorkspaceMark {
        version: Version(1),
        ..WorkspaceMark::default()
    };
    assert_eq!(kept(marks, &emptied).await, Kept::Written);
    let second = WorkspaceMark {
        version: Version(2),
        ..WorkspaceMark::default()
    };
    assert_eq!(remembered(marks).await, second);
}

/// A write stands only over the version that it states.
///
/// # Panics
/// If the law does not hold.
pub async fn a_mark_is_written_over_the_one_that_was_read(marks: &impl Marks) {
    let unseen = WorkspaceMark {
        version: Version(4),
        ..full()
    };
    assert_eq!(kept(marks, &unseen).await, Kept::Lost);
    assert_eq!(kept(marks, &full()).await, Kept::Written);
    assert_eq!(kept(marks, &full()).await, Kept::Lost);
}

/// Of many who write over the same version at once, one does.
///
/// # Panics
/// If the law does not hold.
pub async fn of_many_that_claim_a_look_at_once_one_does(marks: &impl Marks) {
    let mark = full();
    let writers = join_all((0..8).map(|_| kept(marks, &mark))).await;
    let winners = writers.iter().filter(|kept| **kept == Kept::Written);
    assert_eq!(winners.count(), 1);
}
