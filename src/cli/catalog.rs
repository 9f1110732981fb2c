//! `pifa catalog`: importing listings, counting and forgetting them.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

use super::args::{BadgesVerb, CatalogVerb};
use super::failure::{Exit, Failure};
use super::print::{Printer, note};
use super::session::Profile;
use super::sync::{index, indexing, progress};
use crate::domain::text::Clean;
use crate::procure::Desk;
use crate::procure::pack::PackNote;

#[derive(Serialize)]
struct StatsDocument {
    offers: u64,
    suppliers: u64,
    gone: u64,
    oldest: Option<jiff::Timestamp>,
    newest: Option<jiff::Timestamp>,
    bytes: u64,
    packs: Vec<PackNote>,
}

#[derive(Serialize)]
struct ImportDocument {
    read: usize,
    imported: usize,
    new: usize,
    changed: usize,
    bad_rows: usize,
    bad: Vec<BadDocument>,
    currencies: Vec<String>,
    stopped: Option<String>,
}

#[derive(Serialize)]
struct BadDocument {
    line: u64,
    reason: Clean,
}

pub(super) async fn run(verb: CatalogVerb, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    match verb {
        CatalogVerb::Import { file } if file.as_os_str() == "-" => {
            let folder = tempfile::tempdir().map_err(|error| unread(&error))?;
            let piped = folder.path().join("stdin");
            let mut kept = std::fs::File::create(&piped).map_err(|error| unread(&error))?;
            std::io::copy(&mut std::io::stdin().lock(), &mut kept).map_err(|error| unread(&error))?;
            import(&profile.named().await?.desk, &piped, printer)
        }
        CatalogVerb::Import { file } => import(&profile.named().await?.desk, &file, printer),
        CatalogVerb::Badges { verb: BadgesVerb::Import { file } } => {
            badges(&profile.named().await?.desk, &file, printer)
        }
        CatalogVerb::RebuildIndex => {
            let session = profile.data_only()?;
            session.desk.rebuild_index(&mut indexing(printer))?;
            stats(&session.desk, printer)
        }
        CatalogVerb::Clear => {
            let session = profile.data_only()?;
            session.desk.clear_catalog()?;
            stats(&session.desk, printer)
        }
        CatalogVerb::Pack(args) => super::pack::pack(args, profile, printer).await,
        CatalogVerb::Unpack(args) => super::pack::unpack(args, profile, printer).await,
        CatalogVerb::Dump { ages } => dump(&profile.data_only()?.desk, ages),
        CatalogVerb::Stats => {
            let session = profile.local(progress(printer)).await?;
            stats(&session.desk, printer)
        }
    }
}

/// A line for each listing. How old a reading is belongs to the reading, not to the listing: it is left out unless
/// asked for, so that two dumps of one market can be compared.
fn dump(desk: &Desk, ages: bool) -> Result<Exit, Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let written = desk.dump(&mut |offer| {
        let mut document = serde_json::to_value(offer).map_err(std::io::Error::other)?;
        if let Some(members) = document.as_object_mut().filter(|_| !ages) {
            members.remove("fetched_at");
        }
        serde_json::to_writer(&mut out, &document)?;
        out.write_all(b"\n")
    })?;
    match written.and_then(|()| out.flush()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(error) => Err(Failure::failed("output", error.to_string(), "is the disk full?")),
        Ok(()) => Ok(Exit::Done),
    }
}

