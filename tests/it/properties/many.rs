//! A hundred thousand cases of each rule that decides what is paid and what is sold: the tier at every boundary, the
//! quantity each quote type goes by, lots and minimums, the mix rule. One fen or one piece off fails; and each oracle
//! catches copies of its rule that are broken on purpose.

use pifa::domain::cart::{self, Assessment, Measure, Rules, ViolationKind};
use pifa::domain::money::Money;
use pifa::domain::offer::{Offer as Listing, PriceTier, QuoteType, Sku as ListedSku};
use pifa::domain::quantity::Quantity;
use pifa::domain::{minimum, price};
use rust_decimal::prelude::ToPrimitive;

use super::many_cases::{basket, catches, holds, offer, tiers};
use super::product::{self, money, pieces, yuan};
use crate::dice::Dice;
use crate::oracle::cart::{self as naive, Flaw};
use crate::oracle::plain::{Basket, Fen, Offer, Pieces, Tier};
use crate::oracle::{price as naive_price, sieve};

// --- The tier at every boundary ---

fn ladders(dice: &mut Dice) -> Vec<Tier> {
    tiers(dice, 6)
}

/// One below, at and one above every start.
fn boundaries(ladder: &[Tier]) -> impl Iterator<Item = Pieces> {
    ladder.iter().flat_map(|tier| [tier.from - 1, tier.from, tier.from + 1])
}

type TierRule = fn(&[PriceTier], Quantity) -> Option<Money>;

fn by_tiers(rule: TierRule) -> impl Fn(&Vec<Tier>) -> Vec<Option<Money>> {
    move |ladder| {
        let listed = product::tiers(ladder);
        boundaries(ladder).map(|quantity| rule(&listed, pieces(quantity))).collect()
    }
}

fn at_boundaries(ladder: &Vec<Tier>) -> Vec<Option<Money>> {
    boundaries(ladder).map(|quantity| naive_price::tier_price(ladder, quantity).map(money)).collect()
}

#[test]
fn the_tier_is_right_at_every_boundary_of_a_hundred_thousand_ladders() {
    let rule: TierRule = |tiers, quantity| {
        price::tier_at(tiers, quantity).or_else(|| price::first_tier(tiers)).map(PriceTier::charged)
    };
    holds(ladders, by_tiers(rule), at_boundaries);
}

#[test]
fn broken_tier_rules_are_caught() {
    fn dearest<'a>(tiers: impl Iterator<Item = &'a PriceTier>) -> Option<Money> {
        tiers
            .max_by(|a, b| a.from_quantity.cmp(&b.from_quantity).then(a.charged().cmp(&b.charged())))
            .map(PriceTier::charged)
    }
    let copies: [(&str, TierRule); 8] = [
        ("a tier that starts one late", |tiers, quantity| {
            let reached = tiers.iter().filter(|tier| tier.from_quantity < quantity);
            dearest(reached).or_else(|| price::first_tier(tiers).map(PriceTier::charged))
        }),
        ("a tier that starts one early", |tiers, quantity| {
            let reached = tiers.iter().filter(|tier| tier.from_quantity <= quantity + Quantity::ONE);
            dearest(reached).or_else(|| price::first_tier(tiers).map(PriceTier::charged))
        }),
        ("the last tier listed", |tiers, quantity| {
            let reached = tiers.iter().rfind(|tier| tier.from_quantity <= quantity);
            reached.or(tiers.first()).map(PriceTier::charged)
        }),
        ("the first tier listed", |tiers, quantity| {
            let reached = tiers.iter().find(|tier| tier.from_quantity <= quantity);
            reached.or(tiers.first()).map(PriceTier::charged)
        }),
        ("the cheapest of two that start together", |tiers, quantity| {
            let reached = tiers.iter().filter(|tier| tier.from_quantity <= quantity);
            let best = reached
                .max_by(|a, b| a.from_quantity.cmp(&b.from_quantity).then(b.charged().cmp(&a.charged())));
            best.or_else(|| price::first_tier(tiers)).map(PriceTier::charged)
        }),
        ("no price below the first tier", |tiers, quantity| {
            price::tier_at(tiers, quantity).map(PriceTier::charged)
        }),
        ("the list price", |tiers, quantity| {
            price::tier_at(tiers, quantity).or_else(|| price::first_tier(tiers)).map(|tier| tier.price)
        }),
        ("one fen more", |tiers, quantity| {
            let tier = price::tier_at(tiers, quantity).or_else(|| price::first_tier(tiers));
            tier.map(|tier| tier.charged() + Money::from_fen(1))
        }),
    ];
    for (name, copy) in copies {
        catches(name, ladders, by_tiers(copy), at_boundaries);
    }
}

