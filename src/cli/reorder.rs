//! `pifa reorder`: every line of past orders into the cart again, as one step of undo.

use super::args::ReorderArgs;
use super::documents::part_lines;
use super::failure::{Exit, Failure};
use super::order_documents::{ReorderDocument, UnresolvedDocument};
use super::print::{Lean, Printer, known, table};
use super::session::Profile;
use super::sync::progress;
use crate::domain::order::Unresolved;

pub(super) async fn run(args: ReorderArgs, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session = profile.local(progress(printer)).await?;
    let reordered = session.desk.reorder(&args.orders)?;
    let cart = session.desk.cart()?;
    let lines = cart.assessment.parts.iter().flat_map(part_lines);
    let document = ReorderDocument {
        lines: lines.filter(|line| reordered.added.contains(&line.line_id)).collect(),
        unresolved: reordered.unresolved.iter().map(UnresolvedDocument::from).collect(),
    };
    printer.document(&document, || words(&document, printer))?;
    Ok(Exit::Done)
}

fn words(document: &ReorderDocument, printer: &Printer) -> String {
    let heads = [
        (printer.words("line", "行", "行"), Lean::Right),
        (printer.words("quantity", "数量", "數量"), Lean::Right),
        (printer.words("price", "单价", "單價"), Lean::Right),
        (printer.words("amount", "金额", "金額"), Lean::Right),
        (printer.words("offer", "商品", "商品"), Lean::Left),
    ];
    let added = document.lines.iter().map(|line| {
        vec![
            line.line_id.to_string(),
            line.quantity.to_string(),
            known(line.unit_price.as_ref()),
            known(line.amount.as_ref()),
            printer.title(&line.title, line.title_en.as_ref()).to_owned(),
        ]
    });
    let left_out = document.unresolved.iter().map(|line| {
        let why = match line.why {
            Unresolved::Gone => printer.words("gone", "已下架", "已下架"),
            Unresolved::UnknownSpec => printer.words("no such SKU any more", "规格已不存在", "規格已不存在"),
        };
        let title = format!("{why}: {}", line.title);
        vec!["-".to_owned(), line.quantity.to_string(), String::new(), String::new(), title]
    });
    table(&heads, &added.chain(left_out).collect::<Vec<_>>())
}
