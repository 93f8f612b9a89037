//! The command of every row of the table, right for the card that it goes to.

use crypto::Direction::{self, Load, Unload};
use wire::card_command::{DebitForRefuel, DebitForUnlock, InitializeAmount, StatusMode};
use wire::response::{InitLoad, InitRefuel, InitUnlock, InitUpdate};
use wire::{CardCommand, Kind, Purse};

use crate::states::{AMOUNT, Prepared};
use crate::support::*;

impl Prepared {
    /// The answer of INITIALIZE FOR REFUEL, or one that no card gave.
    fn init(&self) -> InitRefuel {
        let view = self.card.view();
        let purse = view.purse(Purse::Ed);
        self.init.unwrap_or(InitRefuel {
            balance: purse.balance,
            ctc: purse.ctc,
            limit: purse.limit,
            key: wire::KeyRef::default(),
            icc: wire::Icc([1; 4]),
        })
    }

    fn init_unlock(&self) -> InitUnlock {
        let view = self.card.view();
        let purse = view.purse(Purse::Ed);
        self.init_unlock.unwrap_or(InitUnlock {
            balance: purse.balance,
            ctc: purse.ctc,
            otc: purse.otc,
            key: wire::KeyRef::default(),
            icc: wire::Icc([1; 4]),
            mac1: wire::Mac([0; 4]),
        })
    }

    /// A debit of ED that is right where ED is grey.
    fn debit(&self, units: u32) -> DebitForRefuel {
        let view = self.card.view();
        if view.purse(Purse::Ed).lock.is_some() {
            return right_debit(&view, units);
        }
        let (date, time) = end_time();
        let ctc = view.purse(Purse::Ed).ctc;
        let gmac = wire::Mac([0; 4]);
        let (ttc, amount) = (wire::Ttc(1), amount(units));
        DebitForRefuel { purse: Purse::Ed, amount, ctc, tid: TID, ttc, date, time, gmac }
    }

    fn unlock(&self, units: u32) -> DebitForUnlock {
        right_unlock(&self.init_unlock(), Purse::Ed, units)
    }

    fn init_load(&self) -> InitLoad {
        let view = self.card.view();
        let purse = view.purse(Purse::Ed);
        self.init_load.unwrap_or(InitLoad {
            balance: purse.balance,
            otc: purse.otc,
            key: wire::KeyRef::default(),
            icc: wire::Icc([1; 4]),
            mac1: wire::Mac([0; 4]),
        })
    }

    fn init_update(&self) -> InitUpdate {
        let InitLoad { balance, otc, key, icc, mac1 } = self.init_load();
        let limit = self.card.view().purse(Purse::Ed).limit;
        self.init_update.unwrap_or(InitUpdate { balance, otc, limit, key, icc, mac1 })
    }

    pub(crate) fn command(&self, row: &str) -> Vec<u8> {
        if let Some(bytes) = malformed(row) {
            return bytes;
        }
        let command = fixed(row).or_else(|| self.of_the_issuer(row));
        let command = command.or_else(|| self.of_money(row)).unwrap_or_else(|| self.fitting(row));
        command.encode().to_vec()
    }