// --- The quantity each quote type goes by ---

/// What is charged a piece and for the line, by line.
type Charged = Vec<(Option<Money>, Option<Money>)>;

fn assess(basket: &Basket) -> Assessment {
    let rules = Rules { mix_waives_moq: basket.met_mix_waives, line_cap: basket.line_cap };
    cart::assess(&product::lines(basket), &rules, &product::destination())
}

fn charged(basket: &Basket) -> Charged {
    let assessment = assess(basket);
    assessment.parts.iter().flat_map(|part| &part.lines).map(|line| (line.unit_price, line.amount)).collect()
}

fn units_where(basket: &Basket, wanted: impl Fn(usize, Option<usize>) -> bool) -> Pieces {
    basket.lines.iter().filter(|line| wanted(line.offer, line.sku)).map(|line| line.quantity).sum()
}

fn charged_naively(basket: &Basket) -> Charged {
    basket
        .lines
        .iter()
        .map(|line| {
            let own = units_where(basket, |offer, sku| offer == line.offer && sku == line.sku);
            let total = units_where(basket, |offer, _| offer == line.offer);
            let unit = naive_price::unit_price(&basket.offers[line.offer], line.sku, own, total);
            (unit.map(money), unit.map(|unit| yuan(naive_price::line_amount(unit, line.quantity))))
        })
        .collect()
}

/// A copy of the rule, given listing, SKU, the line's, the SKU's and the offer's quantity: a price and an amount.
type QuoteRule = fn(&Listing, Option<&ListedSku>, [Quantity; 3]) -> Option<(Money, Money)>;

fn charged_by(rule: QuoteRule) -> impl Fn(&Basket) -> Charged {
    move |basket| {
        let lines = product::lines(basket);
        lines
            .iter()
            .map(|line| {
                let of = |wanted: &dyn Fn(&cart::CartLine) -> bool| {
                    lines.iter().filter(|other| wanted(other)).map(|other| other.quantity).sum()
                };
                let own = of(&|other| other.offer.key == line.offer.key && other.spec_id == line.spec_id);
                let total = of(&|other| other.offer.key == line.offer.key);
                rule(&line.offer, line.sku(), [line.quantity, own, total]).unzip()
            })
            .collect()
    }
}

fn of_line(unit: Money, quantity: Quantity) -> (Money, Money) {
    (unit, unit.times(quantity.decimal()).rounded())
}

fn quoted(
    offer: &Listing,
    sku: Option<&ListedSku>,
    [line, own, total]: [Quantity; 3],
) -> Option<(Money, Money)> {
    let price = price::unit_price(offer, sku.map(|sku| &sku.spec_id), total, own)?;
    Some(of_line(price.charged, line))
}

#[test]
fn each_quote_type_goes_by_its_own_quantity_in_a_hundred_thousand_carts() {
    holds(basket, charged, charged_naively);
}

