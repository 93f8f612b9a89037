//! One command and its whole answer.

use terminal::Lost;
use wire::apdu::{ResponseBytes, split_response};

/// Room for the data of an answer.
const MOST_DATA: usize = 256;
/// An answer of 256 bytes in the smallest parts that a chip may give it.
const MOST_PARTS: usize = 256;

/// Sends one command and takes what comes back.
pub(super) type Send<'a> = dyn FnMut(&[u8]) -> Result<Vec<u8>, Lost> + 'a;

/// Header of GET RESPONSE.
const GET_RESPONSE: [u8; 4] = [0x00, 0xC0, 0x00, 0x00];

/// Sends a command; fetches an answer that waits (61xx) and, with T=0, repeats a command whose
/// answer has another length (6Cxx), as that protocol has no other way to say it. Fewer than two
/// bytes are no answer: the chip is lost, and what it did is unknown.
pub(super) fn exchange(
    send: &mut Send<'_>,
    command: &[u8],
    t0: bool,
) -> Result<ResponseBytes, Lost> {
    let sent = if t0 { t0_form(command) } else { command.to_vec() };
    let mut answer = send(&sent)?;
    if let (true, [header @ .., _], (0x6C, le)) = (t0 && sent.len() == 5, &*sent, status(&answer)?)
    {
        answer = send(&[header, &[le]].concat())?;
    }
    let mut data = Vec::new();
    for _ in 0..MOST_PARTS {
        let (part, _) = split_response(&answer).ok_or(Lost::Unknown)?;
        data.extend(part);
        match status(&answer)? {
            (0x61, waiting) => answer = get_response(send, waiting)?,
            (sw1, sw2) if data.len() <= MOST_DATA => {
                return Ok(ResponseBytes::new().with(&data).with(&[sw1, sw2]));
            }
            _ => return Err(Lost::Unknown),
        }
    }
    Err(Lost::Unknown)
}

fn get_response(send: &mut Send<'_>, waiting: u8) -> Result<Vec<u8>, Lost> {
    let with = |le: u8| [&GET_RESPONSE[..], &[le]].concat();
    let answer = send(&with(waiting))?;
    match status(&answer)? {
        (0x6C, le) => send(&with(le)),
        _ => Ok(answer),
    }
}

fn status(answer: &[u8]) -> Result<(u8, u8), Lost> {
    match answer {
        [.., sw1, sw2] => Ok((*sw1, *sw2)),
        _ => Err(Lost::Unknown),
    }
}

/// T=0 carries one length: behind a header alone it is 00, behind data there is no Le.
fn t0_form(command: &[u8]) -> Vec<u8> {
    match command {
        [_, _, _, _] => [command, &[0]].concat(),
        [_, _, _, _, lc, rest @ ..] if *lc > 0 && rest.len() == usize::from(*lc) + 1 => {
            command[..command.len() - 1].to_vec()
        }
        _ => command.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays a chip that must be sent exactly these commands.
    fn play(script: &[(&str, &str)], command: &str, t0: bool) -> Result<String, Lost> {
        let mut script = script.iter();
        let mut send = |command: &[u8]| {
            let (expected, answer) = script.next().expect("one command too many");
            assert_eq!(hex::encode(command), *expected);
            Ok(hex::decode(answer).unwrap())
        };
        let answer = exchange(&mut send, &hex::decode(command).unwrap(), t0);
        assert!(script.next().is_none(), "the exchange ended early");
        answer.map(|answer| hex::encode(&*answer))
    }

    #[test]
    fn t1_sends_and_answers_as_it_is() {
        let same = [("00a40000023f0100", "6f009000")];
        assert_eq!(play(&same, "00a40000023f0100", false).unwrap(), "6f009000");
        let other_length = [("e0ca000005", "6c1e")];
        assert_eq!(play(&other_length, "e0ca000005", false).unwrap(), "6c1e");
    }

    #[test]
    fn t0_fetches_what_waits_and_repeats_with_the_right_length() {
        let waits = [("00a40000023f01", "6104"), ("00c0000004", "010203049000")];
        assert_eq!(play(&waits, "00a40000023f0100", true).unwrap(), "010203049000");
        let longer = [("e0ca000000", "6c02"), ("e0ca000002", "aabb9000")];
        assert_eq!(play(&longer, "e0ca000000", true).unwrap(), "aabb9000");
        let parts = [
            ("00a40000023f01", "6102"),
            ("00c0000002", "aabb6101"),
            ("00c0000001", "6c02"),
            ("00c0000002", "ccdd6283"),
        ];
        assert_eq!(play(&parts, "00a40000023f0100", true).unwrap(), "aabbccdd6283");
    }

    #[test]
    fn t0_gives_a_header_its_length_and_repeats_no_command_with_data() {
        assert_eq!(play(&[("8418000000", "9000")], "84180000", true).unwrap(), "9000");
        let debit = [("e07e090002aabb", "6c04")];
        assert_eq!(play(&debit, "e07e090002aabb04", true).unwrap(), "6c04");
    }

    #[test]
    fn under_two_bytes_anywhere_the_chip_is_lost() {
        for answer in ["", "90"] {
            assert_eq!(play(&[("e0ca000000", answer)], "e0ca000000", false), Err(Lost::Unknown));
            let late = [("e0ca000000", "6104"), ("00c0000004", answer)];
            assert_eq!(play(&late, "e0ca000000", false), Err(Lost::Unknown));
        }
    }

    #[test]
    fn a_chip_that_never_ends_its_answer_is_lost() {
        let mut sent = 0;
        let mut send = |_: &[u8]| {
            sent += 1;
            Ok(vec![0xAA, 0x61, 0x01])
        };
        assert_eq!(exchange(&mut send, &[0xE0, 0xCA, 0, 0, 0], true), Err(Lost::Unknown));
        assert_eq!(sent, 1 + MOST_PARTS);
    }
}
