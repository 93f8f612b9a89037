//! A centre and two stations in one process, with hands, stories and the page that shows them.
//!
//! | module | holds |
//! |---|---|
//! | [`documents`] | what the page and the demo say to each other |
//! | [`page`] | the page's files |
//! | [`town`] | what there is at first: stations, cards, PSAMs, keys |
//! | [`office`] | the centre, and what is new in its books |
//! | [`cable`] | a station's line to the centre, with a switch |
//! | [`keep`] | what of it outlives the process |
//! | [`memory`], [`readers`] | chips, the readers that hands put them into, and their power |
//! | [`papers`] | certificates of the stations |
//! | [`psams`] | the PSAMs of a station, and how they fail |
//! | [`pump`] | pumps and chargers, and the hands on their hoses |
//! | [`house`] | one station, and the running one while it has power |
//! | [`world`] | all of it, and what hands do |
//! | [`refusal`] | what hands cannot do |
//! | `hear`, `tell` | what stations and centre tell, as lines |
//! | [`books`] | the money of the whole world, held against protocol §11 |
//! | [`stories`] | protocol §10, played by itself |
//! | [`demo`], `playing` | one world after the other, and the story that plays in it |
//! | [`run`](mod@run) | the demo from its start to its end |
//! | [`serve`], [`show`] | all of it over HTTP |
//! | [`timeline`] | what happens, live |
//! | [`outside`] | time and randomness |
#![forbid(unsafe_code)]

pub mod books;
pub mod cable;
pub mod demo;
pub mod documents;
mod hear;
pub mod house;
pub mod keep;
pub mod memory;
pub mod office;
pub mod outside;
pub mod page;
pub mod papers;
mod playing;
pub mod psams;
pub mod pump;
pub mod readers;
pub mod refusal;
pub mod run;
pub mod serve;
pub mod show;
pub mod stories;
mod tell;
pub mod timeline;
pub mod town;
pub mod world;

pub use run::{Options, RunError, run};
