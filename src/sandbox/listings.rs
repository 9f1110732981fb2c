//! Listings from a file (`--catalog`): JSON lines, as real exports have them, served in place of the generated
//! world. What a listing does not say stays unknown: no minimum, no weight, freight by agreement.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use rust_decimal::Decimal;
use serde_json::Value;

use super::StartError;
use super::params::{int, text};
use super::world::types::{
    Truth, WorldAttribute, WorldCategory, WorldFreight, WorldOffer, WorldSku, WorldSupplier, WorldTier,
};
use crate::domain::money::Money;

/// Listings of one made-up shop, when they name no supplier.
const SHOP_SIZE: u64 = 12;
/// A listing does not say what is in stock.
const STOCK: i64 = 9999;

/// A read file.
#[derive(Debug, Default)]
pub(super) struct Listings {
    offers: Vec<WorldOffer>,
    numbers: HashMap<i64, u64>,
    suppliers: Vec<WorldSupplier>,
    categories: Vec<WorldCategory>,
    hash: u64,
}

impl Listings {
    /// See [`super::goods::Goods::best_sellers`].
    pub fn best_sellers(&self, most: usize) -> (i64, Vec<u64>) {
        let mut leaves: BTreeMap<i64, Vec<&WorldOffer>> = BTreeMap::new();
        for offer in self.offers.iter().filter(|offer| !offer.fee_link) {
            leaves.entry(offer.category_id).or_default().push(offer);
        }
        let Some((leaf, mut rows)) = leaves.into_iter().max_by_key(|(_, rows)| rows.len()) else {
            return (0, Vec::new());
        };
        rows.sort_by_key(|offer| (Reverse(offer.sold_30d), offer.number));
        (leaf, rows.into_iter().take(most).map(|offer| offer.number).collect())
    }

    /// Reads a file; lines that are no listings are skipped with a warning, a file without any is an error.
    pub fn read(path: &Path) -> Result<Listings, StartError> {
        let failed = |reason: String| StartError::Catalog { path: path.to_owned(), reason };
        let file = File::open(path).map_err(|error| failed(error.to_string()))?;
        let mut listings = Listings::default();
        let mut shops: HashMap<String, u64> = HashMap::new();
        for (index, line) in BufReader::new(file).lines().enumerate() {
            let line = line.map_err(|error| failed(format!("line {}: {error}", index + 1)))?;
            if line.trim().is_empty() {
                continue;
            }
            let read = serde_json::from_str::<Value>(&line)
                .map_err(|error| error.to_string())
                .and_then(|row| listings.add(&row, &mut shops));
            match read {
                Ok(()) => listings.hash = hash(listings.hash, &line),
                Err(reason) => {
                    tracing::warn!(line = index + 1, reason, "skipped a listing");
                }
            }
        }
        if listings.offers.is_empty() {
            return Err(failed("no listing in it".to_owned()));
        }
        Ok(listings)
    }

    pub fn offers(&self) -> &[WorldOffer] {
        &self.offers
    }

    pub fn suppliers(&self) -> &[WorldSupplier] {
        &self.suppliers
    }

    pub fn categories(&self) -> &[WorldCategory] {
        &self.categories
    }

    pub fn number_of(&self, offer_id: i64) -> Option<u64> {
        self.numbers.get(&offer_id).copied()
    }

    /// Tells one file's contents from another's.
    pub fn fingerprint(&self) -> String {
        format!("{:016x} of {} offers", self.hash, self.offers.len())
    }

