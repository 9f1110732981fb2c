//! Substitutes found in small catalogs: each level by its own rule, and what must never be offered.

use super::*;
use crate::domain::id::SupplierId;
use crate::domain::mark::{MarkEdit, Subject};
use crate::domain::offer::{Attribute, OfferKind, Sku};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::substitute::{Standing, Substitute};
use crate::procure::saved::tests::{desk, offer};

const CUPS: i64 = 11;

/// A cup of this seller at this price, seller pays the freight.
fn goods(id: i64, title: &str, price: &str) -> Offer {
    let mut offer = offer(id, title, &[(1, price)], 0);
    offer.supplier_id = Some(SupplierId::new(&format!("S{id}")));
    offer.unit = Some(Unit::new("个"));
    offer.category_id = Some(CUPS);
    offer.moq = Some(Quantity::ONE);
    offer.freight = crate::domain::freight::FreightTerms::SellerPays;
    offer
}

/// A category of cups, and enough other goods for what is rare to be told.
fn stocked(extra: Vec<Offer>) -> (tempfile::TempDir, Desk) {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "app/me");
    let mut offers = Vec::new();
    for (at, kind) in
        ["不锈钢保温杯 批发", "大容量保温杯 批发", "车载保温杯 批发", "焖烧杯 批发"].iter().enumerate()
    {
        offers.push(goods(100 + at as i64, kind, "30.00"));
    }
    for at in 0..60 {
        let title = ["棉袜 批发", "雨伞 批发", "不锈钢锅 批发", "帆布袋 批发"][at % 4];
        let mut other = goods(200 + at as i64, title, "12.00");
        other.category_id = Some(20 + (at % 4) as i64);
        offers.push(other);
    }
    offers.extend(extra);
    desk.parts.catalog.upsert(&offers, &[]).unwrap();
    (folder, desk)
}

fn present(desk: &Desk, id: i64, quantity: u32) -> Present {
    let offer = Arc::new(desk.offer(&OfferKey::Market(id)).unwrap().unwrap());
    Present::of(&offer, None, Quantity::whole(quantity), &desk.destination().unwrap())
}

fn ids(rows: &[Substitute]) -> Vec<i64> {
    rows.iter().map(|row| row.of.offer.key.market_id().unwrap()).collect()
}

#[test]
fn the_same_goods_of_others_and_never_what_is_gone_blocked_a_fee_or_their_own() {
    let mut gone = goods(3, "304不锈钢保温杯 礼品", "15.00");
    gone.gone = true;
    let mut own = goods(4, "304不锈钢保温杯 车载", "15.00");
    own.supplier_id = Some(SupplierId::new("S1"));
    let mut fee = goods(5, "304不锈钢保温杯 补差价", "15.00");
    fee.kind = OfferKind::Fee;
    let extra = vec![
        goods(1, "304不锈钢保温杯 大容量 批发", "20.00"),
        goods(2, "304不锈钢保温杯 大容量 车载 批发", "16.00"),
        gone,
        own,
        fee,
        goods(6, "304不锈钢保温杯 大容量", "15.50"),
        goods(7, "304不锈钢保温杯 大容量 厂家", "15.40"),
        // Not the same kind of thing, and a price that is another thing's.
        goods(8, "不锈钢焖烧杯 大容量", "15.00"),
        goods(9, "304不锈钢保温杯 大容量 礼盒", "2.00"),
    ];
    let (_folder, desk) = stocked(extra);
    desk.mark(&Subject::Offer(OfferKey::Market(6)), MarkEdit::Block(Some(Clean::new("迟发")))).unwrap();
    desk.mark(&Subject::Supplier(SupplierId::new("S7")), MarkEdit::Block(Some(Clean::default()))).unwrap();
    let found = desk.substitutes(&present(&desk, 1, 100)).unwrap();
    assert!(found.mistakes.is_empty(), "{:?}", found.mistakes);
    let all = ids(&found.rows);
    assert_eq!(all.first(), Some(&2), "{all:?}");
    for never in [1, 3, 4, 5, 6, 7, 8, 9] {
        assert!(!all.contains(&never), "{never} in {all:?}");
    }
    let row = &found.rows[0];
    assert_eq!((row.of.level, row.standing), (Level::Same, Standing::Known));
    assert_eq!(row.saving.unwrap().to_string(), "400.00");
    assert!(
        row.of.alike >= 80 && row.of.shared.iter().any(|word| word.as_str().contains("保温杯")),
        "{row:?}"
    );
}

