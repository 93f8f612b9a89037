//! The aggregate functions of the plan: `by_psam` and `by_card` gather the rows of a group and hand them to the rules.

use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, LargeBinaryBuilder, ListArray, StructArray, UInt64Array,
};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion::common::{exec_datafusion_err, exec_err, not_impl_err};
use datafusion::error::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};

use super::functions::packed_type;
use super::taken::{RowBytes, Taken};
use crate::line::{LONGEST, Line, Lines};
use crate::row::{Packed, Row, WIDTH};
use crate::{card, psam};

/// Both of them.
#[must_use]
pub fn all() -> Vec<AggregateUDF> {
    vec![AggregateUDF::from(Gather::<Psam>::new()), AggregateUDF::from(Gather::<Card>::new())]
}

/// A rule over the rows of a group.
trait Rule: Debug + Send + Sync + 'static {
    const NAME: &'static str;

    /// What the elements of its list are.
    fn element() -> DataType;

    /// The order in which the rule wants rows.
    fn order(one: &Packed, other: &Packed) -> std::cmp::Ordering;

    /// What it says, growing.
    type Said;

    /// Nothing yet, of so many rows.
    fn begin(rows: usize) -> Self::Said;

    /// Judges one group.
    fn judge(rows: &[Row], said: &mut Self::Said);

    /// How many elements were said so far.
    fn count(said: &Self::Said) -> usize;

    /// All elements.
    fn finish(said: Self::Said) -> Result<ArrayRef>;
}

#[derive(Debug)]
struct Psam;

/// Where the TTC stands in a packed row: behind ASN, purse, CTC and TID.
const TTC: std::ops::Range<usize> = 19..23;

impl Rule for Psam {
    const NAME: &'static str = "by_psam";
    type Said = RowBytes;

    /// A rule of PSAMs says a row for each that it is given.
    fn begin(rows: usize) -> RowBytes {
        RowBytes::with_capacity(rows)
    }

    fn element() -> DataType {
        packed_type()
    }

    fn order(one: &Packed, other: &Packed) -> std::cmp::Ordering {
        (one.get(TTC), one).cmp(&(other.get(TTC), other))
    }

    fn judge(rows: &[Row], said: &mut Self::Said) {
        psam::judge(rows, &mut |row| said.push(&row.pack()));
    }

    fn count(said: &Self::Said) -> usize {
        said.len()
    }

    fn finish(said: Self::Said) -> Result<ArrayRef> {
        said.finish()
    }
}

#[derive(Debug)]
struct Card;

/// Lines, in columns.
#[derive(Default)]
struct Columns {
    said: LargeBinaryBuilder,
    counts: Vec<u64>,
    amounts: Vec<u64>,
    scratch: Vec<u8>,
}

impl Lines for Columns {
    fn line(&mut self, line: Line) {
        self.scratch.clear();
        line.said.pack(&mut self.scratch);
        debug_assert!(self.scratch.len() <= LONGEST);
        self.said.append_value(&self.scratch);
        self.counts.push(line.count);
        self.amounts.push(line.amount);
    }
}

fn line_fields() -> Fields {
    Fields::from(vec![
        Field::new("said", DataType::LargeBinary, false),
        Field::new("count", DataType::UInt64, false),
        Field::new("amount", DataType::UInt64, false),
    ])
}

impl Rule for Card {
    const NAME: &'static str = "by_card";
    type Said = Columns;

    fn begin(_: usize) -> Columns {
        Columns::default()
    }

    fn element() -> DataType {
        DataType::Struct(line_fields())
    }

    fn order(one: &Packed, other: &Packed) -> std::cmp::Ordering {
        one.cmp(other)
    }

    fn judge(rows: &[Row], said: &mut Self::Said) {
        card::judge(rows, said);
    }

    fn count(said: &Self::Said) -> usize {
        said.counts.len()
    }

    fn finish(mut said: Self::Said) -> Result<ArrayRef> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(said.said.finish()),
            Arc::new(UInt64Array::from(said.counts)),
            Arc::new(UInt64Array::from(said.amounts)),
        ];
        Ok(Arc::new(StructArray::try_new(line_fields(), columns, None)?))
    }
}

