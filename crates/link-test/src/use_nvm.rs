//! Calls into `nvm`: an atomic image and an append-only log over a medium of our own.

use core::hint::black_box;

use nvm::{Image, Kind, Log, Nvm, NvmError, Spec};

/// A medium in plain RAM.
pub(crate) struct Flash([u8; 8192]);

impl Nvm for Flash {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn read(&mut self, offset: usize, out: &mut [u8]) -> Result<(), NvmError> {
        let from = self.0.get(offset..).and_then(|rest| rest.get(..out.len()));
        out.copy_from_slice(from.ok_or(NvmError::OutOfRange)?);
        Ok(())
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NvmError> {
        let to = self.0.get_mut(offset..).and_then(|rest| rest.get_mut(..bytes.len()));
        to.ok_or(NvmError::OutOfRange)?.copy_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), NvmError> {
        Ok(())
    }
}

/// Opens, changes and reads memory whose content the compiler cannot foresee.
#[inline(never)]
pub(crate) fn all() {
    let Some(kind) = Kind::from_code(black_box(0)) else { return };
    let spec = Spec { kind, version: black_box(1), fixed_len: 16 };
    black_box(image(spec).is_ok());
    black_box(log(spec).is_ok());
}

pub(crate) fn blank() -> Flash {
    black_box(Flash([0xFF; 8192]))
}

fn image(spec: Spec) -> Result<(), nvm::OpenError> {
    let made = Image::<_, 64>::format(blank(), spec, &[0; 16], black_box(&[0; 48]))?;
    let mut opened = Image::<_, 64>::open(made.into_nvm(), spec, &mut [0; 16])?;
    opened.commit(black_box(&[1; 48]))?;
    black_box(opened.payload());
    Ok(())
}

fn log(spec: Spec) -> Result<(), nvm::OpenError> {
    let made = Log::<_, 128>::format(blank(), spec, &[0; 16])?;
    let each = |number: u64, record: &[u8]| {
        black_box((number, record));
    };
    let mut opened = Log::<_, 128>::open(made.into_nvm(), spec, &mut [0; 16], each)?;
    opened.append(black_box(&[2; 32]))?;
    Ok(())
}
