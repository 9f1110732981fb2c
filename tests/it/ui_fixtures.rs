//! A small world for the screens: offers, a cart with problems, orders, groups, and a model to show them.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pifa::app::msg::{CartDeed, CartSnapshot, Status};
use pifa::app::{Effect, Fact, Keys, Model, Msg, update};
use pifa::config::keymap::{Code, Key};
use pifa::domain::cart::{CartLine, Rules, assess};
use pifa::domain::deal::{Deal, DealKind};
use pifa::domain::freight::{ChargeBy, Destination, Fee, Fees, FreightTemplate, FreightTerms};
use pifa::domain::group_buy::{Counts, GroupBuy, GroupState, Step};
use pifa::domain::id::{GroupId, LineId, OfferKey, OrderId, OutOrderId, SpecId, SupplierId};
use pifa::domain::mark::Mine;
use pifa::domain::offer::{Completeness, Offer, PriceTier, QuoteType, Sku};
use pifa::domain::order::{Address, LineShipping, Order, OrderLine, Shipment, TraceStep};
use pifa::domain::price::row_price;
use pifa::domain::proposal::{Drift, Proposal, ProposedOrder};
use pifa::domain::quantity::{Quantity, Unit};
use pifa::domain::search::{SearchPage, SearchRow};
use pifa::domain::supplier::{Identity, Mix, MixRule};
use pifa::domain::text::Clean;
use pifa::i18n::Lang;

pub fn at(seconds: i64) -> Timestamp {
    // 2026-01-05 06:00:00 UTC
    Timestamp::from_second(1_767_592_800 + seconds).unwrap()
}

pub fn yuan(text: &str) -> pifa::domain::money::Money {
    text.parse().unwrap()
}

pub fn q(units: u32) -> Quantity {
    Quantity::whole(units)
}

pub fn destination() -> Destination {
    Destination { district: Some("440111".into()), zone: Some(0) }
}

fn offer(id: i64, title: &str, english: &str, supplier: u8) -> Offer {
    let mut offer = Offer::blank(OfferKey::Market(id), Clean::new(title), at(-240));
    offer.title_en = Some(Clean::new(english));
    offer.supplier_id = Some(SupplierId::new(&format!("S{supplier}")));
    let names = ["永康市恒致杯业有限公司", "南通梦洁家纺有限公司", "晟朗日用品厂"];
    offer.supplier_name = Some(Clean::new(names[usize::from(supplier) % names.len()]));
    offer.belt = Some(Clean::new(["永康", "南通", "义乌"][usize::from(supplier) % 3]));
    offer.unit = Some(Unit::new("个"));
    offer.identities = vec![Identity::SuperFactory, Identity::TrustPass];
    offer.years = Some(9);
    offer.completeness = Completeness::Full;
    offer.lead_time_hours = Some(48);
    offer.sold_30d = Some(2840);
    offer.repeat_rate = Some("0.18".parse().unwrap());
    offer.weight_kg = Some("0.38".parse().unwrap());
    offer.stock = Some(q(9390));
    offer.freight = FreightTerms::Template(FreightTemplate {
        charge_by: ChargeBy::Weight,
        first_unit: 1.into(),
        next_unit: 1.into(),
        fees: Fees::Zones(vec![Fee { first: yuan("6.00"), next: yuan("0.70") }]),
        free_from: None,
    });
    offer
}

fn tiers(list: &[(u32, &str)]) -> Vec<PriceTier> {
    list.iter()
        .map(|(from, price)| PriceTier { from_quantity: q(*from), price: yuan(price), promotion: None })
        .collect()
}

fn sku(spec: &str, name: &str, english: &str, price: Option<&str>, stock: u32) -> Sku {
    Sku {
        spec_id: SpecId::new(spec),
        sku_id: None,
        name: Clean::new(name),
        name_en: Some(Clean::new(english)),
        price: price.map(yuan),
        promotion: None,
        tiers: vec![],
        stock: Some(q(stock)),
    }
}

