//! The S-boxes of DES (FIPS 46-3, appendix 1) as what a circuit has to compute.

/// Inputs of an S-box.
pub(crate) const INPUTS: usize = 6;

/// Outputs of an S-box.
pub(crate) const OUTPUTS: usize = 4;

/// What each input is for every value of all six, as 64 bits: bit `i` belongs to the value `i`, whose highest bit is
/// the first input, b1 of FIPS 46-3.
pub(crate) const INPUT_VALUES: [u64; INPUTS] = [
    0xFFFF_FFFF_0000_0000,
    0xFFFF_0000_FFFF_0000,
    0xFF00_FF00_FF00_FF00,
    0xF0F0_F0F0_F0F0_F0F0,
    0xCCCC_CCCC_CCCC_CCCC,
    0xAAAA_AAAA_AAAA_AAAA,
];

/// The tables as FIPS 46-3 prints them: four rows of sixteen columns.
#[rustfmt::skip]
const TABLES: [[u8; 64]; 8] = [
    [
        14, 4, 13, 1, 2, 15, 11, 8, 3, 10, 6, 12, 5, 9, 0, 7,
        0, 15, 7, 4, 14, 2, 13, 1, 10, 6, 12, 11, 9, 5, 3, 8,
        4, 1, 14, 8, 13, 6, 2, 11, 15, 12, 9, 7, 3, 10, 5, 0,
        15, 12, 8, 2, 4, 9, 1, 7, 5, 11, 3, 14, 10, 0, 6, 13,
    ],
    [
        15, 1, 8, 14, 6, 11, 3, 4, 9, 7, 2, 13, 12, 0, 5, 10,
        3, 13, 4, 7, 15, 2, 8, 14, 12, 0, 1, 10, 6, 9, 11, 5,
        0, 14, 7, 11, 10, 4, 13, 1, 5, 8, 12, 6, 9, 3, 2, 15,
        13, 8, 10, 1, 3, 15, 4, 2, 11, 6, 7, 12, 0, 5, 14, 9,
    ],
    [
        10, 0, 9, 14, 6, 3, 15, 5, 1, 13, 12, 7, 11, 4, 2, 8,
        13, 7, 0, 9, 3, 4, 6, 10, 2, 8, 5, 14, 12, 11, 15, 1,
        13, 6, 4, 9, 8, 15, 3, 0, 11, 1, 2, 12, 5, 10, 14, 7,
        1, 10, 13, 0, 6, 9, 8, 7, 4, 15, 14, 3, 11, 5, 2, 12,
    ],
    [
        7, 13, 14, 3, 0, 6, 9, 10, 1, 2, 8, 5, 11, 12, 4, 15,
        13, 8, 11, 5, 6, 15, 0, 3, 4, 7, 2, 12, 1, 10, 14, 9,
        10, 6, 9, 0, 12, 11, 7, 13, 15, 1, 3, 14, 5, 2, 8, 4,
        3, 15, 0, 6, 10, 1, 13, 8, 9, 4, 5, 11, 12, 7, 2, 14,
    ],
    [
        2, 12, 4, 1, 7, 10, 11, 6, 8, 5, 3, 15, 13, 0, 14, 9,
        14, 11, 2, 12, 4, 7, 13, 1, 5, 0, 15, 10, 3, 9, 8, 6,
        4, 2, 1, 11, 10, 13, 7, 8, 15, 9, 12, 5, 6, 3, 0, 14,
        11, 8, 12, 7, 1, 14, 2, 13, 6, 15, 0, 9, 10, 4, 5, 3,
    ],
    [
        12, 1, 10, 15, 9, 2, 6, 8, 0, 13, 3, 4, 14, 7, 5, 11,
        10, 15, 4, 2, 7, 12, 9, 5, 6, 1, 13, 14, 0, 11, 3, 8,
        9, 14, 15, 5, 2, 8, 12, 3, 7, 0, 4, 10, 1, 13, 11, 6,
        4, 3, 2, 12, 9, 5, 15, 10, 11, 14, 1, 7, 6, 0, 8, 13,
    ],
    [
        4, 11, 2, 14, 15, 0, 8, 13, 3, 12, 9, 7, 5, 10, 6, 1,
        13, 0, 11, 7, 4, 9, 1, 10, 14, 3, 5, 12, 2, 15, 8, 6,
        1, 4, 11, 13, 12, 3, 7, 14, 10, 15, 6, 8, 0, 5, 9, 2,
        6, 11, 13, 8, 1, 4, 10, 7, 9, 5, 0, 15, 14, 2, 3, 12,
    ],
    [
        13, 2, 8, 4, 6, 15, 11, 1, 10, 9, 3, 14, 5, 0, 12, 7,
        1, 15, 13, 8, 10, 3, 7, 4, 12, 5, 6, 11, 0, 14, 9, 2,
        7, 11, 4, 1, 9, 12, 14, 2, 0, 6, 10, 13, 15, 3, 5, 8,
        2, 1, 14, 7, 4, 10, 8, 13, 15, 12, 9, 0, 3, 5, 6, 11,
    ],
];

/// What S-box `number` (1 to 8) answers to six bits, the first of them the highest.
///
/// The outer two bits choose the row, the inner four the column.
pub(crate) fn answer(number: usize, bits: usize) -> u8 {
    let row = (bits >> 5) << 1 | bits & 1;
    let column = bits >> 1 & 15;
    TABLES[number - 1][row * 16 + column]
}

/// What each output of S-box `number` (1 to 8) is for every input, laid out as [`INPUT_VALUES`]; the most significant
/// output is first, as in FIPS 46-3.
pub(crate) fn targets(number: usize) -> [u64; OUTPUTS] {
    let mut targets = [0; OUTPUTS];
    for bits in 0..64 {
        for (place, target) in targets.iter_mut().enumerate() {
            let bit = answer(number, bits) >> (OUTPUTS - 1 - place) & 1;
            *target |= u64::from(bit) << bits;
        }
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_every_value_once() {
        for table in TABLES {
            for row in table.chunks(16) {
                let seen = row.iter().fold(0_u32, |seen, value| seen | 1 << value);
                assert_eq!(seen, 0xFFFF);
            }
        }
    }

    #[test]
    fn the_example_of_the_standard_comes_out() {
        // FIPS 46-3: S1 of 011011 is row 01, column 1101, which is 5.
        assert_eq!(answer(1, 0b01_1011), 5);
        let bits = targets(1).map(|target| target >> 0b01_1011 & 1);
        assert_eq!(bits, [0, 1, 0, 1]);
    }

    #[test]
    fn an_input_value_is_the_bit_of_its_place() {
        for bits in 0..64_u64 {
            for (place, value) in INPUT_VALUES.iter().enumerate() {
                assert_eq!(value >> bits & 1, bits >> (INPUTS - 1 - place) & 1);
            }
        }
    }
}
