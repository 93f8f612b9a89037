//! What T=0 makes of a chip that answers whole (protocol §12): one length in each command, and answers that are fetched.

use terminal::Lost;

/// Gives one command to the chip.
type Send<'a> = dyn FnMut(&[u8]) -> Result<Vec<u8>, Lost> + 'a;

/// Le that no answer of ours has.
const NO_LENGTH: u8 = 0xFF;
const WRONG_LENGTH: [u8; 2] = [0x67, 0x00];

/// A chip's side of T=0: what it has answered and nobody has fetched yet.
#[derive(Default)]
pub(crate) struct T0 {
    waiting: Option<Waiting>,
}

struct Waiting {
    data: Vec<u8>,
    status: [u8; 2],
}

impl T0 {
    /// Answers one command of the reader.
    ///
    /// # Errors
    /// The chip gave no answer.
    pub(crate) fn transmit(
        &mut self,
        send: &mut Send<'_>,
        command: &[u8],
    ) -> Result<Vec<u8>, Lost> {
        if let ([0x00, 0xC0, 0x00, 0x00, le], Some(waiting)) = (command, self.waiting.take()) {
            return Ok(self.fetch(waiting, usize::from(*le)));
        }
        match command {
            [header @ .., 0] if header.len() == 4 => self.without_length(send, header),
            [_, _, _, _, _] => send(command),
            [_, _, _, _, lc, data @ ..] if data.len() == usize::from(*lc) => {
                Ok(self.keep(send(command)?))
            }
            // One length, and no Le behind data.
            _ => Ok(WRONG_LENGTH.to_vec()),
        }
    }

    /// 00 asks for 256 bytes, which nothing of ours has. Asked with a length that is wrong for sure the chip says the
    /// right one and does nothing, and the reader asks again.
    fn without_length(&mut self, send: &mut Send<'_>, header: &[u8]) -> Result<Vec<u8>, Lost> {
        let answer = send(&[header, &[NO_LENGTH]].concat())?;
        // No answer has data: the chip knows no Le here.
        if answer == WRONG_LENGTH {
            send(header).map(|answer| self.keep(answer))
        } else {
            Ok(answer)
        }
    }

    /// Data behind data cannot leave at once: 61xx says how many bytes wait.
    fn keep(&mut self, answer: Vec<u8>) -> Vec<u8> {
        match answer.split_last_chunk::<2>() {
            Some((data, status)) if !data.is_empty() => {
                self.say(Waiting { data: data.to_vec(), status: *status })
            }
            _ => answer,
        }
    }

    fn say(&mut self, waiting: Waiting) -> Vec<u8> {
        let rest = low_byte(waiting.data.len());
        self.waiting = Some(waiting);
        vec![0x61, rest]
    }

    /// GET RESPONSE: all that waits, a part of it, or 6Cxx for more than there is.
    fn fetch(&mut self, mut waiting: Waiting, wanted: usize) -> Vec<u8> {
        let len = waiting.data.len();
        if wanted == 0 || wanted > len {
            self.waiting = Some(waiting);
            return vec![0x6C, low_byte(len)];
        }
        let rest = waiting.data.split_off(wanted);
        let part = waiting.data;
        if rest.is_empty() {
            return [&part[..], &waiting.status].concat();
        }
        let status = self.say(Waiting { data: rest, status: waiting.status });
        [part, status].concat()
    }
}

/// 256 is 00, as everywhere in ISO 7816-3.
fn low_byte(len: usize) -> u8 {
    u8::try_from(len).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends commands to a chip that must be sent exactly these and answers so.
    fn play(script: &[(&str, &str)], commands: &[(&str, &str)]) {
        let mut script = script.iter();
        let mut chip = T0::default();
        for (command, expected) in commands {
            let mut send = |command: &[u8]| {
                let (wanted, answer) = script.next().expect("one command too many");
                assert_eq!(hex::encode(command), *wanted);
                Ok(hex::decode(answer).unwrap())
            };
            let answer = chip.transmit(&mut send, &hex::decode(command).unwrap()).unwrap();
            assert_eq!(hex::encode(answer), *expected, "{command}");
        }
        assert!(script.next().is_none(), "the chip heard too little");
    }

    #[test]
    fn an_answer_to_data_waits_and_is_fetched_whole_or_in_parts() {
        let select = ("00a40000023f01", "0102036283");
        play(&[select], &[("00a40000023f01", "6103"), ("00c0000003", "0102036283")]);
        play(
            &[select],
            &[
                ("00a40000023f01", "6103"),
                ("00c0000000", "6c03"),
                ("00c0000009", "6c03"),
                ("00c0000001", "016102"),
                ("00c0000002", "02036283"),
            ],
        );
    }

    #[test]
    fn what_waits_is_gone_with_the_next_command_and_once_it_was_fetched() {
        let none = ("00c0000003", "6985");
        let select = ("00a40000023f01", "0102039000");
        let status = ("e0ca00001e", "6985");
        play(
            &[select, status, none],
            &[("00a40000023f01", "6103"), ("e0ca00001e", "6985"), ("00c0000003", "6985")],
        );
        play(
            &[select, none],
            &[("00a40000023f01", "6103"), ("00c0000003", "0102039000"), ("00c0000003", "6985")],
        );
    }

    #[test]
    fn an_answer_without_data_or_a_refusal_does_not_wait() {
        play(&[("0020000003123456", "9000")], &[("0020000003123456", "9000")]);
        play(&[("e07a080107", "6700")], &[("e07a080107", "6700")]);
        play(&[("00a40000023f02", "6a82")], &[("00a40000023f02", "6a82")]);
    }

    /// The chip is asked for a length that it cannot have, so nothing is done until the right one comes.
    #[test]
    fn no_length_is_answered_with_the_right_one() {
        play(
            &[("00840000ff", "6c08"), ("0084000008", "01020304050607089000")],
            &[("0084000000", "6c08"), ("0084000008", "01020304050607089000")],
        );
        play(&[("805c000107", "6c04")], &[("805c000107", "6c04")]);
        play(&[("00990000ff", "6d00")], &[("0099000000", "6d00")]);
        play(&[("84180000ff", "6700"), ("84180000", "6700")], &[("8418000000", "6700")]);
    }

    #[test]
    fn one_length_a_command_and_no_le_behind_data() {
        for wrong in ["00a40000", "00a40000023f0100", "00a40000033f01", "00"] {
            play(&[], &[(wrong, "6700")]);
        }
    }
}
