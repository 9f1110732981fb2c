//! `pifa suppliers`: the cached suppliers that meet a query, those that are new, or one in full.

use super::args::SuppliersArgs;
use super::failure::{Exit, Failure};
use super::marked::{SheetDocument, SupplierDocument, SuppliersDocument};
use super::mistakes;
use super::print::{Lean, Printer, known, table};
use super::session::Profile;
use super::sync::progress;
use crate::domain::id::SupplierId;
use crate::domain::quantity::Quantity;
use crate::domain::search::SupplierAsk;
use crate::domain::text::Clean;
use crate::i18n::messages;
use crate::procure::{Desk, DeskError};

pub(super) async fn run(args: SuppliersArgs, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session = profile.local(progress(printer)).await?;
    let quantity = args.qty.unwrap_or(profile.settings.quantity);
    if let Some(id) = &args.show {
        return show(&session.desk, &SupplierId::new(id), quantity, printer);
    }
    let ask = SupplierAsk {
        text: args.query.join(" "),
        quantity,
        limit: args.limit as usize,
        only_new: args.new,
        since: None,
    };
    let found = session.desk.supplier_rows(&ask)?;
    let suppliers = found.rows.into_iter().map(SupplierDocument::from).collect();
    let problems = mistakes::told(&ask.text, printer);
    let document = SuppliersDocument { quantity, total: found.total, new: found.new, suppliers, problems };
    printer.document(&document, || words(&document, printer))?;
    Ok(Exit::Done)
}

fn show(desk: &Desk, id: &SupplierId, quantity: Quantity, printer: &Printer) -> Result<Exit, Failure> {
    let sheet = desk.supplier_sheet(id, quantity)?.ok_or_else(|| DeskError::NoSupplier(id.clone()))?;
    let reasons: Vec<String> = sheet
        .row
        .confidence
        .reasons
        .iter()
        .map(|(reason, points)| {
            format!("{} {}", messages::factory_reason(printer.lang, reason), messages::points(*points))
        })
        .collect();
    let tally = messages::yanxuan_tally(printer.lang, &sheet.tally);
    let document = SheetDocument::new(sheet, quantity);
    printer.document(&document, || in_full(&document, &reasons, &tally, printer))?;
    Ok(Exit::Done)
}

