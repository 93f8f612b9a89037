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
    InitMoney { what: Money, purse: usize, amount: u32, known_key: bool },
    Money { what: Money, right: bool },
    Prove { what: Money, purse: usize, old: bool },
    ChangePin { right: bool },
    ReloadPin { right: bool },
    UnblockPin { right: bool },
    Authenticate { right: bool },
    Update { right: Option<bool> },
    Block { right: bool },
    CardBlock { right: bool },
    Switch { known: bool, right: bool },
    Balance { purse: usize },
    Record { number: u8 },
    GetResponse,
    Garbage,
    Reset,
    PowerCycle,
}

/// A transaction that is begun and completed. That of the limit has the new one as its amount, and ED as its purse.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Money {
    Load,
    Unload,
    Purchase,
    Limit,
}

impl Money {
    pub(crate) const ALL: [Self; 4] = [Self::Load, Self::Unload, Self::Purchase, Self::Limit];
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
    prop_oneof![
        10 => single,
        4 => begin,
        3 => free,
        3 => unlock,
        1 => burst(),
        1 => unblock(),
        6 => money(),
        1 => spent(),
        1 => blocked_pin(),
        2 => issuer(),
    ]
}

fn kinds() -> impl Strategy<Value = Money> {
    proptest::sample::select(Money::ALL.to_vec())
}

/// A whole transaction and the question for its proof, on a card whose PIN is verified or not.
fn money() -> impl Strategy<Value = Vec<Step>> {
    let some = prop_oneof![6 => 0..9_000_u32, 1 => amounts()];
    (kinds(), 0..2_usize, some, mostly(), mostly(), any::<bool>()).prop_map(
        |(what, purse, amount, pin, right, old)| {
            vec![
                Step::SelectApplication,
                Step::Verify { right: pin },
                Step::InitMoney { what, purse, amount, known_key: true },
                Step::Money { what, right },
                Step::Prove { what, purse, old },
            ]
        },
    )
}

/// ED spent into its overdraft, and then the limit taken away.
fn spent() -> impl Strategy<Value = Vec<Step>> {
    (95_001..100_001_u32, 0..5_000_u32).prop_map(|(amount, limit)| {
        let step = |what, amount| {
            let begin = Step::InitMoney { what, purse: 0, amount, known_key: true };
            [begin, Step::Money { what, right: true }]
        };
        let select = [Step::SelectApplication, Step::Verify { right: true }];
        let purchase = step(Money::Purchase, amount);
        select.into_iter().chain(purchase).chain(step(Money::Limit, limit)).collect()
    })
}

/// The PIN blocked, not freed by a reload, and freed by the issuer or not.
fn blocked_pin() -> impl Strategy<Value = Vec<Step>> {
    (mostly(), any::<bool>()).prop_map(|(right, change)| {
        let wrong =
            if change { Step::ChangePin { right: false } } else { Step::Verify { right: false } };
        let free = [Step::Challenge { short: true }, Step::UnblockPin { right }];
        let begin = [Step::SelectApplication, wrong, wrong, wrong];
        let tried = [Step::ReloadPin { right: true }, Step::Verify { right: true }];
        begin.into_iter().chain(tried).chain(free).chain(tried).collect()
    })
}

/// A message of the issuer, straight after its challenge.
fn issuer() -> impl Strategy<Value = Vec<Step>> {
    let message = mostly().prop_flat_map(|right| {
        prop_oneof![
            4 => Just(Step::UnblockPin { right }),
            4 => Just(Step::Authenticate { right }),
            4 => Just(Step::Update { right: Some(right) }),
            4 => Just(Step::Block { right }),
            1 => Just(Step::CardBlock { right }),
            4 => mostly().prop_map(move |known| Step::Switch { known, right }),
            2 => Just(Step::ReloadPin { right }),
        ]
    });
    let plain = Step::Update { right: None };
    message.prop_map(move |step| {
        vec![Step::SelectApplication, Step::Challenge { short: true }, step, plain]
    })
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
    let init_money =
        (kinds(), purse(), amounts(), mostly()).prop_map(|(what, purse, amount, known_key)| {
            Step::InitMoney { what, purse, amount, known_key }
        });
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
        3 => init_money,
        3 => (kinds(), mostly()).prop_map(|(what, right)| Step::Money { what, right }),
        2 => (kinds(), purse(), any::<bool>()).prop_map(|(what, purse, old)| Step::Prove { what, purse, old }),
        1 => mostly().prop_map(|right| Step::ChangePin { right }),
        1 => mostly().prop_map(|right| Step::ReloadPin { right }),
        1 => mostly().prop_map(|right| Step::UnblockPin { right }),
        1 => any::<Option<bool>>().prop_map(|right| Step::Update { right }),
        1 => purse().prop_map(|purse| Step::Balance { purse }),
        2 => (0..13_u8).prop_map(|number| Step::Record { number }),
        1 => Just(Step::GetResponse),
        1 => Just(Step::Garbage),
        1 => Just(Step::Reset),
        1 => Just(Step::PowerCycle),
    ]
}

/// Bytes that are nearly commands, or nothing of the kind.
pub(crate) fn raw_command() -> impl Strategy<Value = Vec<u8>> {
    let class =
        prop_oneof![Just(0x00_u8), Just(0x80), Just(0x84), Just(0xE0), Just(0x04), any::<u8>()];
    let known = [
        0xA4_u8, 0xB0, 0xB2, 0xD6, 0x20, 0x24, 0x5E, 0x84, 0x82, 0x88, 0xC0, 0x50, 0x52, 0x54,
        0x58, 0x5A, 0x5C, 0x16, 0x18, 0x1A, 0x1E, 0x7A, 0x7C, 0x7E, 0xCA,
    ];
    let instruction = prop_oneof![4 => proptest::sample::select(known.to_vec()), 1 => any::<u8>()];
    let p1 = prop_oneof![
        Just(0_u8),
        Just(1),
        Just(3),
        Just(4),
        Just(5),
        Just(8),
        Just(9),
        Just(0x95),
        any::<u8>()
    ];
    let p2 = prop_oneof![Just(0_u8), Just(1), Just(2), Just(0xC4), any::<u8>()];
    let lens = [0_usize, 2, 3, 4, 7, 8, 10, 11, 12, 14, 15, 19, 27];
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
