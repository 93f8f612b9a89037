//! What our virtual chips answer to a reset.

use nvm::Kind;

/// TS, T0 and TD1: direct convention, TD1 and ten historical bytes follow, T=1 alone. With T=1
/// an answer comes whole, as our chips give it (protocol §12).
const START: [u8; 3] = [0x3B, 0x8A, 0x01];
/// TS and T0 alone: ten historical bytes, and T=0.
const START_T0: [u8; 2] = [0x3B, 0x0A];
/// The historical bytes are COMPACT-TLV with one object, pre-issuing data of eight bytes.
const HISTORICAL: [u8; 2] = [0x80, 0x68];

/// The ATR of a chip of this kind; its historical bytes spell out what it is.
pub(crate) fn atr(kind: Kind, t0: bool) -> Vec<u8> {
    let name: &[u8; 8] = if kind == Kind::Psam { b"GREYPSAM" } else { b"GREYCARD" };
    let start: &[u8] = if t0 { &START_T0 } else { &START };
    let mut atr = [start, &HISTORICAL, name].concat();
    if !t0 {
        // TCK, due with T=1: all bytes from T0 on cancel out.
        atr.push(atr.iter().skip(1).fold(0, |sum, byte| sum ^ byte));
    }
    atr
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_and_psam_have_atrs_of_their_own() {
        assert_eq!(hex::encode(atr(Kind::Card, false)), "3b8a01806847524559434152447e");
        assert_eq!(hex::encode(atr(Kind::Psam, false)), "3b8a018068475245595053414d65");
        assert_eq!(hex::encode(atr(Kind::Card, true)), "3b0a80684752455943415244");
    }

    #[test]
    fn an_atr_says_its_own_length_and_cancels_out() {
        for kind in [Kind::Card, Kind::Psam] {
            let atr = atr(kind, false);
            assert_eq!(usize::from(atr[1] & 0x0F), atr.len() - 4);
            assert_eq!(atr[1..].iter().fold(0, |sum, byte| sum ^ byte), 0);
            let atr = super::atr(kind, true);
            assert_eq!(usize::from(atr[1]), atr.len() - 2, "no TD1, so T=0, and no TCK");
        }
    }
}
