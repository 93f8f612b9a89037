//! Looking over the metadata of a Parquet file before the library decodes it. The library makes room for as many things as
//! a list says that it has, and reads known fields without a look at the type that they say: some bytes would be enough to
//! have it ask for gigabytes, which ends the program. So every list and text must have its bytes, and every field that the
//! library knows must have its type (Thrift's compact protocol, as in Parquet's `parquet.thrift`).

use Shape::{Binary, Bool, Double, I8, I16, I32, I64, List, Struct};

/// What a value must be.
pub(super) enum Shape {
    Bool,
    I8,
    I16,
    I32,
    I64,
    Double,
    Binary,
    /// Of such values, and at most so many.
    List(&'static Self, usize),
    Struct(Fields),
}

/// The fields of a structure by their numbers; others may have any type.
pub(super) type Fields = &'static [(i16, Shape)];

/// Columns of a file and of a row group, and the nodes of its schema: the library goes down into nodes by recursion.
const COLUMNS: usize = 1_024;
/// Row groups have a number of 16 bits.
const GROUPS: usize = 32_768;
/// Things of which there are some in honest files.
const SOME: usize = 1_024;

/// The number of fields in which a schema's node says how many others it has.
pub(super) const CHILDREN: [i16; 2] = [2, 5];

/// The end of a file.
pub(super) const FILE: Fields = &[
    (1, I32),
    (2, List(&Struct(SCHEMA_ELEMENT), COLUMNS)),
    (3, I64),
    (4, List(&Struct(ROW_GROUP), GROUPS)),
    (5, List(&Struct(KEY_VALUE), SOME)),
    (6, Binary),
    (7, List(&Struct(&[(1, Struct(&[]))]), COLUMNS)),
    (8, Struct(&[])),
    (9, Binary),
];

const SCHEMA_ELEMENT: Fields = &[
    (1, I32),
    (2, I32),
    (3, I32),
    (4, Binary),
    (5, I32),
    (6, I32),
    (7, I32),
    (8, I32),
    (9, I32),
    (10, Struct(LOGICAL_TYPE)),
];

const LOGICAL_TYPE: Fields = &[
    (1, Struct(&[])),
    (2, Struct(&[])),
    (3, Struct(&[])),
    (4, Struct(&[])),
    (5, Struct(&[(1, I32), (2, I32)])),
    (6, Struct(&[])),
    (7, Struct(OF_TIME)),
    (8, Struct(OF_TIME)),
    (10, Struct(&[(1, I8), (2, Bool)])),
    (11, Struct(&[])),
    (12, Struct(&[])),
    (13, Struct(&[])),
    (14, Struct(&[])),
    (15, Struct(&[])),
    (16, Struct(&[(1, I8)])),
    (17, Struct(&[(1, Binary)])),
    (18, Struct(&[(1, Binary), (2, I32)])),
];

const OF_TIME: Fields =
    &[(1, Bool), (2, Struct(&[(1, Struct(&[])), (2, Struct(&[])), (3, Struct(&[]))]))];

const ROW_GROUP: Fields = &[
    (1, List(&Struct(COLUMN_CHUNK), COLUMNS)),
    (2, I64),
    (3, I64),
    (4, List(&Struct(&[(1, I32), (2, Bool), (3, Bool)]), COLUMNS)),
    (5, I64),
    (6, I64),
    (7, I16),
];

const COLUMN_CHUNK: Fields = &[
    (1, Binary),
    (2, I64),
    (3, Struct(COLUMN)),
    (4, I64),
    (5, I32),
    (6, I64),
    (7, I32),
    (8, Struct(&[])),
    (9, Binary),
];

const COLUMN: Fields = &[
    (1, I32),
    (2, List(&I32, SOME)),
    (3, List(&Binary, SOME)),
    (4, I32),
    (5, I64),
    (6, I64),
    (7, I64),
    (8, List(&Struct(KEY_VALUE), SOME)),
    (9, I64),
    (10, I64),
    (11, I64),
    (12, Struct(STATISTICS)),
    (13, List(&Struct(&[(1, I32), (2, I32), (3, I32)]), SOME)),
    (14, I64),
    (15, I32),
    (16, Struct(&[(1, I64), (2, List(&I64, SOME)), (3, List(&I64, SOME))])),
    (17, Struct(&[(1, Struct(BOX)), (2, List(&I32, SOME))])),
];

const BOX: Fields = &[
    (1, Double),
    (2, Double),
    (3, Double),
    (4, Double),
    (5, Double),
    (6, Double),
    (7, Double),
    (8, Double),
];

const KEY_VALUE: Fields = &[(1, Binary), (2, Binary)];

const STATISTICS: Fields =
    &[(1, Binary), (2, Binary), (3, I64), (4, I64), (5, Binary), (6, Binary), (7, Bool), (8, Bool)];

/// The head of a page.
pub(super) const PAGE: Fields = &[
    (1, I32),
    (2, I32),
    (3, I32),
    (4, I32),
    (5, Struct(&[(1, I32), (2, I32), (3, I32), (4, I32), (5, Struct(STATISTICS))])),
    (6, Struct(&[])),
    (7, Struct(&[(1, I32), (2, I32), (3, Bool)])),
    (8, Struct(PAGE_2)),
];

const PAGE_2: Fields = &[
    (1, I32),
    (2, I32),
    (3, I32),
    (4, I32),
    (5, I32),
    (6, I32),
    (7, Bool),
    (8, Struct(STATISTICS)),
];

/// Most structures and lists within each other.
const DEPTH: usize = 16;

/// Goes over a structure, calls with each whole number of it and the numbers of the fields that lead there, and returns the
/// bytes behind it; `None` when it is not of that shape.
pub(super) fn walk<'a>(
    bytes: &'a [u8],
    fields: Fields,
    see: &mut dyn FnMut(&[i16], i64),
) -> Option<&'a [u8]> {
    let mut walk = Walk { left: bytes, path: Vec::new(), see };
    walk.fields(fields)?;
    Some(walk.left)
}

