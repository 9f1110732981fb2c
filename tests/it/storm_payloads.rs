//! What a storm is made of: random keys, texts as hostile as they come, and one of every fact with random payloads.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pifa::app::msg::{CartDeed, Held, MarketSize, Mouse, OrderDeed, Sent, Status, Trouble};
use pifa::app::{Fact, Model};
use pifa::config::keymap::{Code, Key};
use pifa::domain::deal::{Deal, DealKind};
use pifa::domain::group_buy::{GroupState, Step};
use pifa::domain::id::{LineId, OfferKey, OrderId, SupplierId};
use pifa::domain::mark::{Mark, MarkEdit, Subject};
use pifa::domain::money::Money;
use pifa::domain::offer::Offer;
use pifa::domain::order::{Order, PayCheck, PayLink, Reordered, Shipment, TraceStep};
use pifa::domain::price::row_price;
use pifa::domain::proposal::Proposal;
use pifa::domain::quantity::{Quantity, Unit};
use pifa::domain::search::{SearchPage, SupplierPage, SupplierRow, SupplierSheet};
use pifa::domain::session::{Remembered, TourState};
use pifa::domain::supplier::{Mix, Supplier};
use pifa::domain::text::Clean;

use rust_decimal::Decimal;

use crate::dice::Dice;
use crate::reorder::{asked, sheet_of};
use crate::ui_fixtures::*;

pub const TEXTS: &[&str] = &[
    "",
    " ",
    "\u{1b}[2J\u{1b}[H商品",
    "\u{1b}]0;owned\u{7}标题",
    "\u{1b}]8;;http://127.0.0.1/\u{1b}\\链接\u{1b}]8;;\u{1b}\\",
    "\u{202e}\u{2066}翻转\u{2069}",
    "零\u{200b}宽\u{200d}字\u{feff}",
    "e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}",
    "👨‍👩‍👧‍👦家庭装🏴‍☠️🇨🇳🇨",
    "1️⃣2️⃣👍🏽❤️",
    "日本語カタカナﾊﾝｶｸ한국어עבריתالعربية",
    "……×·│█─▌→⇒①②③Ⅳ",
    "𠮷𪚥𝕏",
    "行一\n行二\r\n行三\t制表",
    "a\u{0}b\u{8}c\u{7f}d\u{9b}31m",
    "????????????????",
    "-1",
    "1e999",
    "0",
    "99999999999999999999999999",
    "0.0005",
    "belt:永康 moq<=50 price<10 \"未闭合",
    "|||***((([[[",
    "thermos cup stainless 500ml, vacuum insulated, with a very long English title that goes on and on and on",
];

pub struct Storm {
    pub dice: Dice,
    pub texts: Vec<String>,
    pub keys: Vec<Key>,
}

impl Storm {
    pub fn text(&mut self) -> String {
        match self.dice.below(12) {
            0 => (0..self.dice.below(40)).map(|_| self.any_char()).collect(),
            1 => self.dice.pick(&self.texts).repeat(1 + self.dice.below(60)),
            _ => self.dice.pick(&self.texts).clone(),
        }
    }

    fn any_char(&mut self) -> char {
        let range = *self.dice.pick(&[
            (0x20, 0x7e),
            (0x4e00, 0x9fff),
            (0, 0x2fff),
            (0x1f300, 0x1faff),
            (0, 0x10_ffff),
        ]);
        char::from_u32(range.0 + self.dice.below((range.1 - range.0) as usize + 1) as u32).unwrap_or('x')
    }

    pub fn clean(&mut self) -> Clean {
        Clean::new(&self.text())
    }

