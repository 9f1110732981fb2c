//! `pifa sync`: fills or refreshes the catalog, addresses, groups and orders.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::args::SyncArgs;
use super::failure::{Exit, Failure};
use super::print::{Printer, note};
use super::session::Profile;
use crate::domain::id::SupplierId;
use crate::i18n::prices;
use crate::procure::SyncOptions;

pub(super) async fn run(args: SyncArgs, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session = profile.online().await?;
    Failure::needs_market(&session)?;
    let options = SyncOptions {
        full: args.full,
        supplier: args.supplier.as_deref().map(SupplierId::new),
        limit: args.limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX)),
    };
    let show = progress(printer);
    let report = session.desk.sync(&options, |at| show(at.done, at.total)).await?;
    let held = session.desk.stats()?.offers;
    if !report.complete {
        let total =
            report.market_total.map_or_else(|| "an unknown number".to_owned(), |total| total.to_string());
        note(&format!("holding {held} of {total} offers; `pifa sync` again goes on"));
    }
    printer.document(&report, || {
        let [read, changed, gone, kept] = [
            printer.words("read", "读取", "讀取"),
            printer.words("changed", "更新", "更新"),
            printer.words("gone", "下架", "下架"),
            printer.words("kept", "本地共", "本地共"),
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

/// Shows progress on stderr: in place on a terminal, else a line every few seconds.
pub(super) fn progress(printer: &Printer) -> impl Fn(u64, Option<u64>) + Send + Sync + use<> {
    let terminal = std::io::stderr().is_terminal();
    let word = printer.words("preparing", "正在准备", "正在準備");
    let every = if terminal { Duration::from_millis(80) } else { Duration::from_secs(5) };
    let last: Mutex<Option<Instant>> = Mutex::new(None);
    move |done, total| {
        let finished = total.is_some_and(|total| done >= total);
        let Ok(mut last) = last.lock() else { return };
        if !finished && last.is_some_and(|at| at.elapsed() < every) {
            return;
        }
        *last = Some(Instant::now());
        let of = total.map_or_else(String::new, |total| format!(" / {total}"));
        let mut out = std::io::stderr().lock();
        // Progress that cannot be shown is no reason to stop.
        let _ = match (terminal, finished) {
            (true, false) => write!(out, "\r{word} {done}{of}   "),
            (true, true) => write!(out, "\r{word} {done}{of}   \r\x1b[K"),
            (false, _) => writeln!(out, "{word} {done}{of}"),
        };
        let _ = out.flush();
    }
}
