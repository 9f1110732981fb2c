//! `pifa search --save`, `--saved`, `--changed`, `--forget`: searches under a name, and what changed among their hits.

use jiff::Timestamp;
use serde::Serialize;

use super::args::SearchArgs;
use super::failure::{Exit, Failure};
use super::print::{Lean, Printer, known, note, table};
use super::session::{Profile, Session};
use crate::domain::id::OfferKey;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::saved::{SavedName, SavedSearch, SeenPrice};
use crate::domain::search::Sort;
use crate::domain::text::Clean;
use crate::i18n::prices;
use crate::procure::saved::{ChangeReport, Changed, SavedError};

/// A saved search in a document.
#[derive(Debug, Serialize)]
pub(super) struct SavedDocument {
    pub name: SavedName,
    pub name_en: Option<Clean>,
    pub query: Clean,
    pub quantity: Option<Quantity>,
    pub sort: &'static str,
    pub note: Clean,
    pub zone: bool,
    pub path: Option<String>,
    pub looked_at: Option<Timestamp>,
}

impl SavedDocument {
    pub fn new(search: &SavedSearch) -> SavedDocument {
        SavedDocument {
            name: search.name.clone(),
            name_en: search.name_en.clone(),
            query: search.query.clone(),
            quantity: search.quantity,
            sort: search.sort.as_str(),
            note: search.note.clone(),
            zone: false,
            path: None,
            looked_at: None,
        }
    }
}

#[derive(Serialize)]
struct ListDocument {
    searches: Vec<SavedDocument>,
    bad: Vec<BadDocument>,
}

#[derive(Serialize)]
struct BadDocument {
    path: String,
    line: usize,
    message: Clean,
}

#[derive(Serialize)]
struct ForgottenDocument {
    forgotten: SavedDocument,
}

#[derive(Serialize)]
struct ChangesDocument {
    saved: SavedName,
    query: Clean,
    quantity: Quantity,
    since: Option<Timestamp>,
    at: Timestamp,
    first_look: bool,
    peeked: bool,
    total: usize,
    new: Vec<ChangedDocument>,
    gone: Vec<ChangedDocument>,
    repriced: Vec<ChangedDocument>,
}

#[derive(Serialize)]
struct ChangedDocument {
    offer_id: OfferKey,
    title: Option<Clean>,
    title_en: Option<Clean>,
    unit: Option<Unit>,
    supplier_name: Option<Clean>,
    /// Off the shelf, and not only another answer to the query.
    off_sale: bool,
    old: Option<SeenPrice>,
    new: Option<SeenPrice>,
    fetched_at: Option<Timestamp>,
}

impl From<Changed> for ChangedDocument {
    fn from(changed: Changed) -> Self {
        let offer = changed.offer;
        let of = offer.as_ref();
        ChangedDocument {
            offer_id: changed.key,
            title: of.map(|offer| offer.title.clone()),
            title_en: of.and_then(|offer| offer.title_en.clone()),
            unit: of.and_then(|offer| offer.unit.clone()),
            supplier_name: of.and_then(|offer| offer.supplier_name.clone()),
            off_sale: of.is_none_or(|offer| offer.gone),
            old: changed.old,
            new: changed.new,
            fetched_at: of.map(|offer| offer.fetched_at),
        }
    }
}

/// What is searched when a saved search is named: its query with what was typed besides, at its quantity and in its
/// order unless others were asked for.
pub(super) struct Named {
    pub search: SavedSearch,
    pub text: String,
    pub quantity: Option<Quantity>,
    pub sort: Sort,
}

/// The search that `--saved NAME` names.
pub(super) fn named(args: &SearchArgs, name: &str, session: &Session) -> Result<Named, Failure> {
    let search = session.desk.saved_search(name)?;
    let more = args.query.join(" ");
    if args.saved.changed && !more.trim().is_empty() {
        return Err(Failure::usage(
            "--changed looks at a saved search as it is",
            "save the narrower query under a name of its own",
        ));
    }
    let text = format!("{} {more}", search.query);
    let quantity = args.qty.or(search.quantity);
    let sort = args.sort.unwrap_or(search.sort);
    Ok(Named { text: text.trim().to_owned(), quantity, sort, search })
}

/// `--save NAME QUERY`: keeps the search, and looks at it, so that the next look tells what changed since now.
pub(super) fn save(
    args: &SearchArgs,
    name: &SavedName,
    profile: &Profile,
    session: &Session,
    printer: &Printer,
) -> Result<SavedSearch, Failure> {
    if args.query.is_empty() {
        let hint = format!("pifa search --save {name} QUERY (\"\" for everything)");
        return Err(Failure::usage("what is to be saved? there is no query", hint));
    }
    let text = args.query.join(" ");
    let mut search = SavedSearch::new(name.clone(), &text);
    if search.query.as_str() != text.trim() {
        note(printer.words(
            "marks that cannot be seen were left out of the query",
            "查询里看不见的字符已去掉",
            "查詢裡看不見的字元已去掉",
        ));
    }
    search.quantity = args.qty;
    search.sort = args.sort.unwrap_or_default();
    search.note = Clean::new(args.saved.note.as_deref().unwrap_or_default());
    let path = session.desk.save_search(&search, args.saved.replace)?;
    let look = session.desk.take_look(&search, args.qty.unwrap_or(profile.settings.quantity))?;
    session.desk.keep_look(&search.name, &look)?;
    note(&format!("{} ({})", prices::saved(printer.lang, search.name.as_str()), path.display()));
    Ok(search)
}

