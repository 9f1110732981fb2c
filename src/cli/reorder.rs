//! `pifa reorder`: past lines beside what they are today, then into the cart as one step of undo, or straight to
//! orders within the buyer's policy.

use rust_decimal::Decimal;
use serde::Serialize;

use super::args::ReorderArgs;
use super::failure::{Exit, Failure};
use super::order_documents::OrderDocument;
use super::print::{Lean, Printer, known, note, table};
use super::session::{Profile, Session};
use super::sync::progress;
use crate::domain::drift::{Choice, DriftRow, Field, Planned, Return, Sheet, batches, planned};
use crate::domain::id::{LineId, OfferKey, SpecId, SupplierId};
use crate::domain::money::Money;
use crate::domain::order::Unresolved;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;
use crate::i18n::drift as said;
use crate::procure::{Blocked, Policy, SubmitOptions};

/// `reorder`
#[derive(Debug, Serialize)]
struct ReorderDocument {
    lines: Vec<LineDocument>,
    drift: Vec<DriftDocument>,
    returns: Vec<Return>,
    unresolved: Vec<UnresolvedDocument>,
    bad_rows: Vec<BadRow>,
    /// Paid for all that was bought, yuan.
    total_before: Money,
    /// What the lines are predicted to cost, yuan; the sum of what is known.
    total_after: Money,
    total_after_complete: bool,
    bought: Money,
    returned: Money,
    net: Money,
    /// The orders it splits into.
    split: Vec<SplitDocument>,
    /// Why nothing was put into the cart, or sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// What `--submit` placed or queued.
    #[serde(skip_serializing_if = "Option::is_none")]
    orders: Option<Vec<OrderDocument>>,
}

/// A line that can be had today.
#[derive(Debug, Serialize)]
struct LineDocument {
    /// Null while it is not in the cart.
    line_id: Option<LineId>,
    offer_id: OfferKey,
    spec_id: Option<SpecId>,
    title: Clean,
    title_en: Option<Clean>,
    spec_name: Clean,
    supplier_id: Option<SupplierId>,
    unit: Option<Unit>,
    quantity: Quantity,
    unit_price: Option<Money>,
    amount: Option<Money>,
    quantity_before: Quantity,
    unit_price_before: Option<Money>,
    amount_before: Option<Money>,
}

#[derive(Debug, Serialize)]
struct DriftDocument {
    offer_id: OfferKey,
    spec_id: Option<SpecId>,
    supplier_id: Option<SupplierId>,
    title: Clean,
    field: Field,
    /// Null = not known.
    old: Option<String>,
    /// Null = there is none any more.
    new: Option<String>,
    /// Lines it concerns.
    lines: usize,
}

impl From<&DriftRow> for DriftDocument {
    fn from(row: &DriftRow) -> Self {
        DriftDocument {
            offer_id: row.offer_id.clone(),
            spec_id: row.spec_id.clone(),
            supplier_id: row.supplier_id.clone(),
            title: row.title.clone(),
            field: row.field,
            old: row.old.as_ref().map(ToString::to_string),
            new: row.new.as_ref().map(ToString::to_string),
            lines: row.lines.len(),
        }
    }
}

/// A past line that has no match today.
#[derive(Debug, Serialize)]
struct UnresolvedDocument {
    /// Null where the catalog has nothing of its code.
    offer_id: Option<OfferKey>,
    /// The code of a file.
    code: Option<String>,
    spec_id: Option<SpecId>,
    title: Clean,
    spec_name: Clean,
    quantity: Quantity,
    reason: &'static str,
}

#[derive(Debug, Serialize)]
struct BadRow {
    line: u64,
    reason: Clean,
}

#[derive(Debug, Serialize)]
struct SplitDocument {
    supplier_id: Option<SupplierId>,
    supplier_name: Option<Clean>,
    lines: usize,
    goods: Money,
}

