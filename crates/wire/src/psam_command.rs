//! The PSAM's commands (protocol §8): parsed once at the door, and encoded.

mod purchase;

pub use purchase::InitPurchase;

use crate::amount::Amount;
use crate::apdu::{Apdu, CommandBytes, command};
use crate::bcd::{Date, Time};
use crate::buf::{Buf, Reader};
use crate::door::{self, Selected, data, purse_of, want_zeros};
use crate::ids::{Asn, Icc, Mac, Ttc};
use crate::key::{Dispersing, KeyRef};
use crate::response;
use crate::status::StatusWord;
use crate::tag::{Kind, Purse};

/// INIT SAM GREY LOCK `E0 40 00 00`: ICC 4, CTC 2, balance 4, tag 1, date 4, time 3,
/// key version 1, algorithm id 1, ASN 8, further dispersing inputs 8 each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InitGreyLock {
    /// The card's random number.
    pub icc: Icc,
    /// CTC n.
    pub ctc: u16,
    /// The balance that the card answered.
    pub balance: Amount,
    /// The purse, from the tag 91 or 92.
    pub purse: Purse,
    /// Date of the lock.
    pub date: Date,
    /// Time of the lock.
    pub time: Time,
    /// Which consumption key the card has.
    pub key: KeyRef,
    /// The card.
    pub asn: Asn,
    /// Levels beyond the ASN, innermost first.
    pub dispersing: Dispersing,
}

/// End of the service as DEBIT SAM GREY UNLOCK carries it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct End {
    /// date'.
    pub date: Date,
    /// time'.
    pub time: Time,
}

/// DEBIT SAM GREY UNLOCK `E0 44 00 00`: tag 1, ASN 8, CTC 2, amount 4, date' 4, time' 3,
/// TTC 4 (Lc 1A); without TTC Lc 16; *field* scheme also without date' and time', Lc 0F.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DebitGreyUnlock {
    /// The purse, from the tag 93 or 94.
    pub purse: Purse,
    /// The card.
    pub asn: Asn,
    /// CTC n + 1, or n from terminals that differ.
    pub ctc: u16,
    /// What was delivered.
    pub amount: Amount,
    /// End of the service; absent in the short *field* form.
    pub end: Option<End>,
    /// Which lock; absent means the newest certified one of this ASN and CTC.
    pub ttc: Option<Ttc>,
}

/// Every command that the PSAM knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PsamCommand<'a> {
    /// `00 A4 04 00` name or `00 A4 00 00` file id.
    Select {
        /// AID, directory name or file id.
        name: &'a [u8],
        /// True for a file id.
        by_id: bool,
        /// Le as sent.
        le: Option<u8>,
    },
    /// `00 B0`, P1 = 80 + SFI, P2 = offset.
    ReadBinary {
        /// Short file id.
        sfi: u8,
        /// First byte wanted.
        offset: u8,
        /// Le as sent.
        le: Option<u8>,
    },
    /// `00 C0 00 00`.
    GetResponse,
    /// `E0 40 00 00`.
    InitGreyLock(InitGreyLock),
    /// `E0 42 00 00`: for the newest INIT, or for the given TTC.
    CertificateGreyLock {
        /// Which lock; absent means the newest.
        ttc: Option<Ttc>,
        /// What the card answered.
        mac2: Mac,
    },
    /// `E0 44 00 00`.
    DebitGreyUnlock(DebitGreyUnlock),
    /// `E0 46 00 00`.
    GetGmac(Ttc),
    /// `80 70 00 00`.
    InitPurchase(InitPurchase),
    /// `80 72 00 00`.
    CreditPurchase {
        /// What the card answered.
        mac2: Mac,
    },
}

const CLASSES: [u8; 3] = [0x00, 0x80, 0xE0];
const INIT_LEN: usize = 0x1C;

type Parsed<'a> = Result<PsamCommand<'a>, StatusWord>;

