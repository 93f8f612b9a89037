//! Under one key no padded input of a code equals another or begins it, for all values that a card accepts (protocol §4).
//!
//! `layout` says which bytes each field may have, `codes` which codes are made under which key, `make` has the crate make them. `prove`
//! finds, for every two codes of a key, a byte in which they differ whatever their fields hold; `imitate`
//! attacks the same pairs with fields chosen to look like the other code.

#[cfg(test)]
mod inputs {
    mod codes;
    mod imitate;
    mod layout;
    mod make;
    mod prove;
}
