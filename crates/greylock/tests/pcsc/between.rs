//! A hand between a virtual chip and its reader, which pulls the chip at one command exactly.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::linux::net::TcpStreamExt as _;

/// When the chip is pulled, or its service dies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cut {
    /// Before the command reaches it.
    Before,
    /// After it did what it was told, before its answer is heard.
    After,
}

/// Whether it comes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Back {
    /// As fast as it can, before the reader looks again.
    AtOnce,
    /// Not at all.
    Never,
}

/// Stands between `vpcd` and a chip; answers the address for the chip. The first command that
/// begins with `command` is the one at which the chip is pulled.
pub(crate) fn stand(vpcd: &str, command: &'static [u8], cut: Cut, back: Back) -> String {
    stand_and(vpcd, command, cut, back, || {})
}

/// The same; at the cut something else is done first.
pub(crate) fn stand_and(
    vpcd: &str,
    command: &'static [u8],
    cut: Cut,
    back: Back,
    at_the_cut: impl Fn() + Send + 'static,
) -> String {
    let door = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = door.local_addr().unwrap().to_string();
    let vpcd = vpcd.to_owned();
    std::thread::spawn(move || {
        let mut waiting = Some(command);
        for chip in door.incoming() {
            let Ok(reader) = TcpStream::connect(&vpcd) else { continue };
            let was_cut = relay(reader, chip.unwrap(), waiting, cut, &at_the_cut).is_none();
            if was_cut && waiting.take().is_some() && back == Back::Never {
                return;
            }
        }
    });
    address
}

/// Carries frames over until one side is gone (`Some`) or the cut is made (`None`).
fn relay(
    mut reader: TcpStream,
    mut chip: TcpStream,
    waiting: Option<&[u8]>,
    cut: Cut,
    at_the_cut: &impl Fn(),
) -> Option<()> {
    while let Some(request) = frame(&mut reader) {
        let is_it = waiting.is_some_and(|command| request.starts_with(command));
        if is_it && cut == Cut::Before {
            at_the_cut();
            return None;
        }
        if send(&mut chip, &request).is_none() {
            return Some(());
        }
        // Power on, off and reset have no answer.
        if matches!(request.as_slice(), [0..=2]) {
            continue;
        }
        let Some(answer) = frame(&mut chip) else { return Some(()) };
        if is_it {
            at_the_cut();
            return None;
        }
        if send(&mut reader, &answer).is_none() {
            return Some(());
        }
    }
    Some(())
}

fn frame(from: &mut TcpStream) -> Option<Vec<u8>> {
    from.set_quickack(true).ok()?;
    let mut length = [0; 2];
    from.read_exact(&mut length).ok()?;
    from.set_quickack(true).ok()?;
    let mut payload = vec![0; usize::from(u16::from_be_bytes(length))];
    from.read_exact(&mut payload).ok()?;
    Some(payload)
}

fn send(to: &mut TcpStream, payload: &[u8]) -> Option<()> {
    let length = u16::try_from(payload.len()).unwrap();
    to.write_all(&[&length.to_be_bytes()[..], payload].concat()).ok()
}