impl<'a> PsamCommand<'a> {
    /// Parses a command in the order of protocol §5; the error is the status word to answer.
    pub fn parse(bytes: &'a [u8]) -> Parsed<'a> {
        let apdu = door::open(bytes, &CLASSES)?;
        let [class, instruction, ..] = apdu.header;
        match (class, instruction) {
            (0x00, 0xA4) => select(&apdu),
            (0x00, 0xB0) => read_binary(&apdu),
            (0x00, 0xC0) => door::get_response(&apdu).map(|()| Self::GetResponse),
            (0x80, 0x70) => purchase::init(&apdu),
            (0x80, 0x72) => purchase::credit(&apdu),
            (0xE0, 0x40) => init(&apdu),
            (0xE0, 0x42) => certificate(&apdu),
            (0xE0, 0x44) => debit(&apdu),
            (0xE0, 0x46) => get_gmac(&apdu),
            _ => Err(StatusWord::UNKNOWN_INSTRUCTION),
        }
    }

    /// The command's name in the protocol.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Select { .. } => "SELECT",
            Self::ReadBinary { .. } => "READ BINARY",
            Self::GetResponse => "GET RESPONSE",
            Self::InitGreyLock(_) => "INIT SAM GREY LOCK",
            Self::CertificateGreyLock { .. } => "CERTIFICATE SAM GREY LOCK",
            Self::DebitGreyUnlock(_) => "DEBIT SAM GREY UNLOCK",
            Self::GetGmac(_) => "GET GMAC",
            Self::InitPurchase(_) => "INIT SAM PURCHASE",
            Self::CreditPurchase { .. } => "CREDIT SAM PURCHASE",
        }
    }

    /// The command as bytes, with Le where an answer is expected.
    #[must_use]
    pub fn encode(&self) -> CommandBytes {
        match self {
            Self::Select { name, by_id, le } => {
                command([0x00, 0xA4, if *by_id { 0 } else { 4 }, 0], name, *le)
            }
            Self::ReadBinary { sfi, offset, le } => {
                command([0x00, 0xB0, 0x80 | sfi, *offset], &[], Some(le.unwrap_or(0)))
            }
            Self::GetResponse => command([0x00, 0xC0, 0, 0], &[], Some(0)),
            Self::InitGreyLock(fields) => fields.encode(),
            Self::CertificateGreyLock { ttc, mac2 } => {
                let mut data = Buf::<8>::new();
                if let Some(ttc) = ttc {
                    data.push(&ttc.to_bytes());
                }
                data.push(&mac2.0);
                command([0xE0, 0x42, 0, 0], &data, None)
            }
            Self::DebitGreyUnlock(fields) => fields.encode(),
            Self::GetGmac(ttc) => command([0xE0, 0x46, 0, 0], &ttc.to_bytes(), Some(8)),
            Self::InitPurchase(fields) => fields.encode(),
            Self::CreditPurchase { mac2 } => purchase::encode_credit(*mac2),
        }
    }
}

fn select<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    let (selected, le) = door::select(apdu)?;
    let (name, by_id) = match selected {
        Selected::Name(name) => (name, false),
        Selected::File(id) => (id.as_slice(), true),
    };
    Ok(PsamCommand::Select { name, by_id, le })
}

fn read_binary<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    let [.., p1, offset] = apdu.header;
    Ok(PsamCommand::ReadBinary { sfi: door::short_file(p1)?, offset, le: apdu.le_only()? })
}

/// The lengths of INIT SAM: without and with further dispersing inputs.
fn fits_init(len: usize) -> bool {
    (INIT_LEN..=INIT_LEN + 8 * Dispersing::MOST).contains(&len)
        && (len - INIT_LEN).is_multiple_of(8)
}

