//! Icons: shapes that stand beside each colour, so that no meaning hangs on a colour alone.

use maud::{Markup, html};

/// A shape of the shell's set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Icon {
    /// A full circle: it is to be recorded.
    Record,
    /// A check: it was recorded.
    Done,
    /// An empty circle: it is skipped.
    Skip,
    /// A padlock: the policy locks that it is skipped.
    Lock,
    /// A triangle: a person should look.
    Attention,
    /// Two bars: recording is paused.
    Pause,
    /// A dash: it does not apply.
    No,
    /// A question: it is not known.
    Unknown,
    /// An arrow: it decided.
    Decided,
    /// An arrow to the left: back.
    Back,
}

impl Icon {
    /// All icons.
    const ALL: [Self; 10] = [
        Self::Record,
        Self::Done,
        Self::Skip,
        Self::Lock,
        Self::Attention,
        Self::Pause,
        Self::No,
        Self::Unknown,
        Self::Decided,
        Self::Back,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Done => "done",
            Self::Skip => "skip",
            Self::Lock => "lock",
            Self::Attention => "attention",
            Self::Pause => "pause",
            Self::No => "no",
            Self::Unknown => "unknown",
            Self::Decided => "decided",
            Self::Back => "back",
        }
    }

    /// Its outline, in a square of 16.
    fn outline(self) -> Markup {
        html! {
            @match self {
                Self::Record => circle cx="8" cy="8" r="5" fill="currentColor" {}
                Self::Done => path d="M3 8.5l3.5 3.5L13 4.5" {}
                Self::Skip => circle cx="8" cy="8" r="4.5" {}
                Self::Lock => path d="M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5" {}
                Self::Attention => path d="M8 2.5L14.5 13.5H1.5zM8 6.8v3M8 11.7v.3" {}
                Self::Pause => path d="M5.5 3.5v9M10.5 3.5v9" {}
                Self::No => path d="M4 8h8" {}
                Self::Unknown => path d="M5.7 6a2.3 2.3 0 1 1 3.2 2.1q-.9.4-.9 1.4M8 12v.3" {}
                Self::Decided => path d="M3 8h9.5M9 4.5L12.5 8 9 11.5" {}
                Self::Back => path d="M13 8H3.5M7 4.5L3.5 8 7 11.5" {}
            }
        }
    }

    /// The icon, which a screen reader passes over: a text stands beside it.
    pub(super) fn markup(self) -> Markup {
        html! {
            svg.icon aria-hidden="true" { use href={ "#icon-" (self.name()) } {} }
        }
    }

    /// All outlines, for the shell.
    pub(super) fn set() -> Markup {
        html! {
            svg hidden {
                @for icon in Self::ALL {
                    symbol id={ "icon-" (icon.name()) } viewBox="0 0 16 16" { (icon.outline()) }
                }
            }
        }
    }
}
