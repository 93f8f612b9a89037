//! Loads and unloads whose proof the centre still waits for: it is asked beside the card, and the card while it waits for
//! its customer, so that nobody waits for the network.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::Builder;

use station::OpenTransfer;
use terminal::transfer::proof;
use wire::Asn;

use crate::contact::Contact;
use crate::uplink::Uplink;

/// The centre was asked, and has not answered yet.
pub(crate) struct Proofs {
    uplink: Arc<dyn Uplink>,
    asn: Asn,
    open: Receiver<Vec<OpenTransfer>>,
}

/// What the centre waits for.
pub(crate) struct Wanted {
    uplink: Arc<dyn Uplink>,
    asn: Asn,
    open: Vec<OpenTransfer>,
}

impl Proofs {
    /// Asks the centre, while the line is up.
    pub(crate) fn ask(uplink: &Arc<dyn Uplink>, asn: Asn) -> Option<Self> {
        if uplink.standing().centre.state != "up" {
            return None;
        }
        let (tell, open) = channel();
        let asks = Arc::clone(uplink);
        let thread = Builder::new().name("open transfers".to_owned());
        // Without a thread, or without an answer, the next visit asks again.
        let asked = thread.spawn(move || {
            let _ = asks.open_transfers(asn).map(|open| tell.send(open));
        });
        asked.ok()?;
        Some(Self { uplink: Arc::clone(uplink), asn, open })
    }

    /// The answer, if it is there.
    pub(crate) fn came(&self) -> Option<Wanted> {
        let open = self.open.try_recv().ok()?;
        Some(Wanted { uplink: Arc::clone(&self.uplink), asn: self.asn, open })
    }
}

impl Wanted {
    /// Asks the card for what it can prove, and brings that to the centre in its own time.
    pub(crate) fn bring(self, card: &mut Contact) {
        let Self { uplink, asn, open } = self;
        let proved = open.into_iter().filter_map(|open| {
            let tac = proof(card, open.way.tag(open.purse), open.otc).ok().flatten()?;
            Some((open, tac))
        });
        let proved: Vec<_> = proved.collect();
        if proved.is_empty() {
            return;
        }
        // What does not get there is asked for at the next visit.
        let _ = Builder::new().name("proofs".to_owned()).spawn(move || {
            for (open, tac) in proved {
                let _ = uplink.prove_transfer(asn, open, tac);
            }
        });
    }
}
