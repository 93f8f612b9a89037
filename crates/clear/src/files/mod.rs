//! The files of a run: tables in, positions and what is carried into the next day out.

mod sources;
mod tables;
mod write;

pub use sources::{Opened, is_another, open};
pub use write::{RowCounts, Sum, Summary, Writer};
