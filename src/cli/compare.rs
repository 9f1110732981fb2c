//! `pifa compare`: offers side by side at one quantity, in the order they were named.

use super::args::CompareArgs;
use super::documents::{CompareDocument, ComparedDocument};
use super::failure::{Exit, Failure};
use super::print::{Lean, Printer, known, table};
use super::session::Profile;
use super::sync::progress;
use crate::domain::compare;
use crate::procure::DeskError;

pub(super) async fn run(args: CompareArgs, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session = profile.local(progress(printer)).await?;
    let desk = &session.desk;
    let destination = desk.destination()?;
    let mut offers = Vec::new();
    for asked in &args.offers {
        let offer = desk.offer(&asked.offer)?.ok_or_else(|| DeskError::NoOffer(asked.offer.clone()))?;
        if let Some(spec) = asked.spec.as_ref().filter(|spec| offer.sku(spec).is_none()) {
            let words = format!("offer {} has no SKU {spec}", asked.offer);
            let hint = format!("`pifa show {}` lists its SKUs", asked.offer);
            return Err(Failure::new(Exit::NotFound, "not_found", words, hint));
        }
        offers.push(ComparedDocument::new(
            &offer,
            &compare::at(&offer, asked.spec.as_ref(), args.qty, &destination),
        ));
    }
    let document = CompareDocument { quantity: args.qty, offers };
    if let Some(file) = &args.export {
        super::export::compared(file, args.qty, &document.offers, printer)?;
    }
    printer.document(&document, || words(&document, printer))?;
    Ok(Exit::Done)
}

fn words(document: &CompareDocument, printer: &Printer) -> String {
    let heads = [
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
        .map(|row| {
            let unit = row.unit.as_ref().map_or_else(String::new, |unit| format!("/{unit}"));
            let price = row.unit_price.map_or_else(|| "?".to_owned(), |price| format!("{price}{unit}"));
            vec![
                if row.buyable { price } else { format!("({price})") },
                known(row.goods.as_ref()),
                known(row.freight.as_ref()),
                match (row.landed, row.goods) {
                    (Some(landed), _) => landed.to_string(),
                    (None, Some(goods)) => format!(">={goods}"),
                    (None, None) => "?".to_owned(),
                },
                known(row.moq.as_ref()),
                row.lead_time_hours.map_or_else(|| "?".to_owned(), |hours| format!("{hours} h")),
                row.offer_id.to_string(),
                printer.title(&row.title, row.title_en.as_ref()).to_owned(),
            ]
        })
        .collect();
    table(&heads, &rows)
}
