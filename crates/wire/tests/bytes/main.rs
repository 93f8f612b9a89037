//! The bytes of the protocol: every command, answer and record against hex written out by hand, and back again.
//!
//! Each module is marked as test code, so that its helpers may fail as loudly as its tests.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod any;
mod any_purchase;
#[cfg(test)]
mod blank_commands;
#[cfg(test)]
mod card_commands;
#[cfg(test)]
mod frozen;
#[cfg(test)]
mod lengths;
mod moments;
#[cfg(test)]
mod order;
#[cfg(test)]
mod psam_commands;
#[cfg(test)]
mod records;
#[cfg(test)]
mod status_words;
#[cfg(test)]
mod table;
#[cfg(test)]
mod values;

/// Bytes of a hex string in which spaces part the fields.
#[cfg(test)]
fn bytes(text: &str) -> Vec<u8> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    hex::decode(digits).unwrap()
}