/// Tiers with dominated tails, two SKUs sharing them, a mix rule, freight known.
pub fn cup() -> Offer {
    let mut offer =
        offer(676_651_652_931, "304不锈钢真空保温杯 500ml 车载礼品杯", "304 stainless vacuum cup 500 ml", 0);
    offer.quote_type = QuoteType::ByOfferOverSkus;
    offer.tiers = tiers(&[(10, "12.50"), (100, "10.60"), (300, "9.80"), (1000, "9.20")]);
    offer.skus = vec![
        sku("w", "白", "white", None, 4210),
        sku("b", "黑", "black", None, 3980),
        sku("g", "绿", "green", None, 0),
    ];
    offer.moq = Some(q(10));
    offer.lot = Some(q(1));
    offer.mix = Mix::Rule(MixRule { pieces: Some(q(30)), amount: Some(yuan("300")) });
    offer
}

/// SKUs of unlike price, one of them bait; freight by agreement.
pub fn pot() -> Offer {
    let mut offer = offer(
        676_651_652_932,
        "316L大容量保温壶 户外运动 大口径便携车载旅行水壶",
        "316L large vacuum pot, outdoor",
        2,
    );
    offer.quote_type = QuoteType::BySku;
    offer.skus = vec![
        sku("s", "1.5L", "1.5 l", Some("21.50"), 1000),
        sku("m", "2L", "2 l", Some("24.00"), 1000),
        sku("l", "3L", "3 l", Some("28.00"), 1000),
        sku("x", "配件", "spare part", Some("1.00"), 1000),
    ];
    offer.moq = Some(q(24));
    offer.lot = Some(q(12));
    offer.freight = FreightTerms::ByAgreement;
    offer.identities = vec![];
    offer
}

/// Not orderable at 300.
pub fn straw() -> Offer {
    let mut offer = offer(676_651_652_933, "儿童吸管保温杯 卡通", "children's straw cup, cartoon", 0);
    offer.tiers = tiers(&[(500, "11.00")]);
    offer.moq = Some(q(500));
    offer.lot = Some(q(50));
    offer.repeat_rate = Some("0.09".parse().unwrap());
    offer
}

/// Sold in sets by another supplier, freight free.
pub fn bedding() -> Offer {
    let mut offer =
        offer(676_651_652_934, "牛奶绒四件套 冬季加厚 1.8m床", "milk velvet bedding set of four", 1);
    offer.unit = Some(Unit::new("套"));
    offer.tiers = tiers(&[(2, "86.00"), (50, "82.00"), (150, "78.00")]);
    offer.moq = Some(q(2));
    offer.freight = FreightTerms::SellerPays;
    offer.mix = Mix::None;
    offer
}

/// A search row: little is known.
pub fn row_only() -> Offer {
    let mut offer =
        Offer::blank(OfferKey::Market(676_651_652_935), Clean::new("玻璃饭盒 三件套"), at(-86_400));
    offer.price_range = Some((yuan("8.90"), yuan("8.90")));
    offer
}

pub fn page(quantity: Quantity) -> SearchPage {
    let mut rows = Vec::new();
    for (offer, matched) in [
        (cup(), vec![3, 4, 5, 8, 9, 10]),
        (pot(), vec![7, 8]),
        (straw(), vec![4, 5, 6]),
        (bedding(), vec![]),
        (row_only(), vec![]),
    ] {
        let offer = Arc::new(offer);
        rows.push(SearchRow { price: row_price(&offer, quantity), offer, matched, mine: Mine::default() });
    }
    SearchPage {
        total: 218,
        counted: true,
        cached: 20_000,
        rows,
        took: Duration::from_micros(300),
        ..SearchPage::default()
    }
}

