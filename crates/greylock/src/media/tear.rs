//! Power that fails in the middle of a write.

use nvm::{Nvm, NvmError};

use crate::media::fault::{FaultLog, MediumFault};

/// A medium whose N-th write happens in part; from then on every access is [`NvmError::PowerLost`].
///
/// The bytes of the torn write are undefined afterwards: the first ones new, then noise, then old ones, with both
/// borders drawn at random.
#[derive(Debug)]
pub struct TearingNvm<N> {
    inner: N,
    tear: Option<Tear>,
    dark: bool,
    faults: FaultLog,
}

#[derive(Debug)]
struct Tear {
    writes_left: u64,
    /// Two borders of two bytes each, then what the undefined part becomes.
    noise: Vec<u8>,
}

impl<N: Nvm> TearingNvm<N> {
    /// Tears write `number` of `inner`, the first being 1; beyond the last write nothing happens. `noise` are random
    /// bytes, a few more than the longest write. The tear is noted in `faults`.
    pub fn new(inner: N, number: u64, noise: Vec<u8>, faults: FaultLog) -> Self {
        Self { inner, tear: Some(Tear { writes_left: number, noise }), dark: false, faults }
    }

    /// Never tears.
    pub fn whole(inner: N, faults: FaultLog) -> Self {
        Self { inner, tear: None, dark: false, faults }
    }

    fn powered(&self) -> Result<(), NvmError> {
        if self.dark { Err(NvmError::PowerLost) } else { Ok(()) }
    }

    /// Comes one write nearer to the tear; true when this is the one.
    fn is_torn_now(&mut self) -> bool {
        self.tear.as_mut().is_some_and(|tear| {
            tear.writes_left = tear.writes_left.saturating_sub(1);
            tear.writes_left == 0
        })
    }

    fn write_in_part(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NvmError> {
        let Some(tear) = &self.tear else { return Ok(()) };
        let (new, end) = borders(bytes.len(), &tear.noise);
        let torn: Vec<u8> = bytes
            .iter()
            .zip(tear.noise.iter().skip(BORDERS).cycle())
            .enumerate()
            .map(|(at, (byte, noise))| if at < new { *byte } else { *noise })
            .take(end)
            .collect();
        self.inner.write(offset, &torn)
    }
}

/// Bytes of noise that are the borders.
const BORDERS: usize = 4;

/// Where the noise begins and where it ends.
fn borders(len: usize, noise: &[u8]) -> (usize, usize) {
    let drawn = |at: usize| {
        let pair = noise.get(at..at.saturating_add(2)).unwrap_or_default();
        let number = pair.iter().fold(0, |number, byte| number * 256 + usize::from(*byte));
        number.saturating_mul(len) / usize::from(u16::MAX)
    };
    (drawn(0).min(drawn(2)), drawn(0).max(drawn(2)))
}

impl<N: Nvm> Nvm for TearingNvm<N> {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn read(&mut self, offset: usize, out: &mut [u8]) -> Result<(), NvmError> {
        self.powered()?;
        self.inner.read(offset, out)
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NvmError> {
        self.powered()?;
        if !self.is_torn_now() {
            return self.inner.write(offset, bytes);
        }
        self.dark = true;
        self.faults.note(MediumFault::Torn);
        self.write_in_part(offset, bytes)?;
        Err(NvmError::PowerLost)
    }

    fn sync(&mut self) -> Result<(), NvmError> {
        self.powered()?;
        self.inner.sync()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::Snapshot;

    fn torn_at(number: u64, borders: [u16; 2]) -> (Vec<u8>, [Result<(), NvmError>; 3]) {
        let mut noise = borders.map(u16::to_be_bytes).as_flattened().to_vec();
        noise.extend([0xEE; 8]);
        let mut memory = Snapshot::of(vec![0; 8]);
        let mut tearing = TearingNvm::new(&mut memory, number, noise, FaultLog::default());
        let results = [tearing.write(0, &[1; 4]), tearing.write(4, &[2; 4]), tearing.sync()];
        (memory.bytes().to_vec(), results)
    }

    #[test]
    fn the_torn_write_is_part_new_part_noise_part_old() {
        let (bytes, results) = torn_at(2, [0xC000, 0x4000]);
        assert_eq!(bytes, [1, 1, 1, 1, 2, 0xEE, 0xEE, 0]);
        assert_eq!(results, [Ok(()), Err(NvmError::PowerLost), Err(NvmError::PowerLost)]);
    }

    #[test]
    fn nothing_or_all_of_it_may_be_there() {
        assert_eq!(torn_at(1, [0, 0]).0, [0; 8]);
        assert_eq!(torn_at(1, [0xFFFF, 0xFFFF]).0, [1, 1, 1, 1, 0, 0, 0, 0]);
    }

    #[test]
    fn beyond_the_last_write_nothing_happens() {
        assert_eq!(torn_at(3, [0, 0]).1, [Ok(()), Ok(()), Ok(())]);
    }
}