pub(super) async fn run(args: ReorderArgs, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session =
        if args.submit { profile.online().await? } else { profile.local(progress(printer)).await? };
    let desk = &session.desk;
    let sheet = match &args.from {
        Some(file) => desk.drift_from(file, args.scale)?,
        None => desk.drift_of(&args.orders, args.scale)?,
    };
    let choice = args.raise.then_some(Choice::Take);
    let plan = planned(&sheet, &vec![choice; sheet.lines.len()]);
    let mut document = document(&sheet, &plan);
    let limit = args.accept.or(args.submit.then_some(profile.settings.accept_drift_percent));
    document.reason = against(&sheet, limit, args.submit && !args.skip_missing);
    let mut exit = if document.reason.is_some() { Exit::Policy } else { Exit::Done };
    if exit == Exit::Done && !args.dry_run {
        if args.submit {
            let policy = Policy {
                accept_drift_percent: limit.unwrap_or_default(),
                max_freight: args.max_freight.or(profile.settings.max_freight),
            };
            exit = submit(&session, &sheet, &plan, policy, &mut document).await?;
        } else {
            let ids = desk.put_in_cart("reorder", &plan)?;
            for (line, id) in document.lines.iter_mut().zip(ids) {
                line.line_id = Some(id);
            }
        }
    }
    if let Some(reason) = &document.reason {
        note(reason);
    }
    printer.document(&document, || words(&document, &sheet, printer))?;
    Ok(exit)
}

/// Why the buyer's policy stops it: prices over the limit, and (`all` = nothing may be missing) what cannot be had.
fn against(sheet: &Sheet, limit: Option<Decimal>, all: bool) -> Option<String> {
    let limit = limit?;
    let over =
        (0..sheet.lines.len()).filter(|line| sheet.rise_percent(*line).is_some_and(|rise| rise > limit));
    let over = over.count();
    let missing = sheet.lines.iter().filter(|line| line.today.is_err()).count();
    if over > 0 {
        return Some(format!(
            "{over} lines cost by more than {limit} % more than they did: nothing was done"
        ));
    }
    (all && missing > 0).then(|| {
        format!("{missing} lines cannot be had any more: nothing was done (--skip-missing orders the others)")
    })
}

fn document(sheet: &Sheet, plan: &[Planned]) -> ReorderDocument {
    let judged = sheet.judged(plan);
    let priced = |at: usize| {
        let mut all = judged.parts.iter().flat_map(|part| &part.lines);
        all.find(|priced| sheet.line_of(priced.line.id) == Some(at))
    };
    let lines = plan
        .iter()
        .filter_map(|planned| {
            let past = &sheet.lines.get(planned.line)?.past;
            let today = priced(planned.line);
            Some(LineDocument {
                line_id: None,
                offer_id: planned.offer.key.clone(),
                spec_id: planned.spec_id.clone(),
                title: planned.offer.title.clone(),
                title_en: planned.offer.title_en.clone(),
                spec_name: today
                    .and_then(|line| line.line.sku())
                    .map_or(past.spec_name.clone(), |sku| sku.name.clone()),
                supplier_id: planned.offer.supplier_id.clone(),
                unit: planned.offer.unit.clone(),
                quantity: planned.quantity,
                unit_price: today.and_then(|line| line.unit_price),
                amount: today.and_then(|line| line.amount),
                quantity_before: past.quantity,
                unit_price_before: past.unit_price,
                amount_before: past.amount,
            })
        })
        .collect();
    let unresolved = sheet.lines.iter().filter_map(|line| {
        let why = *line.today.as_ref().err()?;
        let past = &line.past;
        let code = match (&past.offer_id, why) {
            (OfferKey::Local { item_no, .. }, Unresolved::NotFound) => {
                Some(Clean::capped(item_no, 80).to_string())
            }
            _ => None,
        };
        Some(UnresolvedDocument {
            offer_id: code.is_none().then(|| past.offer_id.clone()),
            code,
            spec_id: past.spec_id.clone(),
            title: past.title.clone(),
            spec_name: past.spec_name.clone(),
            quantity: past.quantity,
            reason: why.as_str(),
        })
    });
    let cart: Vec<_> =
        judged.parts.iter().flat_map(|part| &part.lines).map(|priced| priced.line.clone()).collect();
    let split = batches(&cart, &sheet.rules, &sheet.destination);
    let split = split.iter().filter_map(|order| {
        let part =
            judged.parts.iter().find(|part| part.lines.iter().any(|line| order.contains(&line.line.id)))?;
        let mine = part.lines.iter().filter(|line| order.contains(&line.line.id));
        Some(SplitDocument {
            supplier_id: part.supplier_id.clone(),
            supplier_name: part.supplier_name.clone(),
            lines: order.len(),
            goods: mine.filter_map(|line| line.amount).sum(),
        })
    });
    ReorderDocument {
        lines,
        drift: sheet.rows.iter().map(DriftDocument::from).collect(),
        returns: sheet.returns.clone(),
        unresolved: unresolved.collect(),
        bad_rows: sheet
            .bad_rows
            .iter()
            .map(|(line, why)| BadRow { line: *line, reason: why.clone() })
            .collect(),
        total_before: sheet.bought,
        total_after: judged.goods(),
        total_after_complete: judged.parts.iter().all(|part| part.goods_complete),
        bought: sheet.bought,
        returned: sheet.returned,
        net: sheet.bought - sheet.returned,
        split: split.collect(),
        reason: None,
        orders: None,
    }
}

