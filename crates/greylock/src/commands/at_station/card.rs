//! An image in a station's reader, for one visit.

use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;

use perso::CardChip;

use super::visit::Heard;
use crate::error::{Error, Fault};
use crate::media::{FileNvm, Growth, Place};
use crate::serve::Virtual;

/// A card that is in, and the hand that pulls it.
pub(super) struct Card {
    hand: TcpStream,
    inside: Option<JoinHandle<()>>,
}

impl Card {
    /// Puts an image into a reader that is a socket; when it is out again `told` hears why.
    ///
    /// # Errors
    /// The image cannot be used, or nobody listens there.
    pub(super) fn put_in(image: &Place, socket: &str, told: Sender<Heard>) -> Result<Self, Error> {
        let memory = FileNvm::open(image.image()?, Growth::Fixed)?;
        let mut chip = Virtual::<CardChip<FileNvm>, FileNvm>::over(memory, image, false)?;
        let failed = |error: std::io::Error| {
            Error::new(Fault::Lost, format!("the card cannot be put in at {socket}: {error}"))
                .advice("the reader is a port of the station's own machine: ask from there")
        };
        let reader = TcpStream::connect(socket).map_err(failed)?;
        let hand = reader.try_clone().map_err(failed)?;
        let inside = std::thread::Builder::new().name("card".to_owned());
        let inside = inside.spawn(move || {
            let left = chip.visit(reader);
            // The image is free before anybody hears of it.
            drop(chip);
            // Whoever listened may have ended.
            let _ = told.send(Heard::Out(left));
        });
        Ok(Self { hand, inside: Some(inside.map_err(failed)?) })
    }

    /// Pulls it; its image is free when this returns.
    pub(super) fn pull(&mut self) {
        // A connection that is down already needs no pulling.
        let _ = self.hand.shutdown(Shutdown::Both);
        if let Some(inside) = self.inside.take() {
            // A panic there has been told by its hook.
            let _ = inside.join();
        }
    }
}

impl Drop for Card {
    fn drop(&mut self) {
        self.pull();
    }
}