pub fn line(id: i64, offer: &Offer, spec: Option<&str>, units: u32) -> CartLine {
    CartLine {
        id: LineId(id),
        offer: Arc::new(offer.clone()),
        spec_id: spec.map(SpecId::new),
        quantity: q(units),
    }
}

pub fn snapshot(lines: &[CartLine]) -> CartSnapshot {
    CartSnapshot {
        assessment: assess(lines, &Rules::default(), &destination()),
        can_undo: true,
        can_redo: false,
        unchanged: false,
        messages: Default::default(),
        rules: Rules::default(),
    }
}

/// Two suppliers; the first misses its mixed minimum.
pub fn broken_cart() -> CartSnapshot {
    let mut straw = straw();
    straw.tiers = tiers(&[(20, "6.50")]);
    straw.moq = Some(q(20));
    straw.lot = None;
    straw.mix = cup().mix;
    let lines = [
        line(1, &cup(), Some("w"), 8),
        line(2, &straw, None, 8),
        line(3, &bedding(), None, 120),
        line(4, &pot(), Some("m"), 30),
    ];
    snapshot(&lines)
}

/// Something cheap that the first supplier sells besides.
pub fn filler() -> Offer {
    let mut offer = offer(676_651_652_936, "杯刷 长柄海绵", "bottle brush with sponge", 0);
    offer.tiers = tiers(&[(1, "1.20")]);
    offer.moq = Some(q(1));
    offer.weight_kg = Some("0.03".parse().unwrap());
    offer.mix = cup().mix;
    offer
}

pub fn legal_cart() -> CartSnapshot {
    snapshot(&[line(1, &cup(), Some("w"), 300), line(3, &bedding(), None, 120)])
}

pub fn proposal() -> Proposal {
    let address = Address {
        id: "1".into(),
        full_name: Clean::new("王芳"),
        phone: Clean::new("13800000000"),
        region: Clean::new("广东省 广州市 白云区"),
        street: Clean::new("机场路 1 号"),
        district_code: "440111".into(),
        is_default: true,
    };
    let order_line = |id, offer: &Offer, spec: &str, units: u32, price: &str, amount: &str| OrderLine {
        line_id: Some(LineId(id)),
        offer_id: offer.key.clone(),
        spec_id: None,
        title: offer.title.clone(),
        spec_name: Clean::new(spec),
        unit: offer.unit.clone(),
        quantity: q(units),
        unit_price: Some(yuan(price)),
        amount: Some(yuan(amount)),
        shipping: None,
    };
    Proposal {
        addresses: vec![address.clone()],
        address,
        quoted_at: Some(at(0)),
        orders: vec![
            ProposedOrder {
                supplier_id: SupplierId::new("S0"),
                supplier_name: Clean::new("永康市恒致杯业有限公司"),
                lines: vec![order_line(1, &cup(), "白", 300, "9.80", "2940.00")],
                goods: yuan("2940.00"),
                freight: Some(yuan("86.00")),
                discount: yuan("4.00"),
                payable: yuan("3022.00"),
                flow: "general".into(),
                trade_type: Some("fxassure".into()),
                drift: vec![],
                refusal: None,
                objection: None,
                message: None,
            },
            ProposedOrder {
                supplier_id: SupplierId::new("S1"),
                supplier_name: Clean::new("南通梦洁家纺有限公司"),
                lines: vec![order_line(3, &bedding(), "灰", 120, "82.50", "9900.00")],
                goods: yuan("9900.00"),
                freight: None,
                discount: yuan("0"),
                payable: yuan("9900.00"),
                flow: "general".into(),
                trade_type: Some("fxassure".into()),
                drift: vec![Drift {
                    line_id: Some(LineId(3)),
                    offer_id: bedding().key,
                    spec_id: None,
                    old: yuan("9840.00"),
                    new: yuan("9900.00"),
                }],
                refusal: None,
                objection: None,
                message: None,
            },
        ],
    }
}

