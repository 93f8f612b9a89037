//! Numbers by seed: the same seed draws the same ones for ever.

/// A generator (splitmix64): small, quick, and good enough to make days up. Nothing secret comes from it.
pub(super) struct Draw(u64);

/// Spreads 64 bits over 64 bits; no two come to the same.
pub(super) const fn spread(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// Spreads 32 bits over 32 bits; no two come to the same, so what is counted up never comes again.
pub(super) const fn spread_32(bits: u32) -> u32 {
    let bits = (bits ^ (bits >> 16)).wrapping_mul(0x85EB_CA6B);
    let bits = (bits ^ (bits >> 13)).wrapping_mul(0xC2B2_AE35);
    bits ^ (bits >> 16)
}

impl Draw {
    /// Of a seed and what it is for.
    pub(super) const fn new(seed: u64, of: u64) -> Self {
        Self(spread(seed ^ spread(of.wrapping_add(0x9E37_79B9_7F4A_7C15))))
    }

    /// 64 bits.
    pub(super) const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        spread(self.0)
    }

    /// 32 bits.
    pub(super) const fn word(&mut self) -> u32 {
        let [a, b, c, d, ..] = self.bits().to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    /// A number below `end`; 0 where that is 0.
    pub(super) const fn below(&mut self, end: u32) -> u32 {
        let wide = (self.word() as u64) * (end as u64);
        let [a, b, c, d, ..] = wide.to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    /// True so many times in a thousand.
    pub(super) const fn permille(&mut self, of: u32) -> bool {
        self.below(1000) < of
    }

    /// A place of a slice of so many.
    pub(super) fn place(&mut self, len: usize) -> usize {
        let end = u32::try_from(len).unwrap_or(u32::MAX);
        self.below(end) as usize
    }
}
