//! The calls that are served: which, under what conditions, and how values are written in their answers.

mod book;
mod clock;
mod deal;
mod detail;
mod extension;
mod group;
mod logistics;
mod order;
mod pay;
mod product;
mod trade;
mod world;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Number, Value};

use super::envelope::{Fault, Reply};
use super::market::Session;
use super::params::Params;
use crate::domain::money::Money;

pub(super) const CROSSBORDER: &str = "com.alibaba.fenxiao.crossborder";
pub(super) const PRODUCT: &str = "com.alibaba.product";
pub(super) const TRADE: &str = "com.alibaba.trade";
pub(super) const LOGISTICS: &str = "com.alibaba.logistics";
pub(super) const EXTENSION: &str = "com.pifa.ext";
/// The tester's windows: into the books, behind the world and a hand in it. No part of a market.
const WINDOWS: [&str; 3] = ["orders.dump", "world.churn", "world.truth"];
/// The one way of paying the sandbox offers.
pub(super) const TRADE_TYPE: &str = "assureTrade";

type Handler = fn(&Session<'_>, &Params) -> Result<Reply, Fault>;

/// One call.
pub(super) struct Api {
    pub namespace: &'static str,
    pub name: &'static str,
    /// Needs the access token.
    pub auth: bool,
    /// Part of the documented gateway; the rest is the extension.
    pub documented: bool,
    /// Judged before the handler runs.
    pub required: &'static [&'static str],
    pub handler: Handler,
}

impl Api {
    const fn documented(
        namespace: &'static str,
        name: &'static str,
        required: &'static [&'static str],
        handler: Handler,
    ) -> Api {
        Api { namespace, name, auth: true, documented: true, required, handler }
    }

    const fn open(namespace: &'static str, name: &'static str, handler: Handler) -> Api {
        Api { namespace, name, auth: false, documented: true, required: &[], handler }
    }

    /// Whether it is a tester's window, which stays open under `--plain`.
    pub fn is_window(&self) -> bool {
        self.namespace == EXTENSION && WINDOWS.contains(&self.name)
    }

    const fn extension(name: &'static str, required: &'static [&'static str], handler: Handler) -> Api {
        Api { namespace: EXTENSION, name, auth: true, documented: false, required, handler }
    }
}

static SERVED: &[Api] = &[
    Api::open("system", "currentTime", current_time),
    Api::open("system", "currentTimeMillis", current_time_millis),
    Api::open(PRODUCT, "alibaba.category.get", product::category),
    Api::documented(CROSSBORDER, "product.search.keywordQuery", &["offerQueryParam"], product::keyword_query),
    Api::documented(
        CROSSBORDER,
        "product.search.querySellerOfferList",
        &["offerQueryParam"],
        product::seller_offers,
    ),
    Api::documented(CROSSBORDER, "product.search.queryProductDetail", &["offerDetailParam"], detail::detail),
    Api::documented(
        CROSSBORDER,
        "product.freight.estimate",
        &["productFreightQueryParamsNew"],
        product::freight,
    ),
    Api::documented(
        TRADE,
        "alibaba.createOrder.preview",
        &["addressParam", "cargoParamList"],
        trade::preview,
    ),
    Api::documented(
        TRADE,
        "alibaba.trade.fastCreateOrder",
        &["flow", "addressParam", "cargoParamList", "tradeType"],
        trade::create,
    ),
    Api::documented(
        TRADE,
        "alibaba.trade.createCrossOrder",
        &["flow", "addressParam", "cargoParamList", "tradeType"],
        trade::create,
    ),
    Api::documented(TRADE, "alibaba.trade.getBuyerOrderList", &[], book::list),
    Api::documented(TRADE, "alibaba.trade.get.buyerView", &["webSite", "orderId"], book::get),
    Api::documented(TRADE, "alibaba.trade.cancel", &["webSite", "tradeID", "cancelReason"], book::cancel),
    Api::documented(TRADE, "trade.receivegoods.confirm", &["orderId"], book::confirm),
    Api::documented(TRADE, "alibaba.trade.receiveAddress.get", &[], book::addresses),
    Api::documented(TRADE, "alibaba.trade.OpQueryMarketingMixConfig", &[], book::mix_config),
    Api::documented(TRADE, "alibaba.alipay.url.get", &["orderIdList"], pay::alipay_url),
    Api::documented(
        LOGISTICS,
        "alibaba.trade.getLogisticsInfos.buyerView",
        &["webSite", "orderId"],
        logistics::infos,
    ),
    Api::documented(
        LOGISTICS,
        "alibaba.trade.getLogisticsTraceInfo.buyerView",
        &["webSite", "orderId"],
        logistics::trace,
    ),
    Api::extension("capabilities", &[], extension::capabilities),
    Api::extension("offer.changes", &[], super::export::changes),
    Api::extension("offer.best", &[], deal::best),
    Api::extension("deal.list", &[], deal::list),
    Api::extension("supplier.search", &[], extension::suppliers),
    Api::extension("group.list", &[], group::list),
    Api::extension("group.get", &["groupId"], group::get),
    Api::extension("group.join", &["groupId", "quantity", "joinId"], group::join),
    Api::extension("group.leave", &[], group::leave),
    Api::extension("order.pay", &["orderId"], pay::pay),
    Api::extension("clock.move", &["by_ms"], clock::move_forward),
    Api::extension("orders.dump", &[], extension::dump),
    Api::extension("world.churn", &[], world::churn),
    Api::extension("world.truth", &["supplier_ids"], world::truth),
];

