//! `greylock sim`: many worlds under one seed, with every fault there is.

use std::fmt::Write as _;
use std::num::NonZeroU16;
use std::time::Instant;

use beside::{Servers, Tally, Where};
use host::Partitions;
use serde_json::{Map, Value, json};
use sim::centre::Makes;
use sim::divided::{Divisions, Touched};
use sim::run::{self, Fault, Order, Plan, Planted, Tale};

use crate::cli::{SimArgs, SimCentre};
use crate::error::Error;
use crate::output::{Context, Exit, Report};

/// So many transactions must meet every kind of fault.
const ALL_KINDS_FROM: u64 = 20_000;

/// Plays the run, or one epoch of it.
///
/// # Errors
/// When there is no such epoch or visit.
pub(crate) fn run(args: &SimArgs, _: &mut Context<'_>) -> Result<Report, Error> {
    let mut order = Order::new(args.seed, args.transactions);
    if !args.faults.is_empty() {
        order.faults.clone_from(&args.faults);
    }
    let mut other = Other::of(args);
    let begun = Instant::now();
    let tale = match &mut other {
        Other::Nobody => play(&order, args, None)?,
        Other::Servers(servers) => play(&order, args, Some(&mut |keys| servers.make(keys)))?,
        Other::Divided(divided, _) => play(&order, args, Some(&mut |keys| Ok(divided.make(keys))))?,
    };
    let rate = rate(tale.transactions, begun);
    let mut report = report(&order, &tale, rate, args);
    other.tell(&mut report);
    Ok(report)
}

/// Whom the worlds have beside their centre.
enum Other {
    Nobody,
    Servers(Servers),
    Divided(Divisions, NonZeroU16),
}

impl Other {
    fn of(args: &SimArgs) -> Self {
        let at = args.db.clone().map_or(Where::Sqlite, Where::Postgres);
        match (args.centre, args.partitions) {
            (_, Some(count)) => Self::Divided(Divisions::new(Partitions::new(count)), count),
            (SimCentre::Server, None) => Self::Servers(Servers::new(at)),
            (SimCentre::Rules, None) => Self::Nobody,
        }
    }

    /// What was compared.
    fn tell(self, report: &mut Report) {
        match self {
            Self::Nobody => {}
            Self::Servers(servers) => {
                let tally = servers.tally();
                report.document["server"] = told(&tally);
                let Tally { worlds, calls, again, deaths } = tally;
                let _ = writeln!(
                    report.text,
                    "beside the rules: {worlds} servers, {calls} answers compared, {again} asked again, {deaths} ends"
                );
            }
            Self::Divided(divisions, count) => {
                let tally = divisions.tally();
                report.document["divided"] = divided(&tally, count);
                report.text.push_str(&table(&tally, count));
            }
        }
    }
}

fn told(tally: &Tally) -> Value {
    let Tally { worlds, calls, again, deaths } = *tally;
    json!({ "worlds": worlds, "answers_compared": calls, "asked_again": again, "ends": deaths })
}

fn divided(tally: &sim::divided::Tally, count: NonZeroU16) -> Value {
    let row = |touched: &Touched| json!({ "one": touched.one, "several": touched.several, "all": touched.all });
    let kinds = tally.calls.iter().map(|(kind, touched)| ((*kind).to_owned(), row(touched)));
    let kinds: Map<String, Value> = kinds.collect();
    json!({ "books": count, "worlds": tally.worlds, "calls": row(&tally.whole()), "by_kind": kinds })
}

fn table(tally: &sim::divided::Tally, count: NonZeroU16) -> String {
    let mut text = format!("calls, done in one, several or all {count} books\n");
    let mut row = |name: &str, touched: &Touched| {
        let Touched { one, several, all } = touched;
        let _ = writeln!(text, "  {name:<28}{one:>10}{several:>10}{all:>10}");
    };
    tally.calls.iter().for_each(|(kind, touched)| row(kind, touched));
    row("together", &tally.whole());
    text
}

fn play(order: &Order, args: &SimArgs, beside: Option<Makes<'_>>) -> Result<Tale, Error> {
    match (args.epoch, beside) {
        (Some(epoch), beside) => replay(order, (epoch, &args.visits), beside),
        (None, Some(make)) => Ok(run::run_beside(order, make)),
        (None, None) => Ok(run::run(order)),
    }
}

fn replay(
    order: &Order,
    (epoch, visits): (u64, &[usize]),
    beside: Option<Makes<'_>>,
) -> Result<Tale, Error> {
    let uncut = order.plan(epoch).ok_or_else(|| {
        Error::usage(format!("{} transactions have no epoch {epoch}", order.transactions))
    })?;
    let plan = if visits.is_empty() { uncut } else { uncut.only(visits) };
    if plan.visits.is_empty() {
        return Err(Error::usage(format!("epoch {epoch} has no such visit")));
    }
    let (mut tale, wrong) = run::play_beside(&plan, Planted::Nothing, beside);
    if !wrong.is_empty() {
        let then = wrong.clone();
        tale.failure = Some(run::Failure { epoch, wrong, shortened: plan, then });
    }
    Ok(tale)
}

