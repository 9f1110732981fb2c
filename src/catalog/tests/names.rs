//! What is looked up by tables beside the index, or settled by reading many titles at once, against a statement that
//! reads every listing: suppliers by their names, phrases with blanks, long readings.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::domain::search::Cancel;
use crate::query::fold::fold;
use crate::query::pinyin;

/// Suppliers that told their names.
const NAMES: [(&str, &str, Option<&str>); 5] = [
    ("s1", "甲厂 n", None),
    ("s2", "义乌甲乙", Some("Yiwu N & b")),
    ("S3", "b2b", None),
    ("n", "丙", None),
    ("belt", "丁 永", Some("nn")),
];

fn indexed(catalog: &Catalog) {
    while catalog.index_some(Duration::from_secs(60), &mut |_| {}).unwrap() {}
}

#[derive(Debug, Clone)]
struct Drawn {
    title: String,
    translated: Option<String>,
    /// One of [`NAMES`], or nobody's id and one of some names.
    seller: usize,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    ("[不锈钢厂直销家杯款新 dn2]{1,12}", prop::option::of("[dnx2 杯-]{1,8}"), 0..8_usize)
        .prop_map(|(title, translated, seller)| Drawn { title, translated, seller })
}

fn made(id: i64, drawn: &Drawn) -> Offer {
    let mut offer = full(id, &format!("{} ", drawn.title), "1.00");
    offer.title_en = drawn.translated.as_deref().map(Clean::new);
    offer.belt = Some(Clean::new("永康 n"));
    (offer.supplier_id, offer.supplier_name) = match NAMES.get(drawn.seller) {
        Some((id, name, _)) => (Some(SupplierId::new(id)), Some(Clean::new(name))),
        None => (None, Some(Clean::new(["甲", "nobody", ""][drawn.seller - NAMES.len()]))),
    };
    offer
}

/// Whether an offer is sold by one of that name, as `docs/QUERY.md` has it.
fn is_sold_by(drawn: &Drawn, name: &str, known: &[usize]) -> bool {
    let is_known = known.iter().any(|nth| NAMES[*nth].0 == name);
    match NAMES.get(drawn.seller) {
        Some((id, ..)) if is_known => *id == name,
        Some((id, told, translated)) => {
            let names = [Some(*told), *translated];
            id.eq_ignore_ascii_case(name)
                || names.iter().flatten().any(|told| fold(told).contains(&fold(name)))
        }
        None if is_known => false,
        None => fold(["甲", "nobody", ""][drawn.seller - NAMES.len()]).contains(&fold(name)),
    }
}

fn has_text(offer: &Offer, drawn: &Drawn, word: &str) -> bool {
    let lines = [
        Some(fold(offer.title.as_str())),
        offer.title_en.as_ref().map(|title| fold(title.as_str())),
        offer.supplier_name.as_ref().map(|name| fold(name.as_str())),
        offer.belt.as_ref().map(|belt| fold(belt.as_str())),
    ];
    let title: Vec<char> = fold(&drawn.title).trim().chars().collect();
    lines.iter().flatten().any(|line| line.contains(word))
        || pinyin::parses(word).iter().any(|parse| pinyin::matches(parse, &title).is_some())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn names_phrases_and_long_readings_are_found_as_if_every_row_were_read(
        first in prop::collection::vec(drawn(), 1..40),
        later in prop::collection::vec(drawn(), 0..6),
        sellers in prop::collection::vec(
            prop::sample::select(vec!["n", "N", "甲", "b", "s1", "s3", "S3", "丁", "丁 永", "永康", "nobody", "belt", "乙", "x"]), 3),
        phrases in prop::collection::vec(
            prop_oneof!["[不锈钢厂直销杯]{1,2} [dn2杯款]{1,2}", "[dn2] [dn2杯]", "[bcxgjzh]{4,5}", "[dn2] 杯",
                prop::sample::select(vec!["cjzx", "buxiu", "bxgc", "zhixiaoj"]).prop_map(str::to_owned)], 4),
        order in prop::sample::select(vec!["", " sort:age", " sort:price", " sort:sold"]),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::open(&folder.path().join("catalog.db")).unwrap();
        let drawn: Vec<Drawn> = first.iter().chain(&later).cloned().collect();
        let offers: Vec<Offer> = (1..).zip(&drawn).map(|(id, drawn)| made(id, drawn)).collect();
        let records: Vec<Supplier> = NAMES.iter().map(|(id, name, translated)| {
            Supplier { name_en: translated.map(Clean::new), ..supplier(id, name) }
        }).collect();
        catalog.upsert(&offers[..first.len()], &records).unwrap();
        indexed(&catalog);
        let known: Vec<usize> = (0..NAMES.len()).collect();
        for is_all_indexed in [false, true] {
            if is_all_indexed {
                indexed(&catalog);
            } else {
                catalog.upsert(&offers[first.len()..], &[]).unwrap();
            }
            catalog.with_view(&Cancel::default(), |view| {
                assert!(view.segments().all(|segment| segment.ids().is_some()));
                Ok(())
            }).unwrap();
            for name in &sellers {
                let text = format!("supplier:\"{name}\"{order}");
                let wanted: Vec<i64> = (1..).zip(&drawn).filter(|(_, drawn)| is_sold_by(drawn, name, &known)).map(|(id, _)| id).collect();
                let mut found = find(&catalog, &text);
                found.sort_unstable();
                prop_assert_eq!(&found, &wanted, "{}", text);
                let mut others = find(&catalog, &format!("-{text}"));
                others.extend(found);
                others.sort_unstable();
                prop_assert_eq!(others, (1..=drawn.len() as i64).collect::<Vec<_>>(), "all but {}", text);
            }
            for phrase in &phrases {
                let has_blank = phrase.contains(' ');
                let text = if has_blank { format!("\"{phrase}\"{order}") } else { format!("{phrase}{order}") };
                let wanted: Vec<i64> = (1..).zip(offers.iter().zip(&drawn)).filter(|(_, (offer, drawn))| has_text(offer, drawn, phrase)).map(|(id, _)| id).collect();
                let page = catalog.search(&request(&text), &Destination::default()).unwrap();
                let mut found = ids(&page);
                found.sort_unstable();
                prop_assert_eq!(&found, &wanted, "{}", text);
                if page.instead.is_none() {
                    prop_assert_eq!(page.total, wanted.len(), "{}", text);
                    let counted = catalog.count(&request(&text), &Arc::default(), &Cancel::default()).unwrap();
                    prop_assert_eq!(counted, Some(wanted.len()), "{}", text);
                }
            }
        }
    }
}
