//! Search rows and the category tree (GATEWAY.md 2.1, 2.2). A row has a headline price and perhaps a minimum;
//! it names no supplier, no tiers and no mix rule, and none is made up for it.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::list::{List, Maybe, Words, object};
use super::scalar::{Field, Id, Rate, money};
use super::words;
use crate::domain::flow::{Flow, FlowTerms};
use crate::domain::id::{OfferKey, SupplierId};
use crate::domain::money::{Money, Yuan};
use crate::domain::offer::{Completeness, Offer, Services};
use crate::domain::quantity::Quantity;
use crate::domain::supplier::{Reputation, Scores};
use crate::domain::text::Clean;
use crate::market::gateway::envelope;
use crate::market::{Category, MarketError, Page};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct RowsBody {
    total_records: Field<u64>,
    data: List<RowBody>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct RowBody {
    offer_id: Field<Id>,
    subject: Field<String>,
    subject_trans: Field<String>,
    price_info: Maybe<PriceBody>,
    min_order_quantity: Field<Quantity>,
    month_sold: Field<u64>,
    repurchase_rate: Field<Rate>,
    is_select: Field<bool>,
    seller_identities: Words,
    offer_identities: Words,
    third_category_id: Field<Id>,
    second_category_id: Field<Id>,
    top_category_id: Field<Id>,
    trade_score: Field<Decimal>,
    is_one_psale: Field<bool>,
    is_one_psale_free_post: Field<bool>,
    invoice_info: Maybe<InvoiceBody>,
    seller_data_info: Maybe<SellerData>,
    product_simple_shipping_info: Maybe<SimpleShipping>,
}

/// Yuan, as strings.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct PriceBody {
    price: Field<Yuan>,
    promotion_price: Field<Yuan>,
    jxhy_price: Field<Yuan>,
    pf_jxhy_price: Field<Yuan>,
}

/// The seller's figures, in rows and in details.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SellerData {
    pub tp_year: Field<u32>,
    pub repeat_purchase_percent: Field<Rate>,
    trade_medal_level: Field<u32>,
    composite_service_score: Field<Decimal>,
    logistics_experience_score: Field<Decimal>,
    dispute_complaint_score: Field<Decimal>,
    offer_experience_score: Field<Decimal>,
    after_sales_experience_score: Field<Decimal>,
    consulting_experience_score: Field<Decimal>,
    /// Only in details, as the next.
    #[serde(rename = "collect30DayWithin48HPercent")]
    collect_48h: Field<Rate>,
    #[serde(rename = "qualityRefundWithin30Day")]
    quality_refund: Field<Rate>,
}

impl SellerData {
    pub(super) fn reputation(&self) -> Reputation {
        Reputation {
            scores: Scores {
                composite: score(self.composite_service_score),
                logistics: score(self.logistics_experience_score),
                dispute: score(self.dispute_complaint_score),
                offer: score(self.offer_experience_score),
                after_sales: score(self.after_sales_experience_score),
                consulting: score(self.consulting_experience_score),
            },
            medal_level: medals(self.trade_medal_level),
            repeat_rate: self.repeat_purchase_percent.get().map(|rate| rate.0),
            pickup_48h: self.collect_48h.get().map(|rate| rate.0),
            quality_refund: self.quality_refund.get().map(|rate| rate.0),
            province: None,
        }
    }
}

/// A score on the platform's scale, 0 to 5; what is off it is not believed.
pub(super) fn score(field: Field<Decimal>) -> Option<Decimal> {
    field.get().filter(|score| *score <= Decimal::from(5))
}

