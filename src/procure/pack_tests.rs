//! Packs: what comes out is what went in, and nothing of a bad one is used.

use std::io::{Read, Write};
use std::path::PathBuf;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::file::hex;
use super::*;
use crate::domain::quantity::Quantity;
use crate::domain::supplier::{Mix, Scores};
use crate::procure::saved::tests::{at, desk, desk_at, offer};

fn supplier(id: &str, name: &str) -> Supplier {
    Supplier {
        id: SupplierId::new(id),
        name: Clean::new(name),
        name_en: None,
        belt: Some(Clean::new("永康")),
        identities: Vec::new(),
        years: Some(7),
        mix: Mix::None,
        repeat_rate: None,
        province: None,
        city: None,
        scores: Scores::default(),
        medal_level: None,
        pickup_48h: None,
        quality_refund: None,
        offers: 0,
    }
}

fn of(mut offer: Offer, supplier: &str) -> Offer {
    offer.supplier_id = Some(SupplierId::new(supplier));
    offer
}

fn everything() -> PackWhat {
    PackWhat::Query(SearchRequest { quantity: Quantity::ONE, ..SearchRequest::default() })
}

/// A desk with three cups of two shops, and its pack.
fn packed(folder: &Path) -> (Desk, PathBuf) {
    let desk = desk(folder, "app/me");
    let offers = [
        of(offer(1, "保温杯", &[(1, "10"), (100, "8")], 100), "s1"),
        of(offer(2, "纸杯", &[(1, "1")], 100), "s2"),
        of(offer(3, "水杯", &[(1, "3")], 100), "s1"),
    ];
    desk.parts.catalog.upsert(&offers, &[supplier("s1", "甲厂"), supplier("s2", "乙厂")]).unwrap();
    let path = folder.join("cups.pifa");
    let packed = desk.pack(&path, &everything()).unwrap();
    assert_eq!((packed.header.offers, packed.header.suppliers), (3, 2));
    (desk, path)
}

fn all(desk: &Desk) -> Vec<Offer> {
    let keys = desk.all_hits(&SearchRequest::default()).unwrap();
    desk.parts.catalog.offers(&keys).unwrap().into_iter().flatten().collect()
}

fn inflated(path: &Path) -> String {
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text
}

/// A pack of these lines, with the right hash behind them.
fn pack_of(path: &Path, lines: &[String]) {
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let hash = hex(&Sha256::digest(body.as_bytes()));
    raw(path, format!("{body}{{\"sha256\":\"{hash}\"}}\n").as_bytes());
}

fn raw(path: &Path, bytes: &[u8]) {
    let mut out = GzEncoder::new(std::fs::File::create(path).unwrap(), Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap();
}

fn refused(desk: &Desk, path: &Path) -> String {
    let before = all(desk);
    let error = desk.unpack(path, PackAs::Own).unwrap_err();
    assert!(matches!(error, DeskError::Pack(_)), "{error:?}");
    assert_eq!(all(desk), before, "nothing of it is used");
    assert!(desk.packs().unwrap().is_empty());
    error.to_string()
}

#[test]
fn what_is_packed_comes_out_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (here, path) = packed(folder.path());
    let there = desk(&folder.path().join("b"), "app/me");
    let note = there.unpack(&path, PackAs::Own).unwrap();
    assert_eq!((note.offers, note.new, note.updated, note.kept), (3, 3, 0, 0));
    assert_eq!(all(&there), all(&here));
    assert_eq!(
        there.supplier(&SupplierId::new("s1")).unwrap(),
        here.supplier(&SupplierId::new("s1")).unwrap()
    );
    assert_eq!(there.packs().unwrap(), [note]);
    // Again: nothing is newer.
    let again = there.unpack(&path, PackAs::Own).unwrap();
    assert_eq!((again.new, again.updated, again.kept), (0, 0, 3));
    // A part of it: one supplier's, and what a query finds.
    let part = folder.path().join("part.pifa");
    let one = PackWhat::Suppliers(vec![SupplierId::new("s1")]);
    assert_eq!(here.pack(&part, &one).unwrap().header.offers, 2);
    let query = SearchRequest { text: "纸".into(), ..SearchRequest::default() };
    assert_eq!(here.pack(&part, &PackWhat::Query(query)).unwrap().header.offers, 1, "a pack may be replaced");
    let none = SearchRequest { text: "没有这个".into(), ..SearchRequest::default() };
    assert!(matches!(here.pack(&part, &PackWhat::Query(none)), Err(DeskError::Pack(PackError::Empty))));
    let letter = folder.path().join("letter.txt");
    std::fs::write(&letter, "dear").unwrap();
    assert!(here.pack(&letter, &everything()).is_err());
    assert_eq!(std::fs::read(&letter).unwrap(), b"dear");
}

