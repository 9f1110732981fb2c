//! `pifa order`: submit never prompts; look with `--dry-run` first.

use super::args::OrderVerb;
use super::cart::tell_of_others;
use super::documents::{CheckDocument, OrdersDocument};
use super::failure::{Exit, Failure};
use super::print::{Printer, known, note};
use super::session::{Profile, Session};
use super::sync::progress;
use crate::domain::order::Order;
use crate::domain::proposal::{Proposal, ProposedOrder};
use crate::domain::text::Clean;
use crate::procure::{Blocked, DeskError, Policy, SubmitOptions};

pub(super) async fn run(verb: OrderVerb, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    match verb {
        OrderVerb::Submit { accept_drift, max_freight, partial, dry_run } => {
            let policy = Policy {
                accept_drift_percent: accept_drift.unwrap_or(profile.settings.accept_drift_percent),
                max_freight: max_freight.or(profile.settings.max_freight),
            };
            let options = SubmitOptions { policy, partial, ..SubmitOptions::default() };
            let session = profile.online().await?;
            if dry_run { propose(&session, printer).await } else { submit(&session, &options, printer).await }
        }
        OrderVerb::List => {
            let session = profile.local(progress(printer)).await?;
            orders(session.desk.orders()?, printer)
        }
        OrderVerb::Outbox => {
            let session = profile.local(progress(printer)).await?;
            orders(session.desk.outbox()?, printer)
        }
        OrderVerb::Show { id } => {
            let session = profile.local(progress(printer)).await?;
            orders(vec![session.desk.order(&id)?], printer)
        }
        OrderVerb::Cancel { id } => {
            let session = profile.online().await?;
            orders(vec![session.desk.cancel(&id).await?], printer)
        }
    }
}

fn orders(orders: Vec<Order>, printer: &Printer) -> Result<Exit, Failure> {
    let document = OrdersDocument { orders, ..OrdersDocument::default() };
    printer.document(&document, || list(&document.orders, printer))?;
    Ok(Exit::Done)
}

async fn submit(session: &Session, options: &SubmitOptions, printer: &Printer) -> Result<Exit, Failure> {
    let report = session.desk.submit(None, options).await?;
    let mut document = OrdersDocument { orders: report.orders, ..OrdersDocument::default() };
    if !report.drift.is_empty() {
        document.drift = Some(report.drift);
    }
    let any = |words: &[&str]| document.orders.iter().any(|order| words.contains(&order.state.as_str()));
    let mut exit = match () {
        () if any(&["rejected", "unknown"]) => Exit::Failed,
        () if any(&["draft"]) => Exit::Policy,
        () => Exit::Done,
    };
    match report.blocked {
        Some(Blocked::Violations(violations)) => {
            let cart = session.desk.cart()?;
            document.violations =
                Some(CheckDocument::new(&cart.assessment, &violations, printer.lang).violations);
            // Where the market itself said no, its words say most.
            let words: Vec<&str> = report.refusals.iter().map(Clean::as_str).collect();
            document.reason = Some(if words.is_empty() {
                "the cart breaks a rule: nothing of it was sent that breaks one".to_owned()
            } else {
                format!("the market would refuse it: {}", words.join("; "))
            });
            exit = Exit::Rule;
        }
        Some(Blocked::Policy(reasons)) => {
            let words: Vec<&str> = reasons.iter().map(Clean::as_str).collect();
            document.reason = Some(words.join("; "));
            exit = Exit::Policy;
        }
        Some(Blocked::OtherMarket(lines)) => {
            document.reason =
                Some(format!("{lines} cart lines belong to another market and are never sent to this one"));
            exit = Exit::Policy;
        }
        Some(Blocked::CartChanged) => {
            document.reason =
                Some("the cart was changed while it was being sent: look at what is left in it".to_owned());
            exit = Exit::Policy;
        }
        None => {}
    }
    if let Some(error) = &report.stopped
        && document.orders.is_empty()
    {
        return Err(DeskError::Market(error.clone()).into());
    }
    let queued = document.orders.iter().any(|order| order.state.as_str() == "queued");
    if let Some(why) = report.offline.filter(|_| queued) {
        note(&format!("no market ({why}): orders are queued and go out with the next `pifa order submit`"));
    }
    if let Some(reason) = &document.reason {
        note(reason);
    }
    for order in &document.orders {
        if let Some(reason) = &order.reason {
            note(&format!("{}: {}: {reason}", known(order.out_order_id.as_ref()), order.state));
        }
    }
    printer.document(&document, || {
        let mut text = list(&document.orders, printer);
        for violation in document.violations.iter().flatten() {
            text.push_str(&format!("{:<14} {}\n", violation.kind, violation.message));
        }
        text
    })?;
    match report.stopped {
        Some(error) => Err(DeskError::Market(error).into()),
        None => Ok(exit),
    }
}

