//! The centre of a `--host` argument: in a folder, in process (`file:DIR`), or behind a server's URL.
//!
//! | module | holds |
//! |---|---|
//! | [`Place`] | what `--host` names, and who asks there |
//! | [`StationLink`] | a station's link to either |
//! | [`Office`] | what operators ask of either |
//! | [`CentreFolder`] | the folder: main keys and a log of inputs |
//!
//! In a folder an input is durable in the log before its answer is shown; at start the inputs are replayed, and give
//! the same books again. There is no authentication: whoever can write the folder is every station and every
//! operator. The server with its certificates is for everything else.

mod folder;
mod folder_office;
mod link;
mod no_keys;
mod office;
mod place;
mod server_office;
mod station;

pub use folder::{CentreFolder, FolderCentre, look_at_centre};
pub use folder_office::FolderOffice;
pub use link::FolderLink;
pub use office::{Office, Standing, SwitchStep, Switched, To, open_office};
pub use place::Place;
pub(crate) use place::running_client;
pub use server_office::ServerOffice;
pub use station::{StationLink, open_link};