fn rate(transactions: u64, begun: Instant) -> u64 {
    let micros = begun.elapsed().as_micros().max(1);
    u64::try_from(u128::from(transactions) * 1_000_000 / micros).unwrap_or(u64::MAX)
}

fn report(order: &Order, tale: &Tale, rate: u64, args: &SimArgs) -> Report {
    let whole = args.epoch.is_none();
    let missing: Vec<&str> = order
        .faults
        .iter()
        .filter(|fault| tale.faults.of(**fault) == 0)
        .map(|fault| fault.name())
        .collect();
    let report = Report::done(document(order, tale, rate), text(order, tale, rate));
    if let Some(failure) = &tale.failure {
        let other = match (args.centre, args.partitions) {
            (_, Some(count)) => format!(" --partitions {count}"),
            (SimCentre::Server, None) => " --centre server".to_owned(),
            (SimCentre::Rules, None) => String::new(),
        };
        let line = replay_line(order, tale);
        let message = format!("epoch {} does not hold; {line}{other}", failure.epoch);
        return report.ending(Exit::Bug, message);
    }
    if whole && order.transactions >= ALL_KINDS_FROM && !missing.is_empty() {
        let message = format!("these faults never happened: {}", missing.join(", "));
        return report.ending(Exit::Bug, message);
    }
    report
}

fn document(order: &Order, tale: &Tale, rate: u64) -> Value {
    let faults: Map<String, Value> =
        tale.faults.iter().map(|(fault, count)| (fault.name().to_owned(), count.into())).collect();
    let coverage: Map<String, Value> =
        tale.coverage.named().into_iter().map(|(name, n)| (name.to_owned(), n.into())).collect();
    let failure = tale.failure.as_ref().map(|failure| {
        json!({
            "epoch": failure.epoch,
            "wrong": failure.wrong,
            "replay": replay_line(order, tale),
            "visits": visits(&failure.shortened),
            "then": failure.then,
        })
    });
    json!({
        "ok": tale.failure.is_none(),
        "seed": order.seed,
        "transactions": tale.transactions,
        "faults": faults,
        "cents_off": tale.cents_off,
        "stuck_cards": tale.stuck_cards,
        "transactions_per_second": rate,
        "coverage": coverage,
        "failure": failure,
    })
}

fn text(order: &Order, tale: &Tale, rate: u64) -> String {
    let mut text = format!("seed {}\n", order.seed);
    let mut row = |name: &str, value: u64| {
        let _ = writeln!(text, "  {name:<28}{value:>10}");
    };
    row("transactions", tale.transactions);
    row("faults", tale.faults.sum());
    row("cents off", tale.cents_off);
    row("stuck cards", tale.stuck_cards);
    row("transactions per second", rate);
    text.push_str("what went wrong\n");
    for (fault, count) in tale.faults.iter() {
        let _ = writeln!(text, "  {:<28}{count:>10}", fault.name());
    }
    text.push_str("what was reached\n");
    for (name, count) in tale.coverage.named() {
        let _ = writeln!(text, "  {:<28}{count:>10}", name.replace('_', " "));
    }
    if let Some(failure) = &tale.failure {
        let _ = writeln!(text, "epoch {} does not hold", failure.epoch);
        let head = failure.wrong.iter().map(|line| format!("  {line}\n"));
        let shown = visits(&failure.shortened).into_iter().chain(failure.then.clone());
        text.extend(head.chain([format!("{}\n", replay_line(order, tale))]));
        text.extend(shown.map(|line| format!("  {line}\n")));
    }
    text
}

/// The command that plays the shortened epoch again.
fn replay_line(order: &Order, tale: &Tale) -> String {
    let Some(failure) = &tale.failure else { return String::new() };
    let numbers = failure.shortened.visits.iter().map(|visit| visit.number.to_string());
    let numbers: Vec<String> = numbers.collect();
    let Order { seed, transactions, faults, .. } = order;
    let mut line = format!(
        "replay: greylock sim --seed {seed} --transactions {transactions} --epoch {} --visits {}",
        failure.epoch,
        numbers.join(",")
    );
    if faults.len() < Fault::TABLE.len() {
        let names: Vec<&str> = faults.iter().map(|fault| fault.name()).collect();
        let _ = write!(line, " --faults {}", names.join(","));
    }
    line
}

fn visits(plan: &Plan) -> Vec<String> {
    let line = |visit: &run::Visit| {
        let faults: Vec<&str> = visit.faults.iter().map(|fault| fault.name()).collect();
        format!(
            "visit {}: card {} at terminal {}, {:?}: {}",
            visit.number,
            visit.card + 1,
            visit.site + 1,
            visit.errand,
            if faults.is_empty() { "nothing goes wrong".to_owned() } else { faults.join(", ") }
        )
    };
    plan.visits.iter().map(line).collect()
}
