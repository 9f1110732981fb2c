//! `pifa compare`: offers side by side at one quantity, in the order they were named.

use super::args::CompareArgs;
use super::compare_documents::{CompareDocument, ComparedDocument, Named, PairDocument};
use super::failure::{Exit, Failure};
use super::print::{Lean, Printer, known, table};
use super::session::Profile;
use super::sync::progress;
use crate::domain::break_even::{self, Runner};
use crate::domain::compare::{self, Rival};
use crate::domain::{flow, price};
use crate::i18n::{buying, comparing, messages};
use crate::procure::DeskError;

pub(super) async fn run(args: CompareArgs, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session = profile.local(progress(printer)).await?;
    let desk = &session.desk;
    let destination = desk.destination()?;
    let mut asked = Vec::with_capacity(args.offers.len());
    for wanted in &args.offers {
        let offer = desk.offer(&wanted.offer)?.ok_or_else(|| DeskError::NoOffer(wanted.offer.clone()))?;
        if let Some(spec) = wanted.spec.as_ref().filter(|spec| offer.sku(spec).is_none()) {
            let words = format!("offer {} has no SKU {spec}", wanted.offer);
            let hint = format!("`pifa show {}` lists its SKUs", wanted.offer);
            return Err(Failure::new(Exit::NotFound, "not_found", words, hint));
        }
        let at = compare::at(&offer, wanted.spec.as_ref(), args.qty, &destination);
        let bait = at.spec_id.as_ref().is_some_and(|spec| price::sku_is_bait(&offer, spec));
        asked.push((offer, at, bait));
    }
    let rivals: Vec<Rival<'_>> = asked
        .iter()
        .map(|(offer, at, bait)| Rival { unit: offer.unit.as_ref(), quantity: args.qty, at, bait: *bait })
        .collect();
    let crowns = compare::crowns(&rivals);
    let runners: Vec<Runner<'_>> =
        asked.iter().map(|(offer, at, _)| Runner { offer, spec: at.spec_id.as_ref() }).collect();
    let pairs = break_even::pairs(&runners, &destination);
    let break_even = pairs.iter().filter_map(|pair| PairDocument::new(pair, &runners)).collect();
    let offers = asked
        .iter()
        .zip(crowns)
        .map(|((offer, at, bait), crown)| {
            let flows = flow::at(offer, at.spec_id.as_ref(), args.qty, &destination);
            let best = flow::cheapest(at, &flows);
            ComparedDocument::new(offer, at, flows, best, crown, *bait)
        })
        .collect();
    let document = CompareDocument { quantity: args.qty, offers, break_even };
    if let Some(file) = &args.export {
        super::export::compared(file, args.qty, &document.offers, printer)?;
    }
    printer.document(&document, || words(&document, printer))?;
    Ok(Exit::Done)
}

fn words(document: &CompareDocument, printer: &Printer) -> String {
    let heads = [
        ("", Lean::Left),
        (printer.words("unit price", "单价", "單價"), Lean::Right),
        (printer.words("goods", "货款", "貨款"), Lean::Right),
        (printer.words("freight", "运费", "運費"), Lean::Right),
        (printer.words("landed", "含运价", "含運價"), Lean::Right),
        (printer.words("MOQ", "起批", "起批"), Lean::Right),
        (printer.words("ships", "发货", "發貨"), Lean::Right),
        (printer.words("id", "编号", "編號"), Lean::Left),
        (printer.words("offer", "商品", "商品"), Lean::Left),
    ];
    let rows: Vec<Vec<String>> = document
        .offers
        .iter()
        .zip(('A'..='Z').cycle())
        .map(|(row, letter)| {
            let unit = row.figures.unit.as_ref().map_or_else(String::new, |unit| format!("/{unit}"));
            let price =
                row.figures.unit_price.map_or_else(|| "?".to_owned(), |price| format!("{price}{unit}"));
            vec![
                letter.to_string(),
                if row.figures.buyable { price } else { format!("({price})") },
                known(row.figures.goods.as_ref()),
                known(row.figures.freight.as_ref()),
                match (row.figures.landed, row.figures.goods) {
                    (Some(landed), _) => landed.to_string(),
                    (None, Some(goods)) => format!(">={goods}"),
                    (None, None) => "?".to_owned(),
                },
                known(row.figures.moq.as_ref()),
                row.figures.lead_time_hours.map_or_else(|| "?".to_owned(), |hours| format!("{hours} h")),
                row.figures.offer_id.to_string(),
                printer.title(&row.figures.title, row.figures.title_en.as_ref()).to_owned(),
            ]
        })
        .collect();
    let mut told = table(&heads, &rows);
    for (row, letter) in document.offers.iter().zip(('A'..='Z').cycle()) {
        for run in &row.dominated {
            let (from, to, better) =
                (run.from.to_string(), run.to.to_string(), run.better_quantity.to_string());
            told.push_str(&format!("{letter}: {}\n", messages::dominated(printer.lang, &from, &to, &better)));
        }
        for way in &row.flows {
            let name = comparing::flow(printer.lang, &way.flow);
            let start = comparing::starts_at(printer.lang, &known(way.start_quantity.as_ref()));
            let landed = match (way.landed, way.goods) {
                (Some(landed), _) => landed.to_string(),
                (None, Some(goods)) => format!(">={goods}"),
                (None, None) => "?".to_owned(),
            };
            told.push_str(&format!("{letter}: {name} {start} {} {landed}", known(way.unit_price.as_ref())));
            let lost = way.lost.iter().map(|what| comparing::lost(printer.lang, *what).to_owned());
            let lost: Vec<String> = lost.collect();
            if !lost.is_empty() {
                let lost = buying::joined(printer.lang, &lost);
                told.push_str(&format!("; {}", comparing::gives_up(printer.lang, &name, &lost)));
            }
            told.push('\n');
        }
    }
    let letter = |named: &Named| {
        let mut offers = document.offers.iter().zip(('A'..='Z').cycle());
        let found = offers
            .find(|(row, _)| row.figures.offer_id == named.offer_id && row.figures.spec_id == named.spec_id);
        found.map_or('?', |(_, letter)| letter)
    };
    for pair in &document.break_even {
        let runs: Vec<String> = pair
            .cheapest
            .iter()
            .map(|run| buying::lead(printer.lang, letter(&run.winner), &format!("{}-{}", run.from, run.to)))
            .collect();
        let [one, other] = pair.offers.each_ref().map(letter);
        let basis = if pair.basis == "goods" {
            format!(" ({})", comparing::goods_only(printer.lang))
        } else {
            String::new()
        };
        told.push_str(&format!("{one}/{other}: {}{basis}\n", buying::joined(printer.lang, &runs)));
    }
    told
}
