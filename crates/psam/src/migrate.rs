//! Images of the earlier format (docs/formats.md): read once more, and written anew.

use nvm::{Image, Kind, Nvm, OpenError, Spec};
use zeroize::Zeroizing;

use crate::profile::Profile;
use crate::psam::Psam;
use crate::state::State;

/// Format 1: SESPK of 8 bytes, and a record key of suite 00.
const FORMAT_1: Spec = Spec { kind: Kind::Psam, version: 1, fixed_len: Profile::LEN_1 };

const SLOT_1: usize = nvm::slot_len(State::LEN_1);

/// Bytes of memory of a PSAM of format 1.
pub const IMAGE_LEN_1: usize = nvm::image_len(Profile::LEN_1, SLOT_1);

impl<N: Nvm> Psam<N> {
    /// Writes the PSAM that `old` holds in format 1 to `new` in the format of today, and gives it power. `old` keeps its
    /// PSAM, repaired where a power failure left it so: whoever uses both draws every TTC twice.
    ///
    /// # Errors
    /// Why `old` holds no PSAM of format 1 that can be trusted, or what the memory `new` reports.
    pub fn migrate<O: Nvm>(old: O, new: N) -> Result<Self, OpenError> {
        let mut fixed = Zeroizing::new([0; Profile::LEN_1]);
        let image = Image::<O, SLOT_1>::open(old, FORMAT_1, fixed.as_mut_slice())?;
        let profile = Profile::decode_1(fixed.as_slice()).ok_or(OpenError::FixedDamaged)?;
        let state = State::decode_1(image.payload()).ok_or(OpenError::BothCopiesDamaged)?;
        Ok(Self::format(new, profile, state)?)
    }
}
