//! A card's visit for a purchase, from its insertion to the goods (protocol §7, §9).

use terminal::{
    Checks, Clock, Dispenser, Goods, NotPaid, Payment, PurchaseProgress, Terminal, Transport,
};
use wire::{Tid, Ttc};

use crate::index::Records;
use crate::link::Link;
use crate::visit::{Freed, NotFreed, begin};

/// What was put right before the purchase began.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PutRight {
    /// The card was grey, or its last TAC was unread.
    pub freed: Option<Freed>,
    /// Earlier purchases of this station whose end the card has shown now: the goods of one that
    /// was paid are still owed.
    pub purchases: Vec<PurchaseProgress>,
}

/// Why no goods may be given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoGoods {
    /// The purchase did not begin.
    Before(NotFreed),
    /// It began, and the card's proof is missing or wrong.
    NotPaid(NotPaid),
}

/// A whole purchase: frees the card first where that is possible, ends what the journal holds
/// open, and says both in `put_right`.
pub fn purchase<C: Transport, P: Transport, J: Records, K: Clock, D: Dispenser>(
    terminal: &mut Terminal<'_, C, P, J, K, D>,
    link: &mut impl Link,
    checks: &Checks<'_>,
    payment: &Payment<'_>,
    put_right: &mut PutRight,
) -> Result<Goods, NoGoods> {
    let open = open_purchases(terminal.journal);
    let ready = begin(terminal, link, &mut put_right.freed).map_err(NoGoods::Before)?;
    let admitted = ready.admit(checks);
    let admitted = admitted.map_err(|refusal| NoGoods::Before(NotFreed::Failed(refusal.into())))?;
    let paid = terminal.pay(admitted, payment);
    let ended = open.into_iter().filter_map(|(tid, ttc)| terminal.journal.purchase(tid, ttc));
    put_right.purchases.extend(ended.filter(|progress| !progress.is_open()));
    paid.map_err(NoGoods::NotPaid)
}

/// The purchases of which nobody knows yet whether the card paid.
pub fn open_purchases(journal: &impl Records) -> Vec<(Tid, Ttc)> {
    let next = |after: &(Tid, Ttc)| journal.next_open_purchase(Some(*after));
    std::iter::successors(journal.next_open_purchase(None), next).collect()
}