#[test]
fn a_domestic_brand_for_a_foreign_one_by_the_file() {
    let named = |mut offer: Offer, brand: &str, material: &str| {
        let told = |name: &str, value: &str| Attribute {
            name: Clean::new(name),
            name_en: None,
            value: Clean::new(value),
            value_en: None,
        };
        offer.attributes = vec![told("品牌", brand), told("材质", material)];
        offer
    };
    let extra = vec![
        named(goods(1, "THERMOS不锈钢保温杯 正品", "98.00"), "膳魔师", "316不锈钢"),
        named(goods(2, "哈尔斯 不锈钢保温杯 学生", "33.00"), "哈尔斯", "316不锈钢"),
        named(goods(3, "富光 塑料保温杯", "13.00"), "富光", "塑料"),
        named(goods(4, "富光 焖烧杯", "33.00"), "富光", "316不锈钢"),
    ];
    let (_folder, desk) = stocked(extra);
    let found = desk.substitutes(&present(&desk, 1, 10)).unwrap();
    let brands: Vec<&Substitute> = found.rows.iter().filter(|row| row.of.level == Level::Brand).collect();
    assert_eq!(brands.len(), 1, "another noun and other attributes are another thing: {brands:?}");
    let rule = brands[0].of.rule.as_ref().unwrap();
    assert_eq!((rule.from.as_str(), rule.to.as_str()), ("膳魔师", "哈尔斯"));
    assert!(rule.at.as_str().starts_with("brands.txt:"), "{rule:?}");
    assert_eq!(brands[0].saving.unwrap().to_string(), "650.00");
}

#[test]
fn the_same_purpose_by_the_buyers_own_file_whose_mistakes_are_named() {
    let mut mesh = goods(2, "不锈钢冲孔板 圆孔", "20.00");
    mesh.category_id = Some(77);
    let mut roll = goods(3, "冲孔 不锈钢 卷", "9.00");
    (roll.category_id, roll.unit) = (Some(77), Some(Unit::new("卷")));
    let extra = vec![goods(1, "洞洞板 家用收纳 墙上", "35.00"), mesh, roll];
    let (folder, desk) = stocked(extra);
    let found = desk.substitutes(&present(&desk, 1, 10)).unwrap();
    assert_eq!(ids(&found.rows), [2], "{:?}", found.rows);
    let rule = found.rows[0].of.rule.as_ref().unwrap();
    assert_eq!((rule.from.as_str(), found.rows[0].of.level), ("洞洞板", Level::Purpose));
    // What is such goods already has no use for the rule.
    let other = desk.substitutes(&present(&desk, 2, 10)).unwrap();
    assert!(other.rows.iter().all(|row| row.of.level != Level::Purpose), "{:?}", other.rows);

    let paths = desk.copy_substitute_rules().unwrap();
    assert_eq!(paths.len(), 3);
    let own = folder.path().join("substitutes/purposes.txt");
    assert_eq!(paths[1], own);
    std::fs::write(&own, "# mine\n洞洞板\n洞洞板 -> 不锈钢 冲孔\n").unwrap();
    assert_eq!(desk.copy_substitute_rules().unwrap(), paths, "what is there stays");
    let found = desk.substitutes(&present(&desk, 1, 10)).unwrap();
    let told = found.mistakes[0].to_string();
    assert!(told.contains("purposes.txt:2: no -> in it") && found.mistakes.len() == 1, "{told}");
    // A roll is not a board: it stands last, without a sum.
    assert_eq!(ids(&found.rows), [2, 3]);
    assert_eq!((found.rows[1].standing, found.rows[1].saving), (Standing::OtherUnit, None));
    std::fs::write(&own, [0xff, 0xfe, 0x00]).unwrap();
    let found = desk.substitutes(&present(&desk, 1, 10)).unwrap();
    assert!(found.mistakes[0].to_string().contains("purposes.txt"), "{:?}", found.mistakes);
}

#[test]
fn what_is_called_otherwise_is_not_the_same_goods_unless_the_buyers_file_says_so() {
    let pets = |id: i64, title: &str| {
        let mut offer = goods(id, title, "9.00");
        offer.category_id = Some(66);
        offer
    };
    let extra = vec![
        pets(1, "耐咬尼龙项圈 大型犬 狗狗用品 批发"),
        pets(2, "耐咬尼龙牵引绳 大型犬 狗狗用品 批发"),
        pets(3, "耐咬尼龙颈圈 中型犬 狗狗用品"),
        pets(4, "反光耐咬项圈 尼龙 大型犬 批发"),
        pets(5, "耐咬胸背带 尼龙 大型犬 批发"),
    ];
    let (folder, desk) = stocked(extra);
    let same = |id: i64| {
        let mut ids = ids(&desk.substitutes(&present(&desk, id, 10)).unwrap().rows);
        ids.sort_unstable();
        ids
    };
    assert_eq!(same(1), [3, 4], "another name of the same, and never a lead for a collar");
    assert_eq!(same(2), Vec::<i64>::new());
    desk.copy_substitute_rules().unwrap();
    std::fs::write(folder.path().join("substitutes/nouns.txt"), "牵引绳/项圈\n颈圈\n").unwrap();
    assert_eq!(same(2), [1, 4]);
    assert_eq!(same(1), [2, 4]);
}

