//! What a search tells beside its rows: counts, reasons, advertisements, a long list in pages.

use std::sync::Arc;

use pifa::app::msg::{Counts, MarketSize, Status};
use pifa::app::{Effect, Fact, Model};
use pifa::domain::category::CategoryCount;
use pifa::domain::id::OfferKey;
use pifa::domain::mark::Mine;
use pifa::domain::price::row_price;
use pifa::domain::quantity::Quantity;
use pifa::domain::search::{FacetCount, Facets, SearchPage, SearchRequest, SearchRow, Tier, Why, WhyPart};
use pifa::domain::text::Clean;

use crate::ui_fixtures::*;

pub fn facet(term: &str, label: &str, english: &str, count: usize, chosen: bool) -> FacetCount {
    FacetCount {
        term: term.to_owned(),
        label: Clean::new(label),
        label_en: (!english.is_empty()).then(|| Clean::new(english)),
        count,
        chosen,
    }
}

pub fn facets() -> Facets {
    Facets {
        categories: vec![
            facet("cat:1031919", "保温杯", "vacuum cups", 8_120, false),
            facet("cat:1031920", "焖烧杯、焖烧壶", "food jars and stew pots for the office", 3_004, false),
            facet("cat:1031921", "儿童水杯", "children's cups", 1_307, false),
        ],
        names_missing: false,
        belts: vec![
            facet("belt:永康", "永康", "", 7_400, true),
            facet("belt:义乌", "义乌", "", 2_011, false),
            facet("belt:潮州", "潮州", "", 12, false),
        ],
        identities: vec![
            facet("identity:super_factory", "超级工厂", "super factory", 940, false),
            facet("yanxuan", "严选", "Yanxuan", 77, false),
        ],
        prices: vec![
            facet("price<5", "<5", "", 120, false),
            facet("price>=5 price<10", "5-10", "", 9_800, false),
            facet("price>=10", ">=10", "", 2_511, false),
        ],
        moqs: vec![facet("moq<=1", "1", "", 4_000, false), facet("moq<=10", "<=10", "", 6_000, false)],
        total: 12_431,
    }
}

/// A small tree: cups in kitchenware, and one nobody named.
pub fn categories() -> Vec<CategoryCount> {
    let kitchen = (Clean::new("餐饮具"), Some(Clean::new("kitchenware")));
    let row = |id, name: &str, english: &str, depth, count| CategoryCount {
        id,
        name: Clean::new(name),
        name_en: Some(Clean::new(english)),
        above: (depth > 0).then(|| kitchen.clone()),
        depth,
        count,
    };
    vec![
        row(1031, "餐饮具", "kitchenware", 0, 12_431),
        row(1_031_919, "保温杯", "vacuum cups", 1, 8_120),
        row(1_031_920, "焖烧杯、焖烧壶", "food jars and stew pots for the office", 1, 3_004),
        row(1_031_921, "儿童水杯", "children's cups", 1, 1_307),
        CategoryCount { name_en: None, ..row(77, "77", "", 0, 3) },
    ]
}

pub fn why() -> Why {
    Why {
        tier: Tier::Word,
        score: 21_874,
        parts: vec![
            (WhyPart::Sales, 1_147),
            (WhyPart::Repeat, 180),
            (WhyPart::Identities, 190),
            (WhyPart::Years, 72),
            (WhyPart::Factory, -40),
            (WhyPart::Freshness, 20_325),
        ],
        closeness: 96,
    }
}

/// The usual hits, two of them advertisements.
pub fn page_with_ads(quantity: Quantity) -> SearchPage {
    let mut page = page(quantity);
    for at in [1, 2] {
        Arc::make_mut(&mut page.rows[at].offer).advertised = true;
    }
    page
}

pub fn market_with_more() -> Status {
    Status { offered: Some(MarketSize { offers: 150_000_000, at_least: true }), ..status() }
}

/// Rows `from..to` of a list of so many, as the catalog would give them.
pub fn slice(from: usize, limit: usize, total: usize, counted: bool) -> SearchPage {
    let to = (from + limit).min(total);
    let rows = (from..to).map(|n| {
        let mut offer = cup();
        offer.key = OfferKey::Market(1_000 + n as i64);
        let offer = Arc::new(offer);
        SearchRow { price: row_price(&offer, q(300)), offer, matched: vec![], mine: Mine::default() }
    });
    let rows: Vec<SearchRow> = rows.collect();
    let seen = from + rows.len();
    SearchPage {
        total: if counted { total } else { seen },
        counted,
        cached: 1_000_000,
        rows,
        ..SearchPage::default()
    }
}

/// The number of a row of [`slice`].
pub fn number_of(row: &SearchRow) -> usize {
    match row.offer.key {
        OfferKey::Market(id) => usize::try_from(id - 1_000).unwrap(),
        OfferKey::Local { .. } => panic!("not one of these"),
    }
}

pub fn asked(effects: &[Effect]) -> Option<&SearchRequest> {
    effects.iter().rev().find_map(|effect| match effect {
        Effect::Search { request, .. } => Some(request),
        _ => None,
    })
}

pub fn answer(model: &mut Model, page: SearchPage) -> Vec<Effect> {
    let generation = model.search.generation;
    tell(model, Fact::Searched { generation, result: Ok(page) })
}

pub fn count(model: &mut Model, total: usize, ads_hidden: Option<usize>) {
    let generation = model.search.generation;
    tell(model, Fact::Counted { generation, result: Ok(Counts { total, ads_hidden, cached: total }) });
}

pub fn count_facets(model: &mut Model) {
    let generation = model.search.generation;
    tell(model, Fact::Faceted { generation, result: Ok(facets()) });
}