    /// Commands whose codes depend on what the card said.
    fn fitting(&self, row: &str) -> CardCommand<'static> {
        let too_much = ED_BALANCE + 1;
        match row {
            "lock-right" => right_lock(&self.init(), Purse::Ed, 1),
            "lock-wrong" => wrong_lock(&self.init(), Purse::Ed, 1),
            "debit-right" => CardCommand::DebitForRefuel(self.debit(5)),
            "debit-zero" => CardCommand::DebitForRefuel(self.debit(0)),
            "debit-old-ctc" => {
                CardCommand::DebitForRefuel(DebitForRefuel { ctc: 0, ..self.debit(5) })
            }
            "debit-too-much" => CardCommand::DebitForRefuel(self.debit(too_much)),
            "debit-wrong" => {
                let right = self.debit(5);
                CardCommand::DebitForRefuel(DebitForRefuel { gmac: flip(right.gmac), ..right })
            }
            "unlock-right" => CardCommand::DebitForUnlock(self.unlock(5)),
            "unlock-zero" => CardCommand::DebitForUnlock(self.unlock(0)),
            "unlock-too-much" => CardCommand::DebitForUnlock(self.unlock(too_much)),
            "unlock-wrong" => wrong_unlock(&self.init_unlock(), Purse::Ed, 5),
            other => panic!("no command {other}"),
        }
    }

    /// What completes a load, an unload, a purchase or an overdraft change.
    fn of_money(&self, row: &str) -> Option<CardCommand<'static>> {
        let transfer = |direction, make: MakeTransfer| {
            Some(make(direction, &self.init_load(), Purse::Ed, AMOUNT))
        };
        match row {
            "load-right" => transfer(Load, right_transfer),
            "load-wrong" => transfer(Load, wrong_transfer),
            "unload-right" => transfer(Unload, right_transfer),
            "unload-wrong" => transfer(Unload, wrong_transfer),
            "purchase-right" => {
                let right = right_purchase(&self.init(), Purse::Ed, AMOUNT, 1);
                Some(CardCommand::DebitForPurchase(right))
            }
            "purchase-wrong" => Some(wrong_purchase(&self.init(), Purse::Ed, AMOUNT, 1)),
            "update-right" => {
                Some(CardCommand::UpdateOverdrawLimit(right_update(&self.init_update(), 7)))
            }
            "update-wrong" => Some(wrong_update(&self.init_update(), 7)),
            _ => None,
        }
    }

    /// Messages whose code holds the challenge.
    fn of_the_issuer(&self, row: &str) -> Option<CardCommand<'static>> {
        let (name, right) = match row.strip_suffix("-wrong") {
            Some(name) => (name, false),
            None => (row.strip_suffix("-right").unwrap_or(row), true),
        };
        let number = self.challenge;
        let command = match name {
            "unblock" => right_unblock(number),
            "unblock-pin" => unblock_pin(number),
            "update-file" => protected_update(number),
            "update-file-number" => protected(0x15, 19, &[0x91], number),
            "external" => external(number),
            "block" => block(number),
            "card-block" => card_block(number),
            "switch" => switch_keys(number),
            "switch-left" => switch_to(1, number),
            "reload" => reload(),
            _ => return None,
        };
        Some(if right { command } else { spoiled(command) })
    }
}

type MakeTransfer = fn(Direction, &InitLoad, Purse, u32) -> CardCommand<'static>;

