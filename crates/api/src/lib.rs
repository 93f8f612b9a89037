//! What the centre and its clients say to each other over HTTP: JSON documents.
//!
//! Ids, codes and records are hex strings in the layouts of docs/formats.md, money is whole units. A document may
//! get more fields later; a reader skips those that it does not know.
//!
//! | module | documents of |
//! |---|---|
//! | [`alarm`] | names of what an operator of a station should look at |
//! | [`collect`] | reports of stations and what was made of them |
//! | [`unlock`] | on-line unlocks |
//! | [`transfer`] | loads and unloads |
//! | [`lists`] | the grey list, the blacklist, events |
//! | [`register`] | cards and PSAMs |
//! | [`issue`] | their issuing by the centre |
//! | [`operate`] | outcomes, notices, rulings, holes |
//! | [`ledger`] | accounts and postings |
//! | [`prepaid`] | accounts that pay for stations' loads |
//! | [`books`] | the books row by row |
//! | [`parameters`] | prices and limits of a station |
//! | [`site`] | what a station tells and is asked: nozzles, cards, visits, events |
//! | [`problem`] | what is refused, and why |
#![forbid(unsafe_code)]

pub mod alarm;
pub mod books;
pub mod collect;
pub mod issue;
pub mod ledger;
pub mod lists;
pub mod operate;
pub mod parameters;
pub mod prepaid;
pub mod problem;
pub mod register;
pub mod site;
pub mod transfer;
pub mod unlock;

use serde::{Deserialize, Serialize};

/// Derives what every document has.
macro_rules! documents {
    ($($(#[$about:meta])* pub $kind:ident $name:ident $body:tt)*) => {
        $($(#[$about])*
        #[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        pub $kind $name $body)*
    };
}
pub(crate) use documents;

/// A part of a list, and where the next one begins.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The header by which a station says its name to a server in development mode. Elsewhere the certificate says it.
pub const STATION_HEADER: &str = "greylock-station";

/// The header by which the centre says its time with each answer, in whole seconds since 1970-01-01T00:00:00Z: stations
/// compare their clocks with it.
pub const TIME_HEADER: &str = "greylock-time";
