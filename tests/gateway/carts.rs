//! Random carts: the local verdict and totals against the market's preview, which shares no code with them.

use std::collections::BTreeSet;
use std::sync::Arc;

use pifa::domain::cart::{self, CartLine, Rules, ViolationKind};
use pifa::domain::freight::{Destination, Freight};
use pifa::domain::id::{LineId, SupplierId};
use pifa::domain::minimum;
use pifa::domain::money::Money;
use pifa::domain::offer::{Offer, OfferKind};
use pifa::domain::quantity::Quantity;
use pifa::market::gateway::{Credentials, Gateway};
use pifa::market::{Capabilities, MarketError, Marketplace, PreviewRequest, RequestLine};
use pifa::sandbox::{Options, start};

use crate::bench::{hurried, seed};

/// Each costs a call over the socket. Ten thousand and more with `PIFA_CASES`; that many are judged on every run beside
/// the market's rules themselves, in `src/sandbox/export/preview_tests.rs`.
const CARTS: usize = 800;

/// A small generator of its own: the seed is printed, so a failing run can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % n.max(1)
    }

    fn of<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }
}

/// Quantities around every boundary of the offer.
fn quantity(dice: &mut Dice, offer: &Offer) -> Quantity {
    let least = minimum::least(offer, None).to_string().parse::<u64>().unwrap();
    let lot = offer.lot.map_or(1, |lot| lot.to_string().parse().unwrap());
    let stock = offer.stock.map_or(1000, |stock| stock.to_string().parse().unwrap());
    let tier = offer.tiers.get(dice.below(offer.tiers.len() as u64) as usize);
    let tier: u64 = tier.map_or(50, |tier| tier.from_quantity.to_string().parse().unwrap());
    let around = *dice.of(&[1, least, least, tier, stock, 30, least / 2 + 1]);
    let mut quantity = (around + dice.below(3)).saturating_sub(1).max(1);
    // Mostly whole lots: otherwise hardly a cart would get past the lot rule.
    if dice.below(4) > 0 {
        quantity = quantity.div_ceil(lot) * lot;
    }
    Quantity::whole(u32::try_from(quantity).unwrap())
}

/// A cart of one supplier: some of its offers, some of their SKUs, once in a while fifty lines and more.
fn random_cart(dice: &mut Dice, offers: &[Arc<Offer>]) -> Vec<CartLine> {
    let mut lines: Vec<CartLine> = Vec::new();
    for _ in 0..=dice.below(4) {
        let offer = dice.of(offers);
        let most = if dice.below(60) == 0 { 60 } else { 3 };
        let wanted = 1 + dice.below(most);
        for turn in 0..wanted {
            let spec_id = match offer.skus.len() {
                0 => None,
                n => Some(offer.skus[((dice.below(n as u64) + turn) % n as u64) as usize].spec_id.clone()),
            };
            let taken = lines.iter().any(|line| line.offer.key == offer.key && line.spec_id == spec_id);
            if !taken {
                let id = LineId(lines.len() as i64 + 1);
                lines.push(CartLine {
                    id,
                    offer: Arc::clone(offer),
                    spec_id,
                    quantity: quantity(dice, offer),
                });
            }
        }
    }
    lines
}