pub fn orders() -> Vec<Order> {
    let order = |state: &str,
                 id: Option<&str>,
                 freight: Option<&str>,
                 total: &str,
                 ago: i64,
                 reason: Option<&str>| Order {
        order_id: id.map(OrderId::new),
        order_ids: id.map(OrderId::new).into_iter().collect(),
        out_order_id: Some(OutOrderId::new("0192f3c4-7d2a-7000-8000-000000000001")),
        supplier_id: Some(SupplierId::new("S0")),
        supplier_name: Some(Clean::new("永康市恒致杯业有限公司")),
        goods: Some(yuan("2940.00")),
        freight: freight.map(yuan),
        total: Some(yuan(total)),
        lines: proposal().orders.into_iter().flat_map(|order| order.lines).collect(),
        reason: reason.map(Clean::new),
        ..Order::blank(Clean::new(state), at(-ago))
    };
    vec![
        order("unknown", None, Some("86.00"), "3026.00", 60, Some("the answer was lost")),
        order("to_pay_freight_open", Some("33170811602112345"), None, "3060.00", 3600, None),
        order("shipped", Some("33169921477112345"), Some("0"), "3146.00", 200_000, None),
    ]
}

pub fn groups() -> Vec<GroupBuy> {
    let group = |id: &str, offer: &Offer, joined, mine: u32, hours: i64| GroupBuy {
        id: GroupId::new(id),
        offer: offer.key.clone(),
        title: offer.title.clone(),
        title_en: offer.title_en.clone(),
        unit: offer.unit.clone(),
        steps: [(18, "76.00"), (168, "72.00"), (1688, "69.90")]
            .map(|(participants, price)| Step { participants, unit_price: yuan(price) })
            .to_vec(),
        alone_price: Some(yuan("82.00")),
        participants: joined,
        counts: Counts::People,
        deadline: at(hours * 3600),
        state: GroupState::Open,
        my_quantity: q(mine),
    };
    vec![group("1", &bedding(), 14, 0, 10), group("2", &cup(), 201, 60, 50), group("3", &pot(), 1700, 0, 1)]
}

pub fn status() -> Status {
    Status {
        market: Clean::new("sandbox/1"),
        sandbox: true,
        online: Some(true),
        offline_since: None,
        read_at: Some(at(-240)),
        cached: 20_000,
        offered: None,
        unsent: 0,
        held: 0,
        destination: destination(),
        web_origin: Some(Clean::new("http://127.0.0.1:8765")),
        clock_ahead_ms: 0,
        offline_by_wish: false,
    }
}

pub fn fresh(lang: Lang, width: u16, height: u16) -> Model {
    let mut model = Model::new(lang, false, Keys::preset(), q(300));
    tell(&mut model, Fact::Started { width, height });
    model
}

/// With hits, as after the first second.
pub fn ready(lang: Lang, width: u16, height: u16) -> Model {
    let mut model = fresh(lang, width, height);
    tell(&mut model, Fact::StatusRead(Ok(status())));
    let generation = model.search.generation;
    tell(&mut model, Fact::Searched { generation, result: Ok(page(q(300))) });
    tell(&mut model, Fact::CartChanged { deed: CartDeed::Read, result: Ok(CartSnapshot::default()) });
    tell(&mut model, Fact::OrdersRead(Ok(vec![])));
    model
}

pub fn tell(model: &mut Model, fact: Fact) -> Vec<Effect> {
    tell_at(model, at(0), fact)
}

/// What a message brings about. That the prices of the offer in focus are read, which follows any move of the focus, is
/// left out: tests of that ask [`update`] itself.
pub fn tell_at(model: &mut Model, at: Timestamp, fact: Fact) -> Vec<Effect> {
    let mut effects = update(model, Msg { at, fact });
    effects.retain(|effect| !matches!(effect, Effect::ReadPrices { .. }));
    effects
}

pub fn with_cart(model: &mut Model, cart: CartSnapshot) {
    tell(model, Fact::CartChanged { deed: CartDeed::Read, result: Ok(cart) });
}

