//! A simulated pump: it delivers what it is told to, and its totalizer outlives a power cut.

use nvm::{Image, Kind, Nvm, NvmError, OpenError, Spec, slot_len};
use terminal::price::quantity_for;
use terminal::{Dispenser, NoReading, Open};
use wire::Amount;

const SLOT: usize = slot_len(8);
const SPEC: Spec = Spec { kind: Kind::Pump, version: 1, fixed_len: 0 };

/// Into how many parts a delivery is cut, the totalizer made durable after each.
const PARTS: u64 = 10;

/// What the customer does at the nozzle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flow {
    /// The nozzle is hung up when this much has flowed; the ceiling stops it earlier.
    pub stop_at: Amount,
}

/// A pump with a totalizer on a medium.
pub struct Pump<N> {
    image: Image<N, SLOT>,
    totalizer: u64,
    flow: Flow,
}

impl<N: Nvm> Pump<N> {
    /// A new pump at zero.
    pub fn format(medium: N) -> Result<Self, NvmError> {
        let image = Image::format(medium, SPEC, &[], &[0; 8])?;
        Ok(Self { image, totalizer: 0, flow: Flow { stop_at: Amount::ZERO } })
    }

    /// A pump that was there before.
    pub fn open(medium: N) -> Result<Self, OpenError> {
        let image: Image<N, SLOT> = Image::open(medium, SPEC, &mut [])?;
        let totalizer = image.payload().first_chunk().copied().map_or(0, u64::from_be_bytes);
        Ok(Self { image, totalizer, flow: Flow { stop_at: Amount::ZERO } })
    }

    /// Length of the medium in bytes.
    pub const IMAGE_LEN: usize = Image::<N, SLOT>::image_len(0);

    /// What the customer will do next.
    pub const fn set_flow(&mut self, flow: Flow) {
        self.flow = flow;
    }

    /// Lets a quantity flow. A totalizer that cannot be kept stops the pump: what is not
    /// counted must not flow.
    pub fn run(&mut self, quantity: u64) {
        let end = self.totalizer.saturating_add(quantity);
        let part = quantity.div_ceil(PARTS).max(1);
        while self.totalizer < end {
            let next = self.totalizer.saturating_add(part).min(end);
            if self.image.commit(&next.to_be_bytes()).is_err() {
                return;
            }
            self.totalizer = next;
        }
    }

    /// What its totalizer shows.
    pub const fn shown(&self) -> u64 {
        self.totalizer
    }

    /// Gives the medium back.
    pub fn into_medium(self) -> N {
        self.image.into_nvm()
    }
}

impl<N: Nvm> Dispenser for Pump<N> {
    fn totalizer(&mut self) -> Result<u64, NoReading> {
        Ok(self.totalizer)
    }

    fn dispense(&mut self, permit: &Open) -> Result<u64, NoReading> {
        let certified = permit.certified();
        let stop_at = self.flow.stop_at.min(certified.ceiling);
        self.run(quantity_for(stop_at, certified.unit_price, certified.rounding));
        Ok(self.totalizer)
    }
}