#[test]
fn broken_quote_rules_are_caught() {
    let copies: [(&str, QuoteRule); 9] = [
        ("type 0 line by line", |offer, sku, [line, own, total]| {
            let total = if offer.quote_type == QuoteType::ByOffer { line } else { total };
            quoted(offer, sku, [line, own, total])
        }),
        ("type 1 by the offer's tiers", |offer, sku, [line, own, total]| {
            if offer.quote_type == QuoteType::BySku {
                let tier = price::tier_at(&offer.tiers, total)?;
                return Some(of_line(tier.charged(), line));
            }
            quoted(offer, sku, [line, own, total])
        }),
        ("type 1 at its list price", |offer, sku, [line, own, total]| {
            let list = sku.filter(|_| offer.quote_type == QuoteType::BySku).and_then(|sku| sku.price);
            list.map(|list| of_line(list, line)).or_else(|| quoted(offer, sku, [line, own, total]))
        }),
        ("type 2 SKU by SKU", |offer, sku, [line, own, total]| {
            let total = if offer.quote_type == QuoteType::ByOfferOverSkus { own } else { total };
            quoted(offer, sku, [line, own, total])
        }),
        ("type 3 over all SKUs", |offer, sku, [line, _, total]| quoted(offer, sku, [line, total, total])),
        ("type 3 line by line", |offer, sku, [line, own, total]| {
            let own = if offer.quote_type == QuoteType::TiersPerSku { line } else { own };
            quoted(offer, sku, [line, own, total])
        }),
        ("amounts rounded down", |offer, sku, quantities| {
            let (unit, _) = quoted(offer, sku, quantities)?;
            let exact = unit.times(quantities[0].decimal()).yuan();
            Some((unit, Money::from_yuan(exact.trunc_with_scale(2))))
        }),
        ("prices rounded before they are multiplied", |offer, sku, quantities| {
            let (unit, _) = quoted(offer, sku, quantities)?;
            Some((unit, unit.rounded().times(quantities[0].decimal())))
        }),
        ("one fen more", |offer, sku, quantities| {
            let (unit, amount) = quoted(offer, sku, quantities)?;
            Some((unit, amount + Money::from_fen(1)))
        }),
    ];
    catches_none("the rule itself", basket, charged_by(quoted), charged_naively);
    for (name, copy) in copies {
        catches(name, basket, charged_by(copy), charged_naively);
    }
}

/// What a broken copy is made from is right before it is broken.
fn catches_none<C: std::fmt::Debug, T: PartialEq + std::fmt::Debug>(
    name: &str,
    make: impl Fn(&mut Dice) -> C,
    rule: impl Fn(&C) -> T,
    oracle: impl Fn(&C) -> T,
) {
    for number in 0..500 {
        let case = make(&mut Dice(number));
        assert_eq!(rule(&case), oracle(&case), "{name}: {case:?}");
    }
}

// --- Lots and minimums ---

/// No minimum, stock or limit lies further away.
const BOUND: Pieces = 240;

#[derive(Debug)]
struct Wanted {
    offer: Offer,
    sku: Option<usize>,
    quantity: Pieces,
}

fn wanted(dice: &mut Dice) -> Wanted {
    let offer = offer(dice, 1);
    let sku = (!offer.skus.is_empty()).then(|| dice.below(offer.skus.len()));
    Wanted { sku, quantity: 1 + dice.below(90) as Pieces, offer }
}

/// The least quantity, the nearest to the wanted one, which around it can be ordered, and what it is short of a lot.
type Sold = (Option<Quantity>, Option<Quantity>, [bool; 3], Option<Quantity>);

struct LotRule {
    least: fn(&Listing, Option<&ListedSku>) -> Quantity,
    nearest: fn(&Listing, Option<&ListedSku>, Quantity) -> Option<Quantity>,
    is_orderable: fn(&Listing, Option<&ListedSku>, Quantity) -> bool,
    short: fn(&Basket, &Listing) -> Option<Quantity>,
}

/// What the cart says a line is short of a whole lot.
fn short_in_cart(basket: &Basket, _: &Listing) -> Option<Quantity> {
    let assessment = assess(basket);
    let lot = assessment.violations.iter().find(|violation| violation.kind == ViolationKind::Lot)?;
    lot.shortfall.pieces
}