#[test]
fn the_newer_reading_wins_and_what_is_gone_stays_gone() {
    let folder = tempfile::tempdir().unwrap();
    let (_, path) = packed(folder.path());
    let there = desk(&folder.path().join("b"), "app/me");
    let mut gone = offer(1, "保温杯", &[(1, "10")], 200);
    gone.gone = true;
    let mut row = Offer::blank(OfferKey::Market(3), Clean::new("水杯"), at(200));
    row.sold_30d = Some(77);
    there
        .parts
        .catalog
        .upsert(&[offer(1, "保温杯", &[(1, "10")], 50), offer(2, "纸杯", &[(1, "9")], 50), row], &[])
        .unwrap();
    there.parts.catalog.upsert(&[gone], &[]).unwrap();
    let note = there.unpack(&path, PackAs::Own).unwrap();
    assert_eq!((note.new, note.updated, note.kept), (0, 2, 1));
    let read = |id| there.offer(&OfferKey::Market(id)).unwrap().unwrap();
    assert!(read(1).gone && read(1).fetched_at == at(200));
    assert_eq!((read(2).tiers[0].price.to_string(), read(2).fetched_at), ("1.00".into(), at(100)));
    // A detail of older date completes a newer row, whose figures stand over it; its prices are as old as they are.
    assert_eq!((read(3).tiers.len(), read(3).sold_30d, read(3).fetched_at), (1, Some(77), at(100)));
    // What was known keeps the change of price.
    assert_eq!(there.price_history(&read(2)).unwrap().points().len(), 2);
}

#[test]
fn a_pack_of_another_market_comes_in_as_local_goods_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let (_, path) = packed(folder.path());
    let there = desk(&folder.path().join("b"), "other/you");
    assert!(refused(&there, &path).contains("another app or market: app/me"));
    let note = there.unpack(&path, PackAs::Local("小王: 杯")).unwrap();
    assert_eq!(note.source.as_ref().map(Clean::as_str), Some("小王 杯"));
    let keys: Vec<String> = all(&there).iter().map(|offer| offer.key.to_string()).collect();
    assert_eq!(keys, ["L:小王 杯:1", "L:小王 杯:2", "L:小王 杯:3"]);
    assert!(all(&there).iter().all(|offer| offer.key.market_id().is_none()));
    assert!(
        all(&there)
            .iter()
            .all(|offer| offer.supplier_id.as_ref().is_some_and(|id| id.as_str().starts_with("L:")))
    );
    assert!(there.supplier(&SupplierId::new("s1")).unwrap().is_none());
}