/// `--saved` alone.
pub(super) fn list(session: &Session, printer: &Printer) -> Result<Exit, Failure> {
    let list = session.desk.saved_searches()?;
    let searches = list.searches.iter().map(|listed| SavedDocument {
        zone: listed.is_zone,
        path: listed.path.as_ref().map(|path| Clean::capped(&path.display().to_string(), 4096).to_string()),
        looked_at: listed.looked_at,
        ..SavedDocument::new(&listed.search)
    });
    let document = ListDocument {
        searches: searches.collect(),
        bad: list.bad.iter().filter_map(bad_document).collect(),
    };
    for bad in &list.bad {
        note(&bad.to_string());
    }
    printer.document(&document, || words(&document, printer))?;
    Ok(Exit::Done)
}

fn bad_document(error: &SavedError) -> Option<BadDocument> {
    match error {
        SavedError::File { path, line, message } => Some(BadDocument {
            path: Clean::capped(&path.display().to_string(), 4096).to_string(),
            line: *line,
            message: Clean::new(message),
        }),
        _ => None,
    }
}

fn words(document: &ListDocument, printer: &Printer) -> String {
    let heads = [
        (printer.words("name", "名称", "名稱"), Lean::Left),
        (printer.words("query", "查询", "查詢"), Lean::Left),
        ("Q", Lean::Right),
        (printer.words("order", "排序", "排序"), Lean::Left),
        (printer.words("last look", "上次查看", "上次查看"), Lean::Left),
        (printer.words("note", "备注", "備註"), Lean::Left),
    ];
    let rows: Vec<Vec<String>> = document
        .searches
        .iter()
        .map(|search| {
            let name = match &search.name_en {
                Some(english) if !printer.lang.is_chinese() => format!("{} ({english})", search.name),
                _ => search.name.to_string(),
            };
            let looked = search.looked_at.map(|at| at.to_zoned(jiff::tz::TimeZone::system()));
            vec![
                name,
                search.query.to_string(),
                search.quantity.map_or_else(String::new, |quantity| quantity.to_string()),
                search.sort.to_owned(),
                looked.map_or_else(String::new, |at| at.strftime("%Y-%m-%d %H:%M").to_string()),
                search.note.to_string(),
            ]
        })
        .collect();
    table(&heads, &rows)
}

/// `--forget NAME`
pub(super) fn forget(name: &str, session: &Session, printer: &Printer) -> Result<Exit, Failure> {
    let forgotten = session.desk.forget_search(name)?;
    let document = ForgottenDocument { forgotten: SavedDocument::new(&forgotten) };
    // What was deleted is printed as the file it was: kept by whoever wants it back.
    printer.document(&document, || forgotten.to_toml())?;
    Ok(Exit::Done)
}

/// `--saved NAME --changed`: prints, and only then counts it as a look.
pub(super) fn changed(
    named: &Named,
    peek: bool,
    profile: &Profile,
    session: &Session,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let quantity = named.quantity.unwrap_or(profile.settings.quantity);
    let ChangeReport { since, new, gone, repriced, look, .. } =
        session.desk.changes(&named.search, quantity)?;
    let documents = |rows: Vec<Changed>| rows.into_iter().map(ChangedDocument::from).collect::<Vec<_>>();
    let document = ChangesDocument {
        saved: named.search.name.clone(),
        query: named.search.query.clone(),
        quantity,
        since,
        at: look.at,
        first_look: since.is_none(),
        peeked: peek,
        total: look.hits.len(),
        new: documents(new),
        gone: documents(gone),
        repriced: documents(repriced),
    };
    printer.document(&document, || change_words(&document, printer))?;
    if !peek {
        session.desk.keep_look(&named.search.name, &look)?;
    }
    Ok(Exit::Done)
}

fn change_words(document: &ChangesDocument, printer: &Printer) -> String {
    if document.first_look {
        return prices::first_look(printer.lang, document.total);
    }
    let count =
        prices::changes(printer.lang, document.new.len(), document.gone.len(), document.repriced.len());
    let kinds = [
        (&document.new, printer.words("new", "新增", "新增")),
        (&document.gone, printer.words("gone", "没了", "沒了")),
        (&document.repriced, printer.words("price", "改价", "改價")),
    ];
    let price_head = format!("¥@{}", document.quantity);
    let heads = [
        ("", Lean::Left),
        (printer.words("was", "原来", "原來"), Lean::Right),
        (price_head.as_str(), Lean::Right),
        (printer.words("id", "编号", "編號"), Lean::Left),
        (printer.words("offer", "商品", "商品"), Lean::Left),
        (printer.words("supplier", "供应商", "供應商"), Lean::Left),
    ];
    let price = |seen: Option<&SeenPrice>| match seen {
        None => "-".to_owned(),
        Some(SeenPrice { unit_price: Some(least), unit_price_max: Some(greatest) }) if least != greatest => {
            format!("{least}-{greatest}")
        }
        Some(seen) => known(seen.unit_price.as_ref()),
    };
    let rows: Vec<Vec<String>> = kinds
        .iter()
        .flat_map(|(rows, kind)| rows.iter().map(move |row| (row, *kind)))
        .map(|(row, kind)| {
            let title =
                row.title.as_ref().map(|title| printer.title(title, row.title_en.as_ref()).to_owned());
            vec![
                kind.to_owned(),
                price(row.old.as_ref()),
                price(row.new.as_ref()),
                row.offer_id.to_string(),
                title.unwrap_or_else(|| "?".to_owned()),
                known(row.supplier_name.as_ref()),
            ]
        })
        .collect();
    if rows.is_empty() { count } else { format!("{}{count}", table(&heads, &rows)) }
}
