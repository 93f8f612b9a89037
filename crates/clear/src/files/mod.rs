//! The files of a run: tables in, positions and what is carried into the next day out.

mod digest;
mod sources;
mod summary;
mod tables;
mod write;

pub use digest::Digest;
pub use sources::{Opened, Previous, is_another, open};
pub use summary::{Counted, RowCounts, Sum, Summary};
pub use write::Writer;
