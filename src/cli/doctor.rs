//! `pifa doctor`: checks this installation, its data and its market, and says what to do about each.

use serde::Serialize;

use super::failure::{Exit, Failure};
use super::print::Printer;
use super::search::WORTH_AN_INDEX;
use super::session::{Profile, Session};
use crate::i18n::{Lang, trouble};
use crate::procure::{Capabilities, DeskError};

#[derive(Serialize)]
struct DoctorDocument {
    ok: bool,
    checks: Vec<Check>,
}

#[derive(Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    detail: String,
    hint: String,
}

impl Check {
    fn good(name: &'static str, detail: impl Into<String>) -> Check {
        Check { name, ok: true, detail: detail.into(), hint: String::new() }
    }

    fn bad(name: &'static str, detail: impl Into<String>, hint: impl Into<String>) -> Check {
        Check { name, ok: false, detail: detail.into(), hint: hint.into() }
    }

    fn of<T>(
        lang: Lang,
        name: &'static str,
        result: Result<T, DeskError>,
        detail: impl FnOnce(T) -> String,
    ) -> Check {
        match result {
            Ok(value) => Check::good(name, detail(value)),
            Err(error) => Check::failed(lang, name, &error),
        }
    }

    fn failed(lang: Lang, name: &'static str, error: &DeskError) -> Check {
        let trouble = error.describe();
        Check::bad(name, trouble::sentence(lang, &trouble), trouble::hint(lang, &trouble))
    }
}

pub(super) async fn run(profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let lang = printer.lang;
    let mut checks = vec![Check::good("data folder", profile.paths.folder().display().to_string())];
    let session = profile.online().await?;
    let desk = &session.desk;
    checks.push(Check::of(lang, "ledger", desk.others(), |(lines, actions)| {
        format!("readable; {lines} cart lines and {actions} open actions of other markets")
    }));
    checks.push(Check::of(lang, "catalog", desk.stats(), |stats| {
        let oldest = stats.oldest.map_or_else(|| "never".to_owned(), |at| at.to_string());
        format!("{} offers, {} suppliers, oldest read {oldest}", stats.offers, stats.suppliers)
    }));
    checks.push(Check::of(lang, "catalog rows", desk.examine_catalog(), |offers| {
        format!("all {offers} offers are as they were written")
    }));
    checks.push(match (desk.is_unindexed(), desk.cached()) {
        (Ok(false), _) => Check::good("index", "there is one, and searches use it"),
        (Ok(true), Ok(cached)) if cached < WORTH_AN_INDEX => {
            Check::good("index", "none, and none needed yet")
        }
        (Ok(true), _) => Check::bad(
            "index",
            "there is none that can be used: searches look through all rows",
            "pifa catalog rebuild-index",
        ),
        (Err(error), _) => Check::failed(lang, "index", &error),
    });
    checks
        .push(Check::of(lang, "outbox", desk.outbox(), |open| format!("{} orders not finished", open.len())));
    checks.push(Check::of(lang, "cart", desk.cart(), |cart| {
        format!("{} lines, {} broken rules", cart.line_count(), cart.assessment.violations.len())
    }));
    market(&session, lang, &mut checks).await;
    checks.push(terminal(profile));
    let document = DoctorDocument { ok: checks.iter().all(|check| check.ok), checks };
    printer.document(&document, || {
        document
            .checks
            .iter()
            .map(|check| {
                let mark = if check.ok { "ok " } else { "BAD" };
                let hint =
                    if check.hint.is_empty() { String::new() } else { format!("\n    -> {}", check.hint) };
                format!("{mark} {:<12} {}{hint}\n", check.name, check.detail)
            })
            .collect()
    })?;
    Ok(if document.ok { Exit::Done } else { Exit::Failed })
}

async fn market(session: &Session, lang: Lang, checks: &mut Vec<Check>) {
    let desk = &session.desk;
    if !desk.is_online() {
        checks.push(Check::bad("market", "not asked: --offline", "drop --offline to check it"));
        return;
    }
    let before = desk.now();
    match desk.market_time().await {
        Ok(time) => {
            let skew = time.duration_since(before).as_secs();
            let detail = format!("{}: reachable, key and signature accepted", desk.market_id());
            checks.push(Check::good("market", detail));
            if skew.abs() <= 60 || desk.is_sandbox() {
                checks.push(Check::good("clock", format!("{skew} s from the market's")));
            } else {
                checks.push(Check::bad(
                    "clock",
                    format!("{skew} s from the market's"),
                    "set this machine's clock",
                ));
            }
        }
        Err(error) => checks.push(Check::failed(lang, "market", &error)),
    }
    checks.push(Check::of(lang, "token", desk.market_addresses().await, |count| {
        format!("accepted; {count} addresses")
    }));
    checks
        .push(Check::of(lang, "features", desk.capabilities().await, |capabilities| features(&capabilities)));
}

fn features(capabilities: &Capabilities) -> String {
    let known = [
        ("bulk export", capabilities.offer_changes),
        ("supplier search", capabilities.supplier_search),
        ("group-buys", capabilities.groups),
        ("flash and discount deals", capabilities.deals),
    ];
    let words: Vec<String> = known
        .iter()
        .map(|(name, offered)| {
            format!("{name}: {}", if *offered { "yes" } else { "not offered by this marketplace" })
        })
        .collect();
    words.join("; ")
}

fn terminal(profile: &Profile) -> Check {
    let term = std::env::var("TERM").unwrap_or_default();
    let lang = profile.lang.as_tag();
    if term.is_empty() || term == "dumb" {
        return Check::bad(
            "terminal",
            format!("TERM={term}, language {lang}"),
            "the screens need a real terminal",
        );
    }
    Check::good("terminal", format!("TERM={term}, language {lang}"))
}
