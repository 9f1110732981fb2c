//! `pifa --market hand`: one order sheet a supplier, as a workbook and as text with links for a chat.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::documents::CheckDocument;
use super::export;
use super::failure::{Exit, Failure};
use super::order_documents::{OrderDocument, OrdersDocument};
use super::print::{Printer, note};
use crate::domain::id::{OfferKey, OrderId};
use crate::domain::link::{SharedLine, offer_page, share_text};
use crate::domain::order::Order;
use crate::domain::text::Clean;
use crate::procure::Desk;

/// `order submit` by hand.
#[derive(Serialize)]
struct HandDocument {
    #[serde(flatten)]
    orders: OrdersDocument,
    /// The sheets, a workbook and a text for each order.
    sheets: Vec<String>,
}

/// Writes the sheets into `folder` and marks their orders as handed over.
pub(super) fn submit(
    desk: &Desk,
    folder: &Path,
    partial: bool,
    dry_run: bool,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let mut document = HandDocument { orders: OrdersDocument::default(), sheets: Vec::new() };
    if dry_run {
        let cart = desk.cart()?;
        let check = CheckDocument::new(&cart.assessment, &cart.assessment.violations, printer.lang);
        document.orders.violations = Some(check.violations);
        printer.document(&document, || {
            let parts = cart.assessment.parts.iter();
            parts
                .map(|part| {
                    let name = part.supplier_name.as_ref().map_or("?", Clean::as_str);
                    format!("{name}   ¥{}   {}\n", part.goods, part.lines.len())
                })
                .collect()
        })?;
        return Ok(if check.ok { Exit::Done } else { Exit::Rule });
    }
    std::fs::create_dir_all(folder).map_err(|error| unwritten(folder, &error))?;
    let over = desk.hand_over(partial)?;
    for order in over.orders {
        let Some(number) = order.out_order_id.clone() else { continue };
        for sheet in write(folder, &order, printer)? {
            document.sheets.push(sheet.display().to_string());
        }
        document.orders.orders.push(OrderDocument::from(desk.handed_over(&number)?));
    }
    let check = CheckDocument::new(&over.cart.assessment, &over.cart.assessment.violations, printer.lang);
    let (ok, violations) = (check.ok, check.violations);
    if !printer.is_json() {
        for violation in &violations {
            note(&violation.message);
        }
    }
    document.orders.violations = Some(violations).filter(|_| !ok);
    printer.document(&document, || {
        let done = printer.words("order sheets written", "份订货单已写出", "份訂貨單已寫出");
        let files: String = document.sheets.iter().map(|file| format!("{file}\n")).collect();
        format!("{} {done}\n{files}", document.orders.orders.len())
    })?;
    Ok(if ok { Exit::Done } else { Exit::Rule })
}

/// What the supplier calls an order.
pub(super) fn number(desk: &Desk, id: &str, order_id: &str, printer: &Printer) -> Result<Exit, Failure> {
    let order_id = OrderId::new(order_id);
    if order_id.as_str().is_empty() {
        return Err(Failure::usage("an order number has letters or digits", "as the supplier wrote it"));
    }
    super::order::orders(vec![desk.number_order(id, &order_id)?], printer)
}

/// The workbook and the text of one order. The same order has the same names, however often it is written.
fn write(folder: &Path, order: &Order, printer: &Printer) -> Result<[PathBuf; 2], Failure> {
    let number = order.out_order_id.as_ref().map_or("", |number| number.as_str());
    let name = order.supplier_name.as_ref().map_or("?", Clean::as_str);
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' };
    let name: String = name.chars().take(40).map(plain).collect();
    let book = folder.join(format!("{name}_{number}.xlsx"));
    export::orders_to(&book, std::slice::from_ref(order), printer)?;
    let lines: Vec<SharedLine> = order
        .lines
        .iter()
        .map(|line| SharedLine {
            title: titled(&line.offer_id, &line.title),
            link: page(&line.offer_id),
            sku: Some(line.spec_name.clone()),
            quantity: line.quantity,
            unit: line.unit.clone(),
            unit_price: line.unit_price,
            amount: line.amount,
        })
        .collect();
    let mut text = share_text(&lines);
    if let Some(words) = &order.message {
        text.push_str(&format!("\n{words}"));
    }
    text.push_str(&format!("\n# {number}\n"));
    let chat = folder.join(format!("{name}_{number}.txt"));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| unwritten(folder, &error))?;
    file.write_all(text.as_bytes()).map_err(|error| unwritten(&chat, &error))?;
    file.as_file().sync_all().map_err(|error| unwritten(&chat, &error))?;
    file.persist(&chat).map_err(|error| unwritten(&chat, &error.error))?;
    Ok([book, chat])
}

/// A supplier knows their goods by their own number.
fn titled(key: &OfferKey, title: &Clean) -> Clean {
    match key {
        OfferKey::Local { item_no, .. } => Clean::new(&format!("{item_no} {title}")),
        OfferKey::Market(_) => title.clone(),
    }
}

/// The page of goods of the market, and of those a list names by their market's number.
fn page(key: &OfferKey) -> Option<String> {
    let id = match key {
        OfferKey::Market(id) => Some(*id),
        OfferKey::Local { item_no, .. } => item_no.parse().ok().filter(|_| (9..=15).contains(&item_no.len())),
    };
    id.map(|id| offer_page(None, id))
}

fn unwritten(place: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(
        "export",
        format!("{}: {error}", place.display()),
        "name a folder you may write in with --to",
    )
}
