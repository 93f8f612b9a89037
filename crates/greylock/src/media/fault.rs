//! Why a medium failed. The memory's own errors carry no text, so it is kept aside for the message.

use std::sync::{Arc, OnceLock};

/// The first thing that went wrong with a medium.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MediumFault {
    /// Power was taken away on purpose.
    Torn,
    /// The system refused an access, in its words.
    Refused(String),
}

/// A handle on the fault of one medium; its clones show the same.
#[derive(Clone, Default, Debug)]
pub struct FaultLog(Arc<OnceLock<MediumFault>>);

impl FaultLog {
    /// The first fault, if there was one.
    #[must_use]
    pub fn first(&self) -> Option<&MediumFault> {
        self.0.get()
    }

    /// Whether power was taken away on purpose.
    #[must_use]
    pub fn is_torn(&self) -> bool {
        self.first() == Some(&MediumFault::Torn)
    }

    /// Keeps a fault unless there was an earlier one.
    pub(crate) fn note(&self, fault: MediumFault) {
        let _earlier = self.0.set(fault);
    }
}
