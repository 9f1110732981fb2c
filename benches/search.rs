//! Ingest and search figures over generated offers: `cargo bench --bench search -- [OFFERS]` (default 20,000; also
//! PIFA_BENCH_OFFERS). Prints offers a second and, for each kind of query, p50 and p99 in microseconds.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use pifa::catalog::Catalog;
use pifa::domain::freight::{Destination, FreightTerms};
use pifa::domain::id::{OfferKey, SpecId, SupplierId};
use pifa::domain::money::Money;
use pifa::domain::offer::{Completeness, Offer, PriceTier, QuoteType, Sku};
use pifa::domain::quantity::{Quantity, Unit};
use pifa::domain::search::{SearchRequest, Sort};
use pifa::domain::supplier::Mix;
use pifa::domain::text::Clean;

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
    for pass in ["first pass", "same again"] {
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
    };
    let started = Instant::now();
    catalog.search(&request("杯", Sort::Rank), &Destination::default())?;
    say(&format!("first search, index made: {} us", started.elapsed().as_micros()));
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
        times.sort_unstable();
        let at = |share: usize| times.get(times.len() * share / 100).map_or(0, Duration::as_micros);
        let worst = times.last().map_or(0, Duration::as_micros);
        say(&format!(
            "{name:<26} p50 {:>7} us   p99 {:>7} us   worst {worst:>7} us   ({hits} hits)",
            at(50),
            at(99)
        ));
    }
    Ok(())
}

#[allow(clippy::print_stdout, reason = "a benchmark's figures are its output")]
fn say(line: &str) {
    println!("{line}");
}
