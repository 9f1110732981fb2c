//! `pifa search`: the cached offers, priced at a quantity.

use super::args::{SavedArgs, SearchArgs};
use super::documents::{OfferDocument, SearchDocument};
use super::failure::{Exit, Failure};
use super::mistakes;
use super::print::{Lean, Printer, known, note, table};
use super::saved::{self, SavedDocument};
use super::session::{Profile, Session};
use super::sync::progress;
use crate::domain::search::SearchRequest;
use crate::domain::text::Clean;
use crate::i18n::{Lang, messages};
use crate::query::Query;

/// Offers from which on a search without an index is slow enough to be told why.
pub(super) const WORTH_AN_INDEX: usize = 5_000;

pub(super) async fn run(args: SearchArgs, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session = profile.local(progress(printer)).await?;
    search(&args, session, profile, printer)
}

/// The same at once, where there is nothing to wait for; `None` where there is.
pub(super) fn at_once(
    args: &SearchArgs,
    profile: &Profile,
    printer: &Printer,
) -> Result<Option<Exit>, Failure> {
    let SavedArgs { save, saved, forget, .. } = &args.saved;
    if save.is_some() || saved.is_some() || forget.is_some() {
        return Ok(None);
    }
    let Some(session) = profile.ready_to_search()? else { return Ok(None) };
    search(args, session, profile, printer).map(Some)
}

fn search(
    args: &SearchArgs,
    session: Session,
    profile: &Profile,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let mut text = args.query.join(" ");
    let (mut quantity, mut sort) = (args.qty, args.sort.unwrap_or_default());
    let mut kept = None;
    match &args.saved {
        SavedArgs { forget: Some(name), .. } => return saved::forget(name, &session, printer),
        SavedArgs { saved: Some(None), changed: false, .. } => return saved::list(&session, printer),
        SavedArgs { saved: Some(None), .. } => {
            return Err(Failure::usage("which saved search?", "pifa search --saved NAME --changed"));
        }
        SavedArgs { saved: Some(Some(name)), changed, peek, .. } => {
            let named = saved::named(args, name, &session)?;
            if *changed {
                return saved::changed(&named, *peek, profile, &session, printer);
            }
            (text, quantity, sort) = (named.text, named.quantity, named.sort);
            kept = Some(named.search);
        }
        SavedArgs { save: Some(name), .. } => {
            kept = Some(saved::save(args, name, profile, &session, printer)?);
        }
        SavedArgs { .. } => {}
    }
    let request = SearchRequest {
        quantity: quantity.unwrap_or(profile.settings.quantity),
        sort,
        limit: args.limit as usize,
        offset: 0,
        include_fees: false,
        text,
        now: Some(session.desk.now()),
        ..SearchRequest::default()
    };
    let page = session.desk.search(&request)?;
    let mut document = SearchDocument::new(&request.text, request.quantity, page.total, &page.rows);
    document.problems = mistakes::told(&request.text, printer);
    document.instead.clone_from(&page.instead);
    document.saved = kept.as_ref().map(SavedDocument::new);
    printer.document(&document, || words(&document, printer, page.cached))?;
    if page.cached >= WORTH_AN_INDEX && session.desk.is_unindexed()? {
        note(messages::unindexed(printer.lang));
    }
    if kept.is_none() && is_settled(profile, &session) {
        // The program is about to end: files are closed and maps taken away faster by that.
        std::mem::forget(session);
    }
    Ok(Exit::Done)
}

/// Whether neither file has a log with anything in it, which whoever closes a file last brings into it.
fn is_settled(profile: &Profile, session: &Session) -> bool {
    [profile.paths.ledger(), profile.paths.catalog(session.desk.market_id())].into_iter().all(|file| {
        let mut log = file.into_os_string();
        log.push("-wal");
        std::fs::metadata(log).is_ok_and(|log| log.len() == 0)
    })
}

