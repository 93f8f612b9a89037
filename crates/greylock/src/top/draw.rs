//! Stations as a screen.

use api::site::{ListStanding, Nozzle, OpenLock, Site};
use ratatui::Frame;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Style, Stylize as _};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph, Row, Table};

use super::Seen;

/// Lines of a station besides nozzles, locks and warnings: its frame, three lines of standing, the table's head.
const FIXED: usize = 2 + 3 + 1;
/// Most open locks that are shown of a station.
const LOCKS: usize = 5;

/// How many lines all of them want.
pub(crate) fn height(seen: &[Seen]) -> u16 {
    let lines: usize = seen.iter().map(lines_of).sum();
    u16::try_from(lines).unwrap_or(u16::MAX)
}

fn lines_of(seen: &Seen) -> usize {
    match &seen.is {
        Err(_) => 3,
        Ok((site, locks)) => {
            FIXED + site.nozzles.len() + locks.len().min(LOCKS) + site.warnings.len()
        }
    }
}

/// Draws all of them, one below the other.
pub(crate) fn screen(frame: &mut Frame<'_>, seen: &[Seen]) {
    let lines = |seen: &Seen| Constraint::Length(u16::try_from(lines_of(seen)).unwrap_or(u16::MAX));
    let parts = Layout::vertical(seen.iter().map(lines)).split(frame.area());
    for (seen, area) in seen.iter().zip(parts.iter()) {
        one(frame, seen, *area);
    }
}

/// The same as lines of text, without colours.
pub(crate) fn text(seen: &[Seen], width: u16) -> String {
    let backend = TestBackend::new(width, height(seen).max(1));
    let Ok(mut terminal) = Terminal::new(backend);
    let Ok(_) = terminal.draw(|frame| screen(frame, seen));
    let buffer = terminal.backend().buffer();
    let line = |cells: &[ratatui::buffer::Cell]| {
        let line: String = cells.iter().map(ratatui::buffer::Cell::symbol).collect();
        format!("{}\n", line.trim_end())
    };
    buffer.content().chunks(usize::from(width).max(1)).map(line).collect()
}

fn one(frame: &mut Frame<'_>, seen: &Seen, area: Rect) {
    match &seen.is {
        Err(why) => {
            let block = Block::bordered().title(seen.url.as_str()).fg(Color::Red);
            frame.render_widget(Paragraph::new(why.as_str()).block(block), area);
        }
        Ok((site, locks)) => station(frame, &seen.url, site, locks, area),
    }
}

fn station(frame: &mut Frame<'_>, url: &str, site: &Site, locks: &[OpenLock], area: Rect) {
    let title = format!(" {} — {url} — {} ", site.name, clock(&site.time));
    let block = Block::bordered().title(title.bold());
    let inside = block.inner(area);
    frame.render_widget(block, area);
    let rows = u16::try_from(site.nozzles.len().saturating_add(1)).unwrap_or(u16::MAX);
    let parts = [Constraint::Length(3), Constraint::Length(rows), Constraint::Min(0)];
    let [standing, table, rest] = Layout::vertical(parts).areas(inside);
    frame.render_widget(Paragraph::new(standing_of(site)), standing);
    frame.render_widget(nozzles(site), table);
    let locks = locks.iter().take(LOCKS).map(|lock| lock_line(lock, site));
    let warnings = site.warnings.iter().map(|warning| {
        let place = warning.nozzle.map(|nozzle| format!("nozzle {nozzle}: ")).unwrap_or_default();
        Line::from(format!("! {} {place}{}", warning.name, warning.words)).fg(Color::Yellow)
    });
    frame.render_widget(Paragraph::new(locks.chain(warnings).collect::<Vec<_>>()), rest);
}

