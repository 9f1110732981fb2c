//! Flows: the other ways to order the same goods, each with a price and a start quantity of its own (GATEWAY.md 2.7
//! and 3.3), and what is given up against `general`.
//!
//! The wholesale price, its tiers, the minimum and the promotion belong to `general`. What else a flow changes is
//! hardly documented: what we do not know is listed as unknown and never as kept.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::compare::{self, Comparison};
use crate::domain::freight::{Destination, Freight};
use crate::domain::id::SpecId;
use crate::domain::minimum;
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::price;
use crate::domain::quantity::Quantity;
use crate::domain::text::Clean;

/// A way to order (GATEWAY.md 2.7 `flow`); an open set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flow {
    /// 大市场批发: the wholesale price, its tiers, the minimum.
    General,
    /// 分销, 一件代发: shipped to the shop's customer.
    Fenxiao,
    /// 代销.
    Saleproxy,
    /// 精选货源, single pieces with the post.
    BoutiqueFenxiao,
    /// 精选货源, wholesale.
    BoutiquePifa,
    /// 天天特卖, formerly 伙拼.
    Paired,
    /// 复购合约.
    Repurchase,
    /// 批发团.
    Ttpft,
    /// Any other word.
    Other(Clean),
}

impl Flow {
    /// From the wire's word.
    pub fn from_word(word: &str) -> Flow {
        match word {
            "general" => Flow::General,
            "fenxiao" => Flow::Fenxiao,
            "saleproxy" => Flow::Saleproxy,
            "boutiquefenxiao" => Flow::BoutiqueFenxiao,
            "boutiquepifa" => Flow::BoutiquePifa,
            "paired" => Flow::Paired,
            "repurchase" => Flow::Repurchase,
            "ttpft" => Flow::Ttpft,
            other => Flow::Other(Clean::capped(other, 40)),
        }
    }

    /// The wire's word.
    pub fn as_str(&self) -> &str {
        match self {
            Flow::General => "general",
            Flow::Fenxiao => "fenxiao",
            Flow::Saleproxy => "saleproxy",
            Flow::BoutiqueFenxiao => "boutiquefenxiao",
            Flow::BoutiquePifa => "boutiquepifa",
            Flow::Paired => "paired",
            Flow::Repurchase => "repurchase",
            Flow::Ttpft => "ttpft",
            Flow::Other(word) => word.as_str(),
        }
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Flow {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Flow {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Flow::from_word(&String::deserialize(deserializer)?))
    }
}

/// What one SKU costs in a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowSku {
    /// SKU.
    pub spec_id: SpecId,
    /// Price of one unit, yuan.
    pub price: Money,
}

/// What a listing says of one of its other flows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowTerms {
    /// Which.
    pub flow: Flow,
    /// Least quantity over all SKUs; `None` = not said.
    pub start_quantity: Option<Quantity>,
    /// Price of one unit of any SKU, yuan; `None` = not said.
    pub price: Option<Money>,
    /// Prices of single SKUs, which go before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sku_prices: Vec<FlowSku>,
    /// Whether the price is with the post; `None` = not said.
    pub post_included: Option<bool>,
}

impl FlowTerms {
    /// The price of one unit: the SKU's own, else that of all.
    pub fn price_of(&self, spec: Option<&SpecId>) -> Option<Money> {
        let own = self.sku_prices.iter().find(|sku| Some(&sku.spec_id) == spec);
        own.map(|sku| sku.price).or(self.price)
    }
}

/// Something `general` gives that a flow does not, as far as it is documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lost {
    /// More pieces cost no less each: one price at every quantity (GATEWAY.md 3.2: tiers are the wholesale price's).
    PriceTiers,
    /// The promotion running on the wholesale price (GATEWAY.md 3.3).
    Promotion,
}

/// What must be there before the market lets a buyer order in a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    /// A distribution relation with the seller (error 500_007).
    DistributionRelation,
    /// The offer's tag of that action (GATEWAY.md 2.7, `paired`).
    OfferTag,
    /// A contract between buyer and seller.
    Contract,
    /// A running group (`instanceId`, GATEWAY.md 2.6).
    RunningGroup,
}

/// Something the buyer has in `general` of which nobody says whether it holds in another flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unsaid {
    /// Payment held until the goods came: trade types are told by the preview alone, flow by flow.
    AssuredTrade,
    /// 七天无理由退货.
    #[serde(rename = "return_7d")]
    Return7d,
    /// An invoice.
    Invoice,
    /// The promise of when it ships.
    ShippingPromise,
    /// The supplier's mix rule.
    MixRule,
}

