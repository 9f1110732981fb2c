//! Factory or trader: how sure one can be that a seller makes what it sells, and why.
//!
//! Most volume of the market comes from dealers, and no field says who is one. What a shop shows leans one way or the
//! other: each sign gives points for or against, all of which are told, and their sum is the answer. A sign that is
//! not known gives none, so a shop of which nothing is known stands in the middle and says that nothing is known.
//!
//! The points are ten for each factor of e by which a sign is commoner among factories than among traders (or the
//! other way round), rounded and kept small for signs that anybody can put up.

use rust_decimal::Decimal;

use crate::domain::offer::Offer;
use crate::domain::supplier::{Identity, Supplier};

/// Where somebody stands of whom nothing is known.
pub const BASE: i32 = 50;
/// No sum of signs is a proof.
const LEAST: i32 = 1;
/// See [`LEAST`].
const MOST: i32 = 99;

/// What a company calls itself when it makes things.
const MAKERS: [&str; 8] = ["厂", "制造", "智造", "实业", "加工", "工业", "制品", "生产"];
/// What a company calls itself when it sells things.
const SELLERS: [&str; 12] = [
    "贸易",
    "商贸",
    "经贸",
    "外贸",
    "商行",
    "经营部",
    "电商",
    "电子商务",
    "进出口",
    "批发",
    "供应链",
    "商务",
];

/// What is looked at. Counts are over offers on sale, fee links left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signals {
    /// Certified 超级工厂.
    pub super_factory: bool,
    /// Company name; `None` = unknown.
    pub name: Option<String>,
    /// Offers made to order, of those that say whether they are.
    pub custom: Share,
    /// Offers with an invoice, of those that say.
    pub invoice: Share,
    /// Leaf categories among the offers whose category is known.
    pub categories: u32,
    /// Offers whose category is known.
    pub categorised: u32,
    /// TrustPass years.
    pub years: Option<u32>,
    /// Share of orders collected within 48 hours, 0 to 1.
    pub pickup_48h: Option<Decimal>,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// Of which it holds.
    pub yes: u32,
    /// Of which it is known.
    pub known: u32,
}

impl Share {
    /// Counts one more.
    pub fn count(&mut self, told: Option<bool>) {
        if let Some(holds) = told {
            self.known += 1;
            self.yes += u32::from(holds);
        }
    }
}

/// Why points were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The market certifies a 超级工厂.
    SuperFactory,
    /// The company's name has this word of a maker.
    MakerName(&'static str),
    /// The company's name has this word of a dealer.
    SellerName(&'static str),
    /// So many of the offers are made to order.
    Custom(Share),
    /// So many of the offers come with an invoice.
    Invoice(Share),
    /// All (or so many) offers stand in so few (or so many) leaf categories.
    Categories {
        /// Leaf categories.
        categories: u32,
        /// Offers.
        offers: u32,
    },
    /// TrustPass years.
    Years(u32),
    /// Share of orders collected within 48 hours, percent.
    Pickup(u32),
}

impl Reason {
    /// Word in JSON.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Reason::SuperFactory => "super_factory",
            Reason::MakerName(_) => "maker_name",
            Reason::SellerName(_) => "seller_name",
            Reason::Custom(_) => "custom",
            Reason::Invoice(_) => "invoice",
            Reason::Categories { .. } => "categories",
            Reason::Years(_) => "years",
            Reason::Pickup(_) => "pickup_48h",
        }
    }
}

/// How sure one can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confidence {
    /// [`BASE`] and the points of the reasons, at least 1 and at most 99.
    pub percent: u32,
    /// Each with its points; none of them gives zero. The heaviest first, in the order of [`Reason`] where they weigh
    /// the same.
    pub reasons: Vec<(Reason, i32)>,
}

impl Confidence {
    /// What the reasons come to.
    pub fn percent_of(reasons: &[(Reason, i32)]) -> u32 {
        let sum = reasons.iter().fold(BASE, |sum, (_, points)| sum.saturating_add(*points));
        sum.clamp(LEAST, MOST).unsigned_abs()
    }
}

