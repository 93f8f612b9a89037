//! What the generator reached: a run that only refuses proves nothing.

use card::{Application, View};
use station::visit::{Freed, How, NoSale, NotFreed, Sale};
use wire::GreyState;

macro_rules! coverage {
    ($($(#[$doc:meta])* $field:ident),* $(,)?) => {
        /// How often the run came to each place.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        pub struct Coverage { $($(#[$doc])* pub $field: u64),* }

        impl Coverage {
            /// Every figure under its name.
            #[must_use]
            pub fn named(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($field), self.$field)),*]
            }

            pub(crate) fn add_all(&mut self, other: &Self) {
                $(self.$field += other.$field;)*
            }
        }
    };
}

coverage! {
    /// Worlds that were played.
    epochs,
    /// Sales that came to their end.
    sales,
    /// … and the card, asked again, did not confirm the debit.
    unconfirmed_sales,
    /// The nozzle was open, and the debit did not come to its end.
    broken_sales,
    /// Nothing was dispensed.
    refused_sales,
    /// Purchases whose goods were given.
    purchases,
    /// Purchases whose answer was lost or was not the card's.
    open_purchases,
    /// Purchases that did not come to the card.
    refused_purchases,
    /// Purchases settled by succession.
    purchases_by_succession,
    /// Loads and unloads that the card carried out.
    transfers,
    /// … and the centre did not take the proof at once.
    unproved_transfers,
    /// Loads and unloads whose answer was lost.
    open_transfers,
    /// Loads and unloads that were not carried out.
    refused_transfers,
    /// Loads and unloads that prepaid accounts paid or got.
    charged_to_accounts,
    /// Cards freed with a grey record.
    local_unlocks,
    /// Cards freed by the centre.
    online_unlocks,
    /// TACs read from cards later.
    tacs_read,
    /// The centre waited for more.
    waits,
    /// Cards that came in grey.
    came_grey,
    /// Cards that came in with an unread TAC or MAC3.
    came_unread,
    /// Cards that came in with a locked application.
    came_application_locked,
    /// Starts of stations.
    restarts,
    /// Starts of the centre.
    centre_restarts,
    /// Rulings of two operators when the world came to rest.
    rulings,
    /// Rulings of two operators before that.
    rulings_amid_faults,
    /// Applications that the centre unblocked before that.
    unblocked,
    /// Dead PSAMs for which a new one came.
    psams_replaced,
    /// Records settled by TAC.
    settled_by_tac,
    /// Records settled by MAC3.
    settled_by_mac3,
    /// Records settled by succession.
    settled_by_succession,
    /// Records settled by operators.
    settled_by_operators,
    /// Locks on which nothing was or will be delivered.
    no_dispense,
    /// Numbers that were drawn and not used.
    void,
    /// Deliveries without a GMAC.
    unproved,
    /// Reports kept aside by the centre.
    quarantined,
    /// Sales that a lost journal took along: the centre shows each as a hole.
    sales_in_holes,
    /// Cents of them, which the cards paid and nobody is owed.
    cents_in_holes,
    /// Epochs in which a copied or rolled-back card used a number twice, and was named for it.
    copies_named,
    /// Cents that such cards took, all booked as losses.
    cents_lost_to_copies,
}

impl Coverage {
    pub(super) fn saw(&mut self, card: &View) {
        self.came_grey += u64::from(card.status.state == GreyState::Grey);
        let unread = matches!(card.status.state, GreyState::Debited | GreyState::UnlockedOnline);
        self.came_unread += u64::from(unread);
        self.came_application_locked += u64::from(card.application != Application::Open);
    }

    pub(super) fn sold(&mut self, outcome: &Result<Sale, NoSale>) {
        match outcome {
            Ok(sale) => {
                self.sales += 1;
                self.unconfirmed_sales += u64::from(!sale.confirmed);
            }
            Err(NoSale::After { .. }) => self.broken_sales += 1,
            Err(NoSale::Before(why)) => {
                self.refused_sales += 1;
                self.waits += u64::from(matches!(why, NotFreed::Wait(_)));
            }
        }
    }

    pub(super) fn freed(&mut self, freed: Option<&Freed>) {
        match freed.map(|freed| freed.how) {
            Some(How::Local) => self.local_unlocks += 1,
            Some(How::Online) => self.online_unlocks += 1,
            Some(How::TacRead) => self.tacs_read += 1,
            None => {}
        }
    }
}