#[derive(Debug)]
struct Gather<R> {
    signature: Signature,
    rule: PhantomData<R>,
}

impl<R: Rule> Gather<R> {
    fn new() -> Self {
        let signature = Signature::exact(vec![packed_type()], Volatility::Immutable);
        Self { signature, rule: PhantomData }
    }
}

impl<R> PartialEq for Gather<R> {
    fn eq(&self, other: &Self) -> bool {
        self.signature == other.signature
    }
}

impl<R> Eq for Gather<R> {}

impl<R> Hash for Gather<R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.signature.hash(state);
    }
}

fn list_of(element: DataType) -> FieldRef {
    Arc::new(Field::new_list_field(element, false))
}

impl<R: Rule> AggregateUDFImpl for Gather<R> {
    fn name(&self) -> &str {
        R::NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(list_of(R::element())))
    }

    fn is_nullable(&self) -> bool {
        false
    }

    fn accumulator(&self, _: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        not_impl_err!("{} needs groups", R::NAME)
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let name = format!("{}[rows]", args.name);
        Ok(vec![Arc::new(Field::new(name, DataType::List(list_of(packed_type())), false))])
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs<'_>) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        _: AccumulatorArgs<'_>,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Gathered::<R> { rows: Vec::new(), groups: Vec::new(), rule: PhantomData }))
    }
}

/// The rows of all groups, in the order in which they came.
struct Gathered<R> {
    rows: Vec<Packed>,
    groups: Vec<u32>,
    rule: PhantomData<R>,
}

impl<R: Rule> Gathered<R> {
    fn push(&mut self, row: &[u8], group: usize) -> Result<()> {
        let row =
            Packed::try_from(row).map_err(|_| exec_datafusion_err!("a row of another width"))?;
        let group = u32::try_from(group).map_err(|_| exec_datafusion_err!("too many groups"))?;
        self.rows.push(row);
        self.groups.push(group);
        Ok(())
    }

    /// The rows of the groups that are emitted, and their order by group.
    fn take(&mut self, emit_to: EmitTo) -> Result<Taken> {
        let mut rows = std::mem::take(&mut self.rows);
        let mut of = std::mem::take(&mut self.groups);
        let groups = match emit_to {
            EmitTo::All => of.iter().max().map_or(0, |last| *last as usize + 1),
            EmitTo::First(count) => count,
        };
        if let EmitTo::First(count) = emit_to {
            let first = u32::try_from(count).unwrap_or(u32::MAX);
            let stays = |(_, group): &(Packed, u32)| *group >= first;
            let (left, taken): (Vec<_>, Vec<_>) = rows.into_iter().zip(of).partition(stays);
            (self.rows, self.groups) =
                left.into_iter().map(|(row, group)| (row, group - first)).unzip();
            (rows, of) = taken.into_iter().unzip();
        }
        Taken::new(rows, &of, groups)
    }
}

fn offsets(lengths: impl Iterator<Item = usize>) -> OffsetBuffer<i32> {
    OffsetBuffer::from_lengths(lengths)
}

