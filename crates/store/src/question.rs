//! Many look-ups as one statement of PostgreSQL: one round trip for all that calls will ask for.
//!
//! Each look-up is a branch of a UNION ALL. A row of it has the number of its branch, then as many numbers and texts as the
//! widest table has, those that its own table does not fill being NULL.
//!
//! | keys | are sought as |
//! |---|---|
//! | one column | `= ANY` of an array |
//! | more, the last a number | runs: keys that differ in the last column alone, by one each, are one range of the index |
//! | another comparison | rows of an array each |

use ::postgres::types::ToSql;

use crate::database::{Last, Sought};
use crate::error::StoreError;
use crate::postgres::{Array, array_of, arrays, names, unnest};
use crate::sqlite::only;
use crate::table::{Column, Holds, Table};
use crate::value::{Row, Value};

/// The column behind the key, where a run ends.
const UNTIL: Column = ("until", Holds::Number);

/// Look-ups, and the keys that they share.
pub(crate) struct Question<'a> {
    sought: &'a [Sought<'a>],
    keys: Vec<Keys<'a>>,
    /// For each look-up, which keys it has; none where there are none.
    of: Vec<Option<usize>>,
}

/// The keys of some look-ups, as arrays.
struct Keys<'a> {
    rows: &'a [Row],
    form: Form,
    columns: Vec<Column>,
    arrays: Vec<Array<'a>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    Any,
    Runs,
    Each,
}

impl Form {
    fn of(columns: &[Column], last: Last) -> Self {
        match columns {
            [_] if last != Last::AtLeast => Self::Any,
            [_, .., (_, Holds::Number)] if last == Last::Equal => Self::Runs,
            _ => Self::Each,
        }
    }
}

impl<'a> Question<'a> {
    pub(crate) fn of(sought: &'a [Sought<'a>]) -> Self {
        let mut keys: Vec<Keys<'a>> = Vec::new();
        let of = sought.iter().map(|sought| {
            if sought.keys.is_empty() {
                return None;
            }
            let columns = sought.table.only(sought.by);
            let form = Form::of(&columns, sought.last);
            let shared = |keys: &Keys<'a>| {
                std::ptr::eq(keys.rows, sought.keys)
                    && keys.form == form
                    && keys.columns.starts_with(&columns)
            };
            let there = keys.iter().position(shared);
            Some(there.unwrap_or_else(|| {
                keys.push(Keys::new(sought.keys, form, columns));
                keys.len() - 1
            }))
        });
        let of = of.collect();
        Self { sought, keys, of }
    }

    /// `None` where nothing is sought.
    pub(crate) fn statement(&self) -> Option<String> {
        let (numbers, texts) = self.widths();
        let mut first = 1;
        let places = self.keys.iter().map(|keys| {
            first += keys.arrays.len();
            first - keys.arrays.len()
        });
        let places: Vec<usize> = places.collect();
        let branch = |(branch, (sought, of)): (usize, (&Sought<'_>, &Option<usize>))| {
            let of = (*of)?;
            let from = self.keys.get(of)?.source(*places.get(of)?, sought);
            let columns = padded(sought.table, numbers, texts).join(",");
            Some(format!("SELECT {branch}::bigint,{columns} FROM {from}"))
        };
        let branches: Vec<String> =
            self.sought.iter().zip(&self.of).enumerate().filter_map(branch).collect();
        (!branches.is_empty()).then(|| branches.join(" UNION ALL "))
    }

    /// The arrays, in the order in which the statement numbers them.
    pub(crate) fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.keys.iter().flat_map(|keys| &keys.arrays).map(Array::as_sql).collect()
    }

    /// The rows that were found, by look-up and as their tables have them.
    pub(crate) fn sort(&self, found: Vec<Row>) -> Result<Vec<Vec<Row>>, StoreError> {
        let (most, _) = self.widths();
        let mut sorted = vec![Vec::new(); self.sought.len()];
        for mut row in found {
            let branch = match row.first() {
                Some(Value::Number(branch)) => usize::try_from(*branch).ok(),
                _ => None,
            };
            let place = branch.and_then(|at| Some((self.sought.get(at)?, sorted.get_mut(at)?)));
            let unknown = || StoreError::damaged("the database answered what was not asked");
            let (sought, rows) = place.ok_or_else(unknown)?;
            let mut texts = row.split_off((1 + most).min(row.len())).into_iter();
            let mut numbers = row.into_iter().skip(1);
            let value = |(_, holds): &Column| match holds {
                Holds::Number => numbers.next(),
                Holds::Text => texts.next(),
            };
            rows.push(sought.table.columns.iter().filter_map(value).collect());
        }
        Ok(sorted)
    }

    /// How many numbers and texts the tables have at most.
    fn widths(&self) -> (usize, usize) {
        let most = |holds: Holds| {
            let count =
                |table: &Table| table.columns.iter().filter(|column| column.1 == holds).count();
            self.sought.iter().map(|sought| count(sought.table)).max().unwrap_or(0)
        };
        (most(Holds::Number), most(Holds::Text))
    }
}

