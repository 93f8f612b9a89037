//! The steps, and sequences of them that lead somewhere.

use proptest::prelude::*;

/// What is done to card and model. `right` says whether the code is; the model never sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    SelectApplication,
    SelectDirectory,
    SelectUnknown,
    Verify { right: bool },
    InitRefuel { purse: usize, known_key: bool },
    Lock { right: bool },
    Debit { purse: usize, amount: u32, ctc: Sequence, right: bool },
    Status { clear: bool },
    InitUnlock { purse: usize },
    Unlock { amount: u32, right: bool },
    Challenge { short: bool },
    Unblock { right: bool },
    Balance { purse: usize },
    Record { number: u8 },
    GetResponse,
    Garbage,
    Reset,
    PowerCycle,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sequence {
    Right,
    Old,
}

fn amounts() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), 1..500_u32, 1..30_000_u32, 0..0x8000_0000_u32, Just(0x7FFF_FFFF)]
}

fn mostly() -> impl Strategy<Value = bool> {
    proptest::bool::weighted(0.8)
}

/// Runs of steps that lead somewhere, mixed with single ones that lead nowhere.
pub(crate) fn runs() -> impl Strategy<Value = Vec<Step>> {
    let purse = || 0..2_usize;
    let single = single_step().prop_map(|step| vec![step]);
    let begin = (purse(), mostly(), mostly()).prop_map(|(purse, pin, code)| {
        vec![
            Step::SelectApplication,
            Step::Verify { right: pin },
            Step::InitRefuel { purse, known_key: true },
            Step::Lock { right: code },
        ]
    });
    let unlock = (purse(), amounts(), mostly()).prop_map(|(purse, amount, right)| {
        vec![Step::InitUnlock { purse }, Step::Unlock { amount, right }]
    });
    let free = (0..2_000_u32).prop_map(|amount| {
        [0, 1]
            .map(|purse| Step::Debit { purse, amount, ctc: Sequence::Right, right: true })
            .to_vec()
    });
    prop_oneof![6 => single, 4 => begin, 3 => free, 1 => unlock, 1 => burst(), 1 => unblock()]
}

/// Wrong codes until the application locks, grey or not.
fn burst() -> impl Strategy<Value = Vec<Step>> {
    (0..2_usize).prop_map(|purse| {
        let debit = Step::Debit { purse, amount: 0, ctc: Sequence::Right, right: false };
        let round =
            [Step::InitRefuel { purse, known_key: true }, Step::Lock { right: false }, debit];
        let select = [Step::SelectApplication, Step::Verify { right: true }];
        select.into_iter().chain(round.into_iter().cycle().take(9)).collect()
    })
}

/// One to four attempts of the centre.
fn unblock() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(any::<bool>(), 1..5).prop_map(|codes| {
        let attempt = |right| [Step::Challenge { short: true }, Step::Unblock { right }];
        let select = [Step::SelectApplication];
        select.into_iter().chain(codes.into_iter().flat_map(attempt)).collect()
    })
}

fn single_step() -> impl Strategy<Value = Step> {
    let purse = || 0..2_usize;
    let ctc = prop_oneof![8 => Just(Sequence::Right), 1 => Just(Sequence::Old)];
    let debit = (purse(), amounts(), ctc, mostly())
        .prop_map(|(purse, amount, ctc, right)| Step::Debit { purse, amount, ctc, right });
    prop_oneof![
        3 => Just(Step::SelectApplication),
        1 => Just(Step::SelectDirectory),
        1 => Just(Step::SelectUnknown),
        2 => mostly().prop_map(|right| Step::Verify { right }),
        3 => (purse(), mostly()).prop_map(|(purse, known_key)| Step::InitRefuel { purse, known_key }),
        3 => mostly().prop_map(|right| Step::Lock { right }),
        8 => debit,
        3 => any::<bool>().prop_map(|clear| Step::Status { clear }),
        3 => purse().prop_map(|purse| Step::InitUnlock { purse }),
        3 => (amounts(), mostly()).prop_map(|(amount, right)| Step::Unlock { amount, right }),
        2 => any::<bool>().prop_map(|short| Step::Challenge { short }),
        2 => mostly().prop_map(|right| Step::Unblock { right }),
        1 => purse().prop_map(|purse| Step::Balance { purse }),
        1 => (0..13_u8).prop_map(|number| Step::Record { number }),
        1 => Just(Step::GetResponse),
        1 => Just(Step::Garbage),
        1 => Just(Step::Reset),
        1 => Just(Step::PowerCycle),
    ]
}

/// Bytes that are nearly commands, or nothing of the kind.
pub(crate) fn raw_command() -> impl Strategy<Value = Vec<u8>> {
    let class = prop_oneof![Just(0x00_u8), Just(0x80), Just(0x84), Just(0xE0), any::<u8>()];
    let known = [0xA4_u8, 0xB0, 0xB2, 0x20, 0x84, 0xC0, 0x5C, 0x18, 0x7A, 0x7C, 0x7E, 0xCA];
    let instruction = prop_oneof![4 => proptest::sample::select(known.to_vec()), 1 => any::<u8>()];
    let p1 = prop_oneof![Just(0_u8), Just(4), Just(8), Just(9), Just(0x95), any::<u8>()];
    let p2 = prop_oneof![Just(0_u8), Just(1), Just(2), Just(0xC4), any::<u8>()];
    let lens = [0_usize, 2, 3, 4, 7, 10, 15, 19, 27];
    let body = prop_oneof![4 => proptest::sample::select(lens.to_vec()), 1 => 0..256_usize]
        .prop_flat_map(|len| proptest::collection::vec(any::<u8>(), len));
    let near = (class, instruction, p1, p2, body, any::<Option<u8>>()).prop_map(
        |(class, instruction, p1, p2, body, le)| {
            wire::apdu::command([class, instruction, p1, p2], &body[..body.len().min(255)], le)
                .to_vec()
        },
    );
    prop_oneof![4 => near, 1 => proptest::collection::vec(any::<u8>(), 0..300)]
}
