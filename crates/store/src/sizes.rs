//! Counts for whoever watches the centre.

use host::Code;

use crate::database::Database;
use crate::error::StoreError;
use crate::value::Columns;

/// How much there is of what may grow.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Sizes {
    /// Locks that have not come to rest.
    pub open_locks: i64,
    /// Records on the grey list.
    pub grey_records: i64,
    /// Cards that get no new lock.
    pub blacklisted_cards: i64,
    /// Notices, by their code.
    pub notices: Vec<(Code, i64)>,
}

/// How much there is of what may grow, in one question.
pub(crate) fn sizes(database: &mut dyn Database) -> Result<Sizes, StoreError> {
    let statement = "SELECT 'open_locks' AS name, COUNT(*) AS size FROM open_locks \
        UNION ALL SELECT 'grey_records', COUNT(*) FROM cases WHERE listed IS NOT NULL \
        UNION ALL SELECT 'blacklisted_cards', COUNT(*) FROM cards WHERE blacklisted IS NOT NULL \
        UNION ALL SELECT code, COUNT(*) FROM notices GROUP BY code";
    let mut sizes = Sizes::default();
    for row in database.query(statement, &[])? {
        let mut columns = Columns::new("sizes", row);
        let (name, size) = (columns.text()?, columns.number()?);
        match name.as_str() {
            "open_locks" => sizes.open_locks = size,
            "grey_records" => sizes.grey_records = size,
            "blacklisted_cards" => sizes.blacklisted_cards = size,
            code => {
                let unknown = || StoreError::damaged(format!("no notice has the code {code}"));
                sizes.notices.push((Code::from_name(code).ok_or_else(unknown)?, size));
            }
        }
    }
    Ok(sizes)
}
