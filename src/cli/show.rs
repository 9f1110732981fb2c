//! `pifa show`: one offer with its tiers and SKUs.

use super::args::ShowArgs;
use super::documents::ShowDocument;
use super::failure::{Exit, Failure};
use super::history::HistoryDocument;
use super::print::{Lean, Printer, known, table};
use super::search::price;
use super::session::Profile;
use super::sync::progress;
use crate::i18n::messages;
use crate::procure::DeskError;

pub(super) async fn run(args: ShowArgs, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session = profile.local(progress(printer)).await?;
    let desk = &session.desk;
    let offer = desk.offer(&args.offer)?.ok_or_else(|| DeskError::NoOffer(args.offer.clone()))?;
    let quantity = args.qty.unwrap_or(profile.settings.quantity);
    let mine = desk.marks()?.of(&offer.key, offer.supplier_id.as_ref());
    let verdict = desk.verdicts(&[&offer])?.pop().flatten();
    let mut document = ShowDocument::new(&offer, quantity, &desk.destination()?, &mine).judged(verdict);
    let mut history = None;
    if args.history {
        let read = HistoryDocument::new(&desk.price_history(&offer)?, quantity, desk.now());
        history = Some(read.words(printer, profile.ascii));
        document.history = Some(read.points);
        document.price_verdict = read.verdict;
    }
    printer.document(&document, || words(&document, printer) + &history.unwrap_or_default())?;
    Ok(Exit::Done)
}

fn words(document: &ShowDocument, printer: &Printer) -> String {
    let offer = &document.offer;
    let mut text = format!("{}\n", printer.title(&offer.title, offer.title_en.as_ref()));
    if !printer.lang.is_chinese() {
        text.push_str(&format!("{}\n", offer.title));
    }
    let mut fact = |name: &str, value: String| text.push_str(&format!("  {name}: {value}\n"));
    fact(printer.words("id", "编号", "編號"), offer.offer_id.to_string());
    fact(printer.words("supplier", "供应商", "供應商"), known(offer.supplier_name.as_ref()));
    fact(&format!("¥@{}", document.quantity), price(offer));
    if !offer.buyable {
        let nearest = known(offer.nearest_quantity.as_ref());
        fact(printer.words("nearest quantity", "最近可订数量", "最近可訂數量"), nearest);
    }
    fact(printer.words("minimum", "起批量", "起批量"), known(offer.moq.as_ref()));
    if let Some(lot) = offer.lot {
        fact(printer.words("lot", "整批倍数", "整批倍數"), lot.to_string());
    }
    let mix = match (&document.mix_rule, document.mix_known) {
        (Some(rule), _) => {
            let pieces =
                rule.pieces.map(|pieces| format!("{pieces} {}", printer.words("pieces", "件", "件")));
            let amount = rule.amount.map(|amount| format!("¥{amount}"));
            pieces.into_iter().chain(amount).collect::<Vec<_>>().join(printer.words(" or ", " 或 ", " 或 "))
        }
        (None, true) => printer.words("none", "无", "無").to_owned(),
        (None, false) => "?".to_owned(),
    };
    fact(printer.words("mix rule", "混批", "混批"), mix);
    fact(printer.words("freight", "运费", "運費"), known(document.freight.as_ref()));
    if let Some(weight) = document.weight_kg {
        fact(printer.words("weight each", "单件重量", "單件重量"), format!("{weight} kg"));
    }
    if let Some(pieces) = document.per_carton {
        fact(printer.words("per carton", "箱规", "箱規"), pieces.to_string());
    }
    fact(printer.words("rating", "评分", "評分"), known(document.rating.as_ref()));
    let samples = known(document.yanxuan_samples.as_ref());
    let yanxuan = match (document.yanxuan, document.yanxuan_place) {
        (Some("pass"), place) => Some((printer.words("at the line or above", "过线", "過線"), place)),
        (Some("fail"), place) => Some((printer.words("below the line", "没过线", "沒過線"), place)),
        (Some(_), _) => Some((printer.words("too few", "样本太少", "樣本太少"), None)),
        (None, _) => None,
    };
    if let Some((said, place)) = yanxuan {
        let place = match place {
            Some("head") => printer.words(", best 20 %", "，前20%", "，前20%"),
            Some("tail") => {
                printer.words(", worst 10 %: see a sample first", "，后10%，先看样", "，後10%，先看樣")
            }
            _ => "",
        };
        let of = printer.words("rated", "个评分", "個評分");
        fact(printer.words("Yanxuan", "严选", "嚴選"), format!("{said}{place} ({samples} {of})"));
    }
    if let Some(bought) = &offer.bought {
        let price = known(bought.last_price.as_ref());
        let day = bought.last_at.to_zoned(jiff::tz::TimeZone::system()).date();
        fact(printer.words("bought", "买过", "買過"), format!("{}x, {price} ({day})", bought.times));
    }
    if let Some(reason) = &offer.blocked {
        fact(printer.words("blocked", "已屏蔽", "已封鎖"), reason.to_string());
    }
    if offer.favourite {
        fact(printer.words("favourite", "收藏", "收藏"), "*".to_owned());
    }
    if !offer.tags.is_empty() {
        let tags = offer.tags.iter().map(crate::domain::text::Clean::as_str).collect::<Vec<_>>().join(" ");
        fact(printer.words("tags", "标签", "標籤"), tags);
    }
    if !offer.note.is_empty() {
        fact(printer.words("note", "备注", "備註"), offer.note.to_string());
    }
    fact(printer.words("read at", "读取时间", "讀取時間"), offer.fetched_at.to_string());
    for tier in &document.tiers {
        text.push_str(&format!("  {:>8}+  {:>10}\n", tier.from_quantity, tier.unit_price));
    }
    for run in &document.dominated {
        let [from, to, better] = [run.from, run.to, run.better_quantity].map(|quantity| quantity.to_string());
        let words = messages::dominated(printer.lang, &from, &to, &better);
        text.push_str(&format!("  {words} ({})\n", run.better_cost));
    }
    if !document.skus.is_empty() {
        let heads = [
            (printer.words("  price", "  单价", "  單價"), Lean::Right),
            (printer.words("stock", "库存", "庫存"), Lean::Right),
            (printer.words("SKU", "规格", "規格"), Lean::Left),
            ("spec_id", Lean::Left),
        ];
        let rows: Vec<Vec<String>> = document
            .skus
            .iter()
            .map(|sku| {
                vec![
                    known(sku.unit_price.as_ref()),
                    known(sku.stock.as_ref()),
                    printer.title(&sku.name, sku.name_en.as_ref()).to_owned(),
                    sku.spec_id.to_string(),
                ]
            })
            .collect();
        text.push_str(&table(&heads, &rows));
    }
    text
}