fn code_of(kind: ViolationKind) -> &'static str {
    match kind {
        ViolationKind::UnknownSpec => "500_003",
        ViolationKind::Gone => "500_001",
        ViolationKind::PriceZero => "500_008",
        ViolationKind::Mix => "500_006",
        ViolationKind::Moq => "500_005",
        ViolationKind::Lot => "SANDBOX_LOT",
        ViolationKind::PurchaseLimit => "SANDBOX_LIMIT",
        ViolationKind::Stock => "500_004",
        ViolationKind::LineCap => "SANDBOX_LINES",
        ViolationKind::NoAddress | ViolationKind::NoTradeType => "",
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verdict_and_totals_equal_the_preview_on_random_carts() {
    let carts = std::env::var("PIFA_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(CARTS);
    let seed = seed();
    let state = crate::folder::folder().unwrap();
    let running =
        start(Options { offers: 1500, seed, ..Options::new(state.path().to_owned()) }).await.unwrap();
    let credentials = Credentials {
        app_key: running.app_key.clone(),
        app_secret: running.app_secret.clone(),
        access_token: Some(running.access_token.clone()),
    };
    let gateway = Gateway::new(credentials, hurried(&running.url)).unwrap();
    let capabilities: Capabilities = gateway.capabilities().await.unwrap();
    let address = gateway.addresses().await.unwrap().remove(0);
    let destination = Destination {
        zone: capabilities.zone_of(&address.district_code),
        district: Some(address.district_code.clone()),
    };
    let mut by_supplier: std::collections::BTreeMap<SupplierId, Vec<Arc<Offer>>> = Default::default();
    let mut cursor = String::new();
    loop {
        let page = gateway.changes(&cursor, 1000).await.unwrap();
        for offer in page.offers.into_iter().filter(|offer| offer.kind == OfferKind::Goods) {
            by_supplier.entry(offer.supplier_id.clone().unwrap()).or_default().push(Arc::new(offer));
        }
        cursor = page.cursor;
        if page.complete {
            break;
        }
    }
    let suppliers: Vec<Vec<Arc<Offer>>> = by_supplier.into_values().collect();
    let mut dice = Dice(seed ^ 0x5EED);
    let (mut legal, mut known_freight, mut seen) = (0, 0, std::collections::BTreeMap::<String, usize>::new());
    for _ in 0..carts {
        let offers = dice.of(&suppliers);
        let lines = random_cart(&mut dice, offers);
        let verdict = cart::assess(&lines, &Rules::default(), &destination);
        let request = PreviewRequest {
            lines: lines
                .iter()
                .map(|line| RequestLine {
                    offer_id: line.offer.key.market_id().unwrap(),
                    spec_id: line.spec_id.clone(),
                    quantity: line.quantity,
                })
                .collect(),
            address_id: address.id.clone(),
            flow: Some("general".to_owned()),
        };
        let shown = || format!("{:?}\n{:#?}", request.lines, verdict.violations);
        match gateway.preview(&request).await {
            Ok(quote) => {
                legal += 1;
                assert!(verdict.violations.is_empty(), "the market would sell: {}", shown());
                let part = &verdict.parts[0];
                for line in &part.lines {
                    let said = quote
                        .lines
                        .iter()
                        .find(|said| {
                            Some(said.offer_id) == line.line.offer.key.market_id()
                                && said.spec_id == line.line.spec_id
                        })
                        .unwrap();
                    assert_eq!((line.amount, line.unit_price), (said.amount, said.unit_price), "{}", shown());
                }
                assert_eq!(part.goods, quote.goods, "{}", shown());
                match part.freight {
                    Freight::Known(freight) => {
                        known_freight += 1;
                        assert_eq!(Some(freight), quote.freight, "{}", shown());
                    }
                    Freight::AtMost(bound) => assert!(quote.freight.unwrap() <= bound, "{}", shown()),
                    // By agreement the market does not know either; collected freight is none of the order's.
                    Freight::Unknown => assert!(quote.freight.is_none_or(|f| f >= Money::ZERO)),
                }
                // With one offer's freight open the carriage of the others is payable already.
                match quote.freight {
                    Some(freight) => assert_eq!(quote.payable, quote.goods + freight, "{}", shown()),
                    None => assert!(quote.payable >= quote.goods, "{}", shown()),
                }
            }
            Err(MarketError::Refused(refusal)) => {
                *seen.entry(refusal.code.to_string()).or_default() += 1;
                // The market names the first rule that is broken, and all it concerns: so do we.
                let Some(first) = verdict.violations.first().map(|violation| violation.kind) else {
                    panic!("the market would not sell: {refusal:?}: {}", shown())
                };
                assert_eq!(code_of(first), refusal.code.as_str(), "{}", shown());
                let ids: BTreeSet<LineId> = verdict
                    .violations
                    .iter()
                    .filter(|violation| violation.kind == first && first != ViolationKind::LineCap)
                    .flat_map(|violation| violation.line_ids.iter().copied())
                    .collect();
                let ours: BTreeSet<i64> = lines
                    .iter()
                    .filter(|line| ids.contains(&line.id))
                    .filter_map(|line| line.offer.key.market_id())
                    .collect();
                let theirs: BTreeSet<i64> = refusal.lines.iter().map(|(offer, _)| *offer).collect();
                assert_eq!(ours, theirs, "{refusal:?}: {}", shown());
            }
            Err(error) => panic!("{error}"),
        }
    }
    println!("{carts} carts: {legal} legal ({known_freight} with exact freight), refused {seen:?}");
    assert!(legal > carts / 10, "too few legal carts to mean anything: {legal}");
    for code in ["500_004", "500_005", "500_006", "SANDBOX_LOT", "SANDBOX_LIMIT"] {
        assert!(seen.contains_key(code), "no cart met {code}: {seen:?}");
    }
}