impl<R: Rule> GroupsAccumulator for Gathered<R> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        _: usize,
    ) -> Result<()> {
        let Some(rows) = values.first().and_then(|array| array.as_fixed_size_binary_opt()) else {
            return exec_err!("{} takes packed rows", R::NAME);
        };
        self.rows.reserve(rows.len());
        self.groups.reserve(rows.len());
        for (place, group) in group_indices.iter().enumerate() {
            if opt_filter.is_none_or(|filter| filter.value(place)) {
                self.push(rows.value(place), *group)?;
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let taken = self.take(emit_to)?;
        let mut said = R::begin(taken.rows.len());
        let mut lengths = Vec::with_capacity(taken.starts.len());
        let (mut packed, mut unpacked) = (Vec::new(), Vec::new());
        for group in taken.groups() {
            let before = R::count(&said);
            packed.clear();
            packed.extend(group.copied());
            packed.sort_unstable_by(R::order);
            unpacked.clear();
            unpacked.extend(packed.iter().map(|row| Row::unpack(row)));
            R::judge(&unpacked, &mut said);
            lengths.push(R::count(&said) - before);
        }
        drop(taken);
        let elements = R::finish(said)?;
        let list = ListArray::try_new(
            list_of(R::element()),
            offsets(lengths.into_iter()),
            elements,
            None,
        )?;
        Ok(Arc::new(list))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let taken = self.take(emit_to)?;
        let mut rows = RowBytes::with_capacity(taken.rows.len());
        let mut lengths = Vec::with_capacity(taken.starts.len());
        for group in taken.groups() {
            lengths.push(group.len());
            group.for_each(|row| rows.push(row));
        }
        drop(taken);
        let lengths = offsets(lengths.into_iter());
        let rows = rows.finish()?;
        Ok(vec![Arc::new(ListArray::try_new(list_of(packed_type()), lengths, rows, None)?)])
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        _: usize,
    ) -> Result<()> {
        let Some(lists) = values.first().and_then(|array| array.as_list_opt::<i32>()) else {
            return exec_err!("{} merges lists of packed rows", R::NAME);
        };
        for (place, group) in group_indices.iter().enumerate() {
            if opt_filter.is_some_and(|filter| !filter.value(place)) {
                continue;
            }
            let rows = lists.value(place);
            let Some(rows) = rows.as_fixed_size_binary_opt() else {
                return exec_err!("{} merges lists of packed rows", R::NAME);
            };
            for row in 0..rows.len() {
                self.push(rows.value(row), *group)?;
            }
        }
        Ok(())
    }

    /// A row as a group of its own: gathering before rows are where they belong would only hold them twice.
    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let (Some(rows), None) = (values.first(), opt_filter) else {
            return not_impl_err!("{} takes packed rows and no FILTER", R::NAME);
        };
        let each = offsets(std::iter::repeat_n(1, rows.len()));
        let list = ListArray::try_new(list_of(packed_type()), each, Arc::clone(rows), None)?;
        Ok(vec![Arc::new(list)])
    }

    fn supports_convert_to_state(&self) -> bool {
        true
    }

    /// Three times what is held: whoever asks for the groups, or puts them onto the disk, has their order and them as an array
    /// before they are let go here, and the array is copied once more behind.
    fn size(&self) -> usize {
        3 * (self.rows.capacity() * WIDTH + self.groups.capacity() * 4)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn gathered() -> Gathered<Psam> {
        Gathered { rows: Vec::new(), groups: Vec::new(), rule: PhantomData }
    }

    fn rows() -> (ArrayRef, Vec<usize>) {
        let row =
            |ttc: u32| Row { ttc: ttc / 2, kind: 6, tid: u64::from(ttc % 3), ..Row::default() };
        let mut packed = RowBytes::with_capacity(60);
        (0..60).for_each(|ttc| packed.push(&row(ttc).pack()));
        (packed.finish().unwrap(), (0..60).map(|ttc| ttc % 3).collect())
    }

    #[test]
    fn what_went_to_the_disk_comes_back_as_it_was() {
        let (rows, groups) = rows();
        let mut whole = gathered();
        whole.update_batch(&[Arc::clone(&rows)], &groups, None, 3).unwrap();
        let whole = whole.evaluate(EmitTo::All).unwrap();
        let mut first = gathered();
        first.update_batch(&[rows], &groups, None, 3).unwrap();
        let state = first.state(EmitTo::All).unwrap();
        assert_eq!(first.size() / (WIDTH * 3), 0, "nothing is kept");
        let mut merged = gathered();
        merged.merge_batch(&state, &[0, 1, 2], None, 3).unwrap();
        let begun = merged.evaluate(EmitTo::First(1)).unwrap();
        let rest = merged.evaluate(EmitTo::All).unwrap();
        assert_eq!((begun.len(), rest.len()), (1, 2));
        assert_eq!(begun.as_ref(), whole.slice(0, 1).as_ref());
        assert_eq!(rest.as_ref(), whole.slice(1, 2).as_ref());
    }
}