#[test]
fn a_pack_of_a_colleague_keeps_the_ids_where_both_buy_at_one_market() {
    let folder = tempfile::tempdir().unwrap();
    let (_, path) = packed(folder.path());
    let keys = |desk: &Desk| all(desk).iter().map(|offer| offer.key.to_string()).collect::<Vec<_>>();
    // Another account of the same app: that is the same market.
    let colleague = desk(&folder.path().join("b"), "app/you");
    let note = colleague.unpack(&path, PackAs::Own).unwrap();
    assert_eq!((note.source, note.new, note.market_id), (None, 3, MarketId::new("app/me")));
    assert_eq!(keys(&colleague), ["1", "2", "3"]);
    assert!(colleague.supplier(&SupplierId::new("s1")).unwrap().is_some());
    // Another app: the buyer has to say so.
    let real = folder.path().join("real.pifa");
    let sent = |sandbox: &str| {
        let text = inflated(&path).replacen(",\"sandbox\":true", sandbox, 1);
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        pack_of(&real, &lines[..lines.len() - 1]);
    };
    sent(",\"sandbox\":false");
    let elsewhere = desk_at(&folder.path().join("c"), "app2/you", false);
    assert!(refused(&elsewhere, &real).contains("another app or market: app/me"));
    elsewhere.unpack(&real, PackAs::SameMarket).unwrap();
    assert_eq!(keys(&elsewhere), ["1", "2", "3"]);
    // Goods of a sandbox are nobody else's, whatever is said; packs of before may be of one.
    for (told, sandbox) in
        [(",\"sandbox\":true", false), ("", false), (",\"sandbox\":true", true), (",\"sandbox\":false", true)]
    {
        sent(told);
        let other = desk_at(&folder.path().join("d"), "app3/you", sandbox);
        let error = other.unpack(&real, PackAs::SameMarket).unwrap_err();
        assert!(matches!(error, DeskError::Pack(PackError::Foreign { never: true, .. })), "{error}");
        assert!(all(&other).is_empty());
        assert_eq!(other.unpack(&real, PackAs::Local("x")).unwrap().offers, 3);
    }
}

