//! The verdict on a cart of several suppliers.

use pifa::domain::cart::{self, Assessment, Measure, Rules, Violation};
use pifa::domain::freight::Freight;

use super::cases;
use super::harness::{holds, notices, notices_as};
use super::product;
use crate::oracle::cart::{self as naive, Flaw};
use crate::oracle::freight::Landed;
use crate::oracle::plain::Basket;

/// A broken rule as text: rule, supplier, lines, and required/actual/shortfall in pieces and yuan.
type Broken = (String, String, Vec<i64>, Option<[String; 3]>, Option<[String; 3]>);

/// One supplier: lines with amounts, goods, freight, landed cost, and the broken rules, sorted.
#[derive(Debug, PartialEq)]
struct Part {
    supplier: String,
    amounts: Vec<(i64, Option<String>)>,
    goods: Option<String>,
    freight: String,
    landed: Option<String>,
    broken: Vec<Broken>,
}

fn measures(violation: &Violation, of: impl Fn(&Measure) -> Option<String>) -> Option<[String; 3]> {
    // What is not required is not missed either, whatever the cart has of it.
    let required = of(&violation.required)?;
    Some([required, of(&violation.actual)?, of(&violation.shortfall)?])
}

fn broken(violation: &Violation) -> Broken {
    (
        violation.kind.as_str().to_owned(),
        violation.supplier_id.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default(),
        violation.line_ids.iter().map(|id| id.0).collect(),
        measures(violation, |measure| measure.pieces.map(|pieces| pieces.to_string())),
        measures(violation, |measure| measure.amount.map(product::text)),
    )
}

/// The lines of all suppliers, mixed together by their ids.
fn assess(baskets: &[Basket]) -> Assessment {
    let mut lines: Vec<_> = baskets.iter().flat_map(product::lines).collect();
    lines.sort_by_key(|line| line.id);
    let rules = Rules { mix_waives_moq: baskets[0].met_mix_waives, line_cap: baskets[0].line_cap };
    cart::assess(&lines, &rules, &product::destination())
}

fn assessed(baskets: &Vec<Basket>) -> Vec<Part> {
    let assessment = assess(baskets);
    let mut parts: Vec<Part> = assessment
        .parts
        .iter()
        .map(|part| {
            let mut amounts: Vec<_> =
                part.lines.iter().map(|line| (line.line.id.0, line.amount.map(product::text))).collect();
            amounts.sort();
            let mut found: Vec<Broken> =
                assessment.violations_of(part.supplier_id.as_ref()).map(broken).collect();
            found.sort();
            let landed = part.landed().map(product::text);
            Part {
                supplier: part.supplier_id.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default(),
                amounts,
                goods: part.goods_complete.then(|| product::text(part.goods)),
                freight: product::freight_text(part.freight),
                landed,
                broken: found,
            }
        })
        .collect();
    parts.sort_by(|a, b| a.supplier.cmp(&b.supplier));
    let named: usize = parts.iter().map(|part| part.broken.len()).sum();
    assert_eq!(named, assessment.violations.len(), "a violation belongs to no supplier");
    parts
}

fn assessed_by(flaw: Flaw) -> impl Fn(&Vec<Basket>) -> Vec<Part> {
    move |baskets| {
        baskets
            .iter()
            .map(|basket| {
                let verdict = naive::verdict(basket, flaw);
                let supplier = product::supplier_id(basket.offers[0].supplier).as_str().to_owned();
                let mut broken: Vec<Broken> = verdict
                    .violations
                    .into_iter()
                    .map(|violation| {
                        (
                            violation.rule.to_owned(),
                            supplier.clone(),
                            violation.lines,
                            violation.pieces.map(|three| three.map(|count| count.to_string())),
                            violation.amount.map(|three| three.map(product::fen_text)),
                        )
                    })
                    .collect();
                broken.sort();
                Part {
                    supplier,
                    amounts: verdict
                        .amounts
                        .into_iter()
                        .map(|(id, amount)| (id, amount.map(product::fen_text)))
                        .collect(),
                    goods: verdict.goods.map(product::fen_text),
                    freight: product::naive_freight_text(verdict.freight),
                    landed: verdict.landed.and_then(|landed| match landed {
                        Landed::Exact(fen) | Landed::AtMost(fen) => Some(product::fen_text(fen)),
                        Landed::AtLeast(_) => None,
                    }),
                    broken,
                }
            })
            .collect()
    }
}

const CASES: u32 = 1200;

#[test]
fn a_cart_is_judged_rule_by_rule_to_the_fen() {
    holds(CASES, &cases::baskets(), assessed, assessed_by(Flaw::None));
}

#[test]
fn every_wrong_verdict_is_noticed() {
    for flaw in [
        Flaw::MixAnd,
        Flaw::MoqPerSku,
        Flaw::NoSkuMinimum,
        Flaw::MixAlways,
        Flaw::MixCountsAll,
        Flaw::MixStrict,
        Flaw::SilentIsDisabled,
        Flaw::RoundDown,
        Flaw::StockPerLine,
        Flaw::CapEarly,
        Flaw::OneFenOff,
    ] {
        let name = format!("{flaw:?}");
        notices_as(&name, CASES, &cases::baskets(), assessed, assessed_by(flaw));
    }
}

/// Over all suppliers: goods add up; freight adds up exactly where each is exact, is a bound where one
/// is, and is unknown where one is.
#[test]
fn the_whole_cart_is_the_sum_of_its_suppliers() {
    let product = |baskets: &Vec<Basket>| {
        let whole = assess(baskets);
        let landed = whole.landed().map(product::text);
        (product::text(whole.goods()), product::freight_text(whole.freight()), landed)
    };
    let sum = |extra: i128| {
        move |baskets: &Vec<Basket>| {
            use crate::oracle::freight::Freight as Naive;
            let (mut goods, mut freight, mut bound, mut unknown) = (extra, 0, false, false);
            for basket in baskets {
                let verdict = naive::verdict(basket, Flaw::None);
                goods += verdict.goods.unwrap();
                match verdict.freight {
                    Naive::Exact(fen) => freight += fen,
                    Naive::AtMost(fen) => {
                        freight += fen;
                        bound = true;
                    }
                    Naive::Unknown => unknown = true,
                }
            }
            let whole = match (unknown, bound) {
                (true, _) => Freight::Unknown,
                (false, true) => Freight::AtMost(product::yuan(freight)),
                (false, false) => Freight::Known(product::yuan(freight)),
            };
            let landed = (!unknown).then(|| product::fen_text(goods + freight));
            (product::fen_text(goods), product::freight_text(whole), landed)
        }
    };
    holds(600, &cases::baskets(), product, sum(0));
    notices(600, &cases::baskets(), product, sum(1));
}
