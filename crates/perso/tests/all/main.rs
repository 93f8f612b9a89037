//! The blank chip and its issuer: every command in every state, every torn write, every altered byte.

#[cfg(test)]
mod common;

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod frozen;
#[cfg(test)]
mod groupings;
#[cfg(test)]
mod tears;
#[cfg(test)]
mod vectors;
#[cfg(test)]
mod whole;
