//! The protocol of the vpcd driver: frames of a 2-byte length and a payload, in both directions.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::os::linux::net::TcpStreamExt as _;

/// What the reader wants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Request {
    /// Takes the power away; no answer.
    Off,
    /// Gives power; no answer.
    On,
    /// Resets; no answer.
    Reset,
    /// Asks for the ATR, also of a chip without power: that is how it finds out whether one is in it.
    Atr,
    /// A command for the chip.
    Command(Vec<u8>),
}

impl Request {
    /// A payload of one byte is for the reader itself. `None` for one that means nothing.
    fn parse(payload: Vec<u8>) -> Option<Self> {
        match payload.as_slice() {
            [0] => Some(Self::Off),
            [1] => Some(Self::On),
            [2] => Some(Self::Reset),
            [4] => Some(Self::Atr),
            [] | [_] => None,
            _ => Some(Self::Command(payload)),
        }
    }
}

/// The next request; `None` once the reader has closed the connection.
pub(crate) fn next(reader: &mut TcpStream) -> io::Result<Option<Request>> {
    loop {
        let mut length = [0; 2];
        if !fill(reader, &mut length)? {
            return Ok(None);
        }
        let mut payload = vec![0; usize::from(u16::from_be_bytes(length))];
        if !fill(reader, &mut payload)? {
            return Ok(None);
        }
        if let Some(request) = Request::parse(payload) {
            return Ok(Some(request));
        }
    }
}

/// Fills a buffer; false when the connection ends before.
fn fill(reader: &mut TcpStream, mut out: &mut [u8]) -> io::Result<bool> {
    while !out.is_empty() {
        // vpcd writes length and payload apart. Its second write waits for our acknowledgement
        // of the first, which the system holds back for 40 ms unless told otherwise.
        reader.set_quickack(true)?;
        match reader.read(out) {
            Ok(0) => return Ok(false),
            Ok(read) => out = out.get_mut(read..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// Answers, in one write.
pub(crate) fn answer(reader: &mut TcpStream, payload: &[u8]) -> io::Result<()> {
    let length = u16::try_from(payload.len()).map_err(|_| ErrorKind::InvalidInput)?;
    let mut frame = length.to_be_bytes().to_vec();
    frame.extend(payload);
    reader.write_all(&frame)
}
