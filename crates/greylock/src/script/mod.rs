//! Step scripts: files that say command by command what a card or a PSAM answers, run alike in memory, on an image
//! and in a reader. docs/scripts.md describes the format.
//!
//! | module | holds |
//! |---|---|
//! | `file` | a script as TOML, with what it includes |
//! | `template` | bytes made from hex, names and functions |
//! | `functions` | the functions: keys and codes of protocol §4 |
//! | `pattern` | what an answer must be: exact, any, or bound to a name |
//! | `play` | the steps, one after the other, up to the first difference |
//! | `device` | what they are played on |

mod device;
mod file;
mod functions;
mod pattern;
mod play;
mod template;

pub use device::{Device, in_memory, open};
pub use file::{ChipKind, Script, load};
pub use play::{Difference, Played, play};
pub use template::Names;
