//! Images of earlier formats (docs/formats.md): read once more, and written anew.

use nvm::{Image, Kind, Nvm, OpenError, Spec};
use zeroize::Zeroizing;

use crate::card::Card;
use crate::profile::Profile;
use crate::state::State;

/// Size of a slot of format 1: without EF 15 in the content, proofs, the count of secure messages and the block of the
/// card.
const SLOT_1: usize = nvm::slot_len(State::LEN_1);

/// Size of a slot of format 2: without the second half of SESPK.
const SLOT_2: usize = nvm::slot_len(State::LEN_2);

/// Size of a slot of format 3: without the mark of the keys in use.
const SLOT_3: usize = nvm::slot_len(State::LEN_3);

/// Length in bytes of an image of format 1.
pub const IMAGE_LEN_1: usize = nvm::image_len(Profile::LEN_3, SLOT_1);

/// Length in bytes of an image of format 2.
pub const IMAGE_LEN_2: usize = nvm::image_len(Profile::LEN_3, SLOT_2);

/// Length in bytes of an image of format 3, the last one without next keys.
pub const IMAGE_LEN_3: usize = nvm::image_len(Profile::LEN_3, SLOT_3);

impl<N: Nvm> Card<N> {
    /// Writes the card that `old` holds in format 1, 2 or 3 to `new` in the format of today, and powers it on. `old` keeps
    /// its card, repaired where a power failure left it so: whoever keeps both has two cards where the issuer made one.
    ///
    /// No transaction of format 1 can be proved by GET TRANSACTION PROVE, since that format kept none.
    ///
    /// # Errors
    /// Why `old` holds no card of an older format that can be trusted, or what the medium `new` reports.
    pub fn migrate<O: Nvm>(mut old: O, new: N) -> Result<Self, OpenError> {
        let (profile, state) = match nvm::identify(&mut old)?.version {
            1 => read::<O, SLOT_1>(old, 1, |bytes, profile| State::decode_1(bytes, profile.public)),
            2 => read::<O, SLOT_2>(old, 2, |bytes, _| State::decode_2(bytes)),
            _ => read::<O, SLOT_3>(old, 3, |bytes, _| State::decode_3(bytes)),
        }?;
        Ok(Self::format(new, profile, state)?)
    }
}

fn read<O: Nvm, const SLOT: usize>(
    old: O,
    version: u8,
    decode: impl Fn(&[u8], &Profile) -> Option<State>,
) -> Result<(Profile, State), OpenError> {
    let spec = Spec { kind: Kind::Card, version, fixed_len: Profile::LEN_3 };
    let mut fixed = Zeroizing::new([0; Profile::LEN_3]);
    let image = Image::<O, SLOT>::open(old, spec, &mut *fixed)?;
    let profile = Profile::decode_3(&fixed).ok_or(OpenError::FixedDamaged)?;
    let state = decode(image.payload(), &profile).ok_or(OpenError::BothCopiesDamaged)?;
    Ok((profile, state))
}
