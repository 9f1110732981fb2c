//! What stands in a line's place, from the key to the ranked list: `cargo bench --bench substitute [-- OFFERS | FOLDER]`.
//!
//! Milliseconds of [`Desk::substitutes`], the first answer of a process apart, then median and 99th percentile over 300
//! lines of every kind; over generated offers (20,000 unless another number is given: 24 kinds in as many categories,
//! titles as sellers write them), or over the profile in a folder, such as one `pifa sync` filled. The 99th percentile
//! has to stay within 50 ms.

// A bench speaks on standard output and stops at the first thing that is wrong.
#![allow(clippy::print_stdout, clippy::expect_used)]

mod desk;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use pifa::catalog::Catalog;
use pifa::domain::freight::{Destination, FreightTerms};
use pifa::domain::id::{OfferKey, SupplierId};
use pifa::domain::money::Money;
use pifa::domain::offer::{Attribute, Completeness, Offer, PriceTier};
use pifa::domain::quantity::{Quantity, Unit};
use pifa::domain::substitute::Present;
use pifa::domain::supplier::Identity;
use pifa::domain::text::Clean;

use desk::desk;

const LINES: usize = 300;
const LIMIT: Duration = Duration::from_millis(50);

/// Each kind with another name of it, what it is made of, what it can do, and its units.
const KINDS: [(&str, &str, &str, &str, &str); 12] = [
    ("保温杯", "水杯", "304不锈钢 316不锈钢 纯钛", "大容量 便携 真空 双层", "个"),
    ("玻璃杯", "茶杯", "高硼硅 水晶玻璃", "双层 耐高温 带盖", "个"),
    ("四件套", "床品", "全棉 水洗棉 珊瑚绒", "加厚 裸睡 亲肤 抗菌", "套"),
    ("拖鞋", "凉拖", "EVA 棉麻", "防滑 厚底 静音", "双"),
    ("牵引绳", "狗绳", "尼龙 牛皮", "反光 耐咬 伸缩", "条"),
    ("项圈", "颈圈", "尼龙 牛皮", "反光 耐咬 可调节", "条"),
    ("收纳箱", "储物箱", "PP 塑料", "可折叠 大容量 带盖", "个"),
    ("手机支架", "懒人支架", "铝合金 ABS", "可折叠 磁吸 旋转", "个"),
    ("吸顶灯", "照明灯", "亚克力 铁艺", "护眼 超薄 遥控", "盏"),
    ("运动鞋", "跑步鞋", "网面 飞织", "透气 轻便 防滑", "双"),
    ("双肩包", "背包", "牛津布 帆布", "大容量 防水 便携", "个"),
    ("毛巾", "浴巾", "纯棉 超细纤维", "吸水 加厚 不掉毛", "条"),
];
const FOR_WHOM: [&str; 6] = ["学生", "男女", "儿童", "户外", "家用", "办公室"];
const SOLD_AS: [&str; 7] = ["批发", "跨境", "厂家直销", "现货", "定制LOGO", "一件代发", "源头工厂"];

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, many: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % many.max(1)
    }

    fn word<'a>(&mut self, words: &'a str) -> &'a str {
        let many = words.split(' ').count();
        words.split(' ').nth(self.below(many)).unwrap_or_default()
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words.get(self.below(words.len())).copied().unwrap_or_default()
    }
}

