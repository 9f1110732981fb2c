//! Random offers and carts. Values are drawn so that the edges meet often: few distinct starts, round
//! prices that tie, quantities near minimums, lots, stocks and thresholds.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::BoxedStrategy;

use crate::oracle::freight::{Basis, Parcel, Template, Terms};
use crate::oracle::plain::{Basket, Fen, Line, Mill, Mix, Offer, Pieces, Sku, Tier};

/// No generated tier starts and no minimum lies above this.
pub const HIGHEST_START: Pieces = 40;

pub fn price() -> BoxedStrategy<Mill> {
    prop_oneof![
        3 => select(vec![300, 500, 600, 900, 1000, 1200, 2000, 3000, 5000, 10_000]),
        2 => 1..20_000_i128,
    ]
    .boxed()
}

pub fn tier() -> impl Strategy<Value = Tier> {
    let from = prop_oneof![select(vec![1, 2, 3, 5, 10, 20]), 1..=HIGHEST_START];
    (from, price(), option::weighted(0.3, price())).prop_map(|(from, price, promotion)| Tier {
        from,
        price,
        promotion,
    })
}

fn sku(quote_type: u8, spec: u32) -> impl Strategy<Value = Sku> {
    let stock = option::weighted(0.6, 0..80_i128);
    (price(), option::weighted(0.3, price()), stock, vec(tier(), 1..4)).prop_map(
        move |(price, promotion, stock, tiers)| Sku {
            spec,
            price: (quote_type == 1).then_some(price),
            promotion: promotion.filter(|_| quote_type == 1),
            stock,
            tiers: if quote_type == 3 { tiers } else { Vec::new() },
        },
    )
}

/// SKUs in any order, of distinct specs.
fn skus(quote_type: u8, most: usize) -> BoxedStrategy<Vec<Sku>> {
    if quote_type == 0 {
        return Just(Vec::new()).boxed();
    }
    (1..=most)
        .prop_flat_map(move |count| (1..=count as u32).map(|spec| sku(quote_type, spec)).collect::<Vec<_>>())
        .prop_shuffle()
        .boxed()
}

pub fn terms() -> impl Strategy<Value = Terms> {
    let template = (
        select(vec![Basis::Weight, Basis::Pieces, Basis::Volume]),
        prop_oneof![select(vec![1, 5, 1000]), 1..3000_i128],
        0..2000_i128,
        prop_oneof![select(vec![1, 5, 500, 1000]), 1..3000_i128],
        0..800_i128,
        option::weighted(0.4, prop_oneof![select(vec![1000, 5000, 10_000]), 1..30_000_i128]),
    )
        .prop_map(|(basis, first_unit, first_fee, next_unit, next_fee, free_from)| {
            Terms::Template(Template { basis, first_unit, first_fee, next_unit, next_fee, free_from })
        });
    prop_oneof![
        8 => template,
        3 => Just(Terms::SellerPays),
        1 => Just(Terms::Collect),
        1 => Just(Terms::ByAgreement),
    ]
}

fn each() -> impl Strategy<Value = Option<i128>> {
    option::weighted(0.9, prop_oneof![select(vec![50, 100, 250, 1000]), 1..2000_i128])
}

pub fn offer_of(quote_type: u8) -> impl Strategy<Value = Offer> {
    (
        option::weighted(0.8, 1..30_i128),
        option::weighted(0.4, select(vec![2, 3, 5, 10])),
        vec(tier(), 1..6),
        skus(quote_type, 5),
        option::weighted(0.4, 0..120_i128),
        option::weighted(0.3, 1..80_i128),
        option::weighted(0.7, any::<bool>()),
        (terms(), each(), each()),
    )
        .prop_map(
            move |(moq, lot, tiers, skus, stock, limit, mix_enabled, (terms, grams_each, volume_each))| {
                Offer {
                    id: 1,
                    supplier: 1,
                    quote_type,
                    moq,
                    lot,
                    tiers: if matches!(quote_type, 0 | 2) { tiers } else { Vec::new() },
                    skus,
                    stock,
                    limit,
                    mix_enabled,
                    terms,
                    grams_each,
                    volume_each,
                }
            },
        )
}

