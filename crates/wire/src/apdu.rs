//! Command and response framing of ISO/IEC 7816-4, short form.

use crate::buf::Buf;
use crate::status::StatusWord;

/// Room for a command: header 4, Lc 1, data 255, Le 1.
pub type CommandBytes = Buf<261>;
/// Room for an answer: data 256, status word 2.
pub type ResponseBytes = Buf<258>;

/// A command apart: header, data and Le.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Apdu<'a> {
    /// CLA, INS, P1, P2.
    pub header: [u8; 4],
    body: Option<Body<'a>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Body<'a> {
    data: &'a [u8],
    le: Option<u8>,
}

impl<'a> Apdu<'a> {
    /// Takes a command apart; 6700 when not even a header is there. A body whose length
    /// bytes do not fit is noticed by [`Apdu::data`], since class, instruction and P1/P2
    /// are judged before (protocol §5).
    pub fn parse(bytes: &'a [u8]) -> Result<Self, StatusWord> {
        let (header, rest) = bytes.split_first_chunk::<4>().ok_or(StatusWord::WRONG_LENGTH)?;
        Ok(Self { header: *header, body: Body::parse(rest) })
    }

    /// The data, which must have a length that `fits`, and the answer's length checked
    /// against Le: absent, 00 or exact, else 6Cxx (protocol §5).
    pub fn data(
        &self,
        fits: impl Fn(usize) -> bool,
        answer_len: usize,
    ) -> Result<&'a [u8], StatusWord> {
        let body =
            self.body.filter(|body| fits(body.data.len())).ok_or(StatusWord::WRONG_LENGTH)?;
        body.check_le(answer_len)?;
        Ok(body.data)
    }

    /// [`Apdu::data`] for exactly `N` bytes.
    pub fn exactly<const N: usize>(&self, answer_len: usize) -> Result<&'a [u8; N], StatusWord> {
        self.data(|len| len == N, answer_len)?.try_into().map_err(|_| StatusWord::WRONG_LENGTH)
    }

    /// Data and Le as sent, for an answer whose length is not known yet.
    pub fn data_and_le(&self) -> Result<(&'a [u8], Option<u8>), StatusWord> {
        self.body.map(|body| (body.data, body.le)).ok_or(StatusWord::WRONG_LENGTH)
    }

    /// Le as sent, where the command has no data of its own.
    pub fn le_only(&self) -> Result<Option<u8>, StatusWord> {
        match self.body {
            Some(Body { data: [], le }) => Ok(le),
            _ => Err(StatusWord::WRONG_LENGTH),
        }
    }
}

impl<'a> Body<'a> {
    fn parse(rest: &'a [u8]) -> Option<Self> {
        match rest {
            [] => Some(Self { data: &[], le: None }),
            [le] => Some(Self { data: &[], le: Some(*le) }),
            [0, ..] => None,
            [lc, body @ ..] => {
                let (data, le) = body.split_at_checked(usize::from(*lc))?;
                match le {
                    [] => Some(Self { data, le: None }),
                    [le] => Some(Self { data, le: Some(*le) }),
                    _ => None,
                }
            }
        }
    }

    fn check_le(&self, answer_len: usize) -> Result<(), StatusWord> {
        let exact = u8::try_from(answer_len).unwrap_or(0);
        match self.le {
            None | Some(0) => Ok(()),
            Some(le) if answer_len > 0 && le == exact => Ok(()),
            Some(_) if answer_len > 0 => Err(StatusWord::exact_length(exact)),
            Some(_) => Err(StatusWord::WRONG_LENGTH),
        }
    }
}

/// Builds a command: header, Lc and data when there are any, Le when an answer is wanted.
#[must_use]
pub fn command(header: [u8; 4], data: &[u8], le: Option<u8>) -> CommandBytes {
    let mut out = CommandBytes::new().with(&header);
    if !data.is_empty() {
        out.push(&[u8::try_from(data.len()).unwrap_or(0xFF)]);
        out.push(data);
    }
    if let Some(le) = le {
        out.push(&[le]);
    }
    out
}

/// Builds an answer: data and status word.
#[must_use]
pub fn response(data: &[u8], status: StatusWord) -> ResponseBytes {
    ResponseBytes::new().with(data).with(&status.to_bytes())
}

/// Takes an answer apart; `None` under two bytes, which means the card is lost.
#[must_use]
pub fn split_response(bytes: &[u8]) -> Option<(&[u8], StatusWord)> {
    let (data, status) = bytes.split_last_chunk::<2>()?;
    Some((data, StatusWord(u16::from_be_bytes(*status))))
}
