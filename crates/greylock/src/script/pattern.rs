//! What bytes must be: exact, `..` any byte, `*` any bytes at the end, `{name:4}` four bytes that get a name.

use super::template::{Names, Piece, expression, from_hex, is_name, pieces};

/// Holds bytes against a pattern and binds its names.
///
/// # Errors
/// A pattern that is none.
pub(super) fn matches(
    pattern: &str,
    bytes: &[u8],
    names: &mut Names,
) -> Result<Option<usize>, String> {
    let mut at = 0_usize;
    for piece in pieces(pattern)? {
        // One after the other: a code can be made of what stood before it.
        for item in items(piece, names)? {
            match item {
                Item::Rest => return Ok(None),
                Item::Any if at < bytes.len() => at += 1,
                Item::Any => return Ok(Some(at)),
                Item::Exact(wanted) => {
                    let found = bytes.get(at..).unwrap_or_default();
                    let same = found.iter().zip(&wanted).take_while(|(a, b)| a == b).count();
                    at += same;
                    if same < wanted.len() {
                        return Ok(Some(at));
                    }
                }
                Item::Bind(name, len) => {
                    let Some(value) = bytes.get(at..at.saturating_add(len)) else {
                        return Ok(Some(bytes.len()));
                    };
                    names.set(&name, value.to_vec());
                    at += len;
                }
            }
        }
    }
    Ok((at < bytes.len()).then_some(at))
}

enum Item {
    Exact(Vec<u8>),
    Any,
    Rest,
    Bind(String, usize),
}

fn items(piece: Piece, names: &Names) -> Result<Vec<Item>, String> {
    match piece {
        Piece::Hex(text) => outside(&text),
        Piece::Inside(text) => Ok(vec![match binding(&text) {
            Some((name, len)) => Item::Bind(name, len),
            None => Item::Exact(expression(&text, names)?),
        }]),
    }
}

/// `name:4`.
fn binding(text: &str) -> Option<(String, usize)> {
    let (name, len) = text.split_once(':')?;
    is_name(name.trim()).then_some((name.trim().to_owned(), len.trim().parse().ok()?))
}

fn outside(text: &str) -> Result<Vec<Item>, String> {
    let mut items = Vec::new();
    let mut left = text;
    while !left.is_empty() {
        if let Some(behind) = left.strip_prefix("..") {
            items.push(Item::Any);
            left = behind;
        } else if left == "*" {
            items.push(Item::Rest);
            left = "";
        } else {
            let end = left.find(['.', '*']).unwrap_or(left.len());
            let (digits, behind) = left
                .split_at_checked(end)
                .filter(|(digits, _)| !digits.is_empty())
                .ok_or_else(|| format!("`{left}` is no pattern"))?;
            items.push(Item::Exact(from_hex(digits)?));
            left = behind;
        }
    }
    Ok(items)
}

/// Whether a status word is the wanted one, `.` standing for any digit.
pub(super) fn is_status(wanted: &str, status: wire::StatusWord) -> bool {
    let (wanted, found) = (wanted.to_uppercase(), status.to_string());
    wanted.len() == found.len()
        && wanted.chars().zip(found.chars()).all(|(wanted, found)| wanted == '.' || wanted == found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_found() {
        let mut names = Names::default();
        let mut at =
            |pattern, bytes: &str| matches(pattern, &hex::decode(bytes).unwrap(), &mut names);
        assert_eq!(at("1122 .. 44", "11223344"), Ok(None));
        assert_eq!(at("1122 .. 45", "11223344"), Ok(Some(3)));
        assert_eq!(at("1122", "11223344"), Ok(Some(2)));
        assert_eq!(at("1122 *", "11223344"), Ok(None));
        assert_eq!(at("11223344", "1122"), Ok(Some(2)));
        assert_eq!(at("11 {x:2} 44", "11223344"), Ok(None));
        assert_eq!(at("{x} *", "223399"), Ok(None));
        assert_eq!(at("{x:4}", "22"), Ok(Some(1)));
        assert_eq!(at("{y:1} {add({y}, 01)}", "0708"), Ok(None));
        assert!(at("1.", "11").is_err());
    }

    #[test]
    fn digits_of_a_status_word_can_be_left_open() {
        assert!(is_status("63c.", wire::StatusWord(0x63C2)));
        assert!(!is_status("63c.", wire::StatusWord(0x6300)));
    }
}