impl<'a> Keys<'a> {
    fn new(rows: &'a [Row], form: Form, mut columns: Vec<Column>) -> Self {
        let mut arrays = arrays(&columns, rows);
        if form == Form::Runs {
            arrays = runs(arrays);
            columns.push(UNTIL);
        }
        Self { rows, form, columns, arrays }
    }

    /// What stands behind FROM, the first array being parameter `first`.
    fn source(&self, first: usize, sought: &Sought<'_>) -> String {
        let (table, by) = (sought.table.name, self.columns.first().map_or("", |column| column.0));
        if self.form == Form::Any {
            let holds = self.columns.first().map_or(Holds::Text, |column| column.1);
            let array = array_of(first, holds);
            return format!("{table} AS t WHERE t.{by}=ANY({array}){}", only(sought.last));
        }
        let keys = format!("{} AS k({})", unnest(&self.columns, first), names(&self.columns));
        format!("{keys} JOIN {table} AS t ON {}", self.condition(sought.last))
    }

    fn condition(&self, last: Last) -> String {
        let key = self.columns.len() - usize::from(self.form == Form::Runs);
        let at_least = self.form == Form::Runs || last == Last::AtLeast;
        let columns = self.columns.iter().take(key).enumerate();
        let part = |(place, (name, _)): (usize, &Column)| {
            let compare = if place + 1 == key && at_least { ">=" } else { "=" };
            format!("t.{name}{compare}k.{name}")
        };
        let mut parts: Vec<String> = columns.map(part).collect();
        if let (Form::Runs, Some((name, _))) = (self.form, self.columns.get(key.wrapping_sub(1))) {
            parts.push(format!("t.{name}<=k.{}", UNTIL.0));
        }
        parts.join(" AND ") + &only(last)
    }
}

/// The columns of a table behind its numbers and texts, each filled up to so many.
fn padded(table: &Table, numbers: usize, texts: usize) -> Vec<String> {
    let of = |holds: Holds, most: usize| {
        let columns = table.columns.iter().filter(move |column| column.1 == holds);
        let kind = if holds == Holds::Number { "bigint" } else { "text" };
        let named = columns.map(|column| format!("t.{}", column.0));
        named.chain(std::iter::repeat_with(move || format!("NULL::{kind}"))).take(most)
    };
    of(Holds::Number, numbers).chain(of(Holds::Text, texts)).collect()
}

