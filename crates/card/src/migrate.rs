//! Images of earlier formats (docs/formats.md): read once more, and written anew.

use nvm::{Image, Kind, Nvm, OpenError, Spec};
use zeroize::Zeroizing;

use crate::card::Card;
use crate::profile::Profile;
use crate::state::State;

/// Format 1: without EF 15 in the content, proofs, the count of secure messages and the block of the card.
const FORMAT_1: Spec = Spec { kind: Kind::Card, version: 1, fixed_len: Profile::LEN };

/// Size of a slot of format 1.
const SLOT_1: usize = nvm::slot_len(State::LEN_1);

/// Length in bytes of an image of format 1.
pub const IMAGE_LEN_1: usize = nvm::image_len(Profile::LEN, SLOT_1);

impl<N: Nvm> Card<N> {
    /// Writes the card that `old` holds in format 1 to `new` in the format of today, and powers it on. `old` keeps its
    /// card, repaired where a power failure left it so: whoever keeps both has two cards where the issuer made one.
    ///
    /// No transaction of format 1 can be proved by GET TRANSACTION PROVE, since that format kept none.
    ///
    /// # Errors
    /// Why `old` holds no card of format 1 that can be trusted, or what the medium `new` reports.
    pub fn migrate<O: Nvm>(old: O, new: N) -> Result<Self, OpenError> {
        let mut fixed = Zeroizing::new([0; Profile::LEN]);
        let image = Image::<O, SLOT_1>::open(old, FORMAT_1, &mut *fixed)?;
        let profile = Profile::decode(&fixed).ok_or(OpenError::FixedDamaged)?;
        let state = State::decode_1(image.payload(), profile.public);
        Ok(Self::format(new, profile, state.ok_or(OpenError::BothCopiesDamaged)?)?)
    }
}
