//! For the boss and back: cart, comparison and orders as XLSX or CSV. Ids are text, figures are numbers, nothing acts
//! as a formula; the names of the columns are among those `pifa cart import` reads, in every language.

use std::path::Path;

use serde::Serialize;

use super::compare_documents::ComparedDocument;
use super::failure::{Exit, Failure};
use super::print::Printer;
use crate::domain::cart::Assessment;
use crate::domain::id::OfferKey;
use crate::domain::link::offer_page;
use crate::domain::order::Order;
use crate::domain::quantity::Quantity;
use crate::table::{self, Cell};

#[derive(Serialize)]
struct ExportDocument {
    file: String,
    rows: usize,
}

/// A column: its name in English, Simplified and Traditional Chinese.
type Head = (&'static str, &'static str, &'static str);

const ORDER_ID: Head = ("order_id", "订单号", "訂單號");
const OUT_ORDER_ID: Head = ("out_order_id", "我方单号", "我方單號");
const STATE: Head = ("state", "状态", "狀態");
const SUPPLIER_ID: Head = ("supplier_id", "供应商编号", "供應商編號");
const SUPPLIER: Head = ("supplier_name", "供应商", "供應商");
const OFFER_ID: Head = ("offer_id", "商品编号", "商品編號");
const SPEC_ID: Head = ("spec_id", "规格编号", "規格編號");
const TITLE: Head = ("title", "商品标题", "商品標題");
const SPEC: Head = ("spec", "规格", "規格");
const UNIT: Head = ("unit", "单位", "單位");
const QUANTITY: Head = ("quantity", "数量", "數量");
const UNIT_PRICE: Head = ("unit_price", "单价", "單價");
const AMOUNT: Head = ("amount", "金额", "金額");
const GOODS: Head = ("goods", "货款", "貨款");
const FREIGHT: Head = ("freight", "运费", "運費");
const LANDED: Head = ("landed", "含运价", "含運價");
const BUYABLE: Head = ("buyable", "可买", "可買");
const MOQ: Head = ("moq", "起批量", "起批量");
const CREATED_AT: Head = ("created_at", "下单时间", "下單時間");
const LINK: Head = ("link", "链接", "連結");

/// The cart, a line a row.
pub(super) fn cart(file: &Path, cart: &Assessment, printer: &Printer) -> Result<Exit, Failure> {
    let heads =
        [SUPPLIER_ID, SUPPLIER, OFFER_ID, SPEC_ID, TITLE, SPEC, UNIT, QUANTITY, UNIT_PRICE, AMOUNT, LINK];
    let mut rows = Vec::new();
    for part in &cart.parts {
        for priced in &part.lines {
            let line = &priced.line;
            let sku = line.spec_id.as_ref().and_then(|spec| line.offer.sku(spec));
            rows.push(vec![
                Cell::text(part.supplier_id.as_ref()),
                Cell::text(part.supplier_name.as_ref()),
                Cell::text(Some(&line.offer.key)),
                Cell::text(line.spec_id.as_ref()),
                Cell::text(Some(&line.offer.title)),
                Cell::text(sku.map(|sku| &sku.name)),
                Cell::text(line.offer.unit.as_ref()),
                Cell::number(Some(line.quantity)),
                Cell::number(priced.unit_price),
                Cell::number(priced.amount),
                link(&line.offer.key),
            ]);
        }
    }
    write(file, &heads, &rows, printer)
}

/// A comparison, an offer a row, all at one quantity. What is unknown stays empty.
pub(super) fn compared(
    file: &Path,
    quantity: Quantity,
    offers: &[ComparedDocument],
    printer: &Printer,
) -> Result<(), Failure> {
    let heads = [
        SUPPLIER_ID,
        SUPPLIER,
        OFFER_ID,
        SPEC_ID,
        TITLE,
        UNIT,
        QUANTITY,
        UNIT_PRICE,
        GOODS,
        FREIGHT,
        LANDED,
        BUYABLE,
        MOQ,
        LINK,
    ];
    let row = |row: &ComparedDocument| {
        vec![
            Cell::text(row.figures.supplier_id.as_ref()),
            Cell::text(row.figures.supplier_name.as_ref()),
            Cell::text(Some(&row.figures.offer_id)),
            Cell::text(row.figures.spec_id.as_ref()),
            Cell::text(Some(&row.figures.title)),
            Cell::text(row.figures.unit.as_ref()),
            Cell::number(Some(quantity)),
            Cell::number(row.figures.unit_price),
            Cell::number(row.figures.goods),
            Cell::number(row.figures.freight),
            Cell::number(row.figures.landed),
            Cell::text(Some(if row.figures.buyable {
                printer.words("yes", "是", "是")
            } else {
                printer.words("no", "否", "否")
            })),
            Cell::number(row.figures.moq),
            link(&row.figures.offer_id),
        ]
    };
    save(file, &heads, &offers.iter().map(row).collect::<Vec<_>>(), printer)
}

/// Orders, a line of them a row.
pub(super) fn orders(file: &Path, orders: &[Order], printer: &Printer) -> Result<Exit, Failure> {
    let rows = orders_to(file, orders, printer)?;
    done(file, rows, printer)
}

/// Writes orders and says nothing; how many rows.
pub(super) fn orders_to(file: &Path, orders: &[Order], printer: &Printer) -> Result<usize, Failure> {
    let heads = [
        ORDER_ID,
        OUT_ORDER_ID,
        STATE,
        CREATED_AT,
        SUPPLIER_ID,
        SUPPLIER,
        OFFER_ID,
        SPEC_ID,
        TITLE,
        SPEC,
        UNIT,
        QUANTITY,
        UNIT_PRICE,
        AMOUNT,
    ];
    let mut rows = Vec::new();
    for order in orders {
        for line in &order.lines {
            let spec = Some(&line.spec_name).filter(|name| !name.is_empty());
            rows.push(vec![
                Cell::text(order.order_id.as_ref()),
                Cell::text(order.out_order_id.as_ref()),
                Cell::text(Some(&order.state)),
                Cell::text(Some(order.created_at)),
                Cell::text(order.supplier_id.as_ref()),
                Cell::text(order.supplier_name.as_ref()),
                Cell::text(Some(&line.offer_id)),
                Cell::text(line.spec_id.as_ref()),
                Cell::text(Some(&line.title)),
                Cell::text(spec),
                Cell::text(line.unit.as_ref()),
                Cell::number(Some(line.quantity)),
                Cell::number(line.unit_price),
                Cell::number(line.amount),
            ]);
        }
    }
    save(file, &heads, &rows, printer)?;
    Ok(rows.len())
}

/// The page of an offer; imported goods have none.
fn link(key: &OfferKey) -> Cell {
    Cell::text(key.market_id().map(|id| offer_page(None, id)))
}

fn write(file: &Path, heads: &[Head], rows: &[Vec<Cell>], printer: &Printer) -> Result<Exit, Failure> {
    save(file, heads, rows, printer)?;
    done(file, rows.len(), printer)
}

fn done(file: &Path, rows: usize, printer: &Printer) -> Result<Exit, Failure> {
    let document = ExportDocument { file: file.display().to_string(), rows };
    printer.document(&document, || {
        format!("{} {}", document.rows, printer.words("rows written", "行已写出", "行已寫出"))
    })?;
    Ok(Exit::Done)
}

fn save(file: &Path, heads: &[Head], rows: &[Vec<Cell>], printer: &Printer) -> Result<(), Failure> {
    let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    if !matches!(ending.as_deref(), Some("xlsx" | "csv")) {
        return Err(Failure::usage(
            format!("{}: the name says neither .xlsx nor .csv", file.display()),
            "end the file's name in .xlsx or .csv",
        ));
    }
    let heads: Vec<&str> = heads.iter().map(|(en, zh_cn, zh_tw)| printer.words(en, zh_cn, zh_tw)).collect();
    table::save(file, &heads, rows).map_err(|error| {
        Failure::failed("export", format!("{}: {error}", file.display()), "name a folder you may write in")
    })
}