/// Places the orders, one a supplier at a time, in as many rounds as the longest supplier needs.
async fn submit(
    session: &Session,
    sheet: &Sheet,
    plan: &[Planned],
    policy: Policy,
    document: &mut ReorderDocument,
) -> Result<Exit, Failure> {
    let desk = &session.desk;
    let waiting = desk.cart()?.line_count();
    if waiting > 0 {
        document.reason = Some(format!(
            "the cart has {waiting} lines of its own, which would be ordered with these: submit or clear it first"
        ));
        return Ok(Exit::Policy);
    }
    let rounds = rounds(sheet, plan);
    for round in &rounds {
        let judged = sheet.judged(round);
        if let Some(broken) = judged.violations.first() {
            document.reason = Some(format!(
                "{} rules are broken ({} first): nothing was ordered; --raise takes quantities up to today's minimums",
                judged.violations.len(),
                broken.kind.as_str()
            ));
            return Ok(Exit::Rule);
        }
    }
    let mut orders: Vec<OrderDocument> = Vec::new();
    let mut exit = Exit::Done;
    for (at, round) in rounds.iter().enumerate() {
        for (line, id) in round.iter().zip(desk.put_in_cart("reorder", round)?) {
            let shown = document
                .lines
                .iter_mut()
                .find(|shown| shown.offer_id == line.offer.key && shown.spec_id == line.spec_id);
            if let Some(shown) = shown {
                shown.line_id = Some(id);
            }
        }
        let report = desk.submit(None, &SubmitOptions { policy, ..SubmitOptions::default() }).await?;
        let any = |words: &[&str]| report.orders.iter().any(|order| words.contains(&order.state.as_str()));
        exit = match &report.blocked {
            Some(Blocked::Violations(_)) => Exit::Rule,
            Some(_) => Exit::Policy,
            None if any(&["rejected", "unknown"]) => Exit::Failed,
            None if any(&["draft"]) => Exit::Policy,
            None => Exit::Done,
        };
        if let Some(why) = &report.offline {
            note(&format!(
                "no market ({why}): orders are queued and go out with the next `pifa order submit`"
            ));
        }
        if let Some(error) = &report.stopped {
            document.reason = Some(error.to_string());
            exit = Exit::Failed;
        }
        orders.extend(report.orders.into_iter().map(OrderDocument::from));
        if exit != Exit::Done {
            let words: Vec<String> = report.refusals.iter().map(ToString::to_string).collect();
            let left = rounds.iter().skip(at + 1).map(Vec::len).sum::<usize>();
            let why =
                if words.is_empty() { "not all of it was ordered".to_owned() } else { words.join("; ") };
            document.reason.get_or_insert(format!(
                "{why}: what was held back is in the cart, {left} lines were not put there yet"
            ));
            break;
        }
    }
    document.orders = Some(orders);
    Ok(exit)
}

