//! `pifa substitutes`: what could be bought in an offer's or a cart line's place at my quantity, and the swap.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::compare_documents::FiguresDocument;
use super::failure::{Exit, Failure};
use super::print::{Lean, Printer, known, table};
use super::session::Profile;
use super::substitute_args::SubstitutesArgs;
use super::sync::progress;
use super::values::OfferSpec;
use crate::domain::id::{LineId, OfferKey, SpecId};
use crate::domain::money::Money;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::substitute::{Present, Standing, Substitute};
use crate::domain::text::Clean;
use crate::i18n::substitutes as said;
use crate::procure::{Desk, DeskError};

/// `substitutes`
#[derive(Debug, Serialize)]
struct SubstitutesDocument {
    quantity: Quantity,
    present: PresentDocument,
    substitutes: Vec<SubstituteDocument>,
    /// Lines of the rule files that cannot be used, each as `file:line: reason`.
    mistakes: Vec<String>,
    /// The line that stands in the old one's place.
    applied: Option<LineId>,
}

/// What would be replaced.
#[derive(Debug, Serialize)]
struct PresentDocument {
    line_id: Option<LineId>,
    offer_id: OfferKey,
    spec_id: Option<SpecId>,
    title: Clean,
    title_en: Option<Clean>,
    spec_name: Clean,
    unit: Option<Unit>,
    unit_price: Option<Money>,
    goods: Option<Money>,
    landed: Option<Money>,
}

/// One row.
#[derive(Debug, Serialize)]
struct SubstituteDocument {
    n: usize,
    level: &'static str,
    rule: Option<RuleDocument>,
    alike_percent: u32,
    shared_words: Vec<Clean>,
    attributes_agree: u32,
    attributes_compared: u32,
    standing: &'static str,
    saving: Option<Money>,
    goods_saving: Option<Money>,
    factory: bool,
    factory_percent: Option<u32>,
    spec_name: Option<Clean>,
    spec_by: &'static str,
    #[serde(flatten)]
    figures: FiguresDocument,
}

/// The line of a rule file that led there.
#[derive(Debug, Serialize)]
struct RuleDocument {
    from: Clean,
    to: Clean,
    at: Clean,
}

/// `substitutes --copy-rules`
#[derive(Debug, Serialize)]
struct RulesDocument {
    files: Vec<PathBuf>,
}

impl SubstituteDocument {
    fn new(n: usize, row: &Substitute) -> SubstituteDocument {
        let rule = row.of.rule.as_ref();
        SubstituteDocument {
            n,
            level: row.of.level.as_str(),
            rule: rule.map(|rule| RuleDocument {
                from: rule.from.clone(),
                to: rule.to.clone(),
                at: rule.at.clone(),
            }),
            alike_percent: row.of.alike,
            shared_words: row.of.shared.clone(),
            attributes_agree: row.of.attributes.0,
            attributes_compared: row.of.attributes.1,
            standing: row.standing.as_str(),
            saving: row.saving,
            goods_saving: row.goods_saving,
            factory: row.factory,
            factory_percent: row.of.factory,
            spec_name: row.sku().map(|sku| sku.name.clone()),
            spec_by: row.sku_by.as_str(),
            figures: FiguresDocument::new(&row.of.offer, &row.at),
        }
    }
}

pub(super) async fn run(
    args: SubstitutesArgs,
    profile: &Profile,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let session = profile.local(progress(printer)).await?;
    let desk = &session.desk;
    if args.copy_rules {
        let document = RulesDocument { files: desk.copy_substitute_rules()? };
        let told = || document.files.iter().map(|file| format!("{}\n", file.display())).collect();
        printer.document(&document, told)?;
        return Ok(Exit::Done);
    }
    let line = args.line.map(LineId);
    let present = match (line, &args.offer) {
        (Some(line), _) => of_line(desk, line, args.qty)?,
        (None, Some(asked)) => of_offer(desk, asked, args.qty.unwrap_or(Quantity::ONE))?,
        (None, None) => return Err(Failure::usage("nothing to replace is named", "pifa substitutes --help")),
    };
    let found = desk.substitutes(&present)?;
    let rows: Vec<&Substitute> = found.rows.iter().filter(|row| row.factory || !args.factories).collect();
    let applied = match (args.apply, line) {
        (Some(nth), Some(line)) => Some(apply(desk, &present, &rows, nth, line)?),
        _ => None,
    };
    let document = SubstitutesDocument {
        quantity: present.quantity,
        present: PresentDocument {
            line_id: line,
            offer_id: present.key.clone(),
            spec_id: present.spec_id.clone(),
            title: present.title.clone(),
            title_en: present.title_en.clone(),
            spec_name: present.spec_name.clone(),
            unit: present.unit.clone(),
            unit_price: present.unit_price,
            goods: present.goods,
            landed: present.landed,
        },
        substitutes: (1..).zip(&rows).map(|(n, row)| SubstituteDocument::new(n, row)).collect(),
        mistakes: found.mistakes.iter().map(ToString::to_string).collect(),
        applied,
    };
    if !printer.is_json() {
        for mistake in &document.mistakes {
            eprintln!("{mistake}");
        }
    }
    printer.document(&document, || told(&document, &present, &rows, printer))?;
    Ok(Exit::Done)
}

