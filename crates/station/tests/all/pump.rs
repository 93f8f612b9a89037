//! The simulated pump's totalizer outlives power cuts and never runs backwards.

use nvm::memory::{Fill, Ram, Tear};
use station::Pump;

#[test]
fn the_totalizer_is_there_after_a_power_cut() {
    let mut pump = Pump::format(Ram::fixed(Pump::<Ram>::IMAGE_LEN)).unwrap();
    pump.run(1000);
    assert_eq!(pump.shown(), 1000);
    for at in 0..24 {
        let mut medium = pump.into_medium();
        medium.arm(Tear { write: 3, at, fill: Fill::Random(at as u64) });
        let mut running = Pump::open(medium).unwrap();
        let before = running.shown();
        running.run(1000);
        let shown = running.shown();
        let mut medium = running.into_medium();
        medium.power_on();
        pump = Pump::open(medium).unwrap();
        let after = pump.shown();
        assert!(before < after && after < before + 1000, "{before} {after}");
        assert!(shown == after || shown + 100 == after, "what flowed is counted");
    }
}
