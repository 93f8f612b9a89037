//! What a simulated nozzle remembers, as an image on any medium: a power cut leaves the old or the new, whole.

use nvm::{Image, Kind, Nvm, NvmError, OpenError, Spec, slot_len};

use crate::OrderId;
use crate::simulated::Keep;

/// Totalizer, length of the order's name, the name.
const PAYLOAD: usize = 8 + 1 + OrderId::LONGEST;
const SLOT: usize = slot_len(PAYLOAD);
/// Version 1 is the pump of a station's folder, which knows no orders.
const SPEC: Spec = Spec { kind: Kind::Pump, version: 2, fixed_len: 0 };

/// Totalizer and last order on a medium.
pub struct Kept<N> {
    image: Image<N, SLOT>,
}

/// What was kept: the totalizer, and the order for which the nozzle was opened last.
pub type Left = (u64, Option<OrderId>);

impl<N: Nvm> Kept<N> {
    /// Length of the medium in bytes.
    pub const IMAGE_LEN: usize = Image::<N, SLOT>::image_len(0);

    /// A new nozzle, at zero.
    ///
    /// # Errors
    /// The medium cannot be written.
    pub fn format(medium: N) -> Result<Self, NvmError> {
        Ok(Self { image: Image::format(medium, SPEC, &[], &[0; PAYLOAD])? })
    }

    /// A nozzle that was there before, and how it was left.
    ///
    /// # Errors
    /// The medium holds something else, or is damaged.
    pub fn open(medium: N) -> Result<(Self, Left), OpenError> {
        let image: Image<N, SLOT> = Image::open(medium, SPEC, &mut [])?;
        let (totalizer, rest) = image.payload().split_first_chunk().unwrap_or((&[0; 8], &[]));
        let (length, name) = rest.split_first().unwrap_or((&0, &[]));
        let name = name.get(..usize::from(*length)).and_then(|name| std::str::from_utf8(name).ok());
        let last = name.and_then(|name| OrderId::new(name).ok());
        let left = (u64::from_be_bytes(*totalizer), last);
        Ok((Self { image }, left))
    }
}

impl<N: Nvm + Send> Keep for Kept<N> {
    fn keep(&mut self, totalizer: u64, last: Option<&OrderId>) -> std::io::Result<()> {
        let name = last.map(ToString::to_string).unwrap_or_default();
        let length = u8::try_from(name.len()).unwrap_or(0);
        let mut payload = [totalizer.to_be_bytes().as_slice(), &[length], name.as_bytes()].concat();
        payload.resize(PAYLOAD, 0);
        self.image.commit(&payload).map_err(std::io::Error::other)
    }
}