fn fixed(row: &str) -> Option<CardCommand<'static>> {
    Some(match row {
        "select-application" => SELECT,
        "select-3F01" => CardCommand::SelectFile { id: 0x3F01, le: None },
        "select-directory" => CardCommand::SelectName { name: b"1PAY.SYS.DDF01", le: None },
        "select-3F00" => CardCommand::SelectFile { id: 0x3F00, le: Some(0) },
        "select-unknown" => CardCommand::SelectName { name: &[0xA0, 0, 0], le: Some(5) },
        "select-wrong-le" => CardCommand::SelectFile { id: 0x3F01, le: Some(5) },
        "read-public" => CardCommand::ReadBinary { sfi: 0x15, offset: 0 },
        "read-public-beyond" => CardCommand::ReadBinary { sfi: 0x15, offset: 30 },
        "read-log-as-binary" => CardCommand::ReadBinary { sfi: 0x18, offset: 0 },
        "read-unknown" => CardCommand::ReadBinary { sfi: 0x16, offset: 0 },
        "record-1" => CardCommand::ReadRecord { sfi: 0x18, number: 1 },
        "record-0" => CardCommand::ReadRecord { sfi: 0x18, number: 0 },
        "record-of-public" => CardCommand::ReadRecord { sfi: 0x15, number: 1 },
        "record-of-unknown" => CardCommand::ReadRecord { sfi: 0x16, number: 1 },
        "verify-right" => VERIFY,
        "verify-wrong" => VERIFY_WRONG,
        "verify-no-pin" => CardCommand::VerifyPin { digits: &[0x12, 0x3A] },
        "challenge-4" => CardCommand::GetChallenge { len: 4 },
        "challenge-8" => CardCommand::GetChallenge { len: 8 },
        "balance" => CardCommand::GetBalance(Purse::Ed),
        "get-response" => CardCommand::GetResponse,
        "init-refuel" => init_refuel(Purse::Ed),
        "init-refuel-ep" => init_refuel(Purse::Ep),
        "init-refuel-no-key" => {
            CardCommand::InitializeForRefuel(initialize(Purse::Ed, UNKNOWN_KEY))
        }
        "status-read" => CardCommand::GetGreyStatus(StatusMode::Read),
        "status-clear" => CardCommand::GetGreyStatus(StatusMode::ReadAndClear),
        "status-more" => CardCommand::GetGreyStatus(StatusMode::ReadMore),
        "init-unlock" => init_unlock(Purse::Ed),
        "init-unlock-no-key" => {
            CardCommand::InitializeForUnlock(initialize(Purse::Ed, UNKNOWN_KEY))
        }
        _ => return fixed_money(row),
    })
}

fn fixed_money(row: &str) -> Option<CardCommand<'static>> {
    let data = |units| initialize_amount(Purse::Ed, units);
    let too_much = data(0x7FFF_FFFF);
    let no_key = InitializeAmount { key_index: UNKNOWN_KEY, ..data(AMOUNT) };
    let prove = |kind: Kind, sequence| CardCommand::GetTransactionProve {
        tag: kind.of(Purse::Ed),
        sequence,
    };
    Some(match row {
        "init-load" => init_transfer(Load, data(AMOUNT)),
        "init-load-too-much" => init_transfer(Load, too_much),
        "init-load-no-key" => init_transfer(Load, no_key),
        "init-unload" => init_transfer(Unload, data(AMOUNT)),
        "init-unload-too-much" => init_transfer(Unload, too_much),
        "init-unload-no-key" => init_transfer(Unload, no_key),
        "init-purchase" => CardCommand::InitializeForPurchase(data(AMOUNT)),
        "init-purchase-too-much" => CardCommand::InitializeForPurchase(too_much),
        "init-purchase-no-key" => CardCommand::InitializeForPurchase(no_key),
        "init-purchase-ep" => {
            CardCommand::InitializeForPurchase(initialize_amount(Purse::Ep, AMOUNT))
        }
        "init-update" => INIT_UPDATE,
        "init-update-no-key" => {
            CardCommand::InitializeForUpdate { key_index: UNKNOWN_KEY, tid: TID }
        }
        "prove-none" => prove(Kind::Purchase, 0),
        "prove-debit" => prove(Kind::Debit, 1),
        "change-right" => CHANGE,
        "change-wrong" => CHANGE_WRONG,
        "update-plain" => plain_update(),
        "update-plain-number" => CardCommand::UpdateBinary { sfi: 0x15, offset: 19, data: &[0x91] },
        "internal" => CardCommand::InternalAuthenticate { data: [7; 8] },
        _ => return None,
    })
}

/// Bytes that no state makes right.
fn malformed(row: &str) -> Option<Vec<u8>> {
    let hex = match row {
        "class" => "A0A40000",
        "instruction" => "E0FF0000",
        "p1p2" => "E07A0A0107011122334455660F",
        "length" => "E07A08010601112233445566",
        "le" => "805C000105",
        "amount" => "E07E08011B8000000000011122334455660000000120260314151407ABCDEF0104",
        "date" => "E07E08011B0000000100011122334455660000000120261314151407ABCDEF0104",
        _ => return None,
    };
    Some(hex::decode(hex).unwrap())
}