fn stats(desk: &Desk, printer: &Printer) -> Result<Exit, Failure> {
    let stats = desk.stats()?;
    let document = StatsDocument {
        offers: stats.offers,
        suppliers: stats.suppliers,
        gone: stats.gone,
        oldest: stats.oldest,
        newest: stats.newest,
        bytes: stats.bytes,
        packs: desk.packs()?,
    };
    printer.document(&document, || {
        let words = |en, zh_cn, zh_tw| printer.words(en, zh_cn, zh_tw);
        format!(
            "{} {}  {} {}  {} {}  {} bytes",
            words("offers", "商品", "商品"),
            document.offers,
            words("suppliers", "供应商", "供應商"),
            document.suppliers,
            words("gone", "已下架", "已下架"),
            document.gone,
            document.bytes
        )
    })?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct BadgesDocument {
    imported: usize,
    bad: Vec<BadDocument>,
    unmatched: Vec<UnmatchedDocument>,
    file: String,
}

#[derive(Serialize)]
struct UnmatchedDocument {
    line: u64,
    supplier: Clean,
    badge: Clean,
}

/// Good rows are kept, those of suppliers the catalog does not know yet too; every bad one is named by line and
/// reason. Only a file without one good row fails.
fn badges(desk: &Desk, file: &Path, printer: &Printer) -> Result<Exit, Failure> {
    let report = desk.import_badges(file)?;
    let document = BadgesDocument {
        imported: report.imported,
        bad: report
            .bad
            .iter()
            .map(|bad| BadDocument { line: bad.line, reason: Clean::new(bad.reason) })
            .collect(),
        unmatched: report
            .unmatched
            .into_iter()
            .map(|row| UnmatchedDocument { line: row.line, supplier: row.supplier, badge: row.badge })
            .collect(),
        file: report.file.display().to_string(),
    };
    if !printer.is_json() {
        for bad in &document.bad {
            note(&format!("{}:{}: {}", file.display(), bad.line, bad.reason));
        }
        for row in &document.unmatched {
            let words = printer.words(
                "no supplier of this name or id is known",
                "没有这个名称或编号的供应商",
                "沒有這個名稱或編號的供應商",
            );
            note(&format!("{}:{}: {}: {words}", file.display(), row.line, row.supplier));
        }
    }
    printer.document(&document, || {
        let words = |en, zh_cn, zh_tw| printer.words(en, zh_cn, zh_tw);
        format!(
            "{} {}  {} {}  {} {}  {}",
            words("imported", "导入", "匯入"),
            document.imported,
            words("bad rows", "坏行", "壞行"),
            document.bad.len(),
            words("not matched", "没有对上", "沒有對上"),
            document.unmatched.len(),
            document.file
        )
    })?;
    Ok(if document.imported == 0 { Exit::Failed } else { Exit::Done })
}

fn unread(error: &std::io::Error) -> Failure {
    Failure::failed("import", format!("standard input: {error}"), "free some space for temporary files")
}

/// Good rows go in; every bad one is named by line and reason. Only a file without one good row fails.
fn import(desk: &Desk, file: &Path, printer: &Printer) -> Result<Exit, Failure> {
    let report = desk.import(file).map_err(|error| {
        let hint = "a JSONL file (one listing a line), or a CSV or XLSX file with a header";
        Failure::failed("import", error.to_string(), hint)
    })?;
    if report.read == 0 {
        let words = format!("{}: the file is empty or blank", file.display());
        return Err(Failure::failed(
            "import",
            words,
            "a JSONL file (one listing a line), or a CSV or XLSX file with a header",
        ));
    }
    index(desk, printer)?;
    let told = |bad: crate::procure::BadRow| BadDocument { line: bad.line, reason: Clean::new(&bad.reason) };
    let document = ImportDocument {
        read: report.read,
        imported: report.imported,
        new: report.upserted.new,
        changed: report.upserted.changed,
        bad_rows: report.bad_rows,
        bad: report.bad.into_iter().map(told).collect(),
        currencies: report.currencies,
        stopped: report.stopped,
    };
    if let Some(stopped) = &document.stopped {
        note(&format!("{}: not read to its end: {stopped}", file.display()));
    }
    if !document.currencies.is_empty() {
        note(&format!("prices in {} were taken as they are", document.currencies.join(", ")));
    }
    if !printer.is_json() {
        for bad in &document.bad {
            note(&format!("{}:{}: {}", file.display(), bad.line, bad.reason));
        }
    }
    printer.document(&document, || {
        let words = |en, zh_cn, zh_tw| printer.words(en, zh_cn, zh_tw);
        format!(
            "{} {}  {} {}  {} {}",
            words("read", "读取", "讀取"),
            document.read,
            words("imported", "导入", "匯入"),
            document.imported,
            words("bad rows", "坏行", "壞行"),
            document.bad_rows
        )
    })?;
    Ok(if document.imported == 0 && document.read > 0 { Exit::Failed } else { Exit::Done })
}