/// What the extension offers, for its `capabilities`.
pub(super) fn features() -> impl Iterator<Item = &'static str> {
    SERVED.iter().filter(|api| !api.documented && api.name != "capabilities").map(|api| api.name)
}

/// The call of this name.
pub(super) fn find(namespace: &str, name: &str) -> Option<&'static Api> {
    SERVED.iter().find(|api| api.namespace == namespace && api.name == name)
}

/// Whether this is a documented call that exists and that this app has no grant for.
pub(super) fn not_granted(namespace: &str, name: &str) -> bool {
    const KNOWN: [(&str, &str); 13] = [
        (CROSSBORDER, "product.search.imageQuery"),
        (CROSSBORDER, "product.image.upload"),
        (CROSSBORDER, "product.search.keywordSNQuery"),
        (CROSSBORDER, "product.search.offerRecommend"),
        (CROSSBORDER, "product.related.recommend"),
        (CROSSBORDER, "product.search.topKeyword"),
        (CROSSBORDER, "product.topList.query"),
        (PRODUCT, "product.suggest.crossBorder"),
        (PRODUCT, "product.keyword.search"),
        (PRODUCT, "alibaba.product.get"),
        (TRADE, "alibaba.trade.payWay.query"),
        (TRADE, "alibaba.accountPeriod.list.buyerView"),
        ("com.alibaba.p4p", "alibaba.cps.queryOfferDetailActivity"),
    ];
    KNOWN.contains(&(namespace, name))
}

fn current_time(session: &Session<'_>, _: &Params) -> Result<Reply, Fault> {
    Ok(Reply::Json(Value::String(date(session.now_ms))))
}

fn current_time_millis(session: &Session<'_>, _: &Params) -> Result<Reply, Fault> {
    Ok(Reply::Json(Value::from(session.now_ms)))
}

fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The gateway's date form.
pub(super) fn date(ms: i64) -> String {
    crate::wire::date::format(timestamp(ms))
}

/// `yyyy-MM-dd HH:mm:ss`, Beijing.
pub(super) fn local_date(ms: i64) -> String {
    crate::wire::date::format_local(timestamp(ms))
}

/// RFC 3339 in UTC with milliseconds.
pub(super) fn rfc3339(ms: i64) -> String {
    format!("{:.3}", timestamp(ms))
}

/// A decimal as a JSON number, exactly, without a needless fraction.
pub(super) fn number(decimal: Decimal) -> Value {
    decimal.normalize().to_string().parse::<Number>().map_or(Value::Null, Value::Number)
}

/// Yuan as a JSON number.
pub(super) fn yuan(money: Money) -> Value {
    number(money.yuan())
}

/// Yuan as the gateway's string: no needless zeros.
pub(super) fn yuan_text(money: Money) -> String {
    money.yuan().normalize().to_string()
}

/// A share as a percentage: 0.18 is `18%`.
pub(super) fn percent(share: Decimal) -> String {
    format!("{}%", share.saturating_mul(Decimal::ONE_HUNDRED).normalize())
}

/// A share as a percentage with two decimals: `18.00%`.
pub(super) fn percent2(share: Decimal) -> String {
    format!("{:.2}%", share.saturating_mul(Decimal::ONE_HUNDRED))
}

/// A score with one decimal.
pub(super) fn score(score: Decimal) -> String {
    format!("{score:.1}")
}

/// Page number and size, with the call's names for them; sizes beyond the cap are cut to it.
pub(super) fn paging(page: Option<i64>, size: Option<i64>, default: i64, cap: i64) -> (i64, i64) {
    (page.unwrap_or(1).max(1), size.unwrap_or(default).clamp(1, cap))
}

/// One page of a list.
pub(super) fn page_of<T>(all: &[T], page: i64, size: i64) -> &[T] {
    let size = size.max(1) as usize;
    let start = (page.max(1) as usize - 1).saturating_mul(size).min(all.len());
    let end = start.saturating_add(size).min(all.len());
    all.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_percentages_are_written_exactly() {
        assert_eq!(yuan("13.90".parse().unwrap()).to_string(), "13.9");
        assert_eq!(yuan(Money::from_fen(3600)).to_string(), "36");
        assert_eq!(percent(Decimal::new(5248, 4)), "52.48%");
        assert_eq!(percent2(Decimal::ZERO), "0.00%");
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn pages_end_where_the_list_ends() {
        let all = [1, 2, 3, 4, 5];
        assert_eq!(page_of(&all, 2, 2), [3, 4]);
        assert_eq!(page_of(&all, 3, 2), [5]);
        assert!(page_of(&all, i64::MAX, 50).is_empty());
    }
}
