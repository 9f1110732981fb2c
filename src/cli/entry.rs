//! `pifa cart import` and `pifa code`: lists into the cart, each row once, every bad one by line and reason.

use std::path::Path;

use serde::Serialize;

use super::entry_args::{CartImportArgs, CodeVerb};
use super::failure::{Exit, Failure};
use super::print::{Lean, Printer, note, table};
use super::session::Profile;
use super::sync::progress;
use crate::domain::entry::{BadRow, EntryReport, GoodRow, OwnCode, Standing};
use crate::domain::id::{OfferKey, SpecId};
use crate::domain::quantity::Quantity;
use crate::domain::text::Clean;
use crate::i18n::entry as words;
use crate::procure::Desk;
use crate::procure::entry::EntryList;
use crate::table::TableError;

/// `cart import`
#[derive(Serialize)]
struct EntryDocument {
    read: usize,
    /// Rows that put something in.
    added: usize,
    /// Rows the same list put in before.
    already: usize,
    bad_rows: usize,
    dry_run: bool,
    rows: Vec<RowDocument>,
    bad: Vec<BadDocument>,
    encodings: Vec<&'static str>,
    /// What of the list was not read.
    stopped: Option<String>,
}

#[derive(Serialize)]
struct RowDocument {
    line: u64,
    offer_id: OfferKey,
    spec_id: Option<SpecId>,
    title: Clean,
    title_en: Option<Clean>,
    /// What the list asks for.
    quantity: Quantity,
    /// What goes into the cart.
    adds: Quantity,
    /// new, raised or already.
    standing: &'static str,
    /// The list says no quantity: it is the least that can be ordered.
    least: bool,
}

#[derive(Serialize)]
struct BadDocument {
    line: u64,
    reason: &'static str,
    text: Clean,
    message: String,
}

impl From<&GoodRow> for RowDocument {
    fn from(row: &GoodRow) -> Self {
        RowDocument {
            line: row.line,
            offer_id: row.offer.clone(),
            spec_id: row.spec_id.clone(),
            title: row.title.clone(),
            title_en: row.title_en.clone(),
            quantity: row.quantity,
            adds: row.adds(),
            standing: match row.standing {
                Standing::New => "new",
                Standing::Raised { .. } => "raised",
                Standing::Already => "already",
            },
            least: row.is_least,
        }
    }
}

fn bad_document(bad: &BadRow, printer: &Printer) -> BadDocument {
    BadDocument {
        line: bad.line,
        reason: bad.reason.word(),
        text: bad.text.clone(),
        message: words::reason(printer.lang, &bad.reason),
    }
}

/// Opens a list, from a file or from standard input.
fn open(file: &Path) -> Result<EntryList, Failure> {
    let opened = if file.as_os_str() == "-" {
        crate::table::load(std::io::stdin().lock()).and_then(|bytes| EntryList::bytes(&bytes))
    } else {
        EntryList::file(file)
    };
    opened.map_err(|error| {
        let hint = match error {
            TableError::Io(_) => "check its name and who may read it",
            _ => "save it as .xlsx or as CSV (UTF-8 or GB18030)",
        };
        Failure::failed("import", format!("{}: {error}", file.display()), hint)
    })
}

/// Good rows go in as one step of undo; only a list without one good row fails.
pub(super) fn import(args: &CartImportArgs, desk: &Desk, printer: &Printer) -> Result<Exit, Failure> {
    let list = open(&args.file)?.again(args.again);
    let report = if args.dry_run { desk.check_entry(&list)? } else { desk.enter(&list)? };
    let document = EntryDocument {
        read: report.good.len() + report.bad.len(),
        added: report.adding(),
        already: report.already(),
        bad_rows: report.bad.len(),
        dry_run: args.dry_run,
        rows: report.good.iter().map(RowDocument::from).collect(),
        bad: report.bad.iter().map(|bad| bad_document(bad, printer)).collect(),
        encodings: report.encodings.clone(),
        stopped: report.cut_short.map(|what| words::cut_short(printer.lang, what)),
    };
    if let Some(stopped) = &document.stopped {
        note(&format!("{}: {stopped}", args.file.display()));
    }
    if !printer.is_json() {
        tell(&args.file, &document.bad);
    }
    printer.document(&document, || said(&report, args.dry_run, printer))?;
    Ok(if report.good.is_empty() && !report.bad.is_empty() { Exit::Failed } else { Exit::Done })
}

