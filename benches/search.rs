//! Ingest and search figures over generated offers: `cargo bench --bench search -- [OFFERS]` (default 20,000; also
//! PIFA_BENCH_OFFERS). Prints offers a second and, for each kind of query, p50 and p99 in microseconds; then the same
//! with a buyer's marks, suppliers, and counting what a thousand orders bought.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use pifa::catalog::{Catalog, SupplierRequest};
use pifa::domain::badge::Badges;
use pifa::domain::freight::{Destination, FreightTerms};
use pifa::domain::id::{MarketId, OfferKey, OrderId, SpecId, SupplierId};
use pifa::domain::mark::Marks;
use pifa::domain::money::Money;
use pifa::domain::offer::{Completeness, Offer, PriceTier, QuoteType, Sku};
use pifa::domain::order::{Order, OrderLine};
use pifa::domain::quantity::{Quantity, Unit};
use pifa::domain::search::{Cancel, SearchRequest, Sort};
use pifa::domain::supplier::{Mix, Supplier};
use pifa::domain::text::Clean;
use pifa::ledger::Ledger;

const GOODS: [&str; 24] = [
    "保温杯",
    "玻璃杯",
    "四件套",
    "瓷砖",
    "拖鞋",
    "运动鞋",
    "棉布",
    "积木",
    "吊灯",
    "袜子",
    "雨伞",
    "水壶",
    "饭盒",
    "毛巾",
    "抱枕",
    "窗帘",
    "台灯",
    "背包",
    "手套",
    "帽子",
    "围巾",
    "餐具",
    "收纳盒",
    "玩具车",
];
const WORDS: [&str; 40] = [
    "不锈钢",
    "316",
    "500ml",
    "学生",
    "大容量",
    "定制",
    "LOGO",
    "批发",
    "跨境",
    "新款",
    "儿童",
    "加厚",
    "纯棉",
    "北欧",
    "简约",
    "防滑",
    "家用",
    "便携",
    "礼品",
    "户外",
    "ins风",
    "可爱",
    "卡通",
    "复古",
    "网红",
    "厂家",
    "直销",
    "现货",
    "春夏",
    "秋冬",
    "男士",
    "女士",
    "情侣",
    "商务",
    "办公",
    "车载",
    "防水",
    "折叠",
    "多功能",
    "高档",
];

/// A small generator of our own (xorshift): the same world for the same number of offers.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }

    /// Small numbers far likelier than large ones.
    fn skewed(&mut self, n: usize) -> usize {
        let first = self.below(n);
        self.below(first + 1)
    }
}

