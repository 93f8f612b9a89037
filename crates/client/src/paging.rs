//! A list, page after page.

use std::collections::VecDeque;

use api::Page;
use serde::de::DeserializeOwned;

use crate::error::ClientError;
use crate::http::{Client, encoded};

/// Rows of a page.
const ROWS: usize = 500;

/// The rows of a list, asked for page by page as they are wanted. It ends after an error.
pub struct Pages<'a, T> {
    client: &'a Client,
    path: String,
    rows: VecDeque<T>,
    next: Next,
}

enum Next {
    First,
    Behind(String),
    Nothing,
}

impl<'a, T: DeserializeOwned> Pages<'a, T> {
    /// `path` may have a query.
    pub(crate) const fn new(client: &'a Client, path: String) -> Self {
        Self { client, path, rows: VecDeque::new(), next: Next::First }
    }

    fn read(&mut self) -> Result<(), ClientError> {
        let mark = if self.path.contains('?') { '&' } else { '?' };
        let mut path = format!("{}{mark}limit={ROWS}", self.path);
        match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::First => {}
            Next::Behind(cursor) => {
                path.push_str("&cursor=");
                path.push_str(&encoded(&cursor));
            }
            Next::Nothing => return Ok(()),
        }
        let page: Page<T> = self.client.get(&path)?;
        self.rows.extend(page.items);
        self.next = page.next.map_or(Next::Nothing, Next::Behind);
        Ok(())
    }
}

impl<T: DeserializeOwned> Iterator for Pages<'_, T> {
    type Item = Result<T, ClientError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.rows.is_empty() && !matches!(self.next, Next::Nothing) {
            if let Err(error) = self.read() {
                return Some(Err(error));
            }
        }
        self.rows.pop_front().map(Ok)
    }
}
