//! The card: the purse application of protocol §5–7 over memory that survives a power failure.
//!
//! Bytes come in, bytes go out. The crate allocates nothing, reads no clock, and knows no transport. Every change is a
//! new state committed as one atomic image; only then it replaces the one in RAM, and only then the
//! card answers. So RAM never runs ahead of the memory, and a command that lost power happened wholly or not at all.
//!
//! | module | holds |
//! |---|---|
//! | `card` | [`Card`]: the door, the order of checks, the dispatch |
//! | `session` | what lives in RAM: selection, PIN, and the states that one command leaves to the next |
//! | `state` | what lives in NVM, its changes, its bytes |
//! | `profile` | what personalisation writes once: names, public data, keys, opening balances |
//! | `select`, `read`, `pin`, `challenge` | the common commands (protocol §7) |
//! | `transfer`, `purchase`, `overdraft`, `proofs` | load and unload, purchase, overdraft limit, and their proof (protocol §7) |
//! | `maintenance`, `update` | what the issuer does: block, unblock, authenticate, write EF 15 (protocol §7) |
//! | `switch` | SWITCH KEYS: from the keys of today to the next ones (protocol §7) |
//! | `refuel`, `debit`, `status`, `unlock` | the six commands of the grey lock (protocol §6, claim 12) |
//! | `attempt` | counting a code before it is compared |
//! | `migrate` | images of earlier formats |
//! | `log_file` | the cyclic log EF 18 |
//! | `view` | what may be shown of a card: everything but keys |
#![no_std]
#![forbid(unsafe_code)]

mod attempt;
mod bytes;
mod card;
mod challenge;
mod debit;
mod log_file;
mod maintenance;
mod migrate;
mod overdraft;
mod pin;
mod profile;
mod proofs;
mod purchase;
mod read;
mod refuel;
mod select;
mod session;
mod state;
mod status;
mod switch;
mod transfer;
mod unlock;
mod update;
mod view;

pub use card::{Card, PowerLost};
pub use log_file::{LOG_RECORDS, LogFile};
pub use migrate::{IMAGE_LEN_1, IMAGE_LEN_2, IMAGE_LEN_3};
pub use pin::{PIN_TRIES, Pin};
pub use profile::{
    Aid, CardKey, CardKeys, ConsumptionKey, DEFAULT_KEY_INDEX, NextKeys, Opening, Profile,
};
pub use proofs::{Proofs, Proved};
pub use state::{DebitKind, LastDebit};
pub use view::{Application, LockView, PurseView, View};

/// Format version of the fixed section and the payload of a card's image.
pub const FORMAT_VERSION: u8 = 4;

/// Length in bytes of a card's image: the medium given to [`Card::personalise`] has this length.
pub const IMAGE_LEN: usize = nvm::image_len(Profile::LEN, card::SLOT);