/// Medals on the platform's scale, 0 to 5.
pub(super) fn medals(field: Field<u32>) -> Option<u32> {
    field.get().filter(|medals| *medals <= 5)
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct InvoiceBody {
    support_online_invoice: Field<bool>,
    support_fast_invoice: Field<bool>,
    invoice_types: Words,
}

impl InvoiceBody {
    /// Whether an invoice can be had, where any of its members tells.
    pub(super) fn can_be_had(&self) -> Option<bool> {
        let told = [self.support_online_invoice, self.support_fast_invoice].map(Field::get);
        if told.contains(&Some(true)) || !self.invoice_types.0.is_empty() {
            return Some(true);
        }
        told.contains(&Some(false)).then_some(false)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct SimpleShipping {
    shipping_time_guarantee: Field<String>,
}

/// A page of rows. `supplier`: whose shop was asked for, as the rows do not say.
pub fn rows(
    body: &[u8],
    supplier: Option<&SupplierId>,
    read_at: Timestamp,
) -> Result<Page<Offer>, MarketError> {
    let Some(payload) = envelope::payload(body)? else { return Ok(Page { items: Vec::new(), total: 0 }) };
    let page: RowsBody = object(payload).ok_or_else(|| envelope::unreadable("a search page that is none"))?;
    let items: Vec<Offer> =
        page.data.items.into_iter().filter_map(|row| row.into_offer(supplier, read_at)).collect();
    let total = page.total_records.get().unwrap_or(items.len() as u64);
    Ok(Page { items, total })
}

impl RowBody {
    fn into_offer(self, supplier: Option<&SupplierId>, read_at: Timestamp) -> Option<Offer> {
        let id = self.offer_id.get()?;
        let title = words::subject(&self.subject.get()?);
        let mut offer = Offer::blank(OfferKey::Market(id.0), title, read_at);
        offer.kind = words::kind_of(&offer.title);
        offer.title_en =
            self.subject_trans.get().map(|text| words::subject(&text)).filter(|text| !text.is_empty());
        offer.supplier_id = supplier.cloned();
        if let Some(prices) = self.price_info.0 {
            offer.flows = prices.flows();
            offer.price_range = prices.charged().map(|price| (price, price));
        }
        offer.moq = self.min_order_quantity.get().filter(|moq| !moq.is_zero());
        offer.sold_30d = self.month_sold.get();
        offer.repeat_rate = self.repurchase_rate.get().map(|rate| rate.0);
        let select = (self.is_select.get() == Some(true)).then_some("select");
        offer.identities = words::identities(
            self.seller_identities.0.iter().chain(&self.offer_identities.0).map(String::as_str).chain(select),
        );
        if let Some(seller) = self.seller_data_info.0 {
            offer.years = seller.tp_year.get();
            offer.reputation = Some(Box::new(seller.reputation()));
        }
        offer.rating = score(self.trade_score);
        offer.services = Services {
            dropship: self.is_one_psale.get(),
            free_ship: self.is_one_psale_free_post.get(),
            invoice: self.invoice_info.0.and_then(|info| info.can_be_had()),
            ..Services::default()
        };
        offer.lead_time_hours = self
            .product_simple_shipping_info
            .0
            .and_then(|shipping| shipping.shipping_time_guarantee.get())
            .and_then(|promise| words::lead_time_hours(&promise));
        let leaf =
            self.third_category_id.get().or(self.second_category_id.get()).or(self.top_category_id.get());
        offer.category_id = leaf.map(|id| id.0);
        offer.completeness = Completeness::Row;
        Some(offer)
    }
}

impl PriceBody {
    /// 精选货源, the flows a row tells prices of: single pieces with the post, and wholesale from more than two pieces
    /// on (GATEWAY.md 2.7). The deprecated consignPrice names no flow.
    fn flows(&self) -> Vec<FlowTerms> {
        let terms = |flow, price: Field<Yuan>, start: u32, post_included| {
            let price = money(price).filter(|price| !price.is_zero())?;
            let start_quantity = Some(Quantity::whole(start));
            Some(FlowTerms {
                flow,
                start_quantity,
                price: Some(price),
                sku_prices: Vec::new(),
                post_included,
            })
        };
        let single = terms(Flow::BoutiqueFenxiao, self.jxhy_price, 1, Some(true));
        let many = terms(Flow::BoutiquePifa, self.pf_jxhy_price, 3, None);
        single.into_iter().chain(many).collect()
    }

    /// The promotion price where one runs. A price of nothing is not one (500_008), and one that cannot be
    /// read leaves the row without.
    fn charged(self) -> Option<Money> {
        if self.promotion_price.is_unreadable() {
            return None;
        }
        let price = money(self.price).filter(|price| !price.is_zero());
        money(self.promotion_price).filter(|price| !price.is_zero()).or(price)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct CategoryBody {
    #[serde(rename = "categoryID")]
    category_id: Field<Id>,
    name: Field<String>,
    is_leaf: Field<bool>,
    #[serde(rename = "childCategorys")]
    children: List<ChildBody>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ChildBody {
    id: Field<Id>,
    name: Field<String>,
    is_leaf: Field<bool>,
}

/// Children of `parent` (0 = the top) from `alibaba.category.get`: the children of the entry that is the parent,
/// or, where the answer lists them flat, the other entries.
pub fn categories(body: &[u8], parent: i64) -> Result<Vec<Category>, MarketError> {
    let top = envelope::open(body)?;
    envelope::refused(&top)?;
    let list = top.raw("categoryInfo").map(List::<CategoryBody>::read).unwrap_or_default();
    let is_parent = |entry: &CategoryBody| match entry.category_id {
        Field::Known(Id(id)) => id == parent,
        // Zero is not an id: the entry of the top.
        Field::Absent | Field::Unreadable => parent == 0,
    };
    let (parents, others): (Vec<_>, Vec<_>) = list.items.into_iter().partition(is_parent);
    if parents.is_empty() {
        return Ok(others
            .into_iter()
            .filter_map(|entry| category(entry.category_id, entry.name, entry.is_leaf))
            .collect());
    }
    let children = parents.into_iter().flat_map(|entry| entry.children.items);
    Ok(children.filter_map(|child| category(child.id, child.name, child.is_leaf)).collect())
}

fn category(id: Field<Id>, name: Field<String>, leaf: Field<bool>) -> Option<Category> {
    Some(Category {
        id: id.get()?.0,
        name: Clean::capped(&name.get()?, 80),
        leaf: leaf.get().unwrap_or(false),
    })
}
