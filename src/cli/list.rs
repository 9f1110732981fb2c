//! `pifa list`: the cart under a name, as a text file that lives in git.

use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;
use serde::Serialize;

use super::failure::{Exit, Failure};
use super::list_args::ListVerb;
use super::print::{Lean, Printer, known, note, table};
use super::session::Profile;
use super::sync::progress;
use crate::domain::id::{LineId, OfferKey, SpecId};
use crate::domain::list::{BuyList, Difference, ListLine, beijing_day, differences};
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::saved::SavedName;
use crate::domain::text::Clean;
use crate::procure::list_rows::{ListItem, goods_of};
use crate::procure::lists::Listed;
use crate::procure::{Desk, DeskError};

#[derive(Serialize)]
struct AllDocument {
    lists: Vec<ListedDocument>,
    bad: Vec<BadDocument>,
}

#[derive(Serialize)]
struct BadDocument {
    at: Clean,
    message: Clean,
}

#[derive(Serialize)]
struct ListedDocument {
    name: SavedName,
    path: String,
    lines: usize,
    every_days: Option<u32>,
    /// Days of Beijing.
    bought: Option<Date>,
    due: Option<Date>,
    days_over: Option<i64>,
    note: Clean,
}

impl From<&Listed> for ListedDocument {
    fn from(listed: &Listed) -> Self {
        ListedDocument {
            name: listed.list.name.clone(),
            path: listed.path.display().to_string(),
            lines: listed.list.lines.len(),
            every_days: listed.list.every_days,
            bought: listed.bought,
            due: listed.due,
            days_over: listed.days_over,
            note: listed.list.note.clone(),
        }
    }
}

#[derive(Serialize)]
struct ShowDocument {
    #[serde(flatten)]
    list: ListedDocument,
    items: Vec<ItemDocument>,
    /// Sum of what is known, yuan.
    goods: Money,
    goods_complete: bool,
}

#[derive(Serialize)]
struct ItemDocument {
    offer_id: OfferKey,
    spec_id: Option<SpecId>,
    words: Clean,
    quantity: Quantity,
    unit_price: Option<Money>,
    amount: Option<Money>,
    gone: bool,
}

#[derive(Serialize)]
struct LoadedDocument {
    name: SavedName,
    line_ids: Vec<LineId>,
    missing: Vec<ItemDocument>,
}

#[derive(Serialize)]
struct DiffDocument {
    differences: Vec<DifferenceDocument>,
}

#[derive(Serialize)]
struct DifferenceDocument {
    offer_id: OfferKey,
    spec_id: Option<SpecId>,
    words: Clean,
    /// Null = not in it.
    here: Option<Quantity>,
    there: Option<Quantity>,
}

impl From<Difference> for DifferenceDocument {
    fn from(found: Difference) -> Self {
        let Difference { offer_id, spec_id, words, here, there } = found;
        DifferenceDocument { offer_id, spec_id, words, here, there }
    }
}

pub(super) async fn run(verb: ListVerb, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session = profile.local(progress(printer)).await?;
    let desk = &session.desk;
    match verb {
        ListVerb::All => all(desk, |_| true, printer),
        ListVerb::Due { within } => {
            all(desk, |listed| listed.days_over.is_some_and(|over| over >= -within), printer)
        }
        ListVerb::Save { name, every, since, note, replace } => {
            let mut list = BuyList::new(name, desk.cart_as_list()?);
            if list.lines.is_empty() {
                let hint = "put something in with `pifa cart add`, `pifa reorder` or `pifa list load`";
                return Err(Failure::failed("empty", "the cart is empty: there is nothing to keep", hint));
            }
            let first =
                every.and_then(|days| beijing_day(desk.now()).checked_add(i64::from(days).days()).ok());
            (list.every_days, list.since) = (every, since.or(first));
            list.note = Clean::capped(note.as_deref().unwrap_or_default(), crate::domain::list::NOTE_CHARS);
            desk.save_list(&list, replace)?;
            one(desk, list.name.as_str(), None, printer)
        }
        ListVerb::Show { name, scale } => one(desk, &name, scale, printer),
        ListVerb::Load { name, scale } => load(desk, &name, scale, printer),
        ListVerb::Diff { name, other } => diff(desk, &name, other.as_deref(), printer),
        ListVerb::Merge { into, from } => {
            let mut list = match desk.list(into.as_str()) {
                Ok(known) => known.list,
                Err(DeskError::NoList { .. }) => BuyList::new(into.clone(), []),
                Err(error) => return Err(error.into()),
            };
            for name in &from {
                list.merge(desk.list(name)?.list.lines);
            }
            desk.save_list(&list, true)?;
            one(desk, into.as_str(), None, printer)
        }
        ListVerb::Rename { name, new } => {
            desk.rename_list(&name, &new)?;
            one(desk, new.as_str(), None, printer)
        }
        ListVerb::Rm { name } => {
            let gone = desk.forget_list(&name)?;
            // What it was stands in the answer: it can be made again from there.
            let document = shown(desk, &gone, None)?;
            printer.document(&document, || {
                format!("{}: {}", printer.words("deleted", "已删除", "已刪除"), gone.path.display())
            })?;
            Ok(Exit::Done)
        }
    }
}