fn offer(id: i64, dice: &mut Dice) -> Offer {
    let pick = |dice: &mut Dice| WORDS.get(dice.skewed(WORDS.len())).copied().unwrap_or_default();
    let goods = GOODS.get(dice.skewed(GOODS.len())).copied().unwrap_or_default();
    let title: String = (0..9).map(|n| if n == 5 { goods } else { pick(dice) }).collect();
    let key = OfferKey::Market(600_000_000_000 + id);
    let mut offer = Offer::blank(key, Clean::new(&title), Timestamp::UNIX_EPOCH);
    offer.title_en = Some(Clean::new("Stainless steel vacuum cup, large, for students, wholesale"));
    offer.completeness = Completeness::Full;
    offer.supplier_id = Some(SupplierId::new(&format!("seller{}", dice.below(1_500))));
    offer.supplier_name = Some(Clean::new("永康市某某工贸有限公司"));
    offer.belt = Some(Clean::new("永康杯壶"));
    offer.unit = Some(Unit::new(if dice.below(10) == 0 { "箱" } else { "个" }));
    offer.mix = Mix::None;
    offer.freight = FreightTerms::SellerPays;
    offer.moq = Some(Quantity::whole(1 + dice.skewed(500) as u32));
    offer.sold_30d = Some(dice.skewed(50_000) as u64);
    let price = |dice: &mut Dice| Money::from_fen(100 + dice.below(9_000) as i64);
    if dice.below(3) == 0 {
        offer.quote_type = QuoteType::BySku;
        offer.skus = (0..6)
            .map(|n| Sku {
                spec_id: SpecId::new(&format!("spec{id}x{n}")),
                sku_id: Some(id * 10 + n),
                name: Clean::new("颜色 白色 / 尺码 均码"),
                name_en: None,
                price: Some(price(dice)),
                promotion: None,
                tiers: Vec::new(),
                stock: Some(Quantity::whole(5_000)),
            })
            .collect();
    } else {
        offer.tiers = [1, 100, 300]
            .map(|from| PriceTier {
                from_quantity: Quantity::whole(from),
                price: price(dice),
                promotion: None,
            })
            .to_vec();
    }
    offer
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok())
        .or_else(|| std::env::var("PIFA_BENCH_OFFERS").ok()?.parse().ok())
        .unwrap_or(20_000_i64);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("catalog.db");
    let catalog = Catalog::open(&path)?;
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let offers: Vec<Offer> = (0..count).map(|id| offer(id, &mut dice)).collect();
    for pass in ["first pass"] {
        let started = Instant::now();
        for batch in offers.chunks(1_000) {
            catalog.upsert(batch, &[])?;
        }
        let took = started.elapsed();
        say(&format!("ingest, {pass}: {count} offers, {:.0} offers/s", count as f64 / took.as_secs_f64()));
    }
    say(&format!("on disk: {} bytes an offer", catalog.stats()?.bytes / count.max(1) as u64));
    drop(catalog);
    let catalog = Catalog::open(&path)?;
    let request = |text: &str, sort| SearchRequest {
        text: text.to_owned(),
        quantity: Quantity::whole(300),
        sort,
        limit: 50,
        offset: 0,
        include_fees: false,
        ..SearchRequest::default()
    };
    index(&catalog, count)?;
    drop(catalog);
    let catalog = Catalog::open(&path)?;
    let started = Instant::now();
    catalog.search_cancellable(
        &request("杯", Sort::Rank),
        &Destination::default(),
        &Arc::default(),
        &Cancel::default(),
    )?;
    say(&format!("first search, index opened: {} us", started.elapsed().as_micros()));
    engine(&catalog)?;
    let marks = marks(count, &folder.path().join("ledger.db"))?;
    let nothing = Arc::new(Marks::default());
    for (name, marks, texts) in [
        ("no marks: one word", &nothing, &["保温杯", "窗帘"][..]),
        ("marks: one word", &marks, &["保温杯", "窗帘"][..]),
        ("marks: most common word", &marks, &["不锈钢"][..]),
        ("marks: no words", &marks, &[""][..]),
        ("marks: fav", &marks, &["fav", "fav 保温杯"][..]),
        ("marks: bought", &marks, &["bought", "-bought 杯"][..]),
        ("marks: tag, note", &marks, &["tag:t7", "note:快 杯"][..]),
        ("marks: supplier", &marks, &["supplier:seller7", "supplier:永康市某某"][..]),
    ] {
        let mut times: Vec<Duration> = Vec::new();
        let mut hits = 0;
        for text in texts.iter().cycle().take(200) {
            let page = catalog.search_marked(&request(text, Sort::Rank), &Destination::default(), marks)?;
            hits = hits.max(page.total);
            times.push(page.took);
        }
        report(name, times, hits);
    }
    suppliers(&catalog, &marks)?;
    for (name, texts, sort) in [
        ("one character", &["杯", "袜", "鞋", "灯"][..], Sort::Rank),
        ("most common word", &["不锈钢"][..], Sort::Rank),
        ("one word", &["保温杯", "收纳盒", "玩具车", "窗帘"][..], Sort::Rank),
        ("two words", &["316 保温杯", "学生 背包", "防滑 拖鞋"][..], Sort::Rank),
        ("latin", &["logo", "500ml 水壶", "steel cup"][..], Sort::Rank),
        ("no hit", &["不存在的", "zzzz"][..], Sort::Rank),
        ("no words", &[""][..], Sort::Rank),
        ("one word by price", &["保温杯", "窗帘"][..], Sort::Price),
        ("one word by landed cost", &["保温杯", "窗帘"][..], Sort::Landed),
        ("most common word by price", &["不锈钢"][..], Sort::Price),
        ("one word by sales", &["保温杯", "窗帘"][..], Sort::Sold),
    ] {
        let mut times: Vec<Duration> = Vec::new();
        let mut hits = 0;
        for text in texts.iter().cycle().take(200) {
            let page = catalog.search(&request(text, sort), &Destination::default())?;
            hits = hits.max(page.total);
            times.push(page.took);
        }
        report(name, times, hits);
    }
    Ok(())
}

/// Builds the index from the rows, as after a first sync.
fn index(catalog: &Catalog, count: i64) -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    while catalog.index_some(Duration::from_secs(3_600), &mut |_| {})? {}
    let took = started.elapsed();
    say(&format!(
        "index built: {:.1} s, {:.0} offers/s",
        took.as_secs_f64(),
        count as f64 / took.as_secs_f64()
    ));
    Ok(())
}

