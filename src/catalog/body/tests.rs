//! Bodies come back as they went in, older and newer ones too.

use jiff::Timestamp;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{UNCHECKED, checksum, read, write};
use crate::domain::flow::{Flow, FlowSku, FlowTerms};
use crate::domain::freight::{ChargeBy, Fee, Fees, FreightTemplate, FreightTerms};
use crate::domain::id::{OfferKey, SpecId, SupplierId};
use crate::domain::money::Money;
use crate::domain::offer::{Attribute, Completeness, Offer, OfferKind, PriceTier, QuoteType, Services, Sku};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::supplier::{Identity, Mix, MixRule};
use crate::domain::text::Clean;

fn whole() -> Offer {
    let money = |text: &str| text.parse::<Money>().unwrap();
    let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    let tier = |from: &str, price: &str, promotion: Option<&str>| PriceTier {
        from_quantity: from.parse().unwrap(),
        price: money(price),
        promotion: promotion.map(money),
    };
    let sku = |spec: &str| Sku {
        spec_id: SpecId::new(spec),
        sku_id: Some(i64::MAX),
        name: Clean::new("颜色 白 / 尺码 XL"),
        name_en: Some(Clean::new("white, XL")),
        price: Some(money("9.999999999999")),
        promotion: Some(money("8.00")),
        tiers: vec![tier("1", "9.00", None)],
        stock: Some("1.5".parse().unwrap()),
    };
    Offer {
        key: OfferKey::Market(7),
        title: Clean::new("不锈钢保温杯 304"),
        title_en: Some(Clean::new("Vacuum cup")),
        supplier_id: Some(SupplierId::new("BBBe1234")),
        supplier_name: Some(Clean::new("永康市好物厂")),
        belt: Some(Clean::new("永康杯壶")),
        unit: Some(Unit::new("公斤")),
        quote_type: QuoteType::TiersPerSku,
        tiers: vec![tier("2", "10.00", Some("9.5")), tier("0.125", "79228162514264337593543950335", None)],
        price_range: Some((money("1"), money("-2.25"))),
        skus: vec![sku("0123456789abcdef0123456789abcdef"), sku("XYZ-1"), sku("abc")],
        moq: Some(Quantity::whole(300)),
        lot: Some(Quantity::whole(12)),
        purchase_limit: Some(Quantity::whole(99_999_999)),
        stock: Some(Quantity::ZERO),
        mix_enabled: Some(false),
        mix: Mix::Rule(MixRule { pieces: None, amount: Some(money("200.00")) }),
        kind: OfferKind::Fee,
        freight: FreightTerms::Template(FreightTemplate {
            charge_by: ChargeBy::Volume,
            first_unit: decimal("0.1"),
            next_unit: decimal("0"),
            fees: Fees::Zones(vec![Fee { first: money("4.50"), next: money("1") }; 20]),
            free_from: Some(money("99")),
        }),
        weight_kg: Some(decimal("0.380")),
        volume_m3: Some(decimal("0.000000001")),
        per_carton: Some(Quantity::whole(24)),
        lead_time_hours: Some(48),
        sold_30d: Some(u64::MAX),
        repeat_rate: Some(decimal("0.1823")),
        identities: vec![Identity::SuperFactory, Identity::Other(Clean::new("new_word"))],
        years: Some(11),
        category_id: Some(1_031_919),
        city: Some(Clean::new("金华市")),
        attributes: vec![Attribute {
            name: Clean::new("材质"),
            name_en: Some(Clean::new("material")),
            value: Clean::new("304不锈钢"),
            value_en: None,
        }],
        services: Services {
            dropship: Some(true),
            free_ship: Some(false),
            return_7d: None,
            invoice: Some(true),
            custom: None,
            pay_later: Some(false),
        },
        rating: Some(decimal("4.85")),
        flows: vec![
            FlowTerms {
                flow: Flow::Fenxiao,
                start_quantity: Some(Quantity::ONE),
                price: Some(money("12.50")),
                sku_prices: vec![FlowSku { spec_id: SpecId::new("abc"), price: money("13.00") }],
                post_included: Some(true),
            },
            FlowTerms {
                flow: Flow::from_word("newflow"),
                start_quantity: None,
                price: None,
                sku_prices: Vec::new(),
                post_included: None,
            },
        ],
        reputation: None,
        advertised: true,
        gone: true,
        completeness: Completeness::Full,
        fetched_at: Timestamp::from_millisecond(1_760_000_000_123).unwrap(),
    }
}

