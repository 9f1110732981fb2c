//! A buyer with words of their own: marked offers and suppliers, what was bought before, a supplier's sheet.

use std::sync::Arc;

use jiff::Timestamp;
use pifa::app::msg::Trouble;
use pifa::app::{Fact, Model};
use pifa::domain::id::SupplierId;
use pifa::domain::mark::{Bought, Mark, Marks, Mine};
use pifa::domain::quantity::{Quantity, Unit};
use pifa::domain::search::{SearchPage, SupplierPage, SupplierRow, SupplierSheet};
use pifa::domain::supplier::{Identity, Mix, Supplier};
use pifa::domain::text::Clean;
use pifa::domain::yanxuan::{Place, Tally, Verdict};

use crate::ui_fixtures::*;

/// 21 October 2025, 10:00 in Beijing.
pub fn october() -> Timestamp {
    "2025-10-21T02:00:00Z".parse().unwrap()
}

pub fn bought() -> Bought {
    Bought {
        times: 3,
        quantity: Some(q(900)),
        unit: Some(Unit::new("个")),
        last_price: Some(yuan("9.60")),
        last_at: october(),
    }
}

/// The hits with everything a buyer can have on them: bought, favourite, noted, blocked supplier.
pub fn own_page(quantity: Quantity) -> SearchPage {
    let mut page = page(quantity);
    let mark = |favourite, note: &str, tags: &[&str], blocked: Option<&str>| Mark {
        favourite,
        tags: tags.iter().map(|tag| Clean::new(tag)).collect(),
        note: Clean::new(note),
        blocked: blocked.map(Clean::new),
    };
    page.rows[0].mine = Mine {
        offer: mark(true, "杯盖偶尔漏，要求发货前抽检", &["礼品", "年会"], None),
        supplier: Mark::default(),
        bought: Some(bought()),
    };
    page.rows[1].mine.supplier = mark(false, "王经理，电话回得快", &[], None);
    page.rows[3].mine = Mine {
        offer: mark(false, "", &[], Some("图片与实物不符")),
        supplier: Mark::default(),
        bought: Some(Bought { times: 12, last_price: Some(yuan("1234.50")), ..bought() }),
    };
    page
}

/// What the ledger would say for [`own_page`].
pub fn marks() -> Marks {
    let mut marks = Marks::default();
    for row in own_page(q(300)).rows {
        if !row.mine.offer.is_empty() {
            marks.offers.insert(row.offer.key.clone(), row.mine.offer);
        }
        if let (Some(id), false) = (&row.offer.supplier_id, row.mine.supplier.is_empty()) {
            marks.suppliers.insert(id.clone(), row.mine.supplier);
        }
        if let Some(bought) = row.mine.bought {
            marks.bought.insert(row.offer.key.clone(), bought);
        }
    }
    marks.ordered.insert(SupplierId::new("S0"), (3, october()));
    marks.logins.insert(SupplierId::new("S0"), Clean::new("恒致杯业88"));
    marks
}