const LOT_RULE: LotRule = LotRule {
    least: minimum::least,
    nearest: minimum::nearest,
    is_orderable: minimum::is_orderable,
    short: short_in_cart,
};

fn around(quantity: Pieces) -> [Pieces; 3] {
    [quantity - 1, quantity, quantity + 1]
}

fn sold_by(rule: LotRule) -> impl Fn(&Wanted) -> Sold {
    move |wanted| {
        let listing = product::offer(&wanted.offer, None);
        let sku = wanted.sku.map(|sku| &listing.skus[sku]);
        let line = crate::oracle::plain::Line { id: 1, offer: 0, sku: wanted.sku, quantity: wanted.quantity };
        let basket = Basket {
            offers: vec![wanted.offer.clone()],
            mix: None,
            lines: vec![line],
            line_cap: 50,
            met_mix_waives: true,
        };
        (
            Some((rule.least)(&listing, sku)),
            (rule.nearest)(&listing, sku, pieces(wanted.quantity)),
            around(wanted.quantity).map(|quantity| (rule.is_orderable)(&listing, sku, pieces(quantity))),
            (rule.short)(&basket, &listing),
        )
    }
}

fn sold_naively(wanted: &Wanted) -> Sold {
    let orderable = sieve::orderable(&wanted.offer, wanted.sku, BOUND);
    let short = sieve::short_of_lot(&wanted.offer, wanted.quantity);
    (
        sieve::from_the_least(&wanted.offer, wanted.sku, BOUND).first().copied().map(pieces),
        sieve::nearest(&orderable, wanted.quantity).map(pieces),
        around(wanted.quantity).map(|quantity| orderable.contains(&quantity)),
        (short > 0).then(|| pieces(short)),
    )
}

#[test]
fn lots_and_minimums_of_a_hundred_thousand_offers() {
    holds(wanted, sold_by(LOT_RULE), sold_naively);
}

#[test]
fn broken_lot_rules_are_caught() {
    let copies: [(&str, LotRule); 9] = [
        (
            "a minimum rounded down",
            LotRule {
                least: |offer, sku| {
                    let step = minimum::step(offer);
                    minimum::required(offer, sku).round_down_to(step).max(step)
                },
                ..LOT_RULE
            },
        ),
        (
            "a minimum that is no whole lot",
            LotRule {
                least: |offer, sku| minimum::required(offer, sku).max(minimum::step(offer)),
                ..LOT_RULE
            },
        ),
        (
            "a minimum that forgets the first tier",
            LotRule {
                least: |offer, _| {
                    let step = minimum::step(offer);
                    offer.moq.unwrap_or_default().max(step).round_up_to(step)
                },
                ..LOT_RULE
            },
        ),
        (
            "a minimum counted on from the least by lots",
            LotRule {
                least: |offer, sku| minimum::required(offer, sku).max(Quantity::ONE) + minimum::step(offer),
                ..LOT_RULE
            },
        ),
        (
            "the smaller of two equally near",
            LotRule {
                nearest: |offer, sku, wanted| {
                    let near = minimum::nearest(offer, sku, wanted)?;
                    let step = minimum::step(offer);
                    let below = near.less(step);
                    let tie = near > wanted && near.less(wanted) == wanted.less(below);
                    Some(if tie && minimum::is_orderable(offer, sku, below) { below } else { near })
                },
                ..LOT_RULE
            },
        ),
        (
            "a nearest one beyond the stock",
            LotRule {
                nearest: |offer, sku, wanted| {
                    Some(minimum::least(offer, sku).max(wanted.round_up_to(minimum::step(offer))))
                },
                ..LOT_RULE
            },
        ),
        (
            "a limit that is not one",
            LotRule {
                is_orderable: |offer, sku, quantity| {
                    let unlimited = Listing { purchase_limit: None, ..offer.clone() };
                    minimum::is_orderable(&unlimited, sku, quantity)
                },
                ..LOT_RULE
            },
        ),
        (
            "the last piece not sold",
            LotRule {
                is_orderable: |offer, sku, quantity| {
                    minimum::is_orderable(offer, sku, quantity)
                        && minimum::most(offer, sku).is_none_or(|most| quantity < most)
                },
                ..LOT_RULE
            },
        ),
        (
            "a lot only as a minimum",
            LotRule {
                short: |basket, listing| {
                    let quantity = pieces(basket.lines[0].quantity);
                    listing.lot.filter(|lot| quantity < *lot).map(|lot| lot.less(quantity))
                },
                ..LOT_RULE
            },
        ),
    ];
    for (name, copy) in copies {
        catches(name, wanted, sold_by(copy), sold_naively);
    }
}

