//! What a nozzle remembers, also through a power cut.

use dispenser::OrderId;
use dispenser::kept::Kept;
use dispenser::simulated::Keep as _;
use nvm::memory::{Fill, Ram, Tear};

#[test]
fn totalizer_and_order_outlive_the_power() {
    let longest = OrderId::new(&"A".repeat(OrderId::LONGEST)).unwrap();
    let mut ram = Ram::fixed(Kept::<Ram>::IMAGE_LEN);
    drop(Kept::format(&mut ram).unwrap());
    let (_, left) = Kept::open(&mut ram).unwrap();
    assert_eq!(left, (0, None));
    for (totalizer, order) in [(17, Some(&longest)), (u64::MAX, None), (3, Some(&longest))] {
        Kept::open(&mut ram).unwrap().0.keep(totalizer, order).unwrap();
        let (_, left) = Kept::open(&mut ram).unwrap();
        assert_eq!(left, (totalizer, order.cloned()));
    }
}

#[test]
fn a_tear_leaves_the_old_or_the_new() {
    let order = OrderId::new("112233445566-7").unwrap();
    let mut whole = Ram::fixed(Kept::<Ram>::IMAGE_LEN);
    Kept::format(&mut whole).unwrap().keep(1000, None).unwrap();
    for write in 1..=2 {
        for at in 0..=90 {
            let mut ram = whole.clone();
            let (mut kept, _) = Kept::open(&mut ram).unwrap();
            kept.keep(1000, None).unwrap();
            drop(kept);
            ram.arm(Tear { write, at, fill: Fill::Random(7) });
            let (mut kept, _) = Kept::open(&mut ram).unwrap();
            let done = kept.keep(2000, Some(&order)).is_ok();
            drop(kept);
            ram.power_on();
            let (_, left) = Kept::open(&mut ram).unwrap();
            let (old, new) = ((1000, None), (2000, Some(order.clone())));
            assert!(left == new || (!done && left == old), "{write} {at}: {left:?}");
        }
    }
}
