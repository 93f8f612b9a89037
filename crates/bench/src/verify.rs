//! Codes in bulk: each engine of this processor beside OpenSSL's DES, and beside the limit that its ports set.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use crypto::Key;
use crypto::bulk::{
    self, Batch, Bulk, Codes, Engine, Integers, Keys, busy, gmac_gates, sbox_gates, tac_gates,
};
use serde::Serialize;
use wire::{Mac, Scheme, Suite};
use yardstick::{NoOpenSsl, OpenSsl};

/// Records of a batch: 32 slices of the widest engine.
const RECORDS: usize = 16_384;
/// Batches that each thread does when two are held against one.
const BATCHES: usize = 200;
/// How long one way is measured before the next one has its turn.
const TURN: Duration = Duration::from_millis(4);

/// The figures of codes in bulk. Rates are those of the best turn of each way: whatever else the machine does takes from
/// all of them, but never gives.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Verify {
    /// What the processor calls itself.
    pub cpu: String,
    /// The yardstick: TACs per second by OpenSSL's low-level DES on one core.
    pub openssl_tac_per_second: f64,
    /// GMACs likewise.
    pub openssl_gmac_per_second: f64,
    /// What two threads do, to what one does, with the best engine.
    pub two_cores: f64,
    /// Each engine, the slowest first.
    pub engines: Vec<Figures>,
}

/// The figures of one engine on one core. Records are in columns in memory.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Figures {
    /// Its name.
    pub engine: &'static str,
    /// Records side by side.
    pub lanes: usize,
    /// Gates of the eight S-boxes.
    pub sbox_gates: [usize; 8],
    /// Gates that this processor makes when it does nothing else.
    pub gates_per_second: f64,
    /// TAC.
    pub tac: OfCode,
    /// GMAC.
    pub gmac: OfCode,
    /// Records with all five codes, suite 00.
    pub records_per_second: f64,
    /// The same, suite 10.
    pub aes_records_per_second: f64,
    /// The same, suite 20.
    pub sm4_records_per_second: f64,
}

/// One code by one engine.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct OfCode {
    /// On one core.
    pub per_second: f64,
    /// To OpenSSL's.
    pub ratio_to_openssl: f64,
    /// Gates for as many codes as there are lanes.
    pub gates: usize,
    /// Codes per second if the processor made these gates and nothing else.
    pub limit_per_second: f64,
    /// How much of that is reached.
    pub share_of_limit: f64,
}

/// Measures everything, each way so many turns.
///
/// # Errors
/// No OpenSSL to measure against.
pub fn run(turns: u32) -> Result<Verify, NoOpenSsl> {
    let openssl = OpenSsl::load()?;
    let (keys, records) = (keys(Suite::TripleDes), records());
    let mut batch = Batch::with_capacity(RECORDS);
    records.iter().for_each(|record| batch.push_integers(record));
    let yardstick = Yardstick::new(&openssl, &keys, &records);
    let engines: Vec<Engine> =
        Engine::available().into_iter().filter(|engine| *engine != Engine::Scalar).collect();
    let mut ways: Vec<Way<'_>> = engines.iter().map(|engine| Way::new(*engine, &batch)).collect();
    let mut own = [Best::default(), Best::default()];
    for _ in 0..turns {
        own[0].turn(|| yardstick.tacs());
        own[1].turn(|| yardstick.gmacs());
        ways.iter_mut().for_each(Way::turn);
    }
    let own = own.map(|best| best.0);
    let two_cores = engines.last().map_or(0.0, |engine| two_cores(*engine, &batch, turns));
    Ok(Verify {
        cpu: cpu(),
        openssl_tac_per_second: own[0],
        openssl_gmac_per_second: own[1],
        two_cores,
        engines: ways.iter().map(|way| way.figures(own)).collect(),
    })
}

/// The best rate of all turns.
#[derive(Clone, Copy, Default)]
struct Best(f64);

