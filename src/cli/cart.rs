//! `pifa cart`: lines, verdict and undo.

use std::collections::HashSet;

use serde::Serialize;

use super::args::CartVerb;
use super::documents::{CartDocument, CheckDocument};
use super::failure::{Exit, Failure};
use super::plan;
use super::print::{Printer, known, note};
use super::session::Profile;
use super::sync::progress;
use super::values::Lines;
use crate::domain::algebra::{Expr, Refusal, Refused, evaluate};
use crate::domain::cart::Assessment;
use crate::domain::id::LineId;
use crate::domain::quantity::Quantity;
use crate::i18n::algebra as said;
use crate::procure::{Desk, DeskError};

/// What an edit did.
#[derive(Serialize)]
struct EditDocument {
    line_id: Option<LineId>,
    done: Option<String>,
    lines: usize,
}

/// What a change of several lines did.
#[derive(Serialize)]
struct SetDocument {
    /// `null` where several were meant.
    line_id: Option<LineId>,
    done: &'static str,
    lines: usize,
    changes: Vec<ChangeDocument>,
    /// Lines that `>` left as they are.
    no_tier: Vec<LineId>,
}

#[derive(Serialize)]
struct ChangeDocument {
    line_id: LineId,
    from_quantity: Quantity,
    to_quantity: Quantity,
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
        CartVerb::Set { lines, change } => set(desk, printer, &lines, &change),
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

/// Changes the units of lines, as one step, or of none.
fn set(desk: &Desk, printer: &Printer, lines: &Lines, change: &Expr) -> Result<Exit, Failure> {
    let cart = desk.cart()?.assessment;
    let ids: Vec<LineId> = cart.parts.iter().flat_map(|part| &part.lines).map(|line| line.line.id).collect();
    let chosen: HashSet<LineId> = match lines {
        Lines::All => ids.iter().copied().collect(),
        Lines::Some(ranges) => {
            let within = |id: &LineId| ranges.iter().any(|(first, last)| (*first..=*last).contains(&id.0));
            // A single id means a line; of a range, what is there.
            let missing = ranges.iter().find(|(first, last)| first == last && !ids.contains(&LineId(*first)));
            if let Some((id, _)) = missing {
                return Err(DeskError::NoLine(LineId(*id)).into());
            }
            ids.iter().copied().filter(within).collect()
        }
    };
    if chosen.is_empty() {
        return Err(Failure::new(
            Exit::NotFound,
            "not_found",
            printer.words("no such line in the cart", "采购车里没有这些行", "採購車裡沒有這些行"),
            "pifa cart list",
        ));
    }
    let outcome = evaluate(change, &cart, &desk.rules(), &chosen);
    if !outcome.refused.is_empty() {
        let told: Vec<String> =
            outcome.refused.iter().map(|of| format!("#{}: {}", of.line, why(printer, of, &cart))).collect();
        return Err(Failure::usage(
            told.join("; "),
            printer.words("nothing was changed", "什么都没改", "什麼都沒改"),
        ));
    }
    let sets: Vec<(LineId, Quantity)> =
        outcome.changes.iter().map(|change| (change.line, change.to)).collect();
    desk.cart_set_all(&sets)?;
    let only = match chosen.iter().collect::<Vec<_>>().as_slice() {
        [one] => Some(**one),
        _ => None,
    };
    let changes = outcome.changes.iter().map(|change| ChangeDocument {
        line_id: change.line,
        from_quantity: change.from,
        to_quantity: change.to,
    });
    let document = SetDocument {
        line_id: only,
        done: "set",
        lines: ids.len(),
        changes: changes.collect(),
        no_tier: outcome.no_tier,
    };
    printer.document(&document, || {
        let mut text = String::new();
        for change in &document.changes {
            text.push_str(&format!(
                "#{}: {} -> {}\n",
                change.line_id, change.from_quantity, change.to_quantity
            ));
        }
        for line in &document.no_tier {
            let words = printer.words("no cheaper tier", "没有更便宜的档", "沒有更便宜的檔");
            text.push_str(&format!("#{line}: {words}\n"));
        }
        let lines = printer.words("lines changed", "行改了数量", "行改了數量");
        text.push_str(&format!("set: {} {lines}", document.changes.len()));
        text
    })?;
    Ok(Exit::Done)
}

/// Why a line cannot have it.
fn why(printer: &Printer, refused: &Refused, cart: &Assessment) -> String {
    let line = cart.parts.iter().flat_map(|part| &part.lines).find(|line| line.line.id == refused.line);
    let unit = line.and_then(|line| line.line.offer.unit.as_ref()).map_or("", |unit| unit.as_str());
    match refused.why {
        Refusal::NotAbove(value) => said::not_above(printer.lang, &value.to_string()),
        Refusal::TooMuch => said::too_much(printer.lang),
        Refusal::Fraction(value) => said::fraction(printer.lang, &value.to_string(), unit),
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
