//! `pifa sync`: fills or refreshes the catalog, addresses, groups and orders.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::args::SyncArgs;
use super::failure::{Exit, Failure};
use super::print::{Printer, note};
use super::session::Profile;
use crate::domain::id::SupplierId;
use crate::i18n::{messages, prices};
use crate::procure::{Desk, DeskError, IndexProgress, SyncOptions, SyncProgress, SyncReport};

pub(super) async fn run(args: SyncArgs, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let mut session = profile.online().await?;
    Failure::needs_market(&session)?;
    let options = SyncOptions {
        full: args.full,
        supplier: args.supplier.as_deref().map(SupplierId::new),
        limit: args.limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX)),
        older: args.older,
        ..SyncOptions::default()
    };
    let mut done = fill(&session.desk, &options, printer).await;
    if done.as_ref().is_err_and(DeskError::is_damaged_catalog) {
        // Opened again, it is set aside, and this fills a new one.
        drop(session);
        session = profile.online().await?;
        done = fill(&session.desk, &options, printer).await;
    }
    let report = done?;
    let held = report.held;
    if !report.complete {
        note(&messages::held(printer.lang, held, report.market_total));
    }
    printer.document(&report, || {
        let [read, changed, gone, kept] = [
            printer.words("read", "读取", "讀取"),
            printer.words("changed", "更新", "更新"),
            printer.words("gone", "下架", "下架"),
            printer.words("kept", "本地共", "本機共"),
        ];
        let rang: String =
            report.watches.iter().map(|news| format!("{}\n", prices::rang(printer.lang, news))).collect();
        format!(
            "{rang}{read} {}  {changed} {}  {gone} {}  {kept} {held}",
            report.fetched, report.changed, report.gone
        )
    })?;
    Ok(Exit::Done)
}

async fn fill(desk: &Desk, options: &SyncOptions, printer: &Printer) -> Result<SyncReport, DeskError> {
    let report = desk.sync(options, progress(printer)).await?;
    desk.index_all(&mut indexing(printer))?;
    Ok(report)
}

/// Brings the index up to what was just written, so that the next search need not read it row by row.
pub(super) fn index(desk: &Desk, printer: &Printer) -> Result<(), Failure> {
    let mut told = indexing(printer);
    Ok(desk.index_all(&mut told)?)
}

/// Shows how far the index is, in place on a terminal.
pub(super) fn indexing(printer: &Printer) -> impl FnMut(IndexProgress) + use<> {
    let terminal = std::io::stderr().is_terminal();
    let word = printer.words("indexing", "正在建立索引", "正在建立索引");
    let mut last = Instant::now();
    move |at| {
        let finished = at.done >= at.of;
        if !terminal || (!finished && last.elapsed() < Duration::from_millis(80)) {
            return;
        }
        last = Instant::now();
        let mut out = std::io::stderr().lock();
        // Progress that cannot be shown is no reason to stop.
        let _ = if finished {
            write!(out, "\r\x1b[K")
        } else {
            write!(out, "\r{word} {}/{}\x1b[K", at.done, at.of)
        };
        let _ = out.flush();
    }
}

/// Shows progress on stderr: in place on a terminal, else a line every few seconds. What a wish costs is a line of
/// its own, before it begins.
pub(super) fn progress(printer: &Printer) -> impl Fn(SyncProgress) + Send + Sync + use<> {
    let terminal = std::io::stderr().is_terminal();
    let lang = printer.lang;
    let word = printer.words("preparing", "正在准备", "正在準備");
    let every = if terminal { Duration::from_millis(80) } else { Duration::from_secs(5) };
    let last: Mutex<Option<Instant>> = Mutex::new(None);
    move |at| {
        if let Some(wish) = at.estimate {
            note(&messages::costs(lang, wish.calls, wish.seconds, wish.calls_a_day));
            return;
        }
        let finished = at.total.is_some_and(|total| at.done >= total);
        let Ok(mut last) = last.lock() else { return };
        if !finished && last.is_some_and(|at| at.elapsed() < every) {
            return;
        }
        *last = Some(Instant::now());
        let left = at.left.filter(|_| !finished).map(|left| left.as_secs());
        let line = messages::syncing(lang, at.done, at.total, at.rate, left);
        let mut out = std::io::stderr().lock();
        // Progress that cannot be shown is no reason to stop.
        let _ = match (terminal, finished) {
            (true, false) => write!(out, "\r{word} {line}\x1b[K"),
            (true, true) => write!(out, "\r{word} {line}\x1b[K\r\x1b[K"),
            (false, _) => writeln!(out, "{word} {line}"),
        };
        let _ = out.flush();
    }
}
