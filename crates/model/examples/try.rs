use std::time::Duration;
fn main() {
    let arg: Vec<u8> = std::env::args().skip(1).map(|a| a.parse().unwrap()).collect();
    let b = model::Bounds {
        cards: arg[0],
        terminals: arg[1],
        transactions: arg[2],
        visits: arg[3],
        faults: arg[4],
        money: 2,
    };
    let t = std::time::Instant::now();
    let f = model::check(b, 2, Some(Duration::from_secs(arg[5].into())));
    println!(
        "{b}: states {} transitions {} whole {} {:.1}s",
        f.states,
        f.transitions,
        f.whole,
        t.elapsed().as_secs_f64()
    );
    for v in f.violations {
        println!("VIOLATED {}", v.rule);
        for s in v.trace {
            println!("   {s}");
        }
    }
}
