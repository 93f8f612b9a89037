//! The scalar functions of the plan: `outcome_check` and `outcome_row`, and those around packed rows.
//!
//! A plan names them and carries no key: whoever runs a part of it has loaded the keys itself. It carries a number that
//! tells keys apart (`keys_name`), so that no part is checked with other keys than the rest.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, FixedSizeBinaryBuilder, UInt16Array, UInt64Array,
};
use datafusion::arrow::datatypes::{DataType, UInt8Type, UInt16Type, UInt32Type, UInt64Type};
use datafusion::common::{ScalarValue, exec_err};
use datafusion::error::Result;
use datafusion::logical_expr::TypeSignature;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::columns::{self, COLUMNS, PASSED};
use crate::check::{self, Finding};
use crate::row::{Kind, Row, mark};
use crate::spent::{Spent, thread_time};
use records::Checker;

/// Bytes of a packed row, as Arrow counts them.
pub(super) const PACKED: i32 = 98;

/// The type of a packed row.
#[must_use]
pub fn packed_type() -> DataType {
    DataType::FixedSizeBinary(PACKED)
}

/// All of them. Without keys they can be planned with, and not run.
#[must_use]
pub fn all(checker: Option<Arc<Checker>>, spent: &Arc<Spent>) -> Vec<ScalarUDF> {
    let types = || COLUMNS.iter().map(|(_, kind, _)| kind.clone()).collect::<Vec<_>>();
    let mut with_more = types();
    with_more.extend([DataType::UInt16, DataType::UInt8]);
    let of_row = || vec![packed_type()];
    let function = |name, work, arguments: Vec<DataType>, returns| {
        let signature = Signature::new(TypeSignature::Exact(arguments), Volatility::Immutable);
        ScalarUDF::from(Function { name, work, signature, returns })
    };
    let keys = checker.map(|checker| Keys { name: check::fingerprint(&checker), checker });
    let mut with_name = types();
    with_name.push(DataType::UInt64);
    vec![
        // Volatile, so that whoever plans leaves it to whoever has keys.
        ScalarUDF::from(Function {
            name: "keys_name",
            work: Work::Name(keys.clone()),
            signature: Signature::nullary(Volatility::Volatile),
            returns: DataType::UInt64,
        }),
        function(
            "outcome_check",
            Work::Check(keys, Arc::clone(spent)),
            with_name,
            DataType::UInt16,
        ),
        function("outcome_row", Work::Pack, with_more, packed_type()),
        function("row_asn", Work::Asn, of_row(), DataType::UInt64),
        function(
            "heard_row",
            Work::Heard,
            vec![DataType::UInt64, DataType::UInt32, DataType::UInt32, DataType::UInt32],
            packed_type(),
        ),
        function(
            "passed_row",
            Work::Passed,
            PASSED.iter().map(|(_, kind)| kind.clone()).collect(),
            packed_type(),
        ),
    ]
}

/// The keys of this process, and the number that tells them from others.
#[derive(Clone, Debug)]
struct Keys {
    name: u64,
    checker: Arc<Checker>,
}

#[derive(Clone, Debug)]
enum Work {
    /// Nothing: the name of the keys.
    Name(Option<Keys>),
    /// 25 columns, and the name of the keys that all parts must have: [`Finding`] as a column.
    Check(Option<Keys>, Arc<Spent>),
    /// 25 columns, the finding, bits of [`mark`] from outside: the packed row.
    Pack,
    /// A packed row: its ASN, or the TID of what is of no card.
    Asn,
    /// TID, first and last TTC, the terminal's owner: numbers that were heard, as a packed row.
    Heard,
    /// The columns of [`PASSED`]: a settled lock, as a packed row.
    Passed,
}

#[derive(Debug)]
struct Function {
    name: &'static str,
    work: Work,
    signature: Signature,
    returns: DataType,
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Function {}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.returns.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let count = args.number_rows;
        let arrays = args.args.into_iter().map(|value| value.into_array(count));
        let arrays = arrays.collect::<Result<Vec<_>>>()?;
        let result = match &self.work {
            Work::Name(None) | Work::Check(None, _) => exec_err!(
                "this process has no keys to check outcomes with; executors are started with --keys"
            ),
            Work::Name(Some(keys)) => {
                return Ok(ColumnarValue::Scalar(ScalarValue::UInt64(Some(keys.name))));
            }
            Work::Check(Some(keys), spent) => {
                same_keys(keys, &arrays)?;
                checked(&keys.checker, spent, &arrays, count)
            }
            Work::Pack => packed(&arrays, count),
            Work::Asn => asns(&arrays),
            Work::Heard => heard(&arrays, count),
            Work::Passed => passed(&arrays, count),
        };
        result.map(ColumnarValue::Array)
    }
}