/// The engine alone: places of the first 50 by rank, no listing read, no fuzzy score; then whole pages.
fn engine(catalog: &Catalog) -> Result<(), Box<dyn std::error::Error>> {
    let none = Arc::new(Marks::default());
    let request = |text: &str| SearchRequest {
        text: text.to_owned(),
        quantity: Quantity::whole(300),
        limit: 50,
        ..SearchRequest::default()
    };
    for (name, texts) in KINDS {
        let mut times = Vec::new();
        let mut hits = 0;
        for text in texts.iter().cycle().take(200) {
            let started = Instant::now();
            hits = hits.max(catalog.leading(&request(text), &none, 50)?.len());
            times.push(started.elapsed());
        }
        report(&format!("engine: {name}"), times, hits);
    }
    for (name, texts) in KINDS {
        let mut times = Vec::new();
        let mut hits = 0;
        for text in texts.iter().cycle().take(100) {
            let page = catalog.search_cancellable(
                &request(text),
                &Destination::default(),
                &none,
                &Cancel::default(),
            )?;
            let page = page.unwrap_or_default();
            hits = hits.max(page.total);
            times.push(page.took);
        }
        report(&format!("page: {name}"), times, hits);
    }
    for (name, texts) in KINDS {
        let mut times = Vec::new();
        let mut hits = 0;
        for text in texts.iter().cycle().take(20) {
            let started = Instant::now();
            hits = hits.max(catalog.count(&request(text), &none, &Cancel::default())?.unwrap_or(0));
            times.push(started.elapsed());
        }
        report(&format!("count: {name}"), times, hits);
    }
    for (name, sort) in
        [("price", Sort::Price), ("landed", Sort::Landed), ("sold", Sort::Sold), ("age", Sort::Age)]
    {
        for (kind, text) in [("one word", "保温杯"), ("most common", "不锈钢"), ("no words", "")] {
            let mut times = Vec::new();
            for _ in 0..20 {
                let asked = SearchRequest { sort, ..request(text) };
                let page =
                    catalog.search_cancellable(&asked, &Destination::default(), &none, &Cancel::default())?;
                times.push(page.unwrap_or_default().took);
            }
            report(&format!("page by {name}: {kind}"), times, 0);
        }
    }
    for (kind, text) in [("one word", "保温杯"), ("most common", "不锈钢"), ("no words", "")] {
        let mut times = Vec::new();
        let mut hits = 0;
        for _ in 0..10 {
            let started = Instant::now();
            hits = catalog.facets(&request(text), &none, &Cancel::default())?.unwrap_or_default().total;
            times.push(started.elapsed());
        }
        report(&format!("facets: {kind}"), times, hits);
    }
    let mut times = Vec::new();
    for _ in 0..50 {
        let cancel = Cancel::default();
        let asked = SearchRequest { sort: Sort::Landed, ..request("") };
        let waited = std::thread::scope(|scope| {
            let search =
                scope.spawn(|| catalog.search_cancellable(&asked, &Destination::default(), &none, &cancel));
            // A moment in the middle of the search, which is where the cancelling is to come.
            #[allow(clippy::disallowed_methods)]
            std::thread::sleep(Duration::from_millis(3));
            let started = Instant::now();
            cancel.cancel();
            let done = search.join();
            (started.elapsed(), done)
        });
        if matches!(waited.1, Ok(Ok(None))) {
            times.push(waited.0);
        }
    }
    report("cancelled, until it stops", times, 0);
    Ok(())
}

/// Queries by kind.
const KINDS: [(&str, &[&str]); 13] = [
    ("1 character", &["杯", "袜", "鞋", "灯", "纯", "加"]),
    ("2 characters", &["北欧", "袜子", "毛巾", "防水", "折叠", "雨伞"]),
    ("4 characters", &["不锈钢保", "运动鞋可", "男士女士", "纯棉加厚"]),
    ("most common word", &["不锈钢"]),
    ("two words", &["316 保温杯", "学生 背包", "防滑 拖鞋", "高档 玩具车"]),
    ("rare", &["玩具车高档多功能", "餐具折叠防水", "不存在的", "高档多功能收纳盒"]),
    ("letters", &["logo", "500ml", "ins", "3"]),
    ("no words", &[""]),
    (
        "price, moq",
        &["保温杯 price<30 moq<=100", "学生 背包 price@300<20 moq<=50", "不锈钢 price<5", "price<9 moq<=10"],
    ),
    ("few pass", &["不锈钢 price<1.1 moq<=2", "price<1.02 moq<=1", "运动鞋 price>=90.9"]),
    ("pinyin initials", &["bxg", "bwb", "ydx", "xskdz", "gddgn"]),
    ("pinyin", &["buxiugang", "baowenbei", "yundongxie", "wazi"]),
    ("none passes", &["不锈钢 price<0.5", "price<0.5 -moq<=1", "学生 moq>=100000"]),
];