fn words(document: &SearchDocument, printer: &Printer, cached: usize) -> String {
    let price_head = format!("¥@{}", document.quantity);
    // Only where there is something in it.
    let is_refused = document.offers.iter().any(|offer| !offer.buyable && offer.nearest_quantity.is_some());
    let mut heads = vec![(price_head.as_str(), Lean::Right)];
    heads.extend(is_refused.then(|| (printer.words("nearest", "可买", "可買"), Lean::Right)));
    heads.extend([
        (printer.words("MOQ", "起批", "起批"), Lean::Right),
        (printer.words("lot", "整批", "整批"), Lean::Right),
        (printer.words("id", "编号", "編號"), Lean::Left),
        (printer.words("offer", "商品", "商品"), Lean::Left),
        (printer.words("supplier", "供应商", "供應商"), Lean::Left),
        (printer.words("sold 30d", "30天销量", "30天銷量"), Lean::Right),
        (printer.words("mine", "我的", "我的"), Lean::Left),
    ]);
    let rows: Vec<Vec<String>> = document
        .offers
        .iter()
        .map(|offer| {
            let nearest = offer.nearest_quantity.filter(|_| !offer.buyable);
            let mut row = vec![price(offer)];
            row.extend(is_refused.then(|| nearest.map_or_else(String::new, |nearest| nearest.to_string())));
            row.extend([
                known(offer.moq.as_ref()),
                offer.lot.map_or_else(String::new, |lot| lot.to_string()),
                offer.offer_id.to_string(),
                printer.title(&offer.title, offer.title_en.as_ref()).to_owned(),
                known(offer.supplier_name.as_ref()),
                known(offer.sold_30d.as_ref()),
                mine(offer, printer),
            ]);
            row
        })
        .collect();
    let count = match printer.lang {
        Lang::En => format!("{} of {cached} cached offers", document.total),
        Lang::ZhCn => format!("缓存 {cached} 个商品中找到 {} 个", document.total),
        Lang::ZhTw => format!("快取 {cached} 個商品中找到 {} 個", document.total),
    };
    let note = document.instead.as_ref().map_or_else(String::new, |taken| {
        format!("{}\n", taken_instead(printer.lang, &document.query, taken))
    });
    if rows.is_empty() { format!("{note}{count}") } else { format!("{note}{}{count}", table(&heads, &rows)) }
}

/// Which words stand nowhere, and which were looked for instead.
fn taken_instead(lang: Lang, query: &str, taken: &[Clean]) -> String {
    let words: Vec<Clean> = Query::parse(query).words().iter().map(|word| Clean::new(word)).collect();
    let joined = |words: Vec<&str>| words.join(" ");
    let nowhere = words.iter().filter(|word| !taken.contains(word)).map(Clean::as_str).collect();
    messages::instead(lang, &joined(nowhere), &joined(taken.iter().map(Clean::as_str).collect()))
}

/// The buyer's own, in short: a star, a block with its reason, times bought and the last price, tags.
pub(super) fn mine(offer: &OfferDocument, printer: &Printer) -> String {
    let mut words = Vec::new();
    words.extend(offer.favourite.then(|| "*".to_owned()));
    if let Some(reason) = &offer.blocked {
        words.push(format!("[{}: {reason}]", printer.words("blocked", "已屏蔽", "已封鎖")));
    }
    if let Some(bought) = &offer.bought {
        words.push(format!("{}x {}", bought.times, known(bought.last_price.as_ref())));
    }
    words.extend(offer.tags.iter().map(|tag| format!("#{tag}")));
    words.join(" ")
}

/// The price cell: a range over SKUs, in parentheses when the quantity cannot be bought.
pub(super) fn price(offer: &OfferDocument) -> String {
    let unit = offer.unit.as_ref().map_or_else(String::new, |unit| format!("/{unit}"));
    let shown = match (offer.unit_price, offer.unit_price_max) {
        (Some(least), Some(greatest)) if greatest != least => format!("{least}-{greatest}{unit}"),
        (Some(least), _) => format!("{least}{unit}"),
        (None, _) => "?".to_owned(),
    };
    if offer.buyable { shown } else { format!("({shown})") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::quantity::Quantity;

    #[test]
    fn words_taken_instead_are_told_in_three_languages_and_in_the_document() {
        let taken = [Clean::new("不锈钢"), Clean::new("杯")];
        let told = |lang| taken_instead(lang, "不诱钢 杯 龘 price<8", &taken);
        assert_eq!(told(Lang::En), "nothing for \"不诱钢 龘\"; showing \"不锈钢 杯\"");
        assert_eq!(told(Lang::ZhCn), "没有“不诱钢 龘”，看的是“不锈钢 杯”");
        assert_eq!(told(Lang::ZhTw), "沒有「不诱钢 龘」，看的是「不锈钢 杯」");
        let mut document = SearchDocument::new("杯 龘", Quantity::ONE, 0, &[]);
        assert_eq!(serde_json::to_value(&document).unwrap()["instead"], serde_json::Value::Null);
        document.instead = Some(vec![Clean::new("杯")]);
        assert_eq!(serde_json::to_value(&document).unwrap()["instead"], serde_json::json!(["杯"]));
    }
}