/// Keys as runs: where the last column is one more than before and the others are the same, a run goes on. Each array
/// keeps the first key of every run; one more has where it ends.
fn runs(mut arrays: Vec<Array<'_>>) -> Vec<Array<'_>> {
    let Some((Array::Numbers(last), before)) = arrays.split_last() else { return arrays };
    let goes_on = |place: usize| {
        let follows = |(one, next): (&Option<i64>, &Option<i64>)| {
            one.and_then(|one| one.checked_add(1)).is_some_and(|one| Some(one) == *next)
        };
        last.get(place).zip(last.get(place + 1)).is_some_and(follows)
            && before.iter().all(|array| array.same(place, place + 1))
    };
    let mut firsts = vec![true; last.len()];
    let mut until = Vec::new();
    for (place, value) in last.iter().enumerate() {
        match (goes_on(place), firsts.get_mut(place + 1)) {
            (true, Some(next)) => *next = false,
            _ => until.push(*value),
        }
    }
    arrays.iter_mut().for_each(|array| array.retain(&firsts));
    arrays.push(Array::Numbers(until));
    arrays
}

impl Array<'_> {
    fn same(&self, one: usize, other: usize) -> bool {
        match self {
            Self::Numbers(values) => values.get(one) == values.get(other),
            Self::Texts(values) => values.get(one) == values.get(other),
        }
    }

    fn retain(&mut self, kept: &[bool]) {
        let mut kept = kept.iter();
        match self {
            Self::Numbers(values) => values.retain(|_| kept.next() == Some(&true)),
            Self::Texts(values) => values.retain(|_| kept.next() == Some(&true)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::table::{CARDS, CASES, KNOWN_LOCKS, TACS};

    const BY_NUMBER: &[&str] = &["tid", "ttc"];

    fn numbers(of: &[(&str, i64)]) -> Vec<Row> {
        of.iter().map(|(tid, ttc)| vec![Value::from(*tid), Value::from(*ttc)]).collect()
    }

    fn written(question: &Question<'_>) -> Vec<String> {
        let text = |array: &Array<'_>| match array {
            Array::Numbers(values) => format!("{:?}", values.iter().flatten().collect::<Vec<_>>()),
            Array::Texts(values) => format!("{:?}", values.iter().flatten().collect::<Vec<_>>()),
        };
        question.keys.iter().flat_map(|keys| &keys.arrays).map(text).collect()
    }

    #[test]
    fn a_run_has_one_prefix_and_no_gap() {
        let keys = numbers(&[("a", 7), ("a", 8), ("a", 9), ("a", 11), ("b", 12), ("b", 12)]);
        let sought = [Sought { table: &CASES, by: BY_NUMBER, last: Last::Equal, keys: &keys }];
        let question = Question::of(&sought);
        let wanted = [r#"["a", "a", "b", "b"]"#, "[7, 11, 12, 12]", "[9, 11, 12, 12]"];
        assert_eq!(written(&question), wanted);
        let last = numbers(&[("a", i64::MAX), ("a", i64::MIN)]);
        let sought = [Sought { table: &CASES, by: BY_NUMBER, last: Last::Equal, keys: &last }];
        assert_eq!(written(&Question::of(&sought))[1].matches(',').count(), 1);
    }

    #[test]
    fn look_ups_with_the_same_keys_share_their_arrays_and_those_without_are_left_out() {
        let (cards, keys) = (vec![vec![Value::from("c")]], numbers(&[("a", 7)]));
        let number = |table, keys| Sought { table, by: BY_NUMBER, last: Last::Equal, keys };
        let listed = Last::EqualWhere("listed IS NOT NULL");
        let sought = [
            number(&CASES, &[][..]),
            Sought { table: &CARDS, by: &["asn"], last: Last::Equal, keys: &cards },
            number(&CASES, &keys[..]),
            number(&TACS, &keys[..]),
            Sought { table: &CASES, by: &["asn"], last: listed, keys: &cards },
        ];
        let question = Question::of(&sought);
        assert_eq!(question.values().len(), 4);
        let statement = question.statement().unwrap();
        let branches: Vec<&str> = statement.split(" UNION ALL ").collect();
        let wanted = "SELECT 2::bigint,t.ttc,NULL::bigint,NULL::bigint,t.tid,t.asn,t.listed,t.data \
                      FROM unnest($2::text[],$3::bigint[],$4::bigint[]) AS k(tid,ttc,until) JOIN cases AS t \
                      ON t.tid=k.tid AND t.ttc>=k.ttc AND t.ttc<=k.until";
        assert_eq!(branches[1], wanted);
        assert!(
            branches[3]
                .ends_with("FROM cases AS t WHERE t.asn=ANY($1::text[]) AND listed IS NOT NULL")
        );
        assert_eq!(branches.len(), 4);
        assert_eq!(Question::of(&sought[..1]).statement(), None);
    }

    #[test]
    fn keys_from_somewhere_on_are_sought_each_for_itself() {
        let by: &[&str] = &["asn", "purse", "ctc"];
        let key = |ctc: i64| vec![Value::from("c"), Value::from(0_i64), Value::from(ctc)];
        let keys = [key(3), key(4)];
        let sought = [Sought { table: &KNOWN_LOCKS, by, last: Last::AtLeast, keys: &keys }];
        let question = Question::of(&sought);
        assert_eq!(written(&question)[2], "[3, 4]");
        assert!(question.statement().unwrap().ends_with("t.purse=k.purse AND t.ctc>=k.ctc"));
    }

    #[test]
    fn rows_come_back_to_their_look_ups_as_their_tables_have_them() {
        let (cards, keys) = (vec![vec![Value::from("c")]], numbers(&[("a", 7)]));
        let sought = [
            Sought { table: &CARDS, by: &["asn"], last: Last::Equal, keys: &cards },
            Sought { table: &CASES, by: BY_NUMBER, last: Last::Equal, keys: &keys },
        ];
        let question = Question::of(&sought);
        let text = Value::from;
        let case = vec![1_i64.into(), 7_i64.into(), text("a"), text("c"), Value::Null, text("{}")];
        let card =
            vec![0_i64.into(), Value::Null, text("c"), text("lost"), text("{}"), Value::Null];
        let sorted = question.sort(vec![case, card]).unwrap();
        assert_eq!(sorted[0], [vec![text("c"), text("lost"), text("{}")]]);
        assert_eq!(sorted[1], [vec![text("a"), 7_i64.into(), text("c"), Value::Null, text("{}")]]);
        assert!(question.sort(vec![vec![2_i64.into()]]).is_err());
        assert!(question.sort(vec![vec![]]).is_err());
    }
}