fn in_full(document: &SheetDocument, reasons: &[String], tally: &[String], printer: &Printer) -> String {
    let supplier = &document.supplier;
    let mut text = format!("{}\n", printer.title(&supplier.name, supplier.name_en.as_ref()));
    let mut fact = |name: &str, value: String| text.push_str(&format!("  {name}: {value}\n"));
    fact(printer.words("id", "编号", "編號"), supplier.supplier_id.to_string());
    let identities: Vec<&str> = supplier.identities.iter().map(|identity| identity.as_str()).collect();
    fact(printer.words("identities", "身份", "身分"), identities.join(" "));
    if !supplier.badges.is_empty() {
        let badges: Vec<&str> = supplier.badges.iter().map(Clean::as_str).collect();
        fact(printer.words("badges", "榜单", "榜單"), badges.join(" "));
    }
    fact(printer.words("years", "年限", "年限"), known(supplier.years.as_ref()));
    fact(printer.words("belt", "产业带", "產業帶"), known(supplier.belt.as_ref()));
    let place = [&supplier.province, &supplier.city].map(|place| known(place.as_ref()));
    fact(printer.words("city", "城市", "城市"), place.join(" "));
    let percent = |rate: Option<rust_decimal::Decimal>| {
        rate.map_or_else(
            || "?".to_owned(),
            |rate| format!("{}%", (rate * rust_decimal::Decimal::ONE_HUNDRED).round_dp(2).normalize()),
        )
    };
    fact(printer.words("48h pickup", "48小时揽收", "48小時攬收"), percent(supplier.pickup_48h));
    fact(printer.words("quality refunds", "品质退款", "品質退款"), percent(supplier.quality_refund));
    fact(printer.words("repeat rate", "回头率", "回購率"), percent(supplier.repeat_rate));
    let scores = &supplier.scores;
    let named = [
        (printer.words("service", "综合", "綜合"), scores.composite),
        (printer.words("logistics", "物流", "物流"), scores.logistics),
        (printer.words("disputes", "纠纷", "糾紛"), scores.dispute),
        (printer.words("quality", "品质", "品質"), scores.offer),
        (printer.words("returns", "退换", "退換"), scores.after_sales),
        (printer.words("consulting", "咨询", "諮詢"), scores.consulting),
    ];
    let scores: Vec<String> =
        named.iter().map(|(name, score)| format!("{name} {}", known(score.as_ref()))).collect();
    fact(printer.words("scores", "评分", "評分"), scores.join("  "));
    fact(printer.words("trade medals", "交易勋章", "交易勳章"), known(supplier.medal_level.as_ref()));
    fact(
        printer.words("factory", "像工厂", "像工廠"),
        format!("{}% = 50 {}", supplier.factory.percent, reasons.join(", ")),
    );
    fact(printer.words("Yanxuan", "严选", "嚴選"), tally.join("; "));
    fact(printer.words("orders", "订单", "訂單"), document.orders.len().to_string());
    fact(printer.words("offers", "商品数", "商品數"), supplier.offers.to_string());
    let price = format!("¥@{}", document.quantity);
    let heads = [
        (price.as_str(), Lean::Right),
        (printer.words("minimum", "起批量", "起批量"), Lean::Right),
        (printer.words("rating", "评分", "評分"), Lean::Right),
        (printer.words("Yanxuan", "严选", "嚴選"), Lean::Left),
        (printer.words("title", "标题", "標題"), Lean::Left),
        (printer.words("id", "编号", "編號"), Lean::Left),
    ];
    let rows: Vec<Vec<String>> = document
        .listed
        .iter()
        .map(|listed| {
            vec![
                super::search::price(&listed.offer),
                known(listed.offer.moq.as_ref()),
                known(listed.rating.as_ref()),
                listed
                    .yanxuan
                    .map_or_else(|| "?".to_owned(), |verdict| format!("{verdict} {}", listed.place)),
                printer.title(&listed.offer.title, listed.offer.title_en.as_ref()).to_owned(),
                listed.offer.offer_id.to_string(),
            ]
        })
        .collect();
    text.push_str(&table(&heads, &rows));
    text
}

fn words(document: &SuppliersDocument, printer: &Printer) -> String {
    let price_head = format!("¥@{}", document.quantity);
    let heads = [
        (price_head.as_str(), Lean::Right),
        (printer.words("offers", "商品数", "商品數"), Lean::Right),
        (printer.words("years", "年限", "年限"), Lean::Right),
        (printer.words("factory", "像工厂", "像工廠"), Lean::Right),
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
            let badges = supplier.badges.iter().map(Clean::as_str);
            let identities = supplier.identities.iter().map(|identity| identity.as_str()).chain(badges);
            vec![
                supplier.least_price.map_or_else(|| "-".to_owned(), |price| format!("{price}{unit}")),
                supplier.offers.to_string(),
                known(supplier.years.as_ref()),
                format!("{}%", supplier.factory.percent),
                known(supplier.belt.as_ref()),
                printer.title(&supplier.name, supplier.name_en.as_ref()).to_owned(),
                supplier.categories.iter().map(Clean::as_str).collect::<Vec<_>>().join(" "),
                mine(supplier, printer),
                identities.collect::<Vec<_>>().join(" "),
                supplier.supplier_id.to_string(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return printer.words("no supplier found", "没有找到供应商", "沒有找到供應商").to_owned();
    }
    table(&heads, &rows)
}

/// The buyer's own, in short: new, a star, a block with its reason, orders, tags.
fn mine(supplier: &SupplierDocument, printer: &Printer) -> String {
    let mut words = Vec::new();
    words.extend(supplier.is_new.then(|| printer.words("new", "新", "新").to_owned()));
    words.extend(supplier.favourite.then(|| "*".to_owned()));
    if let Some(reason) = &supplier.blocked {
        words.push(format!("[{}: {reason}]", printer.words("blocked", "已屏蔽", "已封鎖")));
    }
    words.extend(supplier.ordered.as_ref().map(|ordered| format!("{}x", ordered.times)));
    words.extend(supplier.tags.iter().map(|tag| format!("#{tag}")));
    words.join(" ")
}
