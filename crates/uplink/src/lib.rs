//! A station's line to the centre, its lists, its neighbours and the papers that were shown to it: what nozzles ask
//! through [`forecourt::Uplink`].
//!
//! | module | holds |
//! |---|---|
//! | [`Linked`] | the line as nozzles see it |
//! | [`Setup`], [`Way`] | what it is made of, and how another end is reached |
//! | `uploader` | the thread that reports what the journal has, in its order |
//! | `listener` | the thread that keeps the lists as the centre has them |
//! | `held` | the lists in memory and on disk |
//! | `line` | whether the centre is there, and since when |
//! | `clock` | how the station's clock stands to the centre's |
//! | `neighbours` | stations that are asked for records while the centre is away |
//! | `papers` | grey records on paper that were believed |
//!
//! A shell: threads, sockets through [`client`], files of lists. No rule of the protocol stands here.
//!
//! Invariant: a report is marked in the journal only after the centre answered it; one that it does not take keeps no
//! other from going up.
//!
//! Invariant: a list in use is one that the centre had: of events none is missing, or the whole list is fetched anew.
//!
//! Invariant: a neighbour's or a paper's record is given for its own lock alone, and only when its TID is the giver's.
#![forbid(unsafe_code)]

mod clock;
mod held;
mod line;
mod linked;
mod listener;
mod neighbours;
mod pace;
mod papers;
mod setup;
mod shared;
mod uploader;

pub use linked::Linked;
pub use pace::Pace;
pub use papers::PaperRefused;
pub use setup::{NeighbourSetup, Setup, UplinkError, Way, Who};
