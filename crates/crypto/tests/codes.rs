//! Codes and keys by themselves: published answers, the two schemes apart, comparison, and what is shown of keys.

#[cfg(test)]
mod codes {
    mod hidden;
    mod published;
    mod schemes;
    mod suites;
}