// --- The mix rule ---

/// Lines, and required, actual and missing in pieces and in fen. A broken copy may find less than nothing missing.
type Short = (&'static str, Vec<i64>, Option<[Pieces; 3]>, Option<[Fen; 3]>);

fn short(basket: &Basket) -> Vec<Short> {
    let three = |[a, b, c]: [Option<Quantity>; 3]| {
        Some([a?, b?, c?].map(|count| count.decimal().to_i128().filter(|_| count.is_whole()).unwrap()))
    };
    let three_sums = |[a, b, c]: [Option<Money>; 3]| {
        Some([a?, b?, c?].map(|sum| {
            assert_eq!(sum, sum.rounded());
            Fen::from(sum.to_fen_rounded())
        }))
    };
    let mut found: Vec<Short> = assess(basket)
        .violations
        .iter()
        .filter(|violation| matches!(violation.kind, ViolationKind::Mix | ViolationKind::Moq))
        .map(|violation| {
            let measures: [&Measure; 3] = [&violation.required, &violation.actual, &violation.shortfall];
            (
                violation.kind.as_str(),
                violation.line_ids.iter().map(|id| id.0).collect(),
                three(measures.map(|measure| measure.pieces)),
                three_sums(measures.map(|measure| measure.amount)),
            )
        })
        .collect();
    found.sort();
    found
}

fn short_by(flaw: Flaw) -> impl Fn(&Basket) -> Vec<Short> {
    move |basket| {
        let violations = naive::verdict(basket, flaw).violations.into_iter();
        let mut found: Vec<Short> = violations
            .filter(|violation| matches!(violation.rule, "mix" | "moq"))
            .map(|violation| (violation.rule, violation.lines, violation.pieces, violation.amount))
            .collect();
        found.sort();
        found
    }
}

#[test]
fn the_mix_rule_of_a_hundred_thousand_suppliers() {
    holds(basket, short, short_by(Flaw::None));
}

#[test]
fn broken_mix_rules_are_caught() {
    for flaw in [
        Flaw::MixAnd,
        Flaw::MixAlways,
        Flaw::MixCountsAll,
        Flaw::MixStrict,
        Flaw::SilentIsDisabled,
        Flaw::MoqPerSku,
        Flaw::NoSkuMinimum,
        Flaw::RoundDown,
    ] {
        catches(&format!("{flaw:?}"), basket, short_by(flaw), short_by(Flaw::None));
    }
    // And one fen or one piece more than there is.
    let fen_more = |basket: &Basket| {
        let mut found = short(basket);
        found.iter_mut().filter_map(|short| short.3.as_mut()).for_each(|amount| {
            amount[1] += 1;
        });
        found
    };
    catches("one fen more", basket, fen_more, short_by(Flaw::None));
    let piece_more = |basket: &Basket| {
        let mut found = short(basket);
        found.iter_mut().filter_map(|short| short.2.as_mut()).for_each(|count| {
            count[2] += 1;
        });
        found
    };
    catches("one piece more", basket, piece_more, short_by(Flaw::None));
}