/// A line of the cart, at its quantity or another.
fn of_line(desk: &Desk, id: LineId, quantity: Option<Quantity>) -> Result<Present, Failure> {
    let cart = desk.cart()?;
    let mut lines = cart.assessment.parts.iter().flat_map(|part| &part.lines);
    let line = &lines.find(|priced| priced.line.id == id).ok_or(DeskError::NoLine(id))?.line;
    let quantity = quantity.unwrap_or(line.quantity);
    Ok(Present::of(&line.offer, line.spec_id.as_ref(), quantity, &desk.destination()?))
}

fn of_offer(desk: &Desk, asked: &OfferSpec, quantity: Quantity) -> Result<Present, Failure> {
    let offer = desk.offer(&asked.offer)?.ok_or_else(|| DeskError::NoOffer(asked.offer.clone()))?;
    if let Some(spec) = asked.spec.as_ref().filter(|spec| offer.sku(spec).is_none()) {
        let words = format!("offer {} has no SKU {spec}", asked.offer);
        let hint = format!("`pifa show {}` lists its SKUs", asked.offer);
        return Err(Failure::new(Exit::NotFound, "not_found", words, hint));
    }
    Ok(Present::of(&Arc::new(offer), asked.spec.as_ref(), quantity, &desk.destination()?))
}

/// Puts the nth row in the line's place.
fn apply(
    desk: &Desk,
    present: &Present,
    rows: &[&Substitute],
    nth: usize,
    line: LineId,
) -> Result<LineId, Failure> {
    let Some(row) = nth.checked_sub(1).and_then(|at| rows.get(at)) else {
        let words = format!("there is no substitute {nth} of {}", rows.len());
        return Err(Failure::new(Exit::NotFound, "not_found", words, "run it without --apply for the list"));
    };
    if !row.can_replace(present) {
        let words = format!("substitute {nth} is sold in another unit: the quantity would be another one");
        return Err(Failure::new(Exit::Usage, "other_unit", words, "pifa cart add, then pifa cart rm"));
    }
    Ok(desk.cart_swap(line, &row.of.offer.key, row.at.spec_id.as_ref())?)
}

fn told(
    document: &SubstitutesDocument,
    present: &Present,
    rows: &[&Substitute],
    printer: &Printer,
) -> String {
    let lang = printer.lang;
    let words = lang.text();
    let unit = present.unit.as_ref().map_or("", |unit| unit.as_str());
    let landed = match (present.landed, present.goods) {
        (Some(landed), _) => landed.to_string(),
        (None, Some(goods)) => format!(">={goods}"),
        (None, None) => "?".to_owned(),
    };
    let mut text = format!(
        "{} {}  {} {unit}  {} ¥{landed}\n",
        printer.title(&present.title, present.title_en.as_ref()),
        present.spec_name,
        present.quantity,
        words.landed,
    );
    if rows.is_empty() {
        text.push_str(words.substitutes_none);
        return text;
    }
    let heads = [
        ("#", Lean::Right),
        (words.col_saving, Lean::Right),
        (words.landed, Lean::Right),
        (words.col_price, Lean::Right),
        (words.col_moq, Lean::Right),
        (words.col_factory, Lean::Left),
        (words.col_level, Lean::Left),
        (words.col_reason, Lean::Left),
        (words.col_offer, Lean::Left),
    ];
    let lines: Vec<Vec<String>> = (1..)
        .zip(rows)
        .map(|(n, row): (usize, _)| {
            let offer = &row.of.offer;
            let unit = offer.unit.as_ref().map_or("?", |unit| unit.as_str());
            let goods = known(row.at.goods.as_ref());
            let saving = match (row.standing, row.saving) {
                (Standing::NotHere, _) => row.at.nearest.map_or_else(
                    || words.substitutes_out_of_stock.to_owned(),
                    |nearest| said::nearest(lang, &nearest.to_string()),
                ),
                (Standing::OtherUnit, _) => said::other_unit(lang, unit),
                (_, saving) => known(saving.as_ref()),
            };
            let landed = match row.standing {
                Standing::Known => known(row.at.landed.as_ref()),
                Standing::Open => format!(">={goods}"),
                Standing::NotHere => format!("({goods})"),
                Standing::OtherUnit => "-".to_owned(),
            };
            vec![
                n.to_string(),
                saving,
                landed,
                format!("{}/{unit}", known(row.at.unit_price.as_ref())),
                known(offer.moq.as_ref()),
                said::factory(lang, row.of.factory, row.factory),
                said::level(lang, row.of.level).to_owned(),
                said::reason(lang, &row.of, "→"),
                format!("{} {}", offer.key, printer.title(&offer.title, offer.title_en.as_ref())),
            ]
        })
        .collect();
    text.push_str(&table(&heads, &lines));
    if document.applied.is_some() {
        text.push('\n');
        text.push_str(&said::swapped(lang, "pifa cart undo"));
    }
    text
}