struct Walk<'a, 's> {
    left: &'a [u8],
    path: Vec<i16>,
    see: &'s mut dyn FnMut(&[i16], i64),
}

impl Walk<'_, '_> {
    fn fields(&mut self, shapes: Fields) -> Option<()> {
        let mut last = 0_i16;
        loop {
            let head = self.byte()?;
            let (step, kind) = (head >> 4, head & 0x0F);
            if kind == 0 {
                return Some(());
            }
            let id = match step {
                0 => i16::try_from(self.number()?).ok()?,
                step => last.checked_add(i16::from(step))?,
            };
            // A field that stood there twice could be read in two ways.
            if id <= last || self.path.len() >= DEPTH {
                return None;
            }
            last = id;
            let shape = shapes.iter().find(|(known, _)| *known == id).map(|(_, shape)| shape);
            self.path.push(id);
            self.value(kind, shape)?;
            self.path.pop();
        }
    }

    fn value(&mut self, kind: u8, shape: Option<&'static Shape>) -> Option<()> {
        if shape.is_some_and(|shape| !shape.kinds().contains(&kind)) {
            return None;
        }
        match kind {
            // It is in the field's head.
            1 | 2 => Some(()),
            3 => self.skip(1),
            4 => self.whole(i16::MIN.into(), i16::MAX.into()),
            5 => self.whole(i32::MIN.into(), i32::MAX.into()),
            6 => self.whole(i64::MIN, i64::MAX),
            7 => self.skip(8),
            8 => {
                let length = self.varint()?;
                self.skip(usize::try_from(length).ok()?)
            }
            9 => match shape {
                Some(List(of, most)) => self.list(Some(of), *most),
                _ => self.list(None, usize::MAX),
            },
            12 => match shape {
                Some(Struct(fields)) => self.fields(fields),
                _ => self.fields(&[]),
            },
            _ => None,
        }
    }

    fn list(&mut self, of: Option<&'static Shape>, most: usize) -> Option<()> {
        let head = self.byte()?;
        let (count, kind) = (head >> 4, head & 0x0F);
        let count = match count {
            15 => usize::try_from(self.varint()?).ok()?,
            count => usize::from(count),
        };
        // No value of a list has less than a byte; truth values in lists are written in two ways, and nothing here has any.
        if count > most.min(self.left.len()) || (count > 0 && kind < 3) {
            return None;
        }
        // Lists in lists are none of Parquet's, so that lists go no deeper than structures.
        (0..count).try_for_each(|_| if kind == 9 { None } else { self.value(kind, of) })
    }

    fn whole(&mut self, least: i64, most: i64) -> Option<()> {
        let number = self.number()?;
        (self.see)(&self.path, number);
        (least..=most).contains(&number).then_some(())
    }

    /// Zigzag: the sign is the lowest bit.
    fn number(&mut self) -> Option<i64> {
        let bits = self.varint()?;
        Some((bits >> 1).cast_signed() ^ -(bits & 1).cast_signed())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for place in 0..9 {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << (7 * place);
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        // The tenth byte has room for one bit.
        let byte = self.byte()?;
        (byte <= 1).then(|| number | u64::from(byte) << 63)
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, left) = self.left.split_first()?;
        self.left = left;
        Some(*byte)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.left = self.left.get(count..)?;
        Some(())
    }
}

impl Shape {
    /// The kinds of Thrift's compact protocol that it may have.
    const fn kinds(&self) -> &'static [u8] {
        match self {
            Bool => &[1, 2],
            I8 => &[3],
            I16 => &[4],
            I32 => &[5],
            I64 => &[6],
            Double => &[7],
            Binary => &[8],
            List(..) => &[9],
            Struct(_) => &[12],
        }
    }
}
