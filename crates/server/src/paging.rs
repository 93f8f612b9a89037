//! Pages: a cursor is where the last row stood, as text.

use ::api::Page;
use serde::Deserialize;
use store::{Cursor, Numbered};
use utoipa::IntoParams;

use crate::problem::Refused;

/// Most rows of a page.
const MOST: usize = 500;
/// Rows of a page unless the client says how many.
const USUAL: usize = 100;

/// Which page.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// The `next` of the page before; none for the first page.
    pub(crate) cursor: Option<String>,
    /// How many rows at most: 1 to 500, usually 100.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<usize>,
}

impl Paging {
    /// How many rows.
    pub(crate) fn most(&self) -> Result<usize, Refused> {
        match self.limit {
            None => Ok(USUAL),
            Some(limit @ 1..=MOST) => Ok(limit),
            Some(_) => Err(Refused::malformed(format!("limit: want 1 to {MOST}"))),
        }
    }

    /// Behind which row, parsed.
    pub(crate) fn after<T>(&self, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Refused> {
        let wrong = || Refused::malformed("cursor: want the `next` of the page before");
        self.cursor.as_deref().map(|text| parse(text).ok_or_else(wrong)).transpose()
    }
}

/// A page of rows; a full one may have a next.
pub(crate) fn page<R, T>(
    rows: &[R],
    most: usize,
    cursor: impl Fn(&R) -> String,
    item: impl Fn(&R) -> T,
) -> Page<T> {
    let next = rows.last().filter(|_| rows.len() >= most).map(cursor);
    Page { items: rows.iter().map(item).collect(), next }
}

/// A page of what hosts number, each in its lane.
pub(crate) fn page_by_lanes<R, T>(
    mut after: Cursor,
    rows: &[Numbered<R>],
    most: usize,
    item: impl Fn(&Numbered<R>) -> T,
) -> Page<T> {
    rows.iter().for_each(|row| after.pass(row.lane, row.number));
    let next = (rows.len() >= most).then(|| after.to_string());
    Page { items: rows.iter().map(item).collect(), next }
}

/// `TID/TTC`, as a cursor.
pub(crate) fn number(text: &str) -> Option<(wire::Tid, wire::Ttc)> {
    let (tid, ttc) = text.split_once('/')?;
    Some((tid.parse().ok()?, wire::Ttc(ttc.parse().ok()?)))
}
