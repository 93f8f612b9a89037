//! The ways to compute codes in bulk.

use std::vec;
use std::vec::Vec;

/// How records go side by side.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Engine {
    /// One after the other: what the others are held against.
    Scalar,
    /// 64 side by side in the registers that every processor has.
    Portable,
    /// 256 side by side; AES by the processor's own rounds.
    Avx2,
    /// 512 side by side, with gates of three inputs; SM4 by its affine transformations.
    Avx512,
}

impl Engine {
    /// Those that this processor has, the slowest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let mut found = vec![Self::Scalar, Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = std::is_x86_feature_detected!("avx2");
            let aes = std::is_x86_feature_detected!("aes");
            if avx2 && aes {
                found.push(Self::Avx2);
            }
            let avx512 = std::is_x86_feature_detected!("avx512f");
            let bytes = std::is_x86_feature_detected!("avx512bw");
            if avx2 && aes && avx512 && bytes && std::is_x86_feature_detected!("gfni") {
                found.push(Self::Avx512);
            }
        }
        found
    }

    /// The fastest that this processor has.
    #[must_use]
    pub fn best() -> Self {
        Self::available().last().copied().unwrap_or(Self::Scalar)
    }

    /// Itself where this processor has it, else the best that is less.
    #[must_use]
    pub fn or_less(self) -> Self {
        let fits = |found: &Self| *found <= self;
        Self::available().into_iter().rev().find(fits).unwrap_or(Self::Scalar)
    }

    /// Its name, for figures.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// Records side by side in suite 00.
    #[must_use]
    pub const fn lanes(self) -> usize {
        match self {
            Self::Scalar => 1,
            Self::Portable => 64,
            Self::Avx2 => 256,
            Self::Avx512 => 512,
        }
    }
}
