//! `pifa cart fix`: the cheapest changes that make the cart legal, shown or made.

use serde::Serialize;

use super::documents::{CheckDocument, ViolationDocument};
use super::failure::{Exit, Failure};
use super::print::Printer;
use crate::domain::fix::{Change, Plan};
use crate::domain::id::{LineId, OfferKey, SpecId, SupplierId};
use crate::domain::money::Money;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;
use crate::i18n::fixing;
use crate::procure::{CartView, Desk};

/// `cart fix`
#[derive(Debug, Serialize)]
struct FixDocument {
    cost_before: Money,
    cost_after: Money,
    goods_before: Money,
    goods_after: Money,
    freight_before: Money,
    freight_after: Money,
    /// Some freight is not known, and in none of the sums.
    freight_open: bool,
    changes: Vec<ChangeDocument>,
    no_fix: Vec<ViolationDocument>,
    applied: bool,
    /// Nothing is cheaper, for certain.
    proven: bool,
    /// What it takes without goods that are not in the cart; null where that is the plan itself.
    without_new_goods: Option<WithoutDocument>,
}

/// The plan that adds nothing new.
#[derive(Debug, Serialize)]
struct WithoutDocument {
    cost_after: Money,
    changes: Vec<ChangeDocument>,
    no_fix: Vec<ViolationDocument>,
}

/// One SKU whose quantity changes.
#[derive(Debug, Serialize)]
struct ChangeDocument {
    line_id: Option<LineId>,
    /// Lines of the same SKU that go into it.
    merged_line_ids: Vec<LineId>,
    supplier_id: Option<SupplierId>,
    offer_id: OfferKey,
    spec_id: Option<SpecId>,
    title: Clean,
    title_en: Option<Clean>,
    unit: Option<Unit>,
    from_quantity: Quantity,
    to_quantity: Quantity,
    reason: &'static str,
    cost: Money,
    /// A new SKU priced so far under the others that it may not be sold alone.
    bait: bool,
}

impl ChangeDocument {
    fn new(change: &Change) -> ChangeDocument {
        ChangeDocument {
            line_id: change.line,
            merged_line_ids: change.merged.clone(),
            supplier_id: change.supplier_id.clone(),
            offer_id: change.offer.key.clone(),
            spec_id: change.spec_id.clone(),
            title: change.offer.title.clone(),
            title_en: change.offer.title_en.clone(),
            unit: change.offer.unit.clone(),
            from_quantity: change.from,
            to_quantity: change.to,
            reason: change.reason.as_str(),
            cost: change.cost,
            bait: change.is_bait(),
        }
    }
}

pub(super) fn run(desk: &Desk, printer: &Printer, apply: bool, no_new_goods: bool) -> Result<Exit, Failure> {
    let (plan, without, view) = if no_new_goods {
        let (plan, view) = desk.fix_without_new()?;
        (plan, None, view)
    } else {
        let (fix, view) = desk.fix()?;
        (fix.plan, fix.without_new, view)
    };
    super::cart::tell_of_others(view.others.0);
    let applied = apply && !plan.changes.is_empty();
    if applied {
        let raises: Vec<_> = plan.changes.iter().map(Change::raise).collect();
        desk.apply_fix(&raises)?;
    }
    let unmended = |plan: &Plan| CheckDocument::new(&view.assessment, &plan.no_fix, printer.lang).violations;
    let changes = |plan: &Plan| plan.changes.iter().map(ChangeDocument::new).collect();
    let [goods_before, goods_after] = plan.goods;
    let [freight_before, freight_after] = plan.freight;
    let document = FixDocument {
        cost_before: plan.cost_before(),
        cost_after: plan.cost_after(),
        goods_before,
        goods_after,
        freight_before,
        freight_after,
        freight_open: plan.freight_open,
        changes: changes(&plan),
        no_fix: unmended(&plan),
        applied,
        proven: plan.proven,
        without_new_goods: without.as_ref().map(|plan| WithoutDocument {
            cost_after: plan.cost_after(),
            changes: changes(plan),
            no_fix: unmended(plan),
        }),
    };
    printer.document(&document, || told(&document, &plan, &view, printer))?;
    Ok(Exit::Done)
}

fn told(document: &FixDocument, plan: &Plan, view: &CartView, printer: &Printer) -> String {
    let mut text = String::new();
    if document.changes.is_empty() {
        let said = if document.no_fix.is_empty() {
            printer.words("nothing to fix", "没有要修的", "沒有要修的")
        } else {
            printer.words("no change of quantities helps", "改数量帮不上忙", "改數量幫不上忙")
        };
        text.push_str(&format!("{said}\n"));
    }
    for (change, row) in plan.changes.iter().zip(&document.changes) {
        let line = row.line_id.map_or_else(|| "+".to_owned(), |line| format!("#{line}"));
        let unit = row.unit.as_ref().map_or("", |unit| unit.as_str());
        let bait = if row.bait { format!("! {} ", printer.lang.text().bait) } else { String::new() };
        let sku = change.spec_id.as_ref().and_then(|spec| change.offer.sku(spec));
        text.push_str(&format!(
            "{line:<5} {:>8} -> {:>8} {unit}  {:>12}  {}  {bait}{} {}\n",
            row.from_quantity,
            row.to_quantity,
            signed(row.cost),
            fixing::reason(printer.lang, change.reason),
            printer.title(&row.title, row.title_en.as_ref()),
            sku.map_or("", |sku| sku.name.as_str()),
        ));
    }
    let open = if document.freight_open { " + ?" } else { "" };
    if !document.changes.is_empty() {
        let [goods, freight, both] = [
            printer.words("goods", "货款", "貨款"),
            printer.words("freight", "运费", "運費"),
            printer.words("both", "合计", "合計"),
        ];
        text.push_str(&format!(
            "{goods} ¥{} -> ¥{}   {freight} ¥{} -> ¥{}{open}   {both} ¥{} -> ¥{}{open} ({})\n",
            document.goods_before,
            document.goods_after,
            document.freight_before,
            document.freight_after,
            document.cost_before,
            document.cost_after,
            signed(document.cost_after - document.cost_before)
        ));
    }
    if let Some(without) = &document.without_new_goods {
        let words = printer.words("without new goods", "不加新商品", "不加新商品");
        text.push_str(&format!(
            "{words} ¥{}{open}  ({})\n",
            without.cost_after,
            signed(without.cost_after - document.cost_before)
        ));
    }
    if !document.no_fix.is_empty() {
        text.push_str(&format!("{}\n", fixing::no_fix(printer.lang, document.no_fix.len())));
        for violation in &document.no_fix {
            let lines: Vec<String> = violation.line_ids.iter().map(|line| format!("#{line}")).collect();
            text.push_str(&format!("{:<14} {:<12} {}\n", violation.kind, lines.join(" "), violation.message));
        }
    }
    if document.applied {
        let keep = printer.words(
            "done; `pifa cart undo` takes it back",
            "已改好；`pifa cart undo` 撤销",
            "已改好；`pifa cart undo` 復原",
        );
        text.push_str(&format!("{keep}\n"));
    } else if !view.assessment.parts.is_empty() && !document.changes.is_empty() {
        let how =
            printer.words("--apply makes these changes", "加 --apply 就照此修改", "加 --apply 就照此修改");
        text.push_str(&format!("{how}\n"));
    }
    text
}

fn signed(sum: Money) -> String {
    if sum.is_negative() { sum.to_string() } else { format!("+{sum}") }
}