fn init<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    want_zeros(apdu)?;
    let bytes = apdu.data(fits_init, response::INIT_SAM_LEN.into())?;
    Ok(PsamCommand::InitGreyLock(data(InitGreyLock::read(bytes, Kind::Lock))?))
}

fn get_gmac<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    want_zeros(apdu)?;
    let ttc = apdu.exactly::<4>(response::GMAC_LEN.into())?;
    Ok(PsamCommand::GetGmac(Ttc::from_bytes(*ttc)))
}

fn certificate<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    want_zeros(apdu)?;
    match *apdu.data(|len| len == 4 || len == 8, 0)? {
        [a, b, c, d] => Ok(PsamCommand::CertificateGreyLock { ttc: None, mac2: Mac([a, b, c, d]) }),
        [a, b, c, d, e, f, g, h] => Ok(PsamCommand::CertificateGreyLock {
            ttc: Some(Ttc::from_bytes([a, b, c, d])),
            mac2: Mac([e, f, g, h]),
        }),
        _ => Err(StatusWord::WRONG_LENGTH),
    }
}

fn debit<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    want_zeros(apdu)?;
    let bytes = apdu.data(|len| matches!(len, 0x0F | 0x16 | 0x1A), response::GMAC_LEN.into())?;
    Ok(PsamCommand::DebitGreyUnlock(data(DebitGreyUnlock::read(bytes))?))
}

impl InitGreyLock {
    fn read(bytes: &[u8], kind: Kind) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        Some(Self {
            icc: Icc(reader.take()?),
            ctc: reader.u16()?,
            balance: Amount::new(reader.u32()?)?,
            purse: purse_of(reader.u8()?, kind)?,
            date: Date::from_bytes(reader.take()?)?,
            time: Time::from_bytes(reader.take()?)?,
            key: KeyRef { version: reader.u8()?, algorithm: reader.u8()? },
            asn: Asn(reader.take()?),
            dispersing: Dispersing::from_tail(reader.rest())?,
        })
    }

    fn data(&self, kind: Kind) -> Buf<{ INIT_LEN + 8 * Dispersing::MOST }> {
        let mut data = Buf::new()
            .with(&self.icc.0)
            .with(&self.ctc.to_be_bytes())
            .with(&self.balance.to_bytes())
            .with(&[kind.of(self.purse).byte()])
            .with(&self.date.to_bytes())
            .with(&self.time.to_bytes())
            .with(&[self.key.version, self.key.algorithm])
            .with(&self.asn.0);
        self.dispersing.push_to(&mut data);
        data
    }

    fn encode(&self) -> CommandBytes {
        command([0xE0, 0x40, 0, 0], &self.data(Kind::Lock), Some(response::INIT_SAM_LEN))
    }
}

impl DebitGreyUnlock {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let purse = purse_of(reader.u8()?, Kind::Debit)?;
        let asn = Asn(reader.take()?);
        let ctc = reader.u16()?;
        let amount = Amount::new(reader.u32()?)?;
        let end = match reader.rest() {
            [] => None,
            _ => Some(End {
                date: Date::from_bytes(reader.take()?)?,
                time: Time::from_bytes(reader.take()?)?,
            }),
        };
        let ttc = match reader.rest() {
            [] => None,
            _ => Some(Ttc(reader.u32()?)),
        };
        Some(Self { purse, asn, ctc, amount, end, ttc })
    }

    fn encode(&self) -> CommandBytes {
        let mut data = Buf::<0x1A>::new()
            .with(&[Kind::Debit.of(self.purse).byte()])
            .with(&self.asn.0)
            .with(&self.ctc.to_be_bytes())
            .with(&self.amount.to_bytes());
        if let Some(end) = self.end {
            data.push(&end.date.to_bytes());
            data.push(&end.time.to_bytes());
            if let Some(ttc) = self.ttc {
                data.push(&ttc.to_bytes());
            }
        }
        command([0xE0, 0x44, 0, 0], &data, Some(response::GMAC_LEN))
    }
}