/// Presses keys named as in a keymap, blank-separated.
pub fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    keys.split_whitespace()
        .flat_map(|name| {
            let key = Key::from_name(name).unwrap_or_else(|| panic!("{name} is no key"));
            tell(model, Fact::KeyPressed(key))
        })
        .collect()
}

/// As [`press`], and what follows a move of the focus too.
pub fn press_all(model: &mut Model, keys: &str) -> Vec<Effect> {
    let keys = keys
        .split_whitespace()
        .map(|name| Key::from_name(name).unwrap_or_else(|| panic!("{name} is no key")));
    keys.flat_map(|key| update(model, Msg { at: at(0), fact: Fact::KeyPressed(key) })).collect()
}

/// Types text, one key a character.
pub fn type_text(model: &mut Model, text: &str) -> Vec<Effect> {
    text.chars().flat_map(|c| tell(model, Fact::KeyPressed(Key::plain(Code::Char(c))))).collect()
}

/// One order of each kind a buyer meets, newest last.
pub fn many_orders() -> Vec<Order> {
    let order = |state: &str, id: Option<&str>, supplier: &str, total: Option<&str>, ago: i64| Order {
        order_id: id.map(OrderId::new),
        order_ids: id.map(OrderId::new).into_iter().collect(),
        out_order_id: Some(OutOrderId::new(&format!("0192f3c4-7d2a-7000-8000-{ago:012}"))),
        supplier_id: Some(SupplierId::new("S0")),
        supplier_name: Some(Clean::new(supplier)),
        goods: total.map(yuan),
        freight: Some(yuan("0")),
        total: total.map(yuan),
        lines: proposal().orders.into_iter().flat_map(|order| order.lines).collect(),
        ..Order::blank(Clean::new(state), at(-ago))
    };
    let day = 86_400;
    let cups = "永康市恒致杯业有限公司";
    let home = "南通梦洁家纺有限公司";
    let mut done = order("done", Some("33150000000012345"), home, Some("41204.50"), 30 * day);
    done.lines[0].shipping = Some(LineShipping::Received);
    done.lines[1].shipping = Some(LineShipping::Partly);
    done.completed_at = Some(at(-20 * day));
    let mut closed = order("closed", Some("33140000000012345"), cups, Some("88.00"), 40 * day);
    closed.reason = Some(Clean::new("BUYER_CANCEL"));
    let mut shipped = order("shipped", Some("33169921477112345"), cups, Some("3146.00"), 6 * day);
    shipped.paid_at = Some(at(-6 * day + 600));
    shipped.shipped_at = Some(at(-5 * day));
    shipped.lines[0].shipping = Some(LineShipping::Shipped);
    shipped.lines[1].shipping = Some(LineShipping::Waiting);
    let mut to_ship = order("to_ship", Some("33169930000012345"), home, Some("920.00"), 2 * day);
    to_ship.paid_at = Some(at(-2 * day + 60));
    let mut open =
        order("to_pay_freight_open", Some("33170811602112345"), "晟朗日用品厂", Some("3060.00"), 3600);
    open.freight = None;
    open.message = Some(Clean::new("请用木箱包装，谢谢"));
    let mut to_pay = order("to_pay", Some("33170822417112345"), home, Some("12506.00"), 5400);
    to_pay.goods = Some(yuan("12420.00"));
    to_pay.freight = Some(yuan("90.00"));
    to_pay.discount = Some(yuan("4.00"));
    to_pay.pay_by = Some(at(3 * day - 5400));
    let small = order("to_pay", Some("33170833417112345"), cups, Some("302.00"), 7200);
    let mut unknown = order("unknown", None, cups, Some("3026.00"), 60);
    unknown.reason = Some(Clean::new("the answer was lost on the way"));
    let queued = order("queued", None, home, Some("780.00"), 1800);
    let mut held = order("draft", None, cups, Some("1204.00"), 900);
    held.reason = Some(Clean::new("line 1 rose from 980.00 to 1,010.00, more than you accept"));
    vec![done, closed, shipped, to_ship, open, to_pay, small, unknown, queued, held]
}

