//! Issuing by the centre: what goes to the machine that personalises, and what comes back.
//!
//! A profile holds a card's own keys, or a PSAM's; it goes to operators alone. Its bytes are those of an image's fixed
//! section (docs/formats.md), with zeros for the one key that the personalising machine draws by itself and that nobody
//! else ever sees: the ICC key of a card, the TRN key of a PSAM.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::documents;
use crate::register::PurseOpening;

/// Bytes in hex that nobody should see; wiped when dropped, and not shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub Zeroizing<String>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

documents! {
    /// A card to be made.
    pub struct IssueCard {
        /// The chip that it is begun on, 10 bytes. The same card on the same chip is made again, on another one it
        /// is refused. An image is a chip with a number drawn for it.
        pub chip: String,
        /// The purse that is opened: `ed` or `ep`.
        pub purse: String,
        /// What it is opened with.
        pub opening: PurseOpening,
        /// The application's name, 1 to 16 bytes.
        pub aid: String,
        /// First day of use, BCD.
        pub start: String,
        /// Last day of use, BCD.
        pub expiry: String,
        /// Begin with the keys of this older version, and hold the newest as those to switch to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub begin_with: Option<u8>,
    }

    /// A PSAM to be made.
    pub struct IssuePsam {
        /// The chip that it is begun on, as for a card.
        pub chip: String,
        /// The station that speaks for it.
        pub station: String,
        /// Serial number, 10 bytes.
        pub serial: String,
        /// First transaction number.
        pub first_ttc: u32,
    }

    /// It is in the books as begun, and may be made.
    pub struct Profile {
        /// It was begun on this chip before.
        pub repeat: bool,
        /// Everything that is written once: the bytes of the image's fixed section.
        #[cfg_attr(feature = "schema", schema(value_type = String))]
        pub profile: Secret,
    }
}
