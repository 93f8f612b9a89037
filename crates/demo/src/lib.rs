//! A centre and two stations in one process, with hands, stories and the page that shows them.
//!
//! | module | holds |
//! |---|---|
//! | [`documents`] | what the page and the demo say to each other |
//! | [`page`] | the page's files |
#![forbid(unsafe_code)]

pub mod documents;
pub mod page;