    fn add(&mut self, row: &Value, shops: &mut HashMap<String, u64>) -> Result<(), String> {
        let any = |keys: &[&str]| keys.iter().find_map(|key| text(row, key));
        let amount = |keys: &[&str]| -> Result<Option<Money>, String> {
            let Some(given) = any(keys) else { return Ok(None) };
            let plain = given.trim_start_matches(['¥', '￥', ' ']).replace(',', "");
            plain.parse::<Money>().map(Some).map_err(|_| format!("not a price: {given}"))
        };
        let item = any(&["item_id", "offer_id", "id", "sku"]).ok_or("no item id")?;
        let title = any(&["title_zh", "title", "subject", "name"]).ok_or("no title")?;
        let single = amount(&["price", "unit_price"])?;
        let low = amount(&["price_min"])?.or(single).ok_or("no price")?;
        let high = amount(&["price_max"])?.or(single).unwrap_or(low);
        let (low, high) = (low.min(high), low.max(high));
        if low.is_negative() || low.is_zero() {
            return Err(format!("not a price: {low}"));
        }
        let offer_id = item
            .parse::<i64>()
            .ok()
            .filter(|id| *id > 0)
            .unwrap_or_else(|| 900_000_000_000 + (hash(0, &item) % 99_999_999_999) as i64);
        if self.numbers.contains_key(&offer_id) {
            return Err(format!("listed before: {item}"));
        }
        let moq = ["quantity_begin", "moq", "min_order", "minimum"]
            .iter()
            .find_map(|key| int(row, key))
            .filter(|moq| *moq > 0);
        let sold_30d =
            int(row, "sold_30d").or_else(|| int(row, "sold_90d").map(|sold| sold / 3)).unwrap_or(0).max(0);
        let section = any(&["section", "category"]).unwrap_or_else(|| "其他".to_owned());
        let number = self.offers.len() as u64;
        let category = self.category(&section);
        let supplier = self.shop(
            any(&["supplier_id", "supplier_name", "shop"])
                .unwrap_or_else(|| format!("{section} {}", number / SHOP_SIZE)),
            &section,
            shops,
        );
        let by_sku = low != high;
        let skus = if by_sku {
            [("低价款", "Lowest priced", low), ("高价款", "Highest priced", high)]
                .iter()
                .enumerate()
                .map(|(index, (name, name_en, price))| sku(offer_id, index, name, name_en, *price))
                .collect()
        } else {
            Vec::new()
        };
        self.numbers.insert(offer_id, number);
        self.offers.push(WorldOffer {
            offer_id,
            number,
            supplier,
            subject: title,
            subject_en: any(&["title_en", "name_en"]).unwrap_or_default(),
            category_id: category,
            second_category_id: category,
            top_category_id: category,
            unit: any(&["unit"]).map_or("件".into(), Into::into),
            unit_en: "Piece".into(),
            quote_type: u8::from(by_sku),
            tiers: vec![WorldTier { from_quantity: moq.unwrap_or(1), price: low, promotion_price: None }],
            stock: if by_sku { 2 * STOCK } else { STOCK },
            skus,
            // Nothing = unknown; the wire leaves it out.
            moq: moq.unwrap_or(0),
            lot: None,
            purchase_limit: None,
            mix_enabled: false,
            one_piece_dropship: false,
            free_post_dropship: false,
            return_7d: false,
            invoice: None,
            customizable: None,
            pay_later: None,
            fee_link: false,
            yanxuan: false,
            select: false,
            advertised: false,
            attributes: Vec::new(),
            freight: if row.get("free_shipping") == Some(&Value::Bool(true)) {
                WorldFreight::SellerPays
            } else {
                WorldFreight::ByAgreement
            },
            weight_g: None,
            size_cm: None,
            sold_30d,
            sold_7d: sold_30d / 4,
            sold_out: int(row, "sold_90d").unwrap_or(sold_30d).max(0),
            pay_buyers_30d: 0,
            add_cart_30d: 0,
            repeat_rate: Decimal::ZERO,
            trade_score: text(row, "score").and_then(|score| score.parse().ok()).unwrap_or(Decimal::ZERO),
            ship_guarantee: "shipIn48Hours".into(),
            created_ms: 1_700_000_000_000,
            extra_flows: Vec::new(),
            description: String::new(),
        });
        Ok(())
    }