/// One flow at one quantity. All money is a prediction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowAt {
    /// Which.
    pub flow: Flow,
    /// Least quantity; `None` = not said.
    pub start_quantity: Option<Quantity>,
    /// Price of one unit, yuan.
    pub unit_price: Option<Money>,
    /// Unit price x quantity, rounded to the fen.
    pub goods: Option<Money>,
    /// Freight; nothing where the price is with the post.
    pub freight: Freight,
    /// Goods + freight; `None` when either is unknown.
    pub landed: Option<Money>,
    /// Whether the quantity reaches the start and the stock; `None` = the start is not said.
    pub buyable: Option<bool>,
    /// What is given up for certain.
    pub lost: Vec<Lost>,
    /// What must be there first.
    pub needs: Vec<Needs>,
    /// What may be given up: nobody says.
    pub unsaid: Vec<Unsaid>,
}

/// The other flows of an offer (of SKU `spec`) at `quantity`, in the order the listing names them.
///
/// Minimum, lot and tiers bind `general` (DESIGN section 1): another flow has its start quantity and the stock.
pub fn at(
    offer: &Offer,
    spec: Option<&SpecId>,
    quantity: Quantity,
    destination: &Destination,
) -> Vec<FlowAt> {
    let general = compare::at(offer, spec, quantity, destination);
    let spec = general.spec_id.as_ref();
    let sku = spec.and_then(|spec| offer.sku(spec));
    let stock = sku.map_or(offer.stock, |sku| sku.stock);
    let enough = stock.is_none_or(|stock| quantity <= stock)
        && offer.purchase_limit.is_none_or(|limit| quantity <= limit)
        && !offer.gone
        && !quantity.is_zero();
    let of = |terms: &FlowTerms| {
        let unit_price = terms.price_of(spec);
        let goods = unit_price.map(|price| price.times(quantity.decimal()).rounded());
        let with_post = terms.flow == Flow::BoutiqueFenxiao || terms.post_included == Some(true);
        let freight = match goods {
            Some(_) if with_post => Freight::Known(Money::ZERO),
            Some(goods) => compare::freight_of(offer, quantity, goods, destination),
            None => Freight::Unknown,
        };
        FlowAt {
            flow: terms.flow.clone(),
            start_quantity: terms.start_quantity,
            unit_price,
            goods,
            freight,
            landed: goods.zip(freight.amount()).map(|(goods, freight)| goods + freight),
            buyable: match (terms.start_quantity, unit_price) {
                _ if !enough => Some(false),
                (Some(start), Some(_)) => Some(quantity >= start),
                _ => None,
            },
            lost: lost(offer, &general),
            needs: needs(&terms.flow),
            unsaid: unsaid(offer),
        }
    };
    offer.flows.iter().filter(|terms| terms.flow != Flow::General).map(of).collect()
}

/// What the wholesale price gives this offer's buyer at that quantity and no other flow does.
fn lost(offer: &Offer, general: &Comparison) -> Vec<Lost> {
    let sku = general.spec_id.as_ref().and_then(|spec| offer.sku(spec));
    let tiers = match sku {
        Some(sku) if !sku.tiers.is_empty() => &sku.tiers,
        _ => &offer.tiers,
    };
    let ladder = price::ladder(tiers);
    let falls =
        ladder.first().zip(ladder.last()).is_some_and(|(first, last)| last.charged() < first.charged());
    let at = general.nearest.unwrap_or_else(|| minimum::least(offer, sku));
    let promoted = price::unit_price(offer, general.spec_id.as_ref(), at, at)
        .is_some_and(|price| price.charged < price.list);
    [(falls, Lost::PriceTiers), (promoted, Lost::Promotion)]
        .into_iter()
        .filter_map(|(is_lost, what)| is_lost.then_some(what))
        .collect()
}

fn needs(flow: &Flow) -> Vec<Needs> {
    match flow {
        Flow::Saleproxy => vec![Needs::DistributionRelation],
        Flow::Paired => vec![Needs::OfferTag],
        Flow::Repurchase => vec![Needs::Contract],
        Flow::Ttpft => vec![Needs::RunningGroup],
        Flow::General | Flow::Fenxiao | Flow::BoutiqueFenxiao | Flow::BoutiquePifa | Flow::Other(_) => {
            Vec::new()
        }
    }
}

/// What the offer promises in `general`, and the payment every buyer of the platform knows.
fn unsaid(offer: &Offer) -> Vec<Unsaid> {
    [
        (true, Unsaid::AssuredTrade),
        (offer.services.return_7d == Some(true), Unsaid::Return7d),
        (offer.services.invoice == Some(true), Unsaid::Invoice),
        (offer.lead_time_hours.is_some(), Unsaid::ShippingPromise),
        (offer.mix.rule().is_some() && offer.mix_enabled != Some(false), Unsaid::MixRule),
    ]
    .into_iter()
    .filter_map(|(has, what)| has.then_some(what))
    .collect()
}

