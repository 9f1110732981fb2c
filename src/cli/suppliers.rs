//! `pifa suppliers`: the cached suppliers by words of a name or a belt.

use super::args::SuppliersArgs;
use super::documents::{SupplierDocument, SuppliersDocument};
use super::failure::{Exit, Failure};
use super::print::{Lean, Printer, known, table};
use super::session::Profile;
use super::sync::progress;

pub(super) async fn run(args: SuppliersArgs, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session = profile.local(progress(printer)).await?;
    let found = session.desk.suppliers(&args.query.join(" "), args.limit as usize)?;
    let document = SuppliersDocument { suppliers: found.into_iter().map(SupplierDocument::from).collect() };
    printer.document(&document, || words(&document, printer))?;
    Ok(Exit::Done)
}

fn words(document: &SuppliersDocument, printer: &Printer) -> String {
    let heads = [
        (printer.words("offers", "商品数", "商品數"), Lean::Right),
        (printer.words("years", "年限", "年限"), Lean::Right),
        (printer.words("belt", "产业带", "產業帶"), Lean::Left),
        (printer.words("name", "名称", "名稱"), Lean::Left),
        (printer.words("identities", "身份", "身分"), Lean::Left),
        (printer.words("id", "编号", "編號"), Lean::Left),
    ];
    let rows: Vec<Vec<String>> = document
        .suppliers
        .iter()
        .map(|supplier| {
            vec![
                supplier.offers.to_string(),
                known(supplier.years.as_ref()),
                known(supplier.belt.as_ref()),
                printer.title(&supplier.name, supplier.name_en.as_ref()).to_owned(),
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
