//! The log EF 18 (protocol §7): cyclic, ten records of 23 bytes.

use wire::Reader;
use wire::files::LogRecord;

use crate::bytes::Writer;

/// Records that the log keeps.
pub const LOG_RECORDS: usize = 10;

/// The newest records, newest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LogFile([Option<LogRecord>; LOG_RECORDS]);

impl LogFile {
    /// How many there are, then their bytes, the empty ones zero.
    pub(crate) const LEN: usize = 1 + LOG_RECORDS * LogRecord::LEN;

    /// The records, newest first.
    pub fn records(&self) -> impl Iterator<Item = &LogRecord> {
        self.0.iter().flatten()
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records().count()
    }

    /// True before the first record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// 01 is the newest; `None` for 0 and beyond the end.
    #[must_use]
    pub fn record(&self, number: u8) -> Option<&LogRecord> {
        self.0.get(usize::from(number).checked_sub(1)?)?.as_ref()
    }

    /// Puts a record in front; the oldest of ten goes.
    pub(crate) fn append(&mut self, record: LogRecord) {
        self.0.rotate_right(1);
        self.0[0] = Some(record);
    }

    pub(crate) fn write(&self, out: &mut Writer<'_>) {
        out.put(&[u8::try_from(self.len()).unwrap_or(0)]);
        for place in &self.0 {
            match place {
                Some(record) => out.put(&record.encode()),
                None => out.skip(LogRecord::LEN),
            }
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let count = usize::from(reader.u8()?);
        let mut log = Self::default();
        for (at, place) in log.0.iter_mut().enumerate() {
            let bytes = reader.take::<{ LogRecord::LEN }>()?;
            if at < count {
                *place = Some(LogRecord::parse(&bytes)?);
            }
        }
        (count <= LOG_RECORDS).then_some(log)
    }
}
