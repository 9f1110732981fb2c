//! `pifa cart`: lines, verdict and undo.

use serde::Serialize;

use super::args::CartVerb;
use super::documents::{CartDocument, CheckDocument};
use super::failure::{Exit, Failure};
use super::plan;
use super::print::{Printer, known, note};
use super::session::Profile;
use super::sync::progress;
use crate::domain::id::LineId;
use crate::procure::Desk;

/// What an edit did.
#[derive(Serialize)]
struct EditDocument {
    line_id: Option<LineId>,
    done: Option<String>,
    lines: usize,
}

pub(super) async fn run(verb: CartVerb, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session = profile.local(progress(printer)).await?;
    let desk = &session.desk;
    match verb {
        CartVerb::List => {
            let cart = desk.cart()?;
            tell_of_others(cart.others.0);
            let document = CartDocument::new(&cart.assessment, cart.others.0);
            printer.document(&document, || list(&document, printer))?;
            Ok(Exit::Done)
        }
        CartVerb::Check => {
            let cart = desk.cart()?;
            tell_of_others(cart.others.0);
            let document = CheckDocument::new(&cart.assessment, &cart.assessment.violations, printer.lang);
            printer.document(&document, || check(&document, printer))?;
            Ok(if document.ok { Exit::Done } else { Exit::Rule })
        }
        CartVerb::Plan => plan::write(desk, printer),
        CartVerb::Apply { file } => plan::apply(desk, &file, printer),
        CartVerb::Add { offer, quantity } => {
            let line = desk.cart_add(&offer.offer, offer.spec.as_ref(), quantity)?;
            edited(desk, printer, Some(line), Some("add".to_owned()))
        }
        CartVerb::Set { line, quantity } => {
            desk.cart_set(LineId(line), quantity)?;
            edited(desk, printer, Some(LineId(line)), Some("set".to_owned()))
        }
        CartVerb::Rm { line } => {
            desk.cart_remove(LineId(line))?;
            edited(desk, printer, Some(LineId(line)), Some("rm".to_owned()))
        }
        CartVerb::Fix { apply, no_new_goods } => super::fix::run(desk, printer, apply, no_new_goods),
        CartVerb::Undo => {
            let step = desk.undo()?;
            if step.is_none() {
                note(printer.words("nothing to undo", "没有可撤销的操作", "沒有可復原的操作"));
            }
            edited(desk, printer, None, step)
        }
        CartVerb::Redo => {
            let step = desk.redo()?;
            if step.is_none() {
                note(printer.words("nothing to redo", "没有可重做的操作", "沒有可重做的操作"));
            }
            edited(desk, printer, None, step)
        }
        CartVerb::Import(args) => super::entry::import(&args, desk, printer),
        CartVerb::Export { file } => {
            let cart = desk.cart()?;
            tell_of_others(cart.others.0);
            super::export::cart(&file, &cart.assessment, printer)
        }
        CartVerb::Clear => {
            desk.cart_clear()?;
            edited(desk, printer, None, Some("clear".to_owned()))
        }
    }
}

fn edited(
    desk: &Desk,
    printer: &Printer,
    line_id: Option<LineId>,
    done: Option<String>,
) -> Result<Exit, Failure> {
    let cart = desk.cart()?;
    let document = EditDocument { line_id, done, lines: cart.line_count() };
    printer.document(&document, || {
        let line = document.line_id.map_or_else(String::new, |line| format!(" #{line}"));
        let done = document.done.as_deref().unwrap_or("-");
        let lines = printer.words("lines in the cart", "行在采购车", "行在採購車");
        format!("{done}{line}: {} {lines}", document.lines)
    })?;
    Ok(Exit::Done)
}

/// Rows of other markets are neither shown nor sent here, but not hidden either.
pub(super) fn tell_of_others(lines: u64) {
    if lines > 0 {
        note(&format!("{lines} cart lines belong to another market and are not shown here"));
    }
}

fn list(document: &CartDocument, printer: &Printer) -> String {
    if document.suppliers.is_empty() {
        return printer.words("the cart is empty", "采购车是空的", "採購車是空的").to_owned();
    }
    let mut text = String::new();
    for part in &document.suppliers {
        text.push_str(&format!("{}   ¥{}\n", known(part.supplier_name.as_ref()), part.goods));
        if let Some(mix) = &part.mix {
            let pieces = mix.pieces_needed.map(|needed| format!("{}/{needed}", mix.pieces));
            let amount = mix.amount_needed.map(|needed| format!("¥{}/{needed}", mix.amount));
            let gauge = pieces.into_iter().chain(amount).collect::<Vec<_>>().join("  ");
            text.push_str(&format!("  {}: {gauge}\n", printer.words("mix rule", "混批", "混批")));
        }
        for line in &part.lines {
            let unit = line.unit.as_ref().map_or("", |unit| unit.as_str());
            text.push_str(&format!(
                "  #{:<4} {:>8} {unit} x {:>10} = {:>12}  {} {}\n",
                line.line_id,
                line.quantity,
                known(line.unit_price.as_ref()),
                known(line.amount.as_ref()),
                printer.title(&line.title, line.title_en.as_ref()),
                line.spec_name.as_ref().map_or("", |name| name.as_str()),
            ));
        }
    }
    let freight = match document.freight_is {
        "at_most" => format!("<= ¥{}", known(document.freight.as_ref())),
        _ => document.freight.map_or_else(|| "?".to_owned(), |freight| format!("¥{freight}")),
    };
    let landed =
        document.landed.map_or_else(|| format!(">= ¥{}", document.goods), |landed| format!("¥{landed}"));
    let [goods, carriage, all] = [
        printer.words("goods", "货款", "貨款"),
        printer.words("freight", "运费", "運費"),
        printer.words("landed", "含运价", "含運價"),
    ];
    text.push_str(&format!("{goods} ¥{}   {carriage} {freight}   {all} {landed}\n", document.goods));
    text
}

fn check(document: &CheckDocument, printer: &Printer) -> String {
    if document.ok {
        return printer.words("every rule is met", "全部符合规则", "全部符合規則").to_owned();
    }
    document
        .violations
        .iter()
        .map(|violation| {
            let lines: Vec<String> = violation.line_ids.iter().map(|line| format!("#{line}")).collect();
            format!("{:<14} {:<12} {}\n", violation.kind, lines.join(" "), violation.message)
        })
        .collect()
}
