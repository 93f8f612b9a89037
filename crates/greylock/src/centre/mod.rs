//! A centre in a folder, in process: `--host file:DIR`.
//!
//! The folder holds the main keys and a log of inputs. An input is durable in the log before
//! its answer is shown; at start the inputs are replayed, and give the same books again.
//! There is no authentication: whoever can write the folder is every station and every
//! operator. The server with its certificates is for everything else.

mod folder;
mod link;

pub use folder::{CentreFolder, FolderCentre, look_at_centre};
pub use link::{FolderLink, open_link};

use std::path::PathBuf;

use crate::error::Error;

const FOLDER: &str = "file:";

/// The folder of a `--host` argument.
///
/// # Errors
/// A server's URL: this build has no client for it.
pub fn folder_of(host: &str) -> Result<PathBuf, Error> {
    host.strip_prefix(FOLDER).filter(|path| !path.is_empty()).map(PathBuf::from).ok_or_else(|| {
        Error::usage(format!("this build cannot reach the centre `{host}`"))
            .advice("give file:DIR, with a folder made by `greylock host init`")
    })
}