fn tell(file: &Path, bad: &[BadDocument]) {
    for bad in bad {
        note(&format!("{}:{}: {}", file.display(), bad.line, bad.message));
    }
}

fn said(report: &EntryReport, dry_run: bool, printer: &Printer) -> String {
    let (adding, already, bad) = (report.adding(), report.already(), report.bad.len());
    if dry_run {
        words::counted(printer.lang, adding, already, bad)
    } else {
        words::entered(printer.lang, adding, already, bad)
    }
}

/// `code list`, `code add`
#[derive(Serialize)]
struct CodesDocument {
    codes: Vec<CodeDocument>,
}

#[derive(Serialize)]
struct CodeDocument {
    code: Clean,
    supplier: Option<Clean>,
    offer_id: OfferKey,
    spec_id: Option<SpecId>,
}

impl From<OwnCode> for CodeDocument {
    fn from(own: OwnCode) -> Self {
        CodeDocument { code: own.code, supplier: own.supplier, offer_id: own.offer, spec_id: own.spec_id }
    }
}

#[derive(Serialize)]
struct CodesImportDocument {
    imported: usize,
    bad_rows: usize,
    bad: Vec<BadDocument>,
}

pub(super) async fn codes(verb: CodeVerb, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session = profile.local(progress(printer)).await?;
    let desk = &session.desk;
    match verb {
        CodeVerb::Add { code, offer, supplier } => {
            let spec = offer.spec.as_ref().map(SpecId::as_str);
            let kept = desk.put_code(&code, supplier.as_deref(), &offer.offer, spec)?.map_err(|reason| {
                let hint = format!("`pifa show {}` lists its SKUs", offer.offer);
                Failure::usage(words::reason(printer.lang, &reason), hint)
            })?;
            list(vec![kept], printer)
        }
        CodeVerb::Rm { code, supplier } => {
            if !desk.forget_code(&code, supplier.as_deref())? {
                let words = format!("no code {}", Clean::capped(&code, 60));
                return Err(Failure::new(Exit::NotFound, "not_found", words, "`pifa code list` shows them"));
            }
            list(desk.own_codes()?, printer)
        }
        CodeVerb::List => list(desk.own_codes()?, printer),
        CodeVerb::Import { file } => {
            let (imported, bad) = desk.import_codes(&open(&file)?)?;
            let bad: Vec<BadDocument> = bad.iter().map(|bad| bad_document(bad, printer)).collect();
            if !printer.is_json() {
                tell(&file, &bad);
            }
            let document = CodesImportDocument { imported, bad_rows: bad.len(), bad };
            printer.document(&document, || words::entered(printer.lang, imported, 0, document.bad_rows))?;
            Ok(if imported == 0 && document.bad_rows > 0 { Exit::Failed } else { Exit::Done })
        }
    }
}

fn list(codes: Vec<OwnCode>, printer: &Printer) -> Result<Exit, Failure> {
    let document = CodesDocument { codes: codes.into_iter().map(CodeDocument::from).collect() };
    printer.document(&document, || {
        let heads = [
            (printer.words("code", "编码", "編碼"), Lean::Left),
            (printer.words("supplier", "供应商", "供應商"), Lean::Left),
            (printer.words("offer", "商品", "商品"), Lean::Left),
        ];
        let row = |code: &CodeDocument| {
            let spec = code.spec_id.as_ref().map_or_else(String::new, |spec| format!(":{spec}"));
            let supplier = code.supplier.as_ref().map_or_else(String::new, ToString::to_string);
            vec![code.code.to_string(), supplier, format!("{}{spec}", code.offer_id)]
        };
        table(&heads, &document.codes.iter().map(row).collect::<Vec<_>>())
    })?;
    Ok(Exit::Done)
}
