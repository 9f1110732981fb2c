//! `pifa order`: submit never prompts; look with `--dry-run` first.

use super::args::OrderVerb;
use super::cart::tell_of_others;
use super::documents::CheckDocument;
use super::failure::{Exit, Failure};
use super::order_documents::{FailedPayment, OrderDocument, OrdersDocument, PayDocument, TrackDocument};
use super::print::{Printer, known, note};
use super::session::{Profile, Session};
use super::sync::progress;
use crate::domain::id::{LineId, OrderId};
use crate::domain::money::Money;
use crate::domain::order::Order;
use crate::domain::proposal::{Proposal, ProposedOrder};
use crate::domain::text::Clean;
use crate::i18n::{objections, trouble};
use crate::procure::{Blocked, DeskError, Policy, SubmitOptions};

pub(super) async fn run(verb: OrderVerb, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    match verb {
        OrderVerb::Number { id, number } => {
            super::hand::number(&profile.data_only()?.desk, &id, &number, printer)
        }
        OrderVerb::Submit { partial, dry_run, to, .. } if profile.is_by_hand() => {
            let folder = to.unwrap_or_else(|| std::path::PathBuf::from("orders"));
            super::hand::submit(&profile.data_only()?.desk, &folder, partial, dry_run, printer)
        }
        OrderVerb::Submit { to: Some(_), .. } => Err(Failure::usage(
            "--to is for --market hand: other markets take orders themselves",
            "drop --to, or add --market hand",
        )),
        OrderVerb::Submit { accept_drift, max_freight, partial, dry_run, to: None } => {
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
        OrderVerb::Export { file } => {
            let session = profile.local(progress(printer)).await?;
            super::export::orders(&file, &session.desk.orders()?, printer)
        }
        OrderVerb::Show { id } => {
            let session = profile.local(progress(printer)).await?;
            orders(vec![session.desk.order(&id)?], printer)
        }
        OrderVerb::Pay { id, accept } => {
            let session = profile.online().await?;
            pay(&session, &id, accept, printer).await
        }
        OrderVerb::Receive { id } => {
            let session = profile.online().await?;
            orders(vec![session.desk.receive(&id).await?], printer)
        }
        OrderVerb::Track { id } => {
            let session = profile.online().await?;
            track(&session, &id, printer).await
        }
        OrderVerb::Cancel { id } => {
            let session = profile.online().await?;
            orders(vec![session.desk.cancel(&id).await?], printer)
        }
    }
}

pub(super) fn orders(orders: Vec<Order>, printer: &Printer) -> Result<Exit, Failure> {
    let orders = orders.into_iter().map(OrderDocument::from).collect();
    let document = OrdersDocument { orders, ..OrdersDocument::default() };
    printer.document(&document, || list(&document.orders, printer))?;
    Ok(Exit::Done)
}

async fn pay(session: &Session, id: &str, accept: Option<Money>, printer: &Printer) -> Result<Exit, Failure> {
    let check = session.desk.check_pay(id).await?;
    let order_id = check.order.order_id.clone().unwrap_or_else(|| OrderId::new(id));
    // Nothing known to be agreed to: what is shown here is seen for the first time.
    let agreed = accept.or(check.accepted).or(check.order.total).unwrap_or_default();
    let (document, exit) = match session.desk.pay(id, agreed).await {
        Ok(link) => {
            let failed = link.failed.into_iter();
            let failed = failed.map(|(order_id, reason)| FailedPayment { order_id, reason }).collect();
            let url = Some(link.url);
            (
                PayDocument { order_id, pay_url: url, total: Some(agreed), accepted_total: None, failed },
                Exit::Done,
            )
        }
        Err(DeskError::Repriced { old, new, .. }) => {
            let (total, accepted_total) = (Some(new), Some(old));
            (PayDocument { order_id, pay_url: None, total, accepted_total, failed: Vec::new() }, Exit::Policy)
        }
        Err(error) => return Err(error.into()),
    };
    if let (Some(old), Some(new)) = (document.accepted_total, document.total) {
        let repriced = DeskError::Repriced { order: document.order_id.clone(), old, new }.describe();
        note(&trouble::sentence(printer.lang, &repriced));
        note(&format!("-> {}", trouble::hint(printer.lang, &repriced)));
    }
    printer.document(&document, || match (&document.pay_url, document.accepted_total, document.total) {
        (Some(url), _, Some(total)) => {
            let failed = document.failed.iter().map(|failed| {
                let word = printer.words("not paid by it", "不含订单", "不含訂單");
                format!("{word}: {} {}\n", failed.order_id, failed.reason)
            });
            format!("{total}\n{url}\n{}", failed.collect::<String>())
        }
        (_, Some(old), Some(new)) => format!("{old} -> {new}\n"),
        _ => String::new(),
    })?;
    Ok(exit)
}

async fn track(session: &Session, id: &str, printer: &Printer) -> Result<Exit, Failure> {
    let shipments = session.desk.shipments(id).await?;
    let order_id = session.desk.order(id).ok().and_then(|order| order.order_id);
    let document = TrackDocument { order_id: order_id.or(Some(OrderId::new(id))), shipments };
    printer.document(&document, || {
        if document.shipments.is_empty() {
            return printer.words("not shipped yet", "尚未发货", "尚未發貨").to_owned();
        }
        let mut text = String::new();
        for shipment in &document.shipments {
            let words = [&shipment.company, &shipment.bill_no, &shipment.status];
            let words: Vec<&str> =
                words.iter().map(|word| word.as_str()).filter(|word| !word.is_empty()).collect();
            text.push_str(&format!("{}\n", words.join("  ")));
            for step in &shipment.steps {
                text.push_str(&format!("  {:<24} {}\n", known(step.at.as_ref()), step.text));
            }
        }
        text
    })?;
    Ok(Exit::Done)
}

async fn submit(session: &Session, options: &SubmitOptions, printer: &Printer) -> Result<Exit, Failure> {
    let report = session.desk.submit(None, options).await?;
    let orders = report.orders.into_iter().map(OrderDocument::from).collect();
    let mut document = OrdersDocument { orders, ..OrdersDocument::default() };
    if !report.drift.is_empty() {
        document.drift = Some(report.drift);
    }
    let any =
        |words: &[&str]| document.orders.iter().any(|order| words.contains(&order.order.state.as_str()));
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
    let queued = document.orders.iter().any(|order| order.order.state.as_str() == "queued");
    if let Some(why) = report.offline.filter(|_| queued) {
        note(&format!("no market ({why}): orders are queued and go out with the next `pifa order submit`"));
    }
    if let Some(reason) = &document.reason {
        note(reason);
    }
    for OrderDocument { order, .. } in &document.orders {
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
    let proposal = if cart.address.is_some() { Some(session.desk.propose().await?) } else { None };
    // Listings the market objected to were read again.
    let objected = proposal.iter().flat_map(|p| &p.orders).any(|order| order.objection.is_some());
    let cart = if objected { session.desk.cart()? } else { cart };
    let violations =
        CheckDocument::new(&cart.assessment, &cart.assessment.violations, printer.lang).violations;
    let exit = if violations.is_empty() { Exit::Done } else { Exit::Rule };
    let now = session.desk.now();
    let orders = proposal
        .iter()
        .flat_map(|proposal| &proposal.orders)
        .map(|order| as_order(order, now).into())
        .collect();
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
        if let Some(objection) = &order.objection {
            let numbers = |ids: &[LineId]| {
                let numbers: Vec<String> = ids.iter().map(|id| format!("#{id}")).collect();
                objections::lines(printer.lang, &numbers)
            };
            let unit = |id: LineId| {
                let line = order.lines.iter().find(|line| line.line_id == Some(id));
                line.and_then(|line| line.unit.as_ref()).map(ToString::to_string).unwrap_or_default()
            };
            for said in objections::explain(printer.lang, objection, numbers, unit) {
                text.push_str(&format!("    {said}\n"));
            }
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

fn list(orders: &[OrderDocument], printer: &Printer) -> String {
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
        (printer.words("deadline", "期限", "期限"), Lean::Left),
    ];
    let rows: Vec<Vec<String>> = orders
        .iter()
        .map(|OrderDocument { order, confirms_at, short }| {
            let deadline = match (order.pay_by, confirms_at) {
                (Some(at), _) => format!("{} {at}", printer.words("pay by", "付款截止", "付款截止")),
                (None, Some(at)) => format!("{} {at}", printer.words("confirms", "自动确认", "自動確認")),
                (None, None) => String::new(),
            };
            let short = if *short { printer.words(" (short)", "（少发）", "（少發）") } else { "" };
            let id = order.order_id.as_ref().map(ToString::to_string);
            let number = order.out_order_id.as_ref().map(ToString::to_string);
            vec![
                format!("{}{short}", order.state),
                id.or(number).unwrap_or_else(|| "?".to_owned()),
                known(order.total.or(order.goods).as_ref()),
                order.lines.len().to_string(),
                known(order.supplier_name.as_ref()),
                order.created_at.to_string(),
                deadline,
            ]
        })
        .collect();
    table(&heads, &rows)
}