#[test]
fn a_line_of_which_only_the_title_is_left_finds_its_category_by_its_words() {
    let extra = vec![goods(2, "304不锈钢保温杯 大容量 车载", "16.00")];
    let (_folder, desk) = stocked(extra);
    let past = Present {
        key: OfferKey::Market(999),
        spec_id: None,
        title: Clean::new("304不锈钢保温杯 大容量"),
        title_en: None,
        spec_name: Clean::default(),
        unit: Some(Unit::new("个")),
        quantity: Quantity::whole(10),
        offer: None,
        unit_price: Some("20.00".parse().unwrap()),
        goods: Some("200.00".parse().unwrap()),
        landed: None,
    };
    let found = desk.substitutes(&past).unwrap();
    assert_eq!(ids(&found.rows).first(), Some(&2), "{:?}", found.rows);
    let row = &found.rows[0];
    assert_eq!((row.saving, row.goods_saving.unwrap().to_string()), (None, "40.00".to_owned()));
}

#[test]
fn the_sku_is_that_of_the_same_colour_and_neither_bait_nor_a_fee() {
    let sku = |spec: &str, name: &str, price: &str, stock: u32| Sku {
        spec_id: SpecId::new(spec),
        sku_id: None,
        name: Clean::new(name),
        name_en: None,
        price: Some(price.parse().unwrap()),
        promotion: None,
        tiers: Vec::new(),
        stock: Some(Quantity::whole(stock)),
    };
    let with = |id: i64, skus: Vec<Sku>| {
        let mut offer = goods(id, "304不锈钢保温杯 大容量", "20.00");
        offer.tiers.clear();
        offer.quote_type = crate::domain::offer::QuoteType::BySku;
        offer.skus = skus;
        offer
    };
    let own = with(1, vec![sku("a", "黑色 / 500ml", "20.00", 900)]);
    let theirs = vec![
        sku("bait", "配件", "0.50", 900),
        sku("fee", "补运费", "15.00", 900),
        sku("white", "白色 / 500ml", "16.00", 900),
        sku("few", "黑 / 500ml", "15.00", 5),
        sku("black", "黑 / 350ml", "17.00", 900),
    ];
    let plain = vec![sku("x", "红", "18.00", 900), sku("y", "绿", "17.50", 900), sku("z", "蓝", "17.00", 5)];
    let (_folder, desk) = stocked(vec![own, with(2, theirs), with(3, plain)]);
    let offer = Arc::new(desk.offer(&OfferKey::Market(1)).unwrap().unwrap());
    let present =
        Present::of(&offer, Some(&SpecId::new("a")), Quantity::whole(100), &desk.destination().unwrap());
    let found = desk.substitutes(&present).unwrap();
    let chosen = |id: i64| {
        let row = found.rows.iter().find(|row| row.of.offer.key == OfferKey::Market(id)).unwrap();
        (row.at.spec_id.as_ref().unwrap().to_string(), row.sku_by.as_str())
    };
    // 500ml exactly outweighs black nearly.
    assert_eq!(chosen(2), ("white".to_owned(), "words"));
    assert_eq!(chosen(3), ("y".to_owned(), "price"), "the cheapest there is enough of");
}

#[test]
fn a_swap_keeps_place_and_quantity_and_undo_brings_all_back() {
    let (_folder, desk) = stocked(vec![
        goods(1, "304不锈钢保温杯 大容量 批发", "20.00"),
        goods(2, "304不锈钢保温杯 大容量 车载 批发", "16.00"),
    ]);
    let pieces = Quantity::whole;
    let first = desk.cart_add(&OfferKey::Market(100), None, pieces(3)).unwrap();
    let line = desk.cart_add(&OfferKey::Market(1), None, pieces(40)).unwrap();
    let last = desk.cart_add(&OfferKey::Market(200), None, pieces(5)).unwrap();
    let before = desk.parts.ledger.cart_lines(&desk.parts.market_id).unwrap();
    let found = desk.substitutes(&present(&desk, 1, 40)).unwrap();
    let best = &found.rows[0];
    let came = desk.cart_swap(line, &best.of.offer.key, best.at.spec_id.as_ref()).unwrap();
    let lines = desk.parts.ledger.cart_lines(&desk.parts.market_id).unwrap();
    let told: Vec<_> = lines.iter().map(|line| (line.id, line.quantity)).collect();
    assert_eq!(told, [(first, pieces(3)), (came, pieces(40)), (last, pieces(5))]);
    let goods = desk.cart().unwrap().assessment.goods();
    assert_eq!(desk.undo().unwrap().as_deref(), Some("substitute"));
    assert_eq!(desk.parts.ledger.cart_lines(&desk.parts.market_id).unwrap(), before);
    let saved = desk.cart().unwrap().assessment.goods() - goods;
    assert_eq!(Some(saved), best.saving, "to the fen what the list said");
    assert!(matches!(
        desk.cart_swap(LineId(404), &OfferKey::Market(2), None),
        Err(DeskError::NoLine(LineId(404)))
    ));
    assert!(matches!(desk.cart_swap(line, &OfferKey::Market(9), None), Err(DeskError::NoOffer(_))));
}