/// All parts of a run are checked with the keys that the first executor has, which was asked for their name.
fn same_keys(keys: &Keys, arrays: &[ArrayRef]) -> Result<()> {
    let wanted = arrays.get(COLUMNS.len());
    let Some(wanted) = wanted.and_then(|array| array.as_primitive_opt::<UInt64Type>()) else {
        return exec_err!("outcome_check was called with other columns than it has");
    };
    match wanted.iter().find(|name| *name != Some(keys.name)) {
        None => Ok(()),
        Some(_) => exec_err!(
            "executors of this cluster have different keys; start all of them with the same keys file or vault"
        ),
    }
}

fn checked(
    checker: &Checker,
    spent: &Spent,
    arrays: &[ArrayRef],
    count: usize,
) -> Result<ArrayRef> {
    let begun = thread_time();
    let rows = columns::rows(arrays, count)?;
    let findings = check::batch(checker, &rows).into_iter().map(Finding::as_column);
    let findings: ArrayRef = Arc::new(UInt16Array::from_iter_values(findings));
    spent.add(thread_time().checked_sub(begun).unwrap_or(Duration::ZERO));
    Ok(findings)
}

fn packed(arrays: &[ArrayRef], count: usize) -> Result<ArrayRef> {
    let (Some(found), Some(standing)) = (
        arrays.get(COLUMNS.len()).and_then(|array| array.as_primitive_opt::<UInt16Type>()),
        arrays.get(COLUMNS.len() + 1).and_then(|array| array.as_primitive_opt::<UInt8Type>()),
    ) else {
        return exec_err!("outcome_row was called with other columns than it has");
    };
    let rows = columns::rows(arrays, count)?;
    let mut builder = FixedSizeBinaryBuilder::with_capacity(count, PACKED);
    for ((row, found), standing) in rows.iter().zip(found.values()).zip(standing.values()) {
        let Finding { reason, marks } = Finding::from_column(*found);
        let late = mark::LATE * u8::from(row.end_date != 0 && standing & mark::LATE != 0);
        let marks = row.marks | marks | (standing & !mark::LATE) | late;
        builder.append_value(
            Row { marks, fate: reason, owner: crate::row::NO_STATION, ..*row }.pack(),
        )?;
    }
    Ok(Arc::new(builder.finish()))
}

fn asns(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let Some(rows) = arrays.first().and_then(|array| array.as_fixed_size_binary_opt()) else {
        return exec_err!("row_asn was called with other columns than it has");
    };
    // What is of no card goes by its terminal, so that not all of it comes to one place.
    let place_of = |row: &Row| match row.kind() {
        Some(Kind::Heard | Kind::Void) => row.tid,
        _ => row.asn,
    };
    let asns = (0..rows.len()).map(|place| place_of(&Row::unpack(rows.value(place))));
    Ok(Arc::new(UInt64Array::from_iter_values(asns)))
}

fn heard(arrays: &[ArrayRef], count: usize) -> Result<ArrayRef> {
    let word =
        |place: usize| arrays.get(place).and_then(|array| array.as_primitive_opt::<UInt32Type>());
    let tids = arrays.first().and_then(|array| array.as_primitive_opt::<UInt64Type>());
    let (Some(tids), Some(first), Some(last), Some(owner)) = (tids, word(1), word(2), word(3))
    else {
        return exec_err!("heard_row was called with other columns than it has");
    };
    let mut builder = FixedSizeBinaryBuilder::with_capacity(count, PACKED);
    let ranges = tids.values().iter().zip(first.values()).zip(last.values());
    for (((tid, first), last), owner) in ranges.zip(owner.values()) {
        let (kind, owner) = (Kind::Heard as u8, *owner);
        builder.append_value(
            Row { tid: *tid, ttc: *first, amount: *last, kind, owner, ..Row::default() }.pack(),
        )?;
    }
    Ok(Arc::new(builder.finish()))
}

fn passed(arrays: &[ArrayRef], count: usize) -> Result<ArrayRef> {
    let mut builder = FixedSizeBinaryBuilder::with_capacity(count, PACKED);
    for row in columns::passed(arrays, count)? {
        builder.append_value(row.pack())?;
    }
    Ok(Arc::new(builder.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_row_has_the_width_that_arrow_is_told() {
        assert_eq!(usize::try_from(PACKED).ok(), Some(crate::row::WIDTH));
    }
}
