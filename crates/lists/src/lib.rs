//! The lists of a station: cards that get no new lock, and grey records of other stations.
//!
//! A list is a base, which is a file, and the changes since. Both have a version that counts the changes, and a digest of
//! what the list holds then, so a station and its centre can tell at any moment whether they hold the same list.
//!
//! | module | holds |
//! |---|---|
//! | [`List`] | base and changes in memory, and what is found in them |
//! | [`Cursor`] | up to where the changes are in a list |
//! | [`Digest`] | what a list holds, as 32 bytes, whatever the order in which it came |
//! | [`file`](mod@file) | a list as bytes, and back |
//! | [`Blacklist`], [`GreyList`] | the two lists of protocol §9 |
//!
//! Invariant: a change follows the version that the list has, or changes nothing.
//!
//! Invariant: a list that was read from a file holds what was written to it: its digest says so.
#![forbid(unsafe_code)]

pub mod blacklist;
mod cursor;
mod digest;
pub mod file;
pub mod greylist;
mod list;

pub use blacklist::Blacklist;
pub use cursor::{Cursor, CursorError};
pub use digest::Digest;
pub use file::{FileError, Head, Kind, Numbers};
pub use greylist::GreyList;
pub use list::{Change, List, ListError};
