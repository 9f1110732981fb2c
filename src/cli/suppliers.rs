//! `pifa suppliers`: the cached suppliers by words of a name or a belt, or of the buyer's own.

use super::args::SuppliersArgs;
use super::failure::{Exit, Failure};
use super::marked::{SupplierDocument, SuppliersDocument};
use super::print::{Lean, Printer, known, table};
use super::session::Profile;
use super::sync::progress;
use crate::domain::text::Clean;

pub(super) async fn run(args: SuppliersArgs, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session = profile.local(progress(printer)).await?;
    let quantity = args.qty.unwrap_or(profile.settings.quantity);
    let found = session.desk.supplier_rows(&args.query.join(" "), quantity, args.limit as usize)?;
    let suppliers = found.into_iter().map(SupplierDocument::from).collect();
    let document = SuppliersDocument { quantity, suppliers };
    printer.document(&document, || words(&document, printer))?;
    Ok(Exit::Done)
}

fn words(document: &SuppliersDocument, printer: &Printer) -> String {
    let price_head = format!("¥@{}", document.quantity);
    let heads = [
        (price_head.as_str(), Lean::Right),
        (printer.words("offers", "商品数", "商品數"), Lean::Right),
        (printer.words("years", "年限", "年限"), Lean::Right),
        (printer.words("belt", "产业带", "產業帶"), Lean::Left),
        (printer.words("name", "名称", "名稱"), Lean::Left),
        (printer.words("sells", "主营", "主營"), Lean::Left),
        (printer.words("mine", "我的", "我的"), Lean::Left),
        (printer.words("identities", "身份", "身分"), Lean::Left),
        (printer.words("id", "编号", "編號"), Lean::Left),
    ];
    let rows: Vec<Vec<String>> = document
        .suppliers
        .iter()
        .map(|supplier| {
            let unit = supplier.least_unit.as_ref().map_or_else(String::new, |unit| format!("/{unit}"));
            vec![
                supplier.least_price.map_or_else(|| "-".to_owned(), |price| format!("{price}{unit}")),
                supplier.offers.to_string(),
                known(supplier.years.as_ref()),
                known(supplier.belt.as_ref()),
                printer.title(&supplier.name, supplier.name_en.as_ref()).to_owned(),
                supplier.categories.iter().map(Clean::as_str).collect::<Vec<_>>().join(" "),
                mine(supplier, printer),
                supplier.identities.iter().map(|identity| identity.as_str()).collect::<Vec<_>>().join(" "),
                supplier.supplier_id.to_string(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return printer.words("no supplier found", "没有找到供应商", "沒有找到供應商").to_owned();
    }
    table(&heads, &rows)
}

/// The buyer's own, in short: a star, a block with its reason, orders, tags.
fn mine(supplier: &SupplierDocument, printer: &Printer) -> String {
    let mut words = Vec::new();
    words.extend(supplier.favourite.then(|| "*".to_owned()));
    if let Some(reason) = &supplier.blocked {
        words.push(format!("[{}: {reason}]", printer.words("blocked", "已屏蔽", "已封鎖")));
    }
    words.extend(supplier.ordered.as_ref().map(|ordered| format!("{}x", ordered.times)));
    words.extend(supplier.tags.iter().map(|tag| format!("#{tag}")));
    words.join(" ")
}