fn offer(number: usize, dice: &mut Dice) -> Offer {
    // Two categories sell goods of each kind.
    let category = number % (KINDS.len() * 2);
    let (name, other, made_of, does, unit) = KINDS.get(category / 2).copied().expect("a kind");
    let (first, second) = (dice.word(does), dice.word(does));
    let made_of = dice.word(made_of);
    let whom = dice.of(&FOR_WHOM);
    let tails = [dice.of(&SOLD_AS), dice.of(&SOLD_AS)];
    let title = match number % 3 {
        0 => format!("{made_of}{first}{name} {whom}{other} {}", tails.join(" ")),
        1 => format!("{name}{whom}{first}{made_of}{second} {}", tails.join(" ")),
        _ => format!("{first}{made_of}{second}{name} {whom} {}", tails.join(" ")),
    };
    let mut offer = Offer::blank(
        OfferKey::Market(600_000_000_000 + i64::try_from(number).unwrap_or(0)),
        Clean::new(&title),
        Timestamp::UNIX_EPOCH,
    );
    let fen = 300 + i64::try_from(dice.below(2_700)).unwrap_or(0);
    let tier = |from, fen| PriceTier {
        from_quantity: Quantity::whole(from),
        price: Money::from_fen(fen),
        promotion: None,
    };
    offer.tiers = vec![tier(2, fen), tier(100, fen * 9 / 10), tier(1_000, fen * 8 / 10)];
    offer.completeness = Completeness::Full;
    offer.supplier_id = Some(SupplierId::new(&format!("BBB{}", dice.below(2_000))));
    offer.supplier_name = Some(Clean::new("义乌市恒致日用品厂"));
    offer.unit = Some(Unit::new(unit));
    offer.moq = Some(Quantity::whole(2));
    offer.category_id = Some(1_000 + i64::try_from(category).unwrap_or(0));
    offer.freight = FreightTerms::SellerPays;
    offer.sold_30d = u64::try_from(dice.below(9_000)).ok();
    if dice.below(9) == 0 {
        offer.identities = vec![Identity::SuperFactory];
    }
    let told = |name: &str, value: &str| Attribute {
        name: Clean::new(name),
        name_en: None,
        value: Clean::new(value),
        value_en: None,
    };
    offer.attributes = vec![told("材质", made_of), told("功能", first), told("适用", whom)];
    offer
}

/// A catalog of so many offers, indexed.
fn fill(catalog: &Path, many: usize) {
    let catalog = Catalog::open(catalog).expect("the catalog opens");
    let mut dice = Dice(many as u64);
    let offers: Vec<Offer> = (0..many).map(|number| offer(number, &mut dice)).collect();
    for offers in offers.chunks(5_000) {
        catalog.upsert(offers, &[]).expect("the offers are stored");
    }
    while catalog.index_some(Duration::from_secs(5), &mut |_| {}).expect("the index is built") {}
    catalog.settle().expect("the index is tidied up");
}

/// The catalog of a profile, wherever its market put it.
fn of_profile(folder: &Path) -> Option<PathBuf> {
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(at).ok()?.flatten() {
            let path = entry.path();
            match path.file_name().and_then(|name| name.to_str()) {
                Some("catalog.db") => return Some(path),
                _ if path.is_dir() => open.push(path),
                _ => {}
            }
        }
    }
    None
}

fn main() {
    let given = std::env::args().skip(1).find(|word| !word.starts_with("--"));
    let own = tempfile::tempdir().expect("a folder");
    let profile = given.as_ref().map(Path::new).filter(|folder| folder.is_dir()).and_then(of_profile);
    let catalog = profile.unwrap_or_else(|| {
        let many = given.and_then(|word| word.parse().ok()).unwrap_or(20_000);
        let catalog = own.path().join("catalog.db");
        fill(&catalog, many);
        catalog
    });
    let desk = desk(own.path(), &catalog);
    let mut offers: Vec<Arc<Offer>> = Vec::new();
    desk.dump::<()>(&mut |offer| {
        offers.push(Arc::new(offer.clone()));
        Ok(())
    })
    .expect("the catalog is read")
    .expect("to its end");
    let step = (offers.len() / LINES).max(1);
    let (mut took, mut rows, mut empty) = (Vec::new(), 0, 0);
    for offer in offers.iter().step_by(step).take(LINES + 1) {
        let present = Present::of(offer, None, Quantity::whole(100), &Destination::default());
        let began = Instant::now();
        let found = desk.substitutes(&present).expect("the catalog answers");
        took.push(began.elapsed());
        rows += found.rows.len();
        empty += usize::from(found.rows.is_empty());
    }
    let first = took.remove(0);
    took.sort_unstable();
    let at = |share: usize| took.get(took.len().saturating_sub(1) * share / 100).copied().unwrap_or_default();
    let ms = |of: Duration| of.as_secs_f64() * 1_000.0;
    let within = at(99) <= LIMIT && !took.is_empty();
    println!(
        "{} offers, {} lines, {:.1} rows each, {empty} without any: ms first {:.1}, p50 {:.1}, p99 {:.1} {}",
        offers.len(),
        took.len(),
        rows as f64 / (took.len() + 1) as f64,
        ms(first),
        ms(at(50)),
        ms(at(99)),
        if within { "within 50 ms" } else { "OVER 50 ms" },
    );
    std::process::exit(i32::from(!within));
}
