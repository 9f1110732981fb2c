//! `pifa deals`: what is cheaper for a while. Without the market, as last read.

use jiff::Timestamp;

use super::args::{DealKindArg, DealsArgs};
use super::documents::{GroupDocument, GroupsDocument};
use super::failure::{Exit, Failure};
use super::group;
use super::order_documents::{DealDocument, DealsDocument};
use super::print::{Lean, Printer, known, note, table};
use super::session::Profile;
use crate::domain::deal::{Deal, DealKind};
use crate::procure::{Desk, DeskError};

/// A list, and when it was read; `None` = never.
type Listed<T> = (Vec<T>, Option<Timestamp>);

pub(super) async fn run(args: DealsArgs, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session = profile.online().await?;
    let desk = &session.desk;
    let wants = |kind: DealKindArg| args.kind.is_none_or(|only| only == kind);
    let mut document = DealsDocument::default();
    let mut read: Vec<Option<Timestamp>> = Vec::new();
    if wants(DealKindArg::Group) {
        let (groups, as_of) = offered(args.kind.is_none(), groups(desk).await)?;
        document.groups = groups.into_iter().map(GroupDocument::from).collect();
        read.push(as_of);
    }
    for (arg, kind) in [(DealKindArg::Flash, DealKind::Flash), (DealKindArg::Discount, DealKind::Discount)] {
        if wants(arg) {
            let (deals, as_of) = offered(args.kind.is_none(), deals(desk, kind).await)?;
            document.deals.extend(deals.into_iter().map(DealDocument::from));
            read.push(as_of);
        }
    }
    // The oldest of what was read.
    document.as_of = read.into_iter().flatten().min();
    printer.document(&document, || words(&document, printer))?;
    Ok(Exit::Done)
}

/// Asked for all there is, a list that this market does not have is none.
fn offered<T>(all: bool, listed: Result<Listed<T>, DeskError>) -> Result<Listed<T>, DeskError> {
    match listed {
        Err(error) if all && error.code() == "not_offered" => Ok((Vec::new(), None)),
        listed => listed,
    }
}

async fn groups(desk: &Desk) -> Result<Listed<crate::domain::group_buy::GroupBuy>, DeskError> {
    match desk.refresh_groups().await {
        Ok((groups, as_of)) => Ok((groups, Some(as_of))),
        Err(error) if error.is_unreachable() => {
            note(&format!("no market: group-buys as last read ({error})"));
            desk.groups()
        }
        Err(error) => Err(error),
    }
}

async fn deals(desk: &Desk, kind: DealKind) -> Result<Listed<Deal>, DeskError> {
    match desk.refresh_deals(kind).await {
        Ok((deals, as_of)) => Ok((deals, Some(as_of))),
        Err(error) if error.is_unreachable() => {
            note(&format!("no market: {} deals as last read ({error})", kind.as_str()));
            desk.deals(kind)
        }
        Err(error) => Err(error),
    }
}

fn words(document: &DealsDocument, printer: &Printer) -> String {
    if document.groups.is_empty() && document.deals.is_empty() {
        return printer.words("no deals", "没有优惠", "沒有優惠").to_owned();
    }
    let mut text = String::new();
    if !document.groups.is_empty() {
        let groups = GroupsDocument { groups: document.groups.clone(), as_of: document.as_of };
        text.push_str(&group::words(&groups, printer));
    }
    if document.deals.is_empty() {
        return text;
    }
    let heads = [
        (printer.words("kind", "类型", "類型"), Lean::Left),
        (printer.words("price", "优惠价", "優惠價"), Lean::Right),
        (printer.words("else", "平时", "平時"), Lean::Right),
        (printer.words("left", "剩余", "剩餘"), Lean::Right),
        (printer.words("limit", "限购", "限購"), Lean::Right),
        (printer.words("from", "开始", "開始"), Lean::Left),
        (printer.words("until", "结束", "結束"), Lean::Left),
        (printer.words("id", "商品编号", "商品編號"), Lean::Left),
        (printer.words("offer", "商品", "商品"), Lean::Left),
    ];
    let name = |kind: DealKind| match kind {
        DealKind::Flash => printer.words("flash", "秒批", "秒批"),
        DealKind::Discount => printer.words("discount", "折批", "折批"),
    };
    let rows: Vec<Vec<String>> = document
        .deals
        .iter()
        .map(|deal| {
            vec![
                name(deal.kind).to_owned(),
                deal.unit_price.to_string(),
                known(deal.list_price.as_ref()),
                known(deal.left.as_ref()),
                deal.limit.map_or_else(|| "-".to_owned(), |limit| limit.to_string()),
                deal.starts.to_string(),
                deal.ends.to_string(),
                deal.offer_id.to_string(),
                printer.title(&deal.title, deal.title_en.as_ref()).to_owned(),
            ]
        })
        .collect();
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&table(&heads, &rows));
    text
}