#[test]
fn every_field_comes_back() {
    let offer = whole();
    let body = write(&offer);
    assert_eq!(read(offer.key.clone(), &body, offer.fetched_at).unwrap(), offer);
    let json = serde_json::to_vec(&offer).unwrap();
    assert_eq!(read(offer.key.clone(), &json, offer.fetched_at).unwrap(), offer, "as it was written before");
    assert!(body.len() * 2 < json.len(), "{} of {}", body.len(), json.len());
    let mut district = offer.clone();
    let FreightTerms::Template(template) = &mut district.freight else { unreachable!() };
    template.fees =
        Fees::District { code: "330106".into(), fee: Fee { first: Money::ZERO, next: Money::from_fen(5) } };
    template.free_from = None;
    assert_eq!(read(district.key.clone(), &write(&district), district.fetched_at).unwrap(), district);
    let blank = Offer::blank(OfferKey::Market(1), Clean::default(), Timestamp::UNIX_EPOCH);
    assert_eq!(read(blank.key.clone(), &write(&blank), blank.fetched_at).unwrap(), blank);
}

#[test]
fn a_field_of_a_later_pifa_is_skipped() {
    let offer = whole();
    let mut body = write(&offer);
    body.extend([200, 3, 1, 2, 3]);
    let sum = checksum(&offer.key, &body[5..]);
    body[1..5].copy_from_slice(&sum);
    assert_eq!(read(offer.key.clone(), &body, offer.fetched_at).unwrap(), offer);
}

/// A body as it was written before there were checksums.
fn unchecked(offer: &Offer) -> Vec<u8> {
    let mut body = write(offer);
    body.splice(..5, [UNCHECKED]);
    body
}

#[test]
fn a_body_without_a_checksum_is_read() {
    let offer = whole();
    assert_eq!(read(offer.key.clone(), &unchecked(&offer), offer.fetched_at).unwrap(), offer);
}

#[test]
fn every_bit_that_turns_and_every_byte_that_is_missing_is_noticed() {
    let offer = whole();
    let body = write(&offer);
    let is_read = |body: &[u8]| read(offer.key.clone(), body, offer.fetched_at).is_ok();
    assert!(is_read(&body));
    for at in 0..body.len() {
        // A version that is another one has no checksum to be held against.
        for bit in if at == 0 { 0..0 } else { 0..8 } {
            let mut bad = body.clone();
            bad[at] ^= 1 << bit;
            assert!(!is_read(&bad), "bit {bit} of byte {at}");
        }
        assert!(!is_read(&body[..at]), "cut at {at}");
    }
    assert!(read(OfferKey::Market(8), &body, offer.fetched_at).is_err(), "the body of another");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damage_is_an_error_or_another_offer_never_a_panic(
        hits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<proptest::sample::Index>()
    ) {
        let mut body = unchecked(&whole());
        for (at, byte) in hits {
            let at = at.index(body.len());
            body[at] = byte;
        }
        let _ = read(OfferKey::Market(7), &body, Timestamp::UNIX_EPOCH).map(|offer| write(&offer));
        body.truncate(cut.index(body.len()));
        if let Some(first) = body.first_mut() {
            *first = UNCHECKED;
        }
        let _ = read(OfferKey::Market(7), &body, Timestamp::UNIX_EPOCH);
    }
}
