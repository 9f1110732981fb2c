//! `pifa catalog pack` and `unpack`: listings in one file, to hand to a colleague.

use jiff::Timestamp;
use serde::Serialize;

use super::failure::{Exit, Failure};
use super::kept_args::{PackArgs, UnpackArgs};
use super::mistakes;
use super::print::{Printer, note};
use super::session::Profile;
use super::sync::progress;
use crate::domain::id::{MarketId, SupplierId};
use crate::domain::search::SearchRequest;
use crate::domain::text::Clean;
use crate::procure::pack::{PackAs, PackNote, PackWhat};

#[derive(Serialize)]
struct PackedDocument {
    file: String,
    market_id: MarketId,
    what: Clean,
    made_at: Timestamp,
    offers: u64,
    suppliers: u64,
    bytes: u64,
    sha256: String,
}

#[derive(Serialize)]
struct TakenDocument {
    #[serde(flatten)]
    note: PackNote,
    age_hours: i64,
}

pub(super) async fn pack(args: PackArgs, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session = profile.local(progress(printer)).await?;
    let desk = &session.desk;
    let quantity = |own| args.qty.or(own).unwrap_or(profile.settings.quantity);
    let request =
        |text: String, own| SearchRequest { text, quantity: quantity(own), ..SearchRequest::default() };
    let what = match &args.saved {
        Some(name) => {
            let search = desk.saved_search(name)?;
            PackWhat::Query(request(search.query.to_string(), search.quantity))
        }
        None if !args.supplier.is_empty() => {
            PackWhat::Suppliers(args.supplier.iter().map(|id| SupplierId::new(id)).collect())
        }
        None => {
            let text = args.query.join(" ");
            // What could not be read would ask for nothing: the pack would be of more than was meant.
            if let Some(problem) = mistakes::told(&text, printer).first() {
                let hint = "nothing was packed; `pifa search --help` lists the terms";
                return Err(Failure::usage(format!("{text}: {}", problem.message), hint));
            }
            PackWhat::Query(request(text, None))
        }
    };
    let packed = desk.pack(&args.file, &what)?;
    let document = PackedDocument {
        file: Clean::capped(&packed.path.display().to_string(), 4096).to_string(),
        market_id: packed.header.market_id,
        what: packed.header.what,
        made_at: packed.header.made_at,
        offers: packed.header.offers,
        suppliers: packed.header.suppliers,
        bytes: packed.bytes,
        sha256: packed.sha256,
    };
    printer.document(&document, || {
        let words = |en, zh_cn, zh_tw| printer.words(en, zh_cn, zh_tw);
        format!(
            "{} {}  {} {}  {} bytes  {}",
            words("offers", "商品", "商品"),
            document.offers,
            words("suppliers", "供应商", "供應商"),
            document.suppliers,
            document.bytes,
            document.file
        )
    })?;
    Ok(Exit::Done)
}

pub(super) async fn unpack(args: UnpackArgs, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    // Before it is known whose market this is, nobody can say whether the pack is of it.
    let session = profile.named().await?;
    let stem = args.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let source = args.as_local.map(|name| name.unwrap_or(stem));
    let goods = match &source {
        Some(name) => PackAs::Local(name),
        None if args.same_market => PackAs::SameMarket,
        None => PackAs::Own,
    };
    let taken = session.desk.unpack(&args.file, goods)?;
    super::sync::index(&session.desk, printer)?;
    let age_hours = taken.taken_at.duration_since(taken.made_at).as_hours().max(0);
    if source.is_some() && taken.source.is_none() {
        note(printer.words(
            "it is of this market: its goods keep their ids",
            "它就是这个市场的：商品保留原编号",
            "它就是這個市場的：商品保留原編號",
        ));
    }
    let document = TakenDocument { note: taken, age_hours };
    printer.document(&document, || {
        let words = |en, zh_cn, zh_tw| printer.words(en, zh_cn, zh_tw);
        let note = &document.note;
        let from = note.source.as_ref().map_or_else(String::new, |source| format!("  L:{source}:"));
        format!(
            "{} {}  {} {}  {} {}  {} {}{from}\n{} {} ({} h)",
            words("read", "读取", "讀取"),
            note.offers,
            words("new", "新增", "新增"),
            note.new,
            words("updated", "更新", "更新"),
            note.updated,
            words("left as they were", "保持不变", "保持不變"),
            note.kept,
            words("packed at", "打包于", "打包於"),
            note.made_at,
            document.age_hours,
        )
    })?;
    Ok(Exit::Done)
}
