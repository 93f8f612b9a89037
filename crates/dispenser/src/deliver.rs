//! One delivery, from its authorisation to its end.

use std::time::Duration;

use crate::{Dispenser, DispenserError, Order, Reading, State};

/// How often somebody looks at the card while fuel flows.
pub const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A nozzle that was told to stop so often and is open all the same is no longer waited for: WAIT would keep it open, and
/// without it the nozzle closes by itself.
const STOPS: usize = 100;

/// Who watches a delivery.
pub trait Watch {
    /// Told the totalizer whenever it moved, and asked whether the nozzle may stay open: false when the card is gone, or
    /// somebody pressed stop.
    fn may_go_on(&mut self, totalizer: u64) -> bool;
}

impl<F: FnMut(u64) -> bool> Watch for F {
    fn may_go_on(&mut self, totalizer: u64) -> bool {
        self(totalizer)
    }
}

/// How a delivery ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delivered {
    /// The nozzle is closed; this is the totalizer.
    Closed(u64),
    /// Nothing was opened: the dispenser refused, and says afterwards that it is not open for this order.
    NotOpened(u64),
}

impl Delivered {
    /// The totalizer afterwards.
    #[must_use]
    pub const fn totalizer(self) -> u64 {
        match self {
            Self::Closed(totalizer) | Self::NotOpened(totalizer) => totalizer,
        }
    }
}

/// Opens a nozzle for an order and waits until it is closed.
///
/// # Errors
/// The dispenser fell silent or broke its protocol. What flowed is told by its totalizer when it answers again, and the
/// delivery is finished from there: until then nothing may be claimed for this order.
pub fn deliver(
    dispenser: &mut (impl Dispenser + ?Sized),
    order: &Order,
    watch: &mut (impl Watch + ?Sized),
) -> Result<Delivered, DispenserError> {
    let mut last = dispenser.read()?.totalizer;
    match dispenser.authorise(order) {
        Ok(()) => {}
        // The order may have gone out twice: what the nozzle says of itself counts.
        Err(DispenserError::Refused(_)) => {
            let Reading { state, totalizer } = dispenser.read()?;
            last = forward(last, totalizer)?;
            match state {
                State::Open(id) | State::Finished(id) if id == order.id => {}
                _ => return Ok(Delivered::NotOpened(totalizer)),
            }
        }
        Err(error) => return Err(error),
    }
    let mut stops = 0;
    loop {
        let Reading { state, totalizer } = dispenser.wait(LOOK_EVERY)?;
        last = forward(last, totalizer)?;
        match state {
            State::Finished(id) if id == order.id => return Ok(Delivered::Closed(totalizer)),
            State::Open(id) if id == order.id => {}
            other => {
                return Err(DispenserError::Broken(format!(
                    "order {} was open, and it says {other}",
                    order.id
                )));
            }
        }
        if stops == STOPS {
            return Err(DispenserError::Broken("it was stopped and stays open".to_owned()));
        }
        if stops > 0 || !watch.may_go_on(totalizer) {
            dispenser.stop()?;
            stops += 1;
        }
    }
}

/// The totalizer, which never goes back.
fn forward(last: u64, totalizer: u64) -> Result<u64, DispenserError> {
    if totalizer < last {
        let words = format!("its totalizer went back from {last} to {totalizer}");
        return Err(DispenserError::Broken(words));
    }
    Ok(totalizer)
}
