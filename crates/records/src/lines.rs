//! Lines of a text, however long the text and its lines are.

use std::io::{self, BufRead};

/// Most bytes of a line: what is longer is told and passed over.
const MOST: usize = 16_384;

/// Reads lines, and counts them.
pub(crate) struct Lines<R> {
    from: R,
    line: Vec<u8>,
    number: u64,
    read: u64,
}

/// A line.
pub(crate) enum Line<'a> {
    /// Without its end.
    Whole(&'a [u8]),
    /// It has more than [`MOST`] bytes.
    TooLong,
}

impl<R: BufRead> Lines<R> {
    pub(crate) const fn new(from: R) -> Self {
        Self { from, line: Vec::new(), number: 0, read: 0 }
    }

    /// The number of the line that came last, from 1.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// Bytes that were read.
    pub(crate) const fn read(&self) -> u64 {
        self.read
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// The disk.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let (mut begun, mut too_long) = (false, false);
        loop {
            let bytes = match self.from.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if bytes.is_empty() {
                break;
            }
            begun = true;
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let piece = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
            too_long |= self.line.len() + piece.len() > MOST;
            if !too_long {
                self.line.extend_from_slice(piece);
            }
            let used = piece.len() + usize::from(end.is_some());
            self.from.consume(used);
            self.read += used as u64;
            if end.is_some() {
                break;
            }
        }
        if !begun {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(if too_long { Line::TooLong } else { Line::Whole(self.shown()) }))
    }

    /// Without what some programs put at ends of lines, and before the first one.
    fn shown(&self) -> &[u8] {
        let line = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        match self.number {
            1 => line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line),
            _ => line,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn all(text: &[u8], buffer: usize) -> Vec<Option<String>> {
        let mut lines = Lines::new(BufReader::with_capacity(buffer, text));
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            all.push(match line {
                Line::Whole(line) => Some(String::from_utf8(line.to_vec()).unwrap()),
                Line::TooLong => None,
            });
        }
        assert_eq!(lines.number(), all.len() as u64);
        all
    }

    #[test]
    fn a_line_is_whole_whatever_ends_it_and_one_that_is_too_long_is_passed_over() {
        let some = |text: &str| Some(text.to_owned());
        for buffer in [1, 2, 3, 100_000] {
            let bom = b"\xEF\xBB\xBFa,b\r\n\r\n\n c\rd \nlast";
            let lines = [some("a,b"), some(""), some(""), some(" c\rd "), some("last")];
            assert_eq!(all(bom, buffer), lines);
            let long = [vec![b'x'; MOST], b"\n".to_vec(), vec![b'y'; MOST + 1], b"\nz\n".to_vec()];
            let lines = [Some("x".repeat(MOST)), None, some("z")];
            assert_eq!(all(&long.concat(), buffer), lines);
        }
        assert!(all(b"", 8).is_empty());
    }
}