/// Where the goods of a shipped order are.
pub fn shipments() -> Vec<Shipment> {
    let step = |ago: i64, text: &str| TraceStep { at: Some(at(-ago)), text: Clean::new(text) };
    vec![
        Shipment {
            id: Clean::new("LP00123"),
            company: Clean::new("中通快递"),
            bill_no: Clean::new("75312345678901"),
            status: Clean::new("TRANSPORT"),
            steps: vec![step(400_000, "【永康市】已揽收"), step(90_000, "【广州市】到达广州转运中心")],
        },
        Shipment {
            id: Clean::new("LP00124"),
            company: Clean::new("德邦物流"),
            bill_no: Clean::new("DPK3312345"),
            status: Clean::new("ACCEPT"),
            steps: vec![],
        },
    ]
}

/// Flash or discount deals: one that runs, one sold out, one that begins later.
pub fn deals(kind: DealKind) -> Vec<Deal> {
    let deal =
        |id: &str, offer: &Offer, price: &str, list: Option<&str>, from: i64, left: Option<u32>| Deal {
            id: Clean::new(id),
            kind,
            offer: offer.key.clone(),
            title: offer.title.clone(),
            title_en: offer.title_en.clone(),
            unit: offer.unit.clone(),
            price: yuan(price),
            list_price: list.map(yuan),
            starts: at(from),
            ends: at(from + if kind == DealKind::Flash { 3600 } else { 3 * 86_400 }),
            stock: left.map(|_| q(3000)),
            left: left.map(q),
            limit: left.map(|_| q(200)),
        };
    vec![
        deal("1", &cup(), "7.41", Some("9.80"), -600, Some(1280)),
        deal("2", &bedding(), "62.00", Some("82.00"), -600, Some(0)),
        deal("3", &pot(), "18.90", None, 3600, None),
    ]
}

// Compare, cart and confirm in full.

/// What was bought of the cup before.
pub fn bought() -> pifa::domain::mark::Bought {
    pifa::domain::mark::Bought {
        times: 3,
        quantity: Some(q(900)),
        unit: Some(Unit::new("个")),
        last_price: Some(yuan("9.60")),
        last_at: at(-76 * 86_400),
    }
}

/// The first page with the buyer's past.
pub fn page_with_past(quantity: Quantity) -> SearchPage {
    let mut page = page(quantity);
    page.rows[0].mine.bought = Some(bought());
    page
}

/// A second cup, dearer at first, with tiers of its own; freight known.
pub fn rival() -> Offer {
    let mut offer = offer(676_651_652_936, "保温杯 定制logo 商务礼品", "vacuum cup, custom logo", 2);
    offer.tiers = tiers(&[(2, "10.90"), (60, "10.20"), (500, "9.95")]);
    offer.moq = Some(q(2));
    offer.repeat_rate = Some("0.22".parse().unwrap());
    offer.lead_time_hours = Some(24);
    offer
}

/// A cart of so many lines over so many suppliers, every third line short of its minimum.
pub fn large_cart(lines: usize, suppliers: usize) -> CartSnapshot {
    let list: Vec<CartLine> = (0..lines)
        .map(|at| {
            let mut offer = if at % 3 == 0 { straw() } else { rival() };
            let supplier = at * suppliers / lines;
            offer.key = OfferKey::Market(700_000_000_000 + at as i64);
            offer.supplier_id = Some(SupplierId::new(&format!("S{supplier}")));
            offer.supplier_name = Some(Clean::new(&format!("第{supplier}供应商有限公司")));
            offer.mix = Mix::None;
            line(at as i64 + 1, &offer, None, 20 + at as u32 % 50)
        })
        .collect();
    snapshot(&list)
}
