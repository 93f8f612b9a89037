//! Commands and answers of the grey-lock purse in words.
//!
//! Pure functions over one table: a command is taken apart, an answer is read by the command that it answers, and a
//! command is made from its name and its data elements. What the bytes mean and what is wrong with them is said by
//! [`wire`]; this crate has the names. PINs, and blocks that a PIN is in, are masked wherever they stand.
//!
//! | module | holds |
//! |---|---|
//! | [`table`] | every command: one row each |
//! | [`field`] | data elements and how they are shown |
//! | [`mod@command`], [`mod@answer`] | bytes taken apart |
//! | [`mod@build`] | a command from its name |
#![forbid(unsafe_code)]

pub mod answer;
pub mod build;
pub mod command;
pub mod field;
mod fields;
mod layout;
pub mod table;

pub use answer::{Answer, answer, answer_to, parts_of_answer};
pub use build::{NotBuilt, build};
pub use command::{Command, Trouble, command};
pub use field::{Field, Shown};
pub use layout::Value;
pub use table::{Chip, Row, TABLE, names, rows_of};