pub fn offer() -> impl Strategy<Value = Offer> {
    (0..4_u8).prop_flat_map(offer_of)
}

/// An offer and one of its SKUs, where it has any.
pub fn offer_and_sku() -> impl Strategy<Value = (Offer, Option<usize>)> {
    (offer(), any::<prop::sample::Index>()).prop_map(|(offer, index)| {
        let sku = (!offer.skus.is_empty()).then(|| index.index(offer.skus.len()));
        (offer, sku)
    })
}

fn mix() -> impl Strategy<Value = Mix> {
    let pieces = || prop_oneof![select(vec![5, 10, 20, 30, 50]), 1..80_i128];
    let amount = || prop_oneof![select(vec![1000, 5000, 10_000, 30_000]), 100..60_000_i128];
    prop_oneof![
        4 => (pieces(), amount()).prop_map(|(pieces, amount)| Mix { pieces: Some(pieces), amount: Some(amount) }),
        1 => pieces().prop_map(|pieces| Mix { pieces: Some(pieces), amount: None }),
        1 => amount().prop_map(|amount: Fen| Mix { pieces: None, amount: Some(amount) }),
    ]
}

/// One supplier's part of a cart, every offer of it in at least one line.
pub fn basket() -> impl Strategy<Value = Basket> {
    let lines = |offers: Vec<Offer>| {
        let quantity = prop_oneof![select(vec![1, 2, 5, 6, 10, 20, 30]), 1..45_i128];
        let count = offers.len();
        let pick = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), quantity);
        (Just(offers), vec(pick, count..count + 5))
    };
    let lines = vec(offer(), 1..4).prop_flat_map(lines).prop_map(|(mut offers, picks)| {
        for (index, offer) in offers.iter_mut().enumerate() {
            offer.id = 100 + index as i64;
        }
        let lines: Vec<Line> = picks
            .into_iter()
            .enumerate()
            .map(|(position, (at_offer, at_sku, quantity))| {
                let offer = if position < offers.len() { position } else { at_offer.index(offers.len()) };
                let skus = offers[offer].skus.len();
                let sku = (skus > 0).then(|| at_sku.index(skus));
                Line { id: 0, offer, sku, quantity }
            })
            .collect();
        (offers, lines)
    });
    let cap = prop_oneof![3 => Just(50_usize), 1 => 2..8_usize];
    (lines, option::weighted(0.7, mix()), cap, prop::bool::weighted(0.8)).prop_map(
        |((offers, lines), mix, line_cap, met_mix_waives)| Basket {
            offers,
            mix,
            lines,
            line_cap,
            met_mix_waives,
        },
    )
}

/// A cart over one to three suppliers. Line ids are in no order, and one gateway's settings hold for all.
pub fn baskets() -> impl Strategy<Value = Vec<Basket>> {
    let ids = Just((1..=40_i64).collect::<Vec<_>>()).prop_shuffle();
    (vec(basket(), 1..4), ids).prop_map(|(mut baskets, ids)| {
        let (line_cap, waives) = (baskets[0].line_cap, baskets[0].met_mix_waives);
        let mut ids = ids.into_iter();
        for (position, basket) in baskets.iter_mut().enumerate() {
            basket.line_cap = line_cap;
            basket.met_mix_waives = waives;
            for offer in &mut basket.offers {
                offer.supplier = position as u32;
                offer.id += 10 * position as i64;
            }
            for line in &mut basket.lines {
                line.id = ids.next().unwrap();
            }
        }
        baskets
    })
}

pub fn parcel() -> impl Strategy<Value = Parcel> {
    let goods = prop_oneof![select(vec![1000, 5000, 10_000]), 1..40_000_i128];
    (terms(), 1..60_i128, goods, each(), each()).prop_map(
        |(terms, pieces, goods, grams_each, volume_each)| {
            // A threshold that is met exactly is worth meeting often.
            let goods = match &terms {
                Terms::Template(Template { free_from: Some(from), .. }) if pieces % 4 == 0 => *from,
                _ => goods,
            };
            Parcel { terms, pieces, goods, grams_each, volume_each }
        },
    )
}