async fn propose(session: &Session, printer: &Printer) -> Result<Exit, Failure> {
    let cart = session.desk.cart()?;
    tell_of_others(cart.others.0);
    if cart.line_count() == 0 {
        let document = OrdersDocument::default();
        printer.document(&document, || {
            printer.words("the cart is empty", "采购车是空的", "採購車是空的").to_owned()
        })?;
        return Ok(Exit::Done);
    }
    let violations =
        CheckDocument::new(&cart.assessment, &cart.assessment.violations, printer.lang).violations;
    let exit = if violations.is_empty() { Exit::Done } else { Exit::Rule };
    let proposal = if cart.address.is_some() { Some(session.desk.propose().await?) } else { None };
    let now = session.desk.now();
    let orders =
        proposal.iter().flat_map(|proposal| &proposal.orders).map(|order| as_order(order, now)).collect();
    let drift: Vec<_> =
        proposal.iter().flat_map(|p| &p.orders).flat_map(|order| order.drift.clone()).collect();
    let refusal = proposal.iter().flat_map(|p| &p.orders).find_map(|order| order.refusal.clone());
    let document = OrdersDocument {
        orders,
        violations: (!violations.is_empty()).then_some(violations),
        drift: (!drift.is_empty()).then_some(drift),
        reason: refusal.map(|refusal| refusal.to_string()),
    };
    printer.document(&document, || {
        let mut text = proposal.as_ref().map(|proposal| confirm(proposal, printer)).unwrap_or_default();
        for violation in document.violations.iter().flatten() {
            text.push_str(&format!("{:<14} {}\n", violation.kind, violation.message));
        }
        text
    })?;
    Ok(if document.reason.is_some() { Exit::Rule } else { exit })
}

/// A proposed order in the shape of an order that was not sent.
fn as_order(proposed: &ProposedOrder, now: jiff::Timestamp) -> Order {
    Order {
        order_id: None,
        order_ids: Vec::new(),
        out_order_id: None,
        supplier_id: Some(proposed.supplier_id.clone()),
        supplier_name: Some(proposed.supplier_name.clone()),
        goods: Some(proposed.goods),
        freight: proposed.freight,
        total: Some(proposed.payable),
        lines: proposed.lines.clone(),
        reason: proposed.refusal.clone(),
        message: proposed.message.clone(),
        ..Order::blank(Clean::new("draft"), now)
    }
}

fn confirm(proposal: &Proposal, printer: &Printer) -> String {
    let address = &proposal.address;
    let to = printer.words("to", "送至", "送至");
    let mut text = format!("{to} {} {} {}\n", address.region, address.street, address.full_name);
    for order in &proposal.orders {
        let freight = order.freight.map_or_else(
            || printer.words("? seller will set", "待卖家确定", "待賣家確定").to_owned(),
            |freight| freight.to_string(),
        );
        let more = if order.freight.is_none() { ">= " } else { "" };
        let [lines, goods, carriage, payable] = [
            printer.words("lines", "行", "行"),
            printer.words("goods", "货款", "貨款"),
            printer.words("freight", "运费", "運費"),
            printer.words("payable", "应付", "應付"),
        ];
        text.push_str(&format!(
            "{}  {} {lines}  {goods} {}  {carriage} {freight}  {payable} {more}{}  {}\n",
            order.supplier_name,
            order.lines.len(),
            order.goods,
            order.payable,
            Clean::capped(order.trade_type.as_deref().unwrap_or("?"), 20),
        ));
        for drift in &order.drift {
            text.push_str(&format!("  {}: {} -> {}\n", drift.offer_id, drift.old, drift.new));
        }
        if let Some(refusal) = &order.refusal {
            text.push_str(&format!("  ! {refusal}\n"));
        }
    }
    if proposal.quoted_at.is_none() {
        text.push_str(printer.words(
            "offline: these are predictions, the market has not been asked\n",
            "离线：以上为本地预估，尚未向市场询价\n",
            "離線：以上為本地預估，尚未向市場詢價\n",
        ));
    }
    text
}

fn list(orders: &[Order], printer: &Printer) -> String {
    use super::print::{Lean, table};
    if orders.is_empty() {
        return printer.words("no orders", "没有订单", "沒有訂單").to_owned();
    }
    let heads = [
        (printer.words("state", "状态", "狀態"), Lean::Left),
        (printer.words("order", "订单", "訂單"), Lean::Left),
        (printer.words("total", "合计", "合計"), Lean::Right),
        (printer.words("lines", "行数", "行數"), Lean::Right),
        (printer.words("supplier", "供应商", "供應商"), Lean::Left),
        (printer.words("since", "时间", "時間"), Lean::Left),
    ];
    let rows: Vec<Vec<String>> = orders
        .iter()
        .map(|order| {
            let id = order.order_id.as_ref().map(ToString::to_string);
            let number = order.out_order_id.as_ref().map(ToString::to_string);
            vec![
                order.state.to_string(),
                id.or(number).unwrap_or_else(|| "?".to_owned()),
                known(order.total.or(order.goods).as_ref()),
                order.lines.len().to_string(),
                known(order.supplier_name.as_ref()),
                order.created_at.to_string(),
            ]
        })
        .collect();
    table(&heads, &rows)
}
