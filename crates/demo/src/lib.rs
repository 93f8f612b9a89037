//! A centre and two stations in one process, with hands, stories and the page that shows them.
//!
//! | module | holds |
//! |---|---|
//! | [`documents`] | what the page and the demo say to each other |
//! | [`page`] | the page's files |
//! | [`town`] | what there is at first: stations, cards, PSAMs, keys |
//! | [`office`] | the centre, and what is new in its books |
//! | [`cable`] | a station's line to the centre, with a switch |
//! | [`memory`], [`readers`] | chips, the readers that hands put them into, and their power |
//! | [`books`] | the money of the whole world, held against protocol §11 |
//! | [`timeline`] | what happens, live |
//! | [`outside`] | time and randomness |
#![forbid(unsafe_code)]

pub mod books;
pub mod cable;
pub mod documents;
pub mod memory;
pub mod office;
pub mod outside;
pub mod page;
pub mod readers;
pub mod timeline;
pub mod town;