/// The cheapest way to order that quantity, where it is certain: among what can be bought and needs nothing first, no
/// other may land lower. Of equals `general`, then the first listed.
pub fn cheapest(general: &Comparison, others: &[FlowAt]) -> Option<Flow> {
    let usual = general.buyable.then_some((Flow::General, general.landed, general.goods));
    let rest = others
        .iter()
        .filter(|other| other.buyable == Some(true) && other.needs.is_empty())
        .map(|other| (other.flow.clone(), other.landed, other.goods));
    let all: Vec<(Flow, Option<Money>, Option<Money>)> = usual.into_iter().chain(rest).collect();
    let (best, least) = all
        .iter()
        .filter_map(|(flow, landed, _)| Some((flow, (*landed)?)))
        .reduce(|best, next| if next.1 < best.1 { next } else { best })?;
    // What lands at an unknown sum costs at least its goods.
    let certain = all.iter().all(|(_, landed, goods)| landed.or(*goods).is_some_and(|at| at >= least));
    certain.then(|| best.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::freight::FreightTerms;
    use crate::domain::id::OfferKey;
    use crate::domain::offer::PriceTier;
    use jiff::Timestamp;

    fn offer() -> Offer {
        let mut offer = Offer::blank(OfferKey::Market(1), Clean::new("杯"), Timestamp::UNIX_EPOCH);
        offer.tiers = [(10, "10.00", None), (100, "8.50", Some("8.00"))]
            .map(|(from, price, promotion): (u32, &str, Option<&str>)| PriceTier {
                from_quantity: Quantity::whole(from),
                price: price.parse().unwrap(),
                promotion: promotion.map(|price| price.parse().unwrap()),
            })
            .to_vec();
        offer.moq = Some(Quantity::whole(10));
        offer.stock = Some(Quantity::whole(500));
        offer.freight = FreightTerms::SellerPays;
        offer.services.return_7d = Some(true);
        let terms = |flow: &str, start: Option<u32>, price: &str, post: Option<bool>| FlowTerms {
            flow: Flow::from_word(flow),
            start_quantity: start.map(Quantity::whole),
            price: Some(price.parse().unwrap()),
            sku_prices: Vec::new(),
            post_included: post,
        };
        offer.flows = vec![
            terms("fenxiao", Some(1), "11.50", Some(true)),
            terms("saleproxy", Some(1), "7.00", None),
            terms("boutiquepifa", None, "9.00", None),
        ];
        offer
    }

    fn at_q(offer: &Offer, quantity: u32) -> (Comparison, Vec<FlowAt>) {
        let (q, home) = (Quantity::whole(quantity), Destination::default());
        (compare::at(offer, None, q, &home), at(offer, None, q, &home))
    }

    #[test]
    fn a_flow_has_its_own_start_and_price_and_names_what_is_lost() {
        let offer = offer();
        let (general, flows) = at_q(&offer, 5);
        assert!(!general.buyable, "5 is under the minimum of 10");
        let [dropship, proxy, curated] = flows.as_slice() else { panic!("{flows:?}") };
        assert_eq!((dropship.buyable, dropship.goods.unwrap().to_string()), (Some(true), "57.50".into()));
        assert_eq!(dropship.landed.unwrap().to_string(), "57.50");
        assert_eq!(dropship.lost, [Lost::PriceTiers]);
        assert_eq!(dropship.unsaid, [Unsaid::AssuredTrade, Unsaid::Return7d]);
        assert_eq!(proxy.needs, [Needs::DistributionRelation]);
        assert_eq!((curated.buyable, curated.start_quantity), (None, None));
        // What needs a relation first wins nothing.
        assert_eq!(cheapest(&general, &flows), Some(Flow::Fenxiao));
        let (general, flows) = at_q(&offer, 100);
        assert_eq!(flows[0].lost, [Lost::PriceTiers, Lost::Promotion]);
        assert_eq!(cheapest(&general, &flows), Some(Flow::General));
        assert_eq!(at_q(&offer, 501).1[0].buyable, Some(false), "more than there is");
    }

    #[test]
    fn unknown_freight_wins_nothing_and_stands_in_the_way_only_where_it_could() {
        let mut offer = offer();
        offer.freight = FreightTerms::ByAgreement;
        let (general, flows) = at_q(&offer, 100);
        assert_eq!(general.landed, None);
        // 1,150.00 with the post against 800.00 and nobody knows what on top.
        assert_eq!(cheapest(&general, &flows), None);
        offer.flows[0].price = Some("7.99".parse().unwrap());
        let (general, flows) = at_q(&offer, 100);
        assert_eq!(cheapest(&general, &flows), Some(Flow::Fenxiao));
    }

    #[test]
    fn words_come_back_and_an_unknown_one_is_kept() {
        for word in ["general", "fenxiao", "ttpft", "repurchase", "bigcfenxiao"] {
            assert_eq!(Flow::from_word(word).as_str(), word);
            let json = serde_json::to_string(&Flow::from_word(word)).unwrap();
            assert_eq!(serde_json::from_str::<Flow>(&json).unwrap(), Flow::from_word(word));
        }
    }
}
