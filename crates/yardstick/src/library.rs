//! The functions of libcrypto.
//!
//! The only module with `unsafe`: it calls functions of a C library, whose types are those of OpenSSL's `des.h`. They
//! read and write what they are given and keep nothing.
#![allow(unsafe_code)]

use std::ffi::{c_int, c_long};

use libloading::Library;

/// Where OpenSSL 3 or 1.1 is found.
const NAMES: [&str; 3] = ["libcrypto.so.3", "libcrypto.so", "libcrypto.so.1.1"];

type SetKey = unsafe extern "C" fn(*const [u8; 8], *mut Schedule);
type Triple = unsafe extern "C" fn(
    *const [u8; 8],
    *mut [u8; 8],
    *const Schedule,
    *const Schedule,
    *const Schedule,
    c_int,
);
type Cbc = unsafe extern "C" fn(*const u8, *mut u8, c_long, *const Schedule, *mut [u8; 8], c_int);

/// The machine has no OpenSSL that still knows DES.
#[derive(Debug, thiserror::Error)]
#[error("no OpenSSL with DES found on this machine ({0}): install Debian's package libssl3")]
pub struct NoOpenSsl(libloading::Error);

/// A key's schedule: `DES_key_schedule`, sixteen rounds of two words.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub struct Schedule([u8; 128]);

/// OpenSSL, loaded.
pub struct OpenSsl {
    set_key: SetKey,
    triple: Triple,
    cbc: Cbc,
    /// Keeps the functions in memory.
    _library: Library,
}

impl OpenSsl {
    /// Looks for it.
    ///
    /// # Errors
    /// There is none.
    pub fn load() -> Result<Self, NoOpenSsl> {
        let mut last = None;
        for name in NAMES {
            match Self::of(name) {
                Ok(found) => return Ok(found),
                // The first answer names the version that is wanted.
                Err(error) => last = last.or(Some(error)),
            }
        }
        Err(NoOpenSsl(last.unwrap_or(libloading::Error::DlOpenUnknown)))
    }

    fn of(name: &str) -> Result<Self, libloading::Error> {
        // SAFETY: what libcrypto runs when it is loaded is meant for every program.
        let library = unsafe { Library::new(name)? };
        // SAFETY: the types are those of `des.h`, and the library stays as long as the functions.
        unsafe {
            let set_key = *library.get::<SetKey>(b"DES_set_key_unchecked\0")?;
            let triple = *library.get::<Triple>(b"DES_ecb3_encrypt\0")?;
            let cbc = *library.get::<Cbc>(b"DES_ncbc_encrypt\0")?;
            Ok(Self { set_key, triple, cbc, _library: library })
        }
    }

    /// Makes a key ready.
    #[must_use]
    pub fn schedule(&self, key: &[u8; 8]) -> Schedule {
        let mut made = Schedule([0; 128]);
        // SAFETY: eight bytes are read, the schedule is written.
        unsafe { (self.set_key)(key, &raw mut made) };
        made
    }

    /// Makes both halves of a 3DES key ready.
    #[must_use]
    pub fn schedules(&self, key: &[u8; 16]) -> [Schedule; 2] {
        let (left, right) = (key.first_chunk(), key.last_chunk());
        [left, right].map(|half| self.schedule(half.unwrap_or(&[0; 8])))
    }

    /// 3DES of one block.
    #[must_use]
    pub fn triple(&self, [left, right]: &[Schedule; 2], block: [u8; 8]) -> [u8; 8] {
        let mut made = [0; 8];
        // SAFETY: eight bytes are read and written, the schedules are read.
        unsafe { (self.triple)(&raw const block, &raw mut made, left, right, left, 1) };
        made
    }

    /// DES-CBC with IV 0: the last block.
    #[must_use]
    pub fn cbc_last_block(&self, key: &Schedule, input: &[u8; 24]) -> [u8; 8] {
        let (mut made, mut iv) = ([0; 24], [0; 8]);
        // SAFETY: 24 bytes are read and written, and the IV.
        unsafe { (self.cbc)(input.as_ptr(), made.as_mut_ptr(), 24, key, &raw mut iv, 1) };
        made.last_chunk().copied().unwrap_or_default()
    }
}
