//! What is printed, line by line.

use wire::{Amount, ClaimedRecord, Stamp};

/// Characters of a line.
pub(crate) const WIDTH: usize = 32;

/// How the delivery ended for the card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// It was debited.
    Paid {
        /// What the card holds now.
        balance: Amount,
    },
    /// The card is grey: the code frees it.
    Grey,
}

/// A receipt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// The station.
    pub station: String,
    /// The product's name.
    pub product: String,
    /// Its unit: `L`, `kWh`, `m3`.
    pub unit: String,
    /// The currency, three letters.
    pub currency: String,
    /// Digits behind its point.
    pub decimals: u8,
    /// The delivery.
    pub record: ClaimedRecord,
    /// How it ended.
    pub ending: Ending,
}

impl Receipt {
    /// Lines of at most 32 characters.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let ClaimedRecord { terms, certified, delivery, .. } = &self.record;
        let mut lines = vec![centred(&self.station), day(delivery.at), String::new()];
        let quantity = decimal(delivery.quantity, 3);
        lines.push(row(&self.product, &format!("{quantity} {}", self.unit)));
        let price = self.money(u64::from(certified.unit_price));
        lines.push(row(&format!("  at {price}/{}", self.unit), ""));
        lines.push(row(
            "TOTAL",
            &format!("{} {}", self.money(delivery.amount.units().into()), self.currency),
        ));
        lines.push(String::new());
        lines.push(row("Card", &masked(&terms.id.asn.to_string())));
        lines.push(row("Terminal", &terms.id.tid.to_string()));
        lines.push(row("Number", &terms.id.ttc.to_string()));
        match self.ending {
            Ending::Paid { balance } => {
                lines.push(row(
                    "Balance",
                    &format!("{} {}", self.money(balance.units().into()), self.currency),
                ));
            }
            Ending::Grey => lines.extend(
                ["", "THE CARD WAS PULLED: NOT PAID", "Any station frees it with this", "paper."]
                    .map(str::to_owned),
            ),
        }
        lines
    }

    fn money(&self, units: u64) -> String {
        decimal(units, self.decimals)
    }
}

/// A whole number of the last digit's units.
fn decimal(units: u64, digits: u8) -> String {
    let Some(one) = 10_u64.checked_pow(digits.into()).filter(|_| digits > 0) else {
        return units.to_string();
    };
    let width = usize::from(digits);
    format!("{}.{:0width$}", units / one, units % one)
}

/// The last four digits: a receipt is thrown away where others find it.
fn masked(asn: &str) -> String {
    let kept = asn.len().saturating_sub(4);
    asn.chars().enumerate().map(|(place, digit)| if place < kept { '*' } else { digit }).collect()
}

fn day(at: Stamp) -> String {
    let (date, time) = (at.date.to_string(), at.time.to_string());
    let part =
        |text: &str, from: usize, to: usize| text.get(from..to).unwrap_or_default().to_owned();
    let date = format!("{}-{}-{}", part(&date, 0, 4), part(&date, 4, 6), part(&date, 6, 8));
    centred(&format!("{date} {}:{}", part(&time, 0, 2), part(&time, 2, 4)))
}

fn row(left: &str, right: &str) -> String {
    let room = WIDTH.saturating_sub(right.chars().count() + 1);
    let left: String = left.chars().take(room).collect();
    if right.is_empty() { left } else { format!("{left:<room$} {right}") }
}

fn centred(text: &str) -> String {
    let text: String = text.chars().take(WIDTH).collect();
    format!("{text:^WIDTH$}").trim_end().to_owned()
}
