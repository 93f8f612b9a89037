//! `greylock top`: how stations are, drawn in letters.
//!
//! | module | holds |
//! |---|---|
//! | `watch` | one station, asked again and again |
//! | `draw` | all of them as a screen |
//! | `screen` | the terminal, given back as it was |

mod draw;
mod screen;
#[cfg(test)]
mod tests;
mod watch;

pub(crate) use draw::{screen, text};
pub(crate) use screen::Screen;
pub(crate) use watch::{Seen, Watched, look};