    pub fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.dice.chance(3) { None } else { Some(make(self)) }
    }

    pub fn money(&mut self) -> Money {
        let amounts: [&str; 8] =
            ["0", "0.01", "-4.00", "9.80", "12.50", "1234567.89", "99999999999999.99", "0.0049"];
        self.dice.pick(&amounts).parse().unwrap()
    }

    pub fn quantity(&mut self) -> Quantity {
        let amounts = ["0", "1", "2", "12", "300", "9999999", "0.001", "2.5"];
        self.dice.pick(&amounts).parse().unwrap()
    }

    fn time(&mut self) -> Timestamp {
        match self.dice.below(12) {
            0 => Timestamp::MIN,
            1 => Timestamp::MAX,
            2 => Timestamp::UNIX_EPOCH,
            _ => at(self.dice.below(400_000) as i64 - 200_000),
        }
    }

    fn key(&mut self) -> Key {
        match self.dice.below(10) {
            0 => Key::plain(Code::Char(self.any_char())),
            1 => {
                Key { code: Code::Char(self.any_char()), ctrl: self.dice.chance(2), alt: self.dice.chance(2) }
            }
            2 => Key::plain(*self.dice.pick(&[
                Code::Esc,
                Code::Enter,
                Code::Tab,
                Code::Backspace,
                Code::Delete,
                Code::Left,
                Code::Right,
            ])),
            3 => Key::char(char::from(b'0' + self.dice.below(10) as u8)),
            _ => *self.dice.pick(&self.keys),
        }
    }

    pub fn offer(&mut self) -> Offer {
        let mut offer = match self.dice.below(5) {
            0 => cup(),
            1 => pot(),
            2 => straw(),
            3 => bedding(),
            _ => row_only(),
        };
        if self.dice.chance(3) {
            offer.title = self.clean();
            offer.title_en = self.maybe(Self::clean);
            offer.supplier_name = self.maybe(Self::clean);
            offer.belt = self.maybe(Self::clean);
            offer.unit = self.maybe(|storm| Unit::new(&storm.text()));
            offer.moq = self.maybe(Self::quantity);
            offer.lot = self.maybe(Self::quantity);
            offer.stock = self.maybe(Self::quantity);
            for tier in &mut offer.tiers {
                tier.from_quantity = self.quantity();
                tier.price = self.money();
            }
            for sku in &mut offer.skus {
                sku.name = self.clean();
                sku.name_en = self.maybe(Self::clean);
                sku.price = self.maybe(Self::money);
                sku.stock = self.maybe(Self::quantity);
            }
            if self.dice.chance(3) {
                offer.skus.clear();
            }
            if self.dice.chance(3) {
                offer.tiers.clear();
            }
            offer.advertised = self.dice.chance(4);
        }
        offer
    }

    pub fn page(&mut self, quantity: Quantity) -> SearchPage {
        let mut page = page(quantity);
        let rows = self.dice.below(12);
        let sample = page.rows[0].clone();
        page.rows = (0..rows)
            .map(|_| {
                let offer = Arc::new(self.offer());
                let mut row = sample.clone();
                row.price = row_price(&offer, quantity);
                row.offer = offer;
                row.matched = (0..self.dice.below(4)).map(|_| self.dice.below(60)).collect();
                row.matched.sort_unstable();
                row
            })
            .collect();
        page.total = rows + self.dice.below(2) * 1_000_000;
        page.cached = self.dice.below(3) * 10_000;
        page.counted = self.dice.chance(2);
        page.searched = self.maybe(|storm| storm.dice.below(20_000));
        page.instead = self.maybe(|storm| (0..storm.dice.below(3)).map(|_| storm.clean()).collect());
        page.took = Duration::from_micros(self.dice.below(100_000) as u64);
        page
    }

    fn order(&mut self) -> Order {
        let states = [
            "draft",
            "queued",
            "sending",
            "unknown",
            "rejected",
            "to_pay",
            "to_pay_freight_open",
            "to_ship",
            "shipped",
            "done",
            "closed",
            "some_new_word",
        ];
        let mut order = self.dice.pick(&orders()).clone();
        order.state = if self.dice.chance(12) {
            self.clean()
        } else {
            Clean::new(states[self.dice.below(states.len())])
        };
        order.supplier_name = self.maybe(Self::clean);
        order.goods = self.maybe(Self::money);
        order.freight = self.maybe(Self::money);
        order.total = self.maybe(Self::money);
        order.reason = self.maybe(Self::clean);
        order.message = self.maybe(Self::clean);
        order.created_at = self.time();
        order.pay_by = self.maybe(Self::time);
        if self.dice.chance(4) {
            order.order_id = None;
            order.order_ids.clear();
        }
        if self.dice.chance(4) {
            order.out_order_id = None;
        }
        for line in &mut order.lines {
            line.title = self.clean();
            line.spec_name = self.clean();
            line.quantity = self.quantity();
            line.unit_price = self.maybe(Self::money);
            line.amount = self.maybe(Self::money);
        }
        if self.dice.chance(5) {
            order.lines.clear();
        }
        order
    }

    fn order_id(&mut self, model: &Model) -> String {
        let known = model.orders.orders.get(self.dice.below(model.orders.orders.len().max(1)));
        known.and_then(|order| order.order_id.as_ref()).map_or_else(|| self.text(), ToString::to_string)
    }

    fn proposal(&mut self) -> Proposal {
        let mut proposal = proposal();
        proposal.quoted_at = self.maybe(Self::time);
        proposal.address.full_name = self.clean();
        proposal.address.street = self.clean();
        if self.dice.chance(8) {
            proposal.orders.clear();
        }
        for order in &mut proposal.orders {
            order.supplier_name = self.clean();
            order.goods = self.money();
            order.freight = self.maybe(Self::money);
            order.payable = self.money();
            order.refusal = if self.dice.chance(4) { Some(self.clean()) } else { None };
            order.message = self.maybe(Self::clean);
            order.trade_type = self.maybe(Self::text);
            for line in &mut order.lines {
                line.title = self.clean();
                line.quantity = self.quantity();
                line.amount = self.maybe(Self::money);
            }
        }
        proposal
    }

    fn groups(&mut self) -> Vec<pifa::domain::group_buy::GroupBuy> {
        let mut groups = groups();
        groups.truncate(self.dice.below(4));
        for group in &mut groups {
            group.title = self.clean();
            group.title_en = self.maybe(Self::clean);
            group.participants = *self.dice.pick(&[0, 17, 18, 1688, u64::MAX]);
            group.deadline = self.time();
            group.state = *self.dice.pick(&[GroupState::Open, GroupState::Succeeded, GroupState::Failed]);
            group.my_quantity = self.quantity();
            group.alone_price = self.maybe(Self::money);
            if self.dice.chance(4) {
                group.steps.clear();
            }
            if self.dice.chance(4) {
                group.steps.push(Step { participants: 0, unit_price: self.money() });
            }
        }
        groups
    }

    fn deal(&mut self, kind: DealKind) -> Deal {
        Deal {
            id: self.clean(),
            kind,
            offer: OfferKey::Market(self.dice.below(9) as i64),
            title: self.clean(),
            title_en: self.maybe(Self::clean),
            unit: self.maybe(|storm| Unit::new(&storm.text())),
            price: self.money(),
            list_price: self.maybe(Self::money),
            starts: self.time(),
            ends: self.time(),
            stock: self.maybe(Self::quantity),
            left: self.maybe(Self::quantity),
            limit: self.maybe(Self::quantity),
        }
    }

    fn supplier(&mut self) -> SupplierRow {
        SupplierRow {
            supplier: Supplier {
                id: SupplierId::new(&format!("S{}", self.dice.below(3))),
                name: self.clean(),
                name_en: self.maybe(Self::clean),
                belt: self.maybe(Self::clean),
                identities: cup().identities,
                years: self.maybe(|storm| storm.dice.next() as u32),
                mix: Mix::None,
                repeat_rate: None,
                province: None,
                city: None,
                scores: pifa::domain::supplier::Scores::default(),
                medal_level: None,
                pickup_48h: None,
                quality_refund: None,
                offers: self.dice.next(),
            },
            categories: (0..self.dice.below(4)).map(|_| self.clean()).collect(),
            least: self.maybe(|storm| (storm.money(), None)),
            confidence: pifa::domain::factory::confidence(&Default::default()),
            badges: (0..self.dice.below(3)).map(|_| self.clean()).collect(),
            is_new: self.dice.chance(3),
            mark: Mark::default(),
            ordered: self.maybe(|storm| (storm.dice.next(), storm.time())),
        }
    }

    fn sheet(&mut self, quantity: Quantity) -> SupplierSheet {
        SupplierSheet {
            row: self.supplier(),
            offers: self.page(quantity).rows,
            verdicts: vec![None; self.dice.below(4)],
            tally: Default::default(),
            orders: (0..self.dice.below(4))
                .map(|_| (self.time(), self.maybe(Self::money), self.clean()))
                .collect(),
        }
    }

    fn trouble(&mut self) -> Trouble {
        let (text, hint) = (self.text(), self.maybe(Self::text));
        Trouble::new(&text, hint.as_deref())
    }

    pub fn or_trouble<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Result<T, Trouble> {
        if self.dice.chance(6) { Err(self.trouble()) } else { Ok(make(self)) }
    }

    fn edit(&mut self) -> MarkEdit {
        match self.dice.below(4) {
            0 => MarkEdit::Favourite(self.dice.chance(2)),
            1 => MarkEdit::Tags((0..self.dice.below(4)).map(|_| self.clean()).collect()),
            2 => MarkEdit::Note(self.clean()),
            _ => MarkEdit::Block(self.maybe(Self::clean)),
        }
    }

    fn subject(&mut self) -> Subject {
        if self.dice.chance(2) {
            Subject::Offer(OfferKey::Market(676_651_652_931 + self.dice.below(5) as i64))
        } else {
            Subject::Supplier(SupplierId::new(&format!("S{}", self.dice.below(3))))
        }
    }

    /// One of everything the runtime may tell.
    fn news(&mut self, model: &Model) -> Fact {
        let quantity = model.quantity;
        match self.dice.below(31) {
            0 | 1 => Fact::Searched {
                generation: model.search.generation.wrapping_sub(self.dice.below(2) as u64),
                result: self.or_trouble(|storm| storm.page(quantity)),
            },
            28 | 29 => self.found(model),
            2 | 3 => {
                let carts = [broken_cart(), legal_cart(), Default::default()];
                let mut cart = self.dice.pick(&carts).clone();
                cart.unchanged = self.dice.chance(4);
                let deeds = [
                    CartDeed::Read,
                    CartDeed::Add(vec![]),
                    CartDeed::Set(LineId(1), self.quantity()),
                    CartDeed::SetAll(vec![(LineId(1), self.quantity()), (LineId(3), self.quantity())]),
                    CartDeed::Remove(LineId(3)),
                    CartDeed::RemoveAll(vec![LineId(3), LineId(9)]),
                    CartDeed::Grid { offer: cup().key, cells: vec![] },
                    CartDeed::Clear,
                    CartDeed::Fix(vec![]),
                    CartDeed::Undo,
                    CartDeed::Redo,
                ];
                Fact::CartChanged { deed: self.dice.pick(&deeds).clone(), result: self.or_trouble(|_| cart) }
            }
            4 => {
                let orders = (0..self.dice.below(9)).map(|_| self.order()).collect();
                Fact::OrdersRead(self.or_trouble(|_| orders))
            }
            5 => {
                let read = self.maybe(|storm| (storm.groups(), storm.time()));
                Fact::GroupsRead(self.or_trouble(|_| read))
            }
            6 => Fact::SyncProgressed {
                done: self.dice.next() >> 40,
                total: self.maybe(|storm| storm.dice.next() >> 30),
                pace: self.maybe(|storm| (storm.dice.next(), storm.maybe(|storm| storm.dice.next()))),
            },
            7 => Fact::SyncEnded(self.or_trouble(|storm| storm.dice.next())),
            8 | 9 => Fact::Proposed {
                generation: model.cart.generation,
                result: self.or_trouble(|storm| Box::new(storm.proposal())),
            },
            10 => {
                let orders = (0..self.dice.below(4)).map(|_| self.order()).collect();
                let held = [
                    None,
                    Some(Held::CartChanged),
                    Some(Held::WentOffline),
                    Some(Held::OtherMarket(9)),
                    Some(Held::Policy(vec![self.clean()])),
                    Some(Held::Violations(vec![])),
                ];
                let held = self.dice.pick(&held).clone();
                Fact::Submitted(self.or_trouble(|_| Sent { orders, held }))
            }
            11 => {
                let orders = (0..self.dice.below(4)).map(|_| self.order()).collect();
                Fact::Settled(self.or_trouble(|_| orders))
            }
            12 => Fact::AmbiguousWidth(1 + self.dice.below(2) as u8),
            13 => Fact::Woke,
            14 => {
                let rows: Vec<SupplierRow> = (0..self.dice.below(9)).map(|_| self.supplier()).collect();
                Fact::SuppliersRead {
                    generation: model.suppliers.generation,
                    result: self.or_trouble(|_| SupplierPage { total: rows.len(), rows, new: 0, since: 0 }),
                }
            }
            15 => Fact::SheetRead {
                id: SupplierId::new(&format!("S{}", self.dice.below(3))),
                result: self.or_trouble(|storm| storm.maybe(|storm| Box::new(storm.sheet(quantity)))),
            },
            16 => {
                Fact::Marked { subject: self.subject(), edit: self.edit(), result: self.or_trouble(|_| ()) }
            }
            17 => {
                let kind = *self.dice.pick(&[DealKind::Flash, DealKind::Discount]);
                let deals = (0..self.dice.below(6)).map(|_| self.deal(kind)).collect();
                let read = self.maybe(|storm| (deals, storm.time()));
                Fact::DealsRead { kind, result: self.or_trouble(|_| read) }
            }
            18 => {
                let group = self.groups().pop();
                let result = group.ok_or_else(|| self.trouble());
                Fact::GroupActed { joined: self.dice.chance(2), result }
            }
            19 => Fact::OrderActed {
                id: self.order_id(model),
                deed: *self.dice.pick(&[OrderDeed::Cancel, OrderDeed::Receive]),
                result: self.or_trouble(Self::order),
            },
            20 => {
                let check = PayCheck { order: self.order(), accepted: self.maybe(Self::money) };
                Fact::PayChecked { id: self.order_id(model), result: self.or_trouble(|_| Box::new(check)) }
            }
            21 => {
                let link = PayLink {
                    url: self.text(),
                    orders: vec![OrderId::new("1")],
                    failed: vec![(OrderId::new("2"), self.clean())],
                };
                Fact::PayLinked { id: self.order_id(model), result: self.or_trouble(|_| link) }
            }
            22 => {
                let shipments = (0..self.dice.below(3))
                    .map(|_| Shipment {
                        id: self.clean(),
                        company: self.clean(),
                        bill_no: self.clean(),
                        status: self.clean(),
                        steps: (0..self.dice.below(4))
                            .map(|_| TraceStep { at: self.maybe(Self::time), text: self.clean() })
                            .collect(),
                    })
                    .collect();
                Fact::ShipmentsRead { id: self.order_id(model), result: self.or_trouble(|_| shipments) }
            }
            23 if self.dice.below(2) == 0 => {
                let sheet = Box::new(sheet_of(self.dice.below(7)));
                let (ids, result) = (asked(model), self.or_trouble(|_| sheet));
                Fact::DriftRead { ids, limit: Decimal::from(3), result }
            }
            23 => {
                let [left_out, later] = [3, 3].map(|most| self.dice.below(most));
                let added = (0..self.dice.below(4) as i64).map(LineId).collect();
                let again = Reordered { added, left_out, later, submit: left_out == 0 };
                Fact::Reordered(self.or_trouble(|_| again))
            }
            24 => match self.dice.below(5) {
                0 => Fact::MessageSet { supplier: SupplierId::new("S0"), result: self.or_trouble(|_| ()) },
                1 => Fact::AddressChosen(self.or_trouble(|_| ())),
                2 => Fact::Opened { url: self.text(), result: self.or_trouble(|_| ()) },
                3 => Fact::Copied { characters: self.dice.below(100_000) },
                _ => Fact::Failed(self.trouble()),
            },
            25 => {
                let offers = self.page(quantity).rows.into_iter().map(|row| row.offer).collect();
                Fact::ComparedRead {
                    generation: model.compare.generation,
                    result: self.or_trouble(|_| offers),
                }
            }
            26 => {
                let words = ["search", "cart", "deals", "suppliers", "price", "moon", ""];
                let last = Remembered {
                    pane: (*self.dice.pick(&words)).to_owned(),
                    query: self.text(),
                    quantity: self.maybe(Self::quantity),
                    selected: self.maybe(|storm| OfferKey::Market(storm.dice.below(9) as i64)),
                    view: (*self.dice.pick(&words)).to_owned(),
                    sort: (*self.dice.pick(&words)).to_owned(),
                    own_quantities: (0..self.dice.below(3))
                        .map(|at| (OfferKey::Market(676_651_652_931 + at as i64), self.quantity()))
                        .collect(),
                    hide_ads: self.dice.chance(2),
                    one_per_supplier: self.dice.chance(2),
                    facets: self.dice.chance(2),
                    titles_swapped: self.dice.chance(2),
                    compared: (0..self.dice.below(4)).map(|n| OfferKey::Market(n as i64)).collect(),
                    tour: *self.dice.pick(&[
                        TourState::New,
                        TourState::At(3),
                        TourState::At(250),
                        TourState::Ended,
                    ]),
                };
                Fact::SessionRead(self.maybe(|_| Box::new(last)))
            }
            _ => {
                let state = Status {
                    market: self.clean(),
                    sandbox: self.dice.chance(2),
                    online: *self.dice.pick(&[None, Some(true), Some(false)]),
                    offline_since: self.maybe(Self::time),
                    read_at: self.maybe(Self::time),
                    cached: self.dice.next() >> 44,
                    offered: self.maybe(|storm| MarketSize {
                        offers: storm.dice.next() >> 30,
                        at_least: storm.dice.chance(2),
                    }),
                    unsent: self.dice.below(3) as u64,
                    clock_ahead_ms: self.dice.next() as i64 >> self.dice.below(60),
                    ..status()
                };
                if self.dice.chance(5) {
                    Fact::ClockMoved(self.or_trouble(Self::time))
                } else {
                    Fact::StatusRead(self.or_trouble(|_| state))
                }
            }
        }
    }

    pub fn fact(&mut self, model: &Model) -> Fact {
        match self.dice.below(20) {
            0 => Fact::Pasted(self.text()),
            1 | 2 => {
                let (x, y) = (self.dice.below(410) as u16, self.dice.below(110) as u16);
                // Mostly where something is.
                let near = self.dice.below(usize::from(model.height.max(1))) as u16;
                let (x, y) = if self.dice.chance(4) { (x, y) } else { (x % model.width.max(1), near) };
                if self.dice.chance(2) {
                    Fact::Moused(Mouse::Pressed { x, y })
                } else {
                    Fact::Moused(Mouse::Wheel { x, y, up: self.dice.chance(2) })
                }
            }
            3 if self.dice.chance(6) => {
                let (width, height) = match self.dice.below(5) {
                    0 => (1 + self.dice.below(400) as u16, 1 + self.dice.below(100) as u16),
                    1 => (1 + self.dice.below(31) as u16, 1 + self.dice.below(20) as u16),
                    _ => (60 + self.dice.below(70) as u16, 16 + self.dice.below(24) as u16),
                };
                Fact::Resized { width, height }
            }
            4 => Fact::Resumed,
            5..=9 => self.news(model),
            _ => Fact::KeyPressed(self.key()),
        }
    }
}