impl Best {
    /// Works until the turn is over.
    fn turn(&mut self, mut work: impl FnMut() -> usize) {
        let begun = Instant::now();
        let mut done = 0;
        loop {
            done += work();
            let took = begun.elapsed();
            if took >= TURN {
                self.0 = self.0.max(per_second(done, took));
                return;
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures")]
fn per_second(done: usize, took: Duration) -> f64 {
    done as f64 / took.as_secs_f64()
}

/// An engine at work.
struct Way<'a> {
    engine: Engine,
    batch: &'a Batch,
    /// Of suite 00, 10 and 20.
    bulks: [Bulk; 3],
    macs: Vec<Mac>,
    codes: Vec<Codes>,
    /// Gates, TAC, GMAC, then records of each suite.
    best: [Best; 6],
}

impl<'a> Way<'a> {
    fn new(engine: Engine, batch: &'a Batch) -> Self {
        let suites = [Suite::TripleDes, Suite::Aes, Suite::Sm4];
        Self {
            engine,
            batch,
            bulks: suites.map(|suite| Bulk::new(engine, &keys(suite))),
            macs: vec![Mac([0; 4]); RECORDS],
            codes: vec![Codes::ZERO; RECORDS],
            best: [Best::default(); 6],
        }
    }

    fn turn(&mut self) {
        let Self { engine, batch, bulks, macs, codes, best } = self;
        let [gates, tac, gmac, suites @ ..] = best;
        gates.turn(|| busy(*engine, 10_000));
        let [seed, ..] = bulks;
        tac.turn(|| {
            seed.tacs(batch, &mut macs[..2048]);
            2048
        });
        gmac.turn(|| {
            seed.gmacs(batch, &mut macs[..2048]);
            2048
        });
        for (best, bulk) in suites.iter_mut().zip(bulks) {
            best.turn(|| {
                bulk.codes(batch, &mut codes[..512]);
                512
            });
        }
    }

    fn figures(&self, [openssl_tac, openssl_gmac]: [f64; 2]) -> Figures {
        let [gates_per_second, tac, gmac, records, aes, sm4] = self.best.map(|best| best.0);
        let lanes = self.engine.lanes();
        let of = |rate: f64, openssl: f64, gates: usize| {
            #[expect(clippy::cast_precision_loss, reason = "figures")]
            let limit = gates_per_second / gates as f64 * lanes as f64;
            OfCode {
                per_second: rate,
                ratio_to_openssl: rate / openssl,
                gates,
                limit_per_second: limit,
                share_of_limit: rate / limit,
            }
        };
        Figures {
            engine: self.engine.name(),
            lanes,
            sbox_gates: sbox_gates(self.engine),
            gates_per_second,
            tac: of(tac, openssl_tac, tac_gates(self.engine)),
            gmac: of(gmac, openssl_gmac, gmac_gates(self.engine)),
            records_per_second: records,
            aes_records_per_second: aes,
            sm4_records_per_second: sm4,
        }
    }
}

/// One thread and two, each with as much to do, in turns.
fn two_cores(engine: Engine, batch: &Batch, turns: u32) -> f64 {
    let [mut one, mut two] = [Duration::MAX; 2];
    for _ in 0..turns.min(50) {
        one = one.min(together(engine, batch, 1));
        two = two.min(together(engine, batch, 2));
    }
    2.0 * one.as_secs_f64() / two.as_secs_f64()
}

/// How long so many threads take for their batches: long enough that none of it is their beginning.
fn together(engine: Engine, batch: &Batch, threads: usize) -> Duration {
    // The first time all are ready, the second time they begin: whoever is late then counts.
    let ready = Barrier::new(threads + 1);
    std::thread::scope(|scope| {
        let work = || {
            let mut bulk = Bulk::new(engine, &keys(Suite::TripleDes));
            let mut macs = vec![Mac([0; 4]); RECORDS];
            ready.wait();
            ready.wait();
            (0..BATCHES).for_each(|_| bulk.tacs(batch, &mut macs));
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        ready.wait();
        let begun = Instant::now();
        ready.wait();
        for worker in workers {
            let ended = worker.join();
            debug_assert!(ended.is_ok(), "a thread that only computes");
        }
        begun.elapsed()
    })
}

fn keys(suite: Suite) -> Keys {
    let key = |first: u8| {
        Key::of(
            suite,
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].map(|n| first ^ (n * 13)),
        )
    };
    Keys { scheme: Scheme::Seed, consumption: key(3), tac: key(71), psam: key(149) }
}

/// Made-up records: no two have a card in common.
fn records() -> Vec<Integers> {
    let record = |number: u32| Integers {
        asn: 0x1000_0000_0000_0000 + u64::from(number),
        ctc: 7,
        tid: 0x1200_0000_0000 + u64::from(number % 97),
        ttc: number,
        icc: number.wrapping_mul(0x9E37_79B9),
        trn: 0x8000_0000 | number,
        balance: 100_000,
        lock_date: 0x2026_1123,
        lock_time: 0x10_20_30,
        amount: 5_000 + number % 1000,
        end_date: 0x2026_1123,
        end_time: 0x10_25_30,
        ..Integers::default()
    };
    (0..).map(record).take(RECORDS).collect()
}

/// The same records as OpenSSL wants them.
struct Yardstick<'a> {
    openssl: &'a OpenSsl,
    tac: [yardstick::Schedule; 2],
    consumption: [yardstick::Schedule; 2],
    /// ASN, what SESPK is made of, the padded input of TAC and GMAC.
    rows: Vec<([u8; 8], [u8; 8], [u8; 24])>,
}

impl<'a> Yardstick<'a> {
    fn new(openssl: &'a OpenSsl, keys: &Keys, records: &[Integers]) -> Self {
        let rows: Vec<_> = records.iter().take(2048).map(row).collect();
        let made = Self {
            openssl,
            tac: openssl.schedules(keys.tac.expose()),
            consumption: openssl.schedules(keys.consumption.expose()),
            rows,
        };
        debug_assert!(made.agrees(keys, records), "both ways make the same codes");
        made
    }

    fn tacs(&self) -> usize {
        for (asn, _, input) in &self.rows {
            std::hint::black_box(yardstick::tac(self.openssl, &self.tac, *asn, input));
        }
        self.rows.len()
    }

    fn gmacs(&self) -> usize {
        for (asn, source, input) in &self.rows {
            let made = yardstick::gmac(self.openssl, &self.consumption, *asn, *source, input);
            std::hint::black_box(made);
        }
        self.rows.len()
    }

    fn agrees(&self, keys: &Keys, records: &[Integers]) -> bool {
        let mut batch = Batch::default();
        records.iter().take(self.rows.len()).for_each(|record| batch.push_integers(record));
        let mut codes = vec![Codes::ZERO; self.rows.len()];
        Bulk::new(bulk::Engine::Scalar, keys).codes(&batch, &mut codes);
        self.rows.iter().zip(&codes).all(|((asn, source, input), codes)| {
            yardstick::tac(self.openssl, &self.tac, *asn, input) == codes.tac.0
                && yardstick::gmac(self.openssl, &self.consumption, *asn, *source, input)
                    == codes.gmac.0
        })
    }
}

fn row(record: &Integers) -> ([u8; 8], [u8; 8], [u8; 24]) {
    let [_, _, t1, t2, t3, t4, t5, t6] = record.tid.to_be_bytes();
    let [a1, a2, a3, a4] = record.amount.to_be_bytes();
    let [n1, n2, n3, n4] = record.ttc.to_be_bytes();
    let [d1, d2, d3, d4] = record.end_date.to_be_bytes();
    let [_, h, m, s] = record.end_time.to_be_bytes();
    let input = [
        a1, a2, a3, a4, 0x93, t1, t2, t3, t4, t5, t6, n1, n2, n3, n4, d1, d2, d3, d4, h, m, s,
        0x80, 0,
    ];
    let [i1, i2, i3, i4] = record.icc.to_be_bytes();
    let [c1, c2] = record.ctc.to_be_bytes();
    (record.asn.to_be_bytes(), [i1, i2, i3, i4, c1, c2, n3, n4], input)
}

/// The processor's name, where Linux tells it.
fn cpu() -> String {
    let told = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = told.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or_else(|| "unknown".to_owned(), |(_, name)| name.trim().to_owned())
}