fn report(name: &str, mut times: Vec<Duration>, hits: usize) {
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).map_or(0, Duration::as_micros);
    let worst = times.last().map_or(0, Duration::as_micros);
    say(&format!(
        "{name:<34} p50 {:>7} us   p99 {:>7} us   worst {worst:>7} us   ({hits} hits)",
        at(50),
        at(99)
    ));
}

/// A thousand orders of twenty lines, 200 marked offers and 20 marked suppliers, in a ledger on disk.
fn marks(offers: i64, path: &Path) -> Result<Arc<Marks>, Box<dyn std::error::Error>> {
    let ledger = Ledger::open(path)?;
    let market = MarketId::new("bench/1");
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let key = |dice: &mut Dice| OfferKey::Market(600_000_000_000 + dice.below(offers.max(1) as usize) as i64);
    let now = Timestamp::from_second(1_760_000_000)?;
    let orders: Vec<Order> = (0..1_000)
        .map(|n| {
            let line = |dice: &mut Dice| OrderLine {
                line_id: None,
                offer_id: key(dice),
                spec_id: Some(SpecId::new("b266e0726506185beaf205cbae88530d")),
                title: Clean::new("304不锈钢真空保温杯 500ml 车载礼品杯 大容量 学生 批发"),
                spec_name: Clean::new("白色 / 500ml"),
                unit: Some(Unit::new("个")),
                quantity: Quantity::whole(300),
                unit_price: Some(Money::from_fen(980)),
                amount: Some(Money::from_fen(294_000)),
                shipping: None,
            };
            Order {
                order_id: Some(OrderId::new(&format!("33170811602{n:06}"))),
                supplier_id: Some(SupplierId::new(&format!("seller{}", dice.below(1_500)))),
                supplier_name: Some(Clean::new("永康市某某工贸有限公司")),
                lines: (0..20).map(|_| line(&mut dice)).collect(),
                ..Order::blank(Clean::new("done"), now)
            }
        })
        .collect();
    ledger.store_orders(&market, &orders, now)?;
    let mut marks = Marks::default();
    let mut times = Vec::new();
    for _ in 0..20 {
        let started = Instant::now();
        marks.count(ledger.past_orders(&market)?);
        times.push(started.elapsed());
    }
    report("count 1,000 orders", times, marks.bought.len());
    let mut times = Vec::new();
    for _ in 0..200 {
        let started = Instant::now();
        ledger.stamp()?;
        times.push(started.elapsed());
    }
    report("ask whether they changed", times, 0);
    for n in 0..200 {
        let mark = marks.offers.entry(key(&mut dice)).or_default();
        mark.favourite = n % 3 == 0;
        mark.blocked = (n % 5 == 0).then(|| Clean::new("迟发"));
        mark.tags = vec![Clean::new(&format!("t{}", n % 10))];
        mark.note = Clean::new("发货快，包装好");
    }
    for n in 0..20 {
        let mark = marks.suppliers.entry(SupplierId::new(&format!("seller{n}"))).or_default();
        mark.favourite = n % 2 == 0;
        mark.note = Clean::new("老板姓陈，发货快");
        mark.blocked = (n % 7 == 0).then(|| Clean::new("欠款"));
    }
    Ok(Arc::new(marks))
}

/// The 200 suppliers of most offers: first with nothing read, again, and at another quantity.
fn suppliers(catalog: &Catalog, marks: &Arc<Marks>) -> Result<(), Box<dyn std::error::Error>> {
    for (name, quantity) in [("first", 300), ("again", 300), ("other quantity", 500), ("back", 300)] {
        let started = Instant::now();
        let request = SupplierRequest {
            text: String::new(),
            quantity: Quantity::whole(quantity),
            limit: 200,
            only_new: false,
            since: None,
        };
        let found = catalog.suppliers(&request, marks, &Badges::default())?.suppliers;
        let listed = started.elapsed();
        let ids: Vec<&Supplier> = found.iter().map(|(supplier, _)| supplier).collect();
        let figures = catalog.supplier_figures(&ids, Quantity::whole(quantity), marks)?;
        let priced = figures.iter().filter(|figures| figures.least.is_some()).count();
        say(&format!(
            "suppliers, {name}: {} us, of them listing {} us   ({} suppliers, {priced} priced)",
            started.elapsed().as_micros(),
            listed.as_micros(),
            ids.len()
        ));
    }
    Ok(())
}

#[allow(clippy::print_stdout, reason = "a benchmark's figures are its output")]
fn say(line: &str) {
    println!("{line}");
}