/// The planned lines so that each supplier has at most one order a round.
fn rounds(sheet: &Sheet, plan: &[Planned]) -> Vec<Vec<Planned>> {
    let judged = sheet.judged(plan);
    let cart: Vec<_> =
        judged.parts.iter().flat_map(|part| &part.lines).map(|priced| priced.line.clone()).collect();
    let mut rounds: Vec<(Vec<Option<SupplierId>>, Vec<Planned>)> = Vec::new();
    for order in batches(&cart, &sheet.rules, &sheet.destination) {
        let lines: Vec<Planned> = plan
            .iter()
            .filter(|planned| order.iter().any(|id| sheet.line_of(*id) == Some(planned.line)))
            .cloned()
            .collect();
        let Some(supplier) = lines.first().map(|line| line.offer.supplier_id.clone()) else { continue };
        match rounds.iter_mut().find(|(suppliers, _)| !suppliers.contains(&supplier)) {
            Some((suppliers, round)) => {
                suppliers.push(supplier);
                round.extend(lines);
            }
            None => rounds.push((vec![supplier], lines)),
        }
    }
    rounds.into_iter().map(|(_, round)| round).collect()
}

fn words(document: &ReorderDocument, sheet: &Sheet, printer: &Printer) -> String {
    let lang = printer.lang;
    let mut text = format!("{}\n", said::summary(lang, sheet, document.total_after));
    if !document.drift.is_empty() {
        let heads = [
            (printer.words("old", "原来", "原來"), Lean::Right),
            (printer.words("new", "现在", "現在"), Lean::Right),
            (printer.words("what", "变化", "變化"), Lean::Left),
            (printer.words("offer", "商品", "商品"), Lean::Left),
        ];
        let rows: Vec<Vec<String>> = sheet
            .rows
            .iter()
            .map(|row| {
                let more =
                    if row.lines.len() > 1 { format!(" ×{}", row.lines.len()) } else { String::new() };
                vec![
                    said::end(lang, row, row.old.as_ref()),
                    said::end(lang, row, row.new.as_ref()),
                    said::field(lang, row.field).to_owned(),
                    format!("{}{more}", row.title),
                ]
            })
            .collect();
        text.push_str(&table(&heads, &rows));
    }
    for line in document.unresolved.iter().filter(|line| line.reason == Unresolved::NotFound.as_str()) {
        text.push_str(&format!(
            "{}: {} {}\n",
            printer.words("not in the catalog", "本地没有", "本機沒有"),
            line.code.as_deref().unwrap_or("?"),
            line.title
        ));
    }
    for bad in &document.bad_rows {
        text.push_str(&format!("{} {}: {}\n", printer.words("line", "第", "第"), bad.line, bad.reason));
    }
    if !document.returns.is_empty() {
        text.push_str(&format!(
            "{} {}: -¥{}   {} ¥{}\n",
            document.returns.len(),
            printer.words("returns", "行退货", "行退貨"),
            document.returned,
            printer.words("net", "净额", "淨額"),
            document.net
        ));
    }
    if let Some(orders) = &document.orders {
        for OrderDocument { order, .. } in orders {
            let id = order.order_id.as_ref().map(ToString::to_string);
            let number = order.out_order_id.as_ref().map(ToString::to_string);
            text.push_str(&format!(
                "{}  {}  {}  {}\n",
                order.state,
                id.or(number).unwrap_or_else(|| "?".to_owned()),
                known(order.total.or(order.goods).as_ref()),
                known(order.supplier_name.as_ref())
            ));
        }
    }
    text
}