#[test]
fn damage_and_hostile_packs_are_refused_plainly() {
    let folder = tempfile::tempdir().unwrap();
    let (_, path) = packed(folder.path());
    let there = desk(&folder.path().join("b"), "app/me");
    let whole = std::fs::read(&path).unwrap();
    let text = inflated(&path);
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let bad = folder.path().join("bad.pifa");
    let body = &lines[..lines.len() - 1];

    for (bytes, words) in [
        (&whole[..whole.len() / 2], "damaged"),
        (&b"not a pack"[..], "no pack"),
        (&[][..], "no pack"),
        (&[0x1f, 0x8b, 0, 0][..], "damaged"),
    ] {
        std::fs::write(&bad, bytes).unwrap();
        let said = refused(&there, &bad);
        assert!(said.contains(words) || said.contains("missing"), "{said}");
    }
    std::fs::write(&bad, [&whole[..], b"more"].concat()).unwrap();
    assert!(refused(&there, &bad).contains("behind its end"));
    // One figure changed, under the old hash.
    raw(&bad, text.replacen("保温杯", "保温壶", 1).as_bytes());
    assert!(refused(&there, &bad).contains("wrong hash"));
    raw(&bad, body.iter().map(|line| format!("{line}\n")).collect::<String>().as_bytes());
    assert!(refused(&there, &bad).contains("missing"));

    let changed = |from: &str, to: &str, words: &str| {
        let joined = body.join("\n");
        assert!(joined.contains(from), "{from}");
        let lines: Vec<String> = joined.replacen(from, to, 1).lines().map(str::to_owned).collect();
        pack_of(&bad, &lines);
        let said = refused(&there, &bad);
        assert!(said.contains(words), "{said}");
    };
    changed("\"pifa_pack\":1", "\"pifa_pack\":2", "newer pifa");
    changed("\"pifa_pack\":1", "\"pifa_pack\":0", "announces more");
    changed("\"offers\":3", "\"offers\":2", "more than its header");
    changed("\"offers\":3", "\"offers\":4", "less than its header");
    changed("\"offers\":3", "\"offers\":99999999999", "announces more");
    changed("\"market_id\":\"app/me\"", "\"market_id\":\"app/\\u001b[2Jme\"", "names no market");
    changed("\"supplier_id\":\"s1\"", "\"supplier_id\":\"s\\u00001\"", "no id");
    changed("\"key\":\"1\"", "\"key\":\"-1\"", "cannot be read");
    changed("\"key\":\"1\"", "\"key\":\"L:a\\u202e:1\"", "no number");
    changed("\"price\":\"10.00\"", "\"price\":\"-10.00\"", "below nothing");
    let future = (at(1_000_000) + jiff::SignedDuration::from_hours(24 * 400)).to_string();
    changed(&at(100).to_string(), &future, "read after");
    changed(&at(1_000_000).to_string(), &future, "future");

    // A line that never ends, and a pack that is much more than it says.
    let header = format!("{}\n", lines[0]);
    raw(&bad, &[header.as_bytes(), &vec![b'a'; 8 * 1024 * 1024]].concat());
    assert!(refused(&there, &bad).contains("longer than any listing"));
    let line = format!("{{\"offer\":{{\"x\":\"{}\"}}}}\n", " ".repeat(200_000));
    raw(&bad, format!("{header}{}", line.repeat(400)).as_bytes());
    assert!(refused(&there, &bad).contains("cannot be read"));
    assert!(refused(&there, folder.path()).contains("no file"));
    assert!(refused(&there, &folder.path().join("none")).contains("No such file"));
    // A reading of tomorrow by a clock that is a little ahead is one of now.
    let soon = (at(1_000_000) + jiff::SignedDuration::from_hours(5)).to_string();
    let lines: Vec<String> = body.iter().map(|line| line.replace(&at(100).to_string(), &soon)).collect();
    pack_of(&bad, &lines);
    there.unpack(&bad, PackAs::Own).unwrap();
    assert!(all(&there).iter().all(|offer| offer.fetched_at == at(1_000_000)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_catalog_comes_out_the_same(
        rows in prop::collection::btree_map(1i64..1_000_000, ("[杯盘碗a-z ]{1,20}", 1i64..99_999, 0i64..900_000, 0u8..3), 1..40),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (here, there) = (desk(&folder.path().join("a"), "m/1"), desk(&folder.path().join("b"), "m/1"));
        let offers: Vec<Offer> = rows.iter().map(|(id, (title, fen, read, shop))| {
            let price = crate::domain::money::Money::from_fen(*fen).to_string();
            of(offer(*id, &format!("货{title}"), &[(1, &price)], *read), &format!("s{shop}"))
        }).collect();
        let shops: Vec<Supplier> = (0..3).map(|n| supplier(&format!("s{n}"), &format!("店{n}"))).collect();
        here.parts.catalog.upsert(&offers, &shops).unwrap();
        let path = folder.path().join("p");
        here.pack(&path, &everything()).unwrap();
        there.unpack(&path, PackAs::Own).unwrap();
        prop_assert_eq!(all(&there), all(&here));
    }

    /// Whatever is done to a byte of a pack, it is refused or gives the same listings.
    #[test]
    fn no_changed_byte_goes_unnoticed(place in 0.0f64..1.0, bit in 0u8..8) {
        let folder = tempfile::tempdir().unwrap();
        let (here, path) = packed(folder.path());
        let there = desk(&folder.path().join("b"), "app/me");
        let mut bytes = std::fs::read(&path).unwrap();
        let at = ((bytes.len() as f64) * place) as usize;
        bytes[at] ^= 1 << bit;
        std::fs::write(&path, bytes).unwrap();
        match there.unpack(&path, PackAs::Own) {
            // Bytes of the gzip header (its time, its system) say nothing of the contents.
            Ok(_) => prop_assert_eq!(all(&there), all(&here)),
            Err(error) => {
                prop_assert!(matches!(error, DeskError::Pack(_)), "{}", error);
                prop_assert!(all(&there).is_empty());
            }
        }
    }
}