/// How sure these signs make one.
pub fn confidence(signals: &Signals) -> Confidence {
    let mut reasons: Vec<(Reason, i32)> = Vec::new();
    let mut give = |reason: Reason, points: i32| {
        if points != 0 {
            reasons.push((reason, points));
        }
    };
    if signals.super_factory {
        give(Reason::SuperFactory, 23);
    }
    if let Some(name) = &signals.name {
        let first = |words: &[&'static str]| words.iter().copied().find(|word| name.contains(word));
        if let Some(word) = first(&MAKERS) {
            give(Reason::MakerName(word), 13);
        }
        if let Some(word) = first(&SELLERS) {
            give(Reason::SellerName(word), -18);
        }
    }
    give(Reason::Custom(signals.custom), evidence(signals.custom, 9, -5, 28));
    give(Reason::Invoice(signals.invoice), evidence(signals.invoice, 2, -3, 9));
    give(
        Reason::Categories { categories: signals.categories, offers: signals.categorised },
        breadth(signals.categories, signals.categorised),
    );
    if let Some(years) = signals.years {
        let points = match years {
            0..=2 => -3,
            3..=7 => 0,
            _ => 3,
        };
        give(Reason::Years(years), points);
    }
    if let Some(pickup) = signals.pickup_48h {
        let percent = whole_percent(pickup);
        let points = match percent {
            0..85 => -3,
            85..97 => 0,
            _ => 3,
        };
        give(Reason::Pickup(percent), points);
    }
    // Stable: equal weights keep the order above.
    reasons.sort_by_key(|(_, points)| std::cmp::Reverse(points.unsigned_abs()));
    Confidence { percent: Confidence::percent_of(&reasons), reasons }
}

/// `each` points for an offer of which it holds, `against` for one of which it does not; a shop's offers are alike, so
/// no number of them counts for more than `most`.
fn evidence(share: Share, each: i32, against: i32, most: i32) -> i32 {
    let count = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    let no = share.known.saturating_sub(share.yes);
    let sum = count(share.yes).saturating_mul(each).saturating_add(count(no).saturating_mul(against));
    sum.clamp(-most, most)
}

/// Whoever makes things makes few kinds of them. One offer says nothing of breadth.
fn breadth(categories: u32, offers: u32) -> i32 {
    match (categories, offers) {
        (0, _) | (_, 0 | 1) => 0,
        (1, 2..=3) => 4,
        (1, _) => 9,
        (2, _) => 0,
        (3, _) => -4,
        _ => -11,
    }
}

fn whole_percent(share: Decimal) -> u32 {
    use rust_decimal::prelude::ToPrimitive;
    let percent = share.checked_mul(Decimal::ONE_HUNDRED).unwrap_or_default();
    percent.floor().to_u32().unwrap_or(0).min(100)
}

/// What a supplier's record tells; what its offers tell is to be added.
pub fn signals_of(supplier: &Supplier) -> Signals {
    Signals {
        super_factory: supplier.identities.contains(&Identity::SuperFactory),
        name: (!supplier.name.is_empty()).then(|| supplier.name.to_string()),
        years: supplier.years,
        pickup_48h: supplier.pickup_48h,
        ..Signals::default()
    }
}

/// How sure one listing makes one that its seller is a factory, percent; `None` when it tells nothing of the seller.
/// The seller's own figure ([`confidence`] over all its offers) is better where it is known.
pub fn of_offer(offer: &Offer) -> Option<u32> {
    let mut signals = Signals {
        super_factory: offer.identities.contains(&Identity::SuperFactory),
        name: offer.supplier_name.as_ref().filter(|name| !name.is_empty()).map(ToString::to_string),
        years: offer.years,
        pickup_48h: offer.reputation.as_ref().and_then(|told| told.pickup_48h),
        ..Signals::default()
    };
    signals.custom.count(offer.services.custom);
    signals.invoice.count(offer.services.invoice);
    let tells = signals.super_factory
        || signals.name.is_some()
        || signals.years.is_some()
        || signals.custom.known + signals.invoice.known > 0;
    tells.then(|| confidence(&signals).percent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn named(name: &str) -> Signals {
        Signals { name: Some(name.to_owned()), ..Signals::default() }
    }

    #[test]
    fn nothing_known_gives_no_points() {
        let nothing = confidence(&Signals::default());
        assert_eq!((nothing.percent, nothing.reasons.len()), (50, 0));
        let plain = confidence(&Signals { years: Some(5), ..named("永康市恒致杯业有限公司") });
        assert_eq!((plain.percent, plain.reasons.len()), (50, 0));
    }

    #[test]
    fn a_factory_and_a_trader() {
        let factory = confidence(&Signals {
            super_factory: true,
            custom: Share { yes: 6, known: 10 },
            invoice: Share { yes: 9, known: 10 },
            categories: 1,
            categorised: 10,
            years: Some(9),
            pickup_48h: Some(Decimal::new(99, 2)),
            ..named("永康市恒致杯业制造有限公司")
        });
        assert_eq!(factory.percent, 99);
        assert_eq!(factory.reasons.first().map(|(reason, _)| reason.as_str()), Some("custom"));
        let trader = confidence(&Signals {
            custom: Share { yes: 0, known: 4 },
            invoice: Share { yes: 0, known: 4 },
            categories: 4,
            categorised: 4,
            years: Some(1),
            pickup_48h: Some(Decimal::new(50, 2)),
            ..named("义乌市百汇贸易商行")
        });
        assert_eq!(trader.percent, 1);
        assert_eq!(trader.reasons.iter().filter(|(_, points)| *points > 0).count(), 0);
    }

    #[test]
    fn a_name_with_both_says_both() {
        let both = confidence(&named("某制造进出口有限公司"));
        assert_eq!(both.reasons, [(Reason::SellerName("进出口"), -18), (Reason::MakerName("制造"), 13)]);
        assert_eq!(both.percent, 45);
    }

    proptest! {
        #[test]
        fn reasons_recompute_to_the_score_and_more_of_a_sign_never_turns_it_round(
            super_factory: bool, name in "[厂制造贸易商行电杯]{0,8}", yes in 0_u32..40, no in 0_u32..40,
            categories in 0_u32..9, offers in 0_u32..50, years in prop::option::of(0_u32..30),
            pickup in prop::option::of(0_i64..=10_000),
        ) {
            let signals = Signals {
                super_factory,
                name: Some(name),
                custom: Share { yes, known: yes + no },
                invoice: Share { yes: no, known: yes + no },
                categories: categories.min(offers),
                categorised: offers,
                years,
                pickup_48h: pickup.map(|ppm| Decimal::new(ppm, 4)),
            };
            let found = confidence(&signals);
            prop_assert_eq!(found.percent, Confidence::percent_of(&found.reasons));
            prop_assert!((1..=99).contains(&found.percent));
            prop_assert!(found.reasons.iter().all(|(_, points)| *points != 0));
            let more = Signals { custom: Share { yes: yes + 1, known: yes + no + 1 }, ..signals.clone() };
            prop_assert!(confidence(&more).percent >= found.percent);
            let certified = Signals { super_factory: true, ..signals };
            prop_assert!(confidence(&certified).percent >= found.percent);
        }
    }
}