fn standing_of(site: &Site) -> Vec<Line<'static>> {
    let centre = &site.centre;
    let colour = if centre.state == "down" { Color::Red } else { Color::Green };
    let reason = centre.reason.as_deref().map(|why| format!(" ({why})")).unwrap_or_default();
    let line = Line::from(vec![
        Span::raw("centre "),
        Span::styled(centre.state.clone(), Style::new().fg(colour)),
        Span::raw(format!("{reason} for {}, queue {}", span(centre.seconds), centre.queue)),
    ]);
    let journal = &site.journal;
    let free = journal.free.map(|free| format!(", {} MiB free", free >> 20)).unwrap_or_default();
    let stopped = if journal.takes_locks { "" } else { ", NO NEW LOCKS" };
    let journal = format!(
        "journal {} entries, {} open locks{free}{stopped}; prices version {}{}",
        journal.records,
        journal.open_locks,
        site.parameters.version,
        site.parameters.next.map(|next| format!(", {next} waits")).unwrap_or_default(),
    );
    let list = |name: &str, list: &ListStanding| {
        let age = list.seconds.map_or_else(|| "never checked".to_owned(), span);
        format!("{name} {} rows, version {}, {age}", list.rows, list.version)
    };
    let lists = [list("blacklist", &site.blacklist), list("grey list", &site.grey_list)];
    vec![line, Line::from(journal), Line::from(lists.join("; "))]
}

fn nozzles(site: &Site) -> Table<'static> {
    let head = ["", "product", "price", "state", "card", "flowed", "amount", "totalizer"];
    let widths = [3, 14, 8, 12, 16, 12, 10, 16].map(Constraint::Length);
    let rows = site.nozzles.iter().map(|nozzle| nozzle_row(nozzle, site.decimals));
    Table::new(rows, widths).header(Row::new(head).dim())
}

fn nozzle_row(nozzle: &Nozzle, decimals: u8) -> Row<'static> {
    let unit = &nozzle.product.unit;
    let amount = |units: u32| decimal(units.into(), decimals);
    let sale = nozzle.sale.as_ref();
    let cells = [
        nozzle.number.to_string(),
        nozzle.product.name.clone(),
        amount(nozzle.product.unit_price),
        nozzle.state.clone(),
        nozzle.card.as_ref().map(|card| card.asn.clone()).unwrap_or_default(),
        sale.map(|sale| format!("{} {unit}", decimal(sale.quantity, 3))).unwrap_or_default(),
        sale.map(|sale| amount(sale.amount)).unwrap_or_default(),
        nozzle.totalizer.map(|shown| format!("{} {unit}", decimal(shown, 3))).unwrap_or_default(),
    ];
    let row = Row::new(cells);
    match nozzle.state.as_str() {
        "out_of_order" => row.fg(Color::Red),
        "open" | "flowing" | "finishing" => row.fg(Color::Green),
        "card" | "busy" => row.fg(Color::Yellow),
        _ => row,
    }
}

fn lock_line(open: &OpenLock, site: &Site) -> Line<'static> {
    let amount = open.amount.map(|units| format!(", {}", decimal(units.into(), site.decimals)));
    let place = open.nozzle.map(|nozzle| format!(" at nozzle {nozzle}")).unwrap_or_default();
    Line::from(format!(
        "lock {}-{} {}{place}{}, card {}",
        open.lock.tid,
        open.lock.ttc,
        open.step,
        amount.unwrap_or_default(),
        open.lock.asn,
    ))
}

/// A whole number of the last digit's units.
fn decimal(units: u64, digits: u8) -> String {
    let Some(one) = 10_u64.checked_pow(digits.into()).filter(|_| digits > 0) else {
        return units.to_string();
    };
    let width = usize::from(digits);
    format!("{}.{:0width$}", units / one, units % one)
}

/// `YYYYMMDDhhmmss…` as `hh:mm:ss`.
fn clock(time: &str) -> String {
    let part = |from: usize| time.get(from..from + 2).unwrap_or("--");
    format!("{}:{}:{}", part(8), part(10), part(12))
}

fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}