pub fn supplier_rows() -> Vec<SupplierRow> {
    let row = |id: u8, name: &str, belt: &str, offers: u64, least: Option<(&str, &str)>| SupplierRow {
        supplier: Supplier {
            id: SupplierId::new(&format!("S{id}")),
            name: Clean::new(name),
            name_en: None,
            belt: Some(Clean::new(belt)),
            identities: vec![],
            years: Some(9),
            mix: Mix::Unknown,
            repeat_rate: Some("0.31".parse().unwrap()),
            province: None,
            city: None,
            scores: pifa::domain::supplier::Scores::default(),
            medal_level: None,
            pickup_48h: None,
            quality_refund: None,
            offers,
        },
        categories: ["保温杯", "玻璃杯", "水壶"].map(Clean::new).to_vec(),
        least: least.map(|(price, unit)| (yuan(price), Some(Unit::new(unit)))),
        confidence: pifa::domain::factory::confidence(&Default::default()),
        badges: vec![],
        is_new: false,
        mark: Mark::default(),
        ordered: None,
    };
    let mut rows = vec![
        row(0, "永康市恒致杯业有限公司", "永康", 1_214, Some(("9.80", "个"))),
        row(1, "南通梦洁家纺有限公司", "南通", 38, Some(("1278.00", "套"))),
        row(2, "义乌市晟朗日用品厂", "义乌", 7, None),
    ];
    rows[0].supplier.identities = vec![Identity::TrustPass, Identity::SuperFactory];
    rows[0].supplier.mix = cup().mix;
    let told = |figure: &str| Some(figure.parse().unwrap());
    let first = &mut rows[0].supplier;
    (first.province, first.city) = (Some(Clean::new("浙江省")), Some(Clean::new("金华市")));
    first.scores = pifa::domain::supplier::Scores {
        composite: told("4.5"),
        logistics: told("4.0"),
        dispute: told("4.0"),
        offer: None,
        after_sales: told("3.7"),
        consulting: told("4.0"),
    };
    (first.medal_level, first.pickup_48h, first.quality_refund) = (Some(3), told("0.99"), told("0.0012"));
    rows[0].confidence = factory_signs(&rows[0].supplier);
    rows[0].badges = vec![Clean::new("宝藏工厂"), Clean::new("TOP100")];
    rows[2].is_new = true;
    rows[0].mark = Mark { favourite: true, note: Clean::new("月结，找小李"), ..Mark::default() };
    rows[0].ordered = Some((3, october()));
    rows[1].supplier.identities = vec![Identity::PowerfulMerchant];
    rows[1].supplier.mix = Mix::None;
    rows[1].ordered = Some((1, at(-3 * 86_400)));
    rows[2].supplier.years = None;
    rows[2].mark.blocked = Some(Clean::default());
    rows
}

/// Signs of a factory with most kinds of reasons.
fn factory_signs(supplier: &Supplier) -> pifa::domain::factory::Confidence {
    use pifa::domain::factory::{Share, Signals, confidence, signals_of};
    confidence(&Signals {
        super_factory: true,
        custom: Share { yes: 3, known: 13 },
        invoice: Share { yes: 11, known: 13 },
        categories: 3,
        categorised: 13,
        ..signals_of(supplier)
    })
}

/// Suppliers as an answer.
pub fn supplier_page() -> SupplierPage {
    SupplierPage { rows: supplier_rows(), total: 3, new: 1, since: 2 }
}

/// The first supplier in full.
pub fn sheet() -> SupplierSheet {
    let theirs = own_page(q(300)).rows.into_iter();
    let verdicts = vec![
        Some(Verdict::Judged { passes: true, place: Place::Head, samples: 41 }),
        Some(Verdict::TooFew { samples: 4 }),
        None,
    ];
    let mut tally = Tally::default();
    for verdict in &verdicts {
        tally.count(*verdict);
    }
    tally.count(Some(Verdict::Judged { passes: false, place: Place::Tail, samples: 41 }));
    SupplierSheet {
        row: supplier_rows().remove(0),
        offers: theirs.filter(|row| row.offer.supplier_id == Some(SupplierId::new("S0"))).collect(),
        verdicts,
        tally,
        orders: vec![
            (at(-86_400), Some(yuan("3026.00")), Clean::new("shipped")),
            (october(), Some(yuan("2822.00")), Clean::new("done")),
            (october(), None, Clean::new("closed")),
        ],
    }
}

/// Back in the search pane, with marks read.
pub fn with_marks(model: &mut Model) {
    tell(model, Fact::MarksRead(Ok(Arc::new(marks()))));
    let generation = model.search.generation;
    let quantity = model.quantity;
    tell(model, Fact::Searched { generation, result: Ok(own_page(quantity)) });
}

/// In the list of suppliers.
pub fn in_suppliers(model: &mut Model) {
    with_marks(model);
    press(model, "tab");
    let generation = model.suppliers.generation;
    tell(model, Fact::SuppliersRead { generation, result: Ok(supplier_page()) });
}

pub fn trouble() -> Trouble {
    Trouble::new("the catalog cannot be read: disk I/O error", Some("look at the disk, then try again"))
}