    fn category(&mut self, name: &str) -> i64 {
        if let Some(known) = self.categories.iter().find(|category| category.name == name) {
            return known.id;
        }
        let id = self.categories.len() as i64 + 1;
        self.categories.push(WorldCategory {
            id,
            parent: 0,
            name: name.to_owned(),
            name_en: name.to_owned(),
            leaf: true,
        });
        id
    }

    fn shop(&mut self, key: String, section: &str, shops: &mut HashMap<String, u64>) -> u64 {
        if let Some(known) = shops.get(&key) {
            return *known;
        }
        let number = self.suppliers.len() as u64;
        self.suppliers.push(WorldSupplier {
            number,
            seller_open_id: format!("BBB{:016x}", hash(7, &key)),
            company: key.clone(),
            company_en: key.clone(),
            login_id: format!("shop{number}"),
            province: "浙江省".into(),
            city: "金华市".into(),
            belt: section.to_owned().into(),
            belt_en: section.to_owned().into(),
            identities: Vec::new(),
            tp_years: 0,
            truth: Truth::Unclear,
            mix: None,
            scores: [Decimal::ZERO; 6],
            medal_level: 0,
            repeat_rate: Decimal::ZERO,
            collect_48h: Decimal::ZERO,
            quality_refund_30d: Decimal::ZERO,
        });
        shops.insert(key, number);
        number
    }
}

fn sku(offer_id: i64, index: usize, name: &str, name_en: &str, price: Money) -> WorldSku {
    let key = format!("{offer_id}/{index}");
    WorldSku {
        sku_id: (1 << 42) + (hash(3, &key) % (1 << 41)) as i64,
        spec_id: format!("{:016x}{:016x}", hash(1, &key), hash(2, &key)),
        attributes: vec![WorldAttribute {
            name: "规格".into(),
            name_en: "Specification".into(),
            value: name.to_owned().into(),
            value_en: name_en.to_owned().into(),
        }],
        price: Some(price),
        promotion_price: None,
        stock: STOCK,
    }
}

/// FNV-1a with a seed: stable over runs and machines.
fn hash(seed: u64, text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &str) -> Result<Listings, StartError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("listings.jsonl");
        std::fs::write(&path, lines).unwrap();
        Listings::read(&path)
    }

    #[test]
    fn real_columns_are_read_and_bad_lines_skipped() {
        let listings = read(concat!(
            r#"{"item_id":"816731226821","section":"ActiveWear","title_zh":"瑜伽裤","title_en":"Yoga Pants","price":"13.83","price_min":"13.83","price_max":"13.83","quantity_begin":"2","sold_90d":"5"}"#,
            "\n{broken\n",
            r#"{"offer_id":862986344448,"title":"运动套装","price_min":"41.0","price_max":"138.0","free_shipping":true}"#,
            "\n",
            r#"{"item_id":"816731226821","title":"twice","price":"1"}"#,
            "\n",
            r#"{"item_id":"85123A","title":"WHITE HANGING HEART","price":"2.55","moq":6}"#,
        ))
        .unwrap();
        let [plain, ranged, coded] = listings.offers() else { panic!("{:?}", listings.offers()) };
        assert_eq!((plain.quote_type, plain.moq, plain.tiers[0].price.to_string()), (0, 2, "13.83".into()));
        assert_eq!((ranged.quote_type, ranged.moq, ranged.skus.len()), (1, 0, 2));
        assert_eq!(ranged.skus[1].price.unwrap().to_string(), "138.00");
        assert_eq!(ranged.freight, WorldFreight::SellerPays);
        assert_eq!(ranged.skus[0].spec_id.len(), 32);
        assert_eq!(listings.number_of(coded.offer_id), Some(2));
    }

    #[test]
    fn a_file_without_listings_is_an_error_that_names_it() {
        let error = read("{}\n[]\n").unwrap_err().to_string();
        assert!(error.contains("listings.jsonl") && error.contains("no listing"), "{error}");
    }
}