fn all(desk: &Desk, wanted: impl Fn(&Listed) -> bool, printer: &Printer) -> Result<Exit, Failure> {
    let (mut lists, bad) = desk.lists()?;
    lists.retain(wanted);
    // What waits longest comes first; what never comes due, last.
    lists.sort_by_key(|listed| (listed.due.is_none(), listed.due, listed.list.name.clone()));
    for trouble in &bad {
        note(&trouble.to_string());
    }
    let document = AllDocument {
        lists: lists.iter().map(ListedDocument::from).collect(),
        bad: bad.into_iter().map(|bad| BadDocument { at: bad.at, message: bad.what }).collect(),
    };
    printer.document(&document, || {
        if document.lists.is_empty() {
            return printer.words("no lists", "没有清单", "沒有清單").to_owned();
        }
        let heads = [
            (printer.words("due", "到期", "到期"), Lean::Left),
            (printer.words("days", "天", "天"), Lean::Right),
            (printer.words("every", "周期", "週期"), Lean::Right),
            (printer.words("bought", "上次", "上次"), Lean::Left),
            (printer.words("lines", "行数", "行數"), Lean::Right),
            (printer.words("list", "清单", "清單"), Lean::Left),
        ];
        let rows: Vec<Vec<String>> = document
            .lists
            .iter()
            .map(|list| {
                let or_dash = |day: Option<Date>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
                vec![
                    or_dash(list.due),
                    list.days_over.map_or_else(String::new, |days| format!("{days:+}")),
                    list.every_days.map_or_else(String::new, |days| days.to_string()),
                    or_dash(list.bought),
                    list.lines.to_string(),
                    list.name.as_str().to_owned(),
                ]
            })
            .collect();
        table(&heads, &rows)
    })?;
    Ok(Exit::Done)
}

impl From<ListItem> for ItemDocument {
    fn from(item: ListItem) -> Self {
        let ListItem { line, quantity, unit_price, amount, gone } = item;
        let ListLine { offer_id, spec_id, words, .. } = line;
        ItemDocument { offer_id, spec_id, words, quantity, unit_price, amount, gone }
    }
}

/// The list at today's prices.
fn shown(desk: &Desk, listed: &Listed, scale: Option<Decimal>) -> Result<ShowDocument, Failure> {
    let items = desk.list_items(listed, scale)?;
    let (goods, goods_complete) = goods_of(&items);
    let items = items.into_iter().map(ItemDocument::from).collect();
    Ok(ShowDocument { list: listed.into(), items, goods, goods_complete })
}

fn one(desk: &Desk, name: &str, scale: Option<Decimal>, printer: &Printer) -> Result<Exit, Failure> {
    let listed = desk.list(name)?;
    let document = shown(desk, &listed, scale)?;
    printer.document(&document, || {
        let heads = [
            (printer.words("quantity", "数量", "數量"), Lean::Right),
            (printer.words("price", "单价", "單價"), Lean::Right),
            (printer.words("amount", "金额", "金額"), Lean::Right),
            (printer.words("offer", "商品", "商品"), Lean::Left),
        ];
        let rows: Vec<Vec<String>> = document
            .items
            .iter()
            .map(|item| {
                let gone = if item.gone {
                    printer.words("(gone) ", "（已下架）", "（已下架）")
                } else {
                    ""
                };
                vec![
                    item.quantity.to_string(),
                    known(item.unit_price.as_ref()),
                    known(item.amount.as_ref()),
                    format!("{gone}{}", item.words),
                ]
            })
            .collect();
        let more = if document.goods_complete { "" } else { ">= " };
        let goods = printer.words("goods", "货款", "貨款");
        format!("{}\n{}{goods} {more}¥{}\n", listed.path.display(), table(&heads, &rows), document.goods)
    })?;
    Ok(Exit::Done)
}

fn load(desk: &Desk, name: &str, scale: Option<Decimal>, printer: &Printer) -> Result<Exit, Failure> {
    let listed = desk.list(name)?;
    let loaded = desk.load_list(&listed, scale)?;
    let missing = |line: ListLine| ItemDocument {
        offer_id: line.offer_id,
        spec_id: line.spec_id,
        words: line.words,
        quantity: line.quantity,
        unit_price: None,
        amount: None,
        gone: true,
    };
    let missing = loaded.missing.into_iter().map(missing).collect();
    let document = LoadedDocument { name: listed.list.name.clone(), line_ids: loaded.added, missing };
    printer.document(&document, || {
        let added = document.line_ids.len();
        let lines = printer.words("lines into the cart", "行进了采购车", "行進了採購車");
        let gone = printer.words("not on sale", "已下架或没有", "已下架或沒有");
        let left_out =
            document.missing.iter().map(|item| format!("{gone}: {} {}\n", item.quantity, item.words));
        format!("{added} {lines}\n{}", left_out.collect::<String>())
    })?;
    Ok(Exit::Done)
}

fn diff(desk: &Desk, name: &str, other: Option<&str>, printer: &Printer) -> Result<Exit, Failure> {
    let listed = desk.list(name)?;
    let found = match other {
        Some(other) => differences(&listed.list.lines, &desk.list(other)?.list.lines),
        None => desk.list_diff(&listed)?,
    };
    let document = DiffDocument { differences: found.into_iter().map(DifferenceDocument::from).collect() };
    printer.document(&document, || {
        if document.differences.is_empty() {
            return printer.words("no difference", "没有差别", "沒有差別").to_owned();
        }
        let there = other.unwrap_or_else(|| printer.words("cart", "采购车", "採購車"));
        let heads = [
            (listed.list.name.as_str(), Lean::Right),
            (there, Lean::Right),
            (printer.words("offer", "商品", "商品"), Lean::Left),
        ];
        let count = |quantity: Option<Quantity>| quantity.map_or_else(|| "-".to_owned(), |q| q.to_string());
        let rows: Vec<Vec<String>> = document
            .differences
            .iter()
            .map(|found| vec![count(found.here), count(found.there), found.words.to_string()])
            .collect();
        table(&heads, &rows)
    })?;
    Ok(Exit::Done)
}
