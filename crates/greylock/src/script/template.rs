//! Bytes made from hex digits, names and functions: `91 {tid}{ttc[2..4]} {mac({sespk}, {x})}`.

use std::collections::BTreeMap;

use super::functions::call;

/// The values that a script has by now. Keys are among them, so they never show themselves.
#[derive(Clone, Default)]
pub struct Names(BTreeMap<String, Vec<u8>>);

impl Names {
    /// Gives a name its value.
    pub fn set(&mut self, name: &str, value: Vec<u8>) {
        self.0.insert(name.to_owned(), value);
    }

    /// The value of a name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// `name = template`.
    ///
    /// # Errors
    /// Anything else, or what the template says.
    pub fn define(&mut self, text: &str) -> Result<(), String> {
        let (name, template) =
            text.split_once('=').ok_or_else(|| format!("`{text}` gives no name a value"))?;
        let name = name.trim();
        if !is_name(name) {
            return Err(format!("`{name}` is no name"));
        }
        let value = evaluate(template, self)?;
        self.set(name, value);
        Ok(())
    }
}

pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The bytes of a template.
pub(super) fn evaluate(text: &str, names: &Names) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    for piece in pieces(text)? {
        match piece {
            Piece::Hex(digits) => bytes.extend(from_hex(&digits)?),
            Piece::Inside(inside) => bytes.extend(expression(&inside, names)?),
        }
    }
    Ok(bytes)
}

/// A piece of a template.
pub(super) enum Piece {
    /// What stands outside of braces, without spaces.
    Hex(String),
    /// What stands between braces.
    Inside(String),
}

/// Parts a template at its outermost braces.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let (mut pieces, mut depth, mut piece) = (Vec::new(), 0_u32, String::new());
    for c in text.chars() {
        match (c, depth) {
            ('{', 0) => {
                pieces.push(Piece::Hex(std::mem::take(&mut piece)));
                depth = 1;
            }
            ('}', 1) => {
                pieces.push(Piece::Inside(std::mem::take(&mut piece)));
                depth = 0;
            }
            ('}', 0) => return Err(format!("`{text}` closes a brace that it never opened")),
            (c, 0) if c.is_whitespace() => {}
            (c, _) => {
                depth = if c == '{' {
                    depth + 1
                } else if c == '}' {
                    depth - 1
                } else {
                    depth
                };
                piece.push(c);
            }
        }
    }
    if depth > 0 {
        return Err(format!("`{text}` leaves a brace open"));
    }
    pieces.push(Piece::Hex(piece));
    Ok(pieces)
}

pub(super) fn from_hex(digits: &str) -> Result<Vec<u8>, String> {
    hex::decode(digits).map_err(|_| format!("`{digits}` is not hex; names stand in braces"))
}

/// `name`, `name[2..4]` or `function(template, …)`.
pub(super) fn expression(text: &str, names: &Names) -> Result<Vec<u8>, String> {
    let text = text.trim();
    if let Some((function, rest)) = text.split_once('(') {
        let inside =
            rest.strip_suffix(')').ok_or_else(|| format!("`{text}` leaves a bracket open"))?;
        let arguments = arguments(inside).into_iter().map(|argument| evaluate(&argument, names));
        return call(function.trim(), &arguments.collect::<Result<Vec<_>, _>>()?);
    }
    let (name, slice) = match text.split_once('[') {
        Some((name, slice)) => (name, slice.strip_suffix(']')),
        None => (text, Some("..")),
    };
    let value = names.value(name).ok_or_else(|| format!("`{name}` has no value yet"))?;
    let cut = slice.and_then(|slice| part(value, slice));
    cut.map(<[u8]>::to_vec)
        .ok_or_else(|| format!("`{text}` is no part of its {} bytes", value.len()))
}

fn part<'a>(value: &'a [u8], slice: &str) -> Option<&'a [u8]> {
    let (from, to) = slice.split_once("..")?;
    let number =
        |text: &str, other: usize| if text.is_empty() { Some(other) } else { text.parse().ok() };
    value.get(number(from, 0)?..number(to, value.len())?)
}

/// Parts arguments at the commas that stand in no braces.
fn arguments(text: &str) -> Vec<String> {
    let (mut arguments, mut depth) = (vec![String::new()], 0_i32);
    for c in text.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        match (c, depth, arguments.last_mut()) {
            (',', 0, _) => arguments.push(String::new()),
            (c, _, Some(last)) => last.push(c),
            _ => {}
        }
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        names.set("ttc", vec![0, 1, 0, 2]);
        names
    }

    #[test]
    fn hex_names_parts_and_functions_are_joined() {
        let value = |text| evaluate(text, &names()).map(hex::encode);
        assert_eq!(value("91 {ttc}"), Ok("9100010002".to_owned()));
        assert_eq!(value("{ttc[2..4]}{ttc[..1]}"), Ok("000200".to_owned()));
        assert_eq!(value("{add({ttc}, 05)}"), Ok("00010007".to_owned()));
        assert_eq!(value("{sub({add({ttc}, 05)}, {ttc})}"), Ok("00000005".to_owned()));
        assert_eq!(value("{wrong(1122)}"), Ok("1123".to_owned()));
        let key = "00112233445566778899aabbccddeeff";
        let asn = "6280100000000017";
        let dpk = value(&format!("{{diversify({key}, {asn})}}"));
        assert_eq!(dpk, Ok("df64e2b75f7742a68314cfa7b4b88d39".to_owned()));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, words) in [
            ("9", "not hex"),
            ("ttc", "not hex"),
            ("{icc}", "`icc` has no value yet"),
            ("{ttc[2..9]}", "no part of its 4 bytes"),
            ("{ttc", "leaves a brace open"),
            ("ttc}", "never opened"),
            ("{mac(00, 00)}", "does not work with arguments of 1, 1 bytes"),
            ("{sha(00)}", "no function sha"),
            ("{sub({ttc}, ffffffff)}", "does not work"),
        ] {
            let error = evaluate(text, &names()).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
