//! Packed rows of many groups: put into the order of their groups without being moved, and made an array as they are.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, FixedSizeBinaryArray};
use datafusion::arrow::buffer::Buffer;
use datafusion::common::exec_err;
use datafusion::error::Result;

use super::functions::PACKED;
use crate::row::{Packed, WIDTH};

/// Rows, and where those of each group are: rows are wide, so they stay where they came.
pub(super) struct Taken {
    pub(super) rows: Vec<Packed>,
    /// Places of rows, group by group.
    order: Vec<u32>,
    /// Where each group begins in the order, and where the last one ends.
    pub(super) starts: Vec<usize>,
}

impl Taken {
    pub(super) fn new(rows: Vec<Packed>, of: &[u32], groups: usize) -> Result<Self> {
        if rows.len() != of.len() || u32::try_from(rows.len()).is_err() {
            return exec_err!("more rows came than a partition can hold: use more partitions");
        }
        let mut starts = vec![0_usize; groups + 1];
        for group in of {
            if let Some(count) = starts.get_mut(*group as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut order = vec![0_u32; sum];
        for (place, group) in (0_u32..).zip(of) {
            let free = next.get_mut(*group as usize);
            let Some((free, at)) = free.and_then(|at| Some((order.get_mut(*at)?, at))) else {
                return exec_err!("a row is of no group");
            };
            *free = place;
            *at += 1;
        }
        Ok(Self { rows, order, starts })
    }

    /// The rows of each group, in the order in which they came.
    pub(super) fn groups(&self) -> impl Iterator<Item = impl ExactSizeIterator<Item = &Packed>> {
        let group = |bounds: &[usize]| match bounds {
            [first, last] => self.order.get(*first..*last).unwrap_or_default(),
            _ => &[],
        };
        self.starts.windows(2).map(move |bounds| {
            group(bounds).iter().map(|place| self.rows.get(*place as usize).unwrap_or(&EMPTY))
        })
    }
}

/// Stands for no row: places are those of rows.
const EMPTY: Packed = [0; WIDTH];

/// Packed rows one behind the other, which become an array as they are.
pub(super) struct RowBytes(Vec<u8>);

impl RowBytes {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self(Vec::with_capacity(rows.saturating_mul(WIDTH)))
    }

    pub(super) fn push(&mut self, row: &Packed) {
        self.0.extend_from_slice(row);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len() / WIDTH
    }

    pub(super) fn finish(self) -> Result<ArrayRef> {
        Ok(Arc::new(FixedSizeBinaryArray::try_new(PACKED, Buffer::from_vec(self.0), None)?))
    }
}
