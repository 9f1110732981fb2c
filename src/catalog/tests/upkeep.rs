//! The index as files: missing, cut off, damaged, somebody else's, written by two, and grown over many syncs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::domain::mark::Marks;
use crate::domain::search::{Cancel, RankWeights};

const LONG: Duration = Duration::from_secs(600);

fn indexed(catalog: &Catalog) {
    while catalog.index_some(LONG, &mut |_| {}).unwrap() {}
}

fn goods(ids: impl Iterator<Item = i64>, word: &str) -> Vec<Offer> {
    let offer = |id: i64| {
        let mut offer =
            full(id, &format!("{word}{} 第{id}款", ["保温杯", "雨伞", "毛巾"][id as usize % 3]), "1.00");
        offer.sold_30d = Some((id * 7_919 % 1_000) as u64);
        offer
    };
    ids.map(offer).collect()
}

fn leading(catalog: &Catalog, text: &str) -> Vec<i64> {
    let found = catalog.leading(&request(text), &Arc::default(), 40).unwrap();
    found.iter().map(|place| place.tie().market_id().unwrap()).collect()
}

fn index_of(path: &Path) -> std::path::PathBuf {
    path.with_file_name("index")
}

/// Files of the index and their bytes together.
fn size(folder: &Path) -> (usize, u64) {
    let files: Vec<u64> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).collect();
    (files.len(), files.iter().sum())
}

#[test]
fn an_index_is_built_when_there_is_none_and_again_when_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let catalog = Catalog::open(&path).unwrap();
    assert!(!catalog.index_behind().unwrap(), "nothing to index");
    catalog.upsert(&goods(1..=1_500, ""), &[]).unwrap();
    let before = leading(&catalog, "雨伞");
    assert!(catalog.index_behind().unwrap() && before.len() == 40);
    let mut told = Vec::new();
    while catalog.index_some(LONG, &mut |progress| told.push(progress)).unwrap() {}
    assert_eq!(told.last().map(|progress| (progress.done, progress.of)), Some((1_500, 1_500)));
    assert!(!catalog.index_behind().unwrap());
    assert_eq!(leading(&catalog, "雨伞"), before);
    let other = Catalog::open(&path).unwrap();
    assert_eq!((leading(&other, "雨伞"), other.index_behind().unwrap()), (before.clone(), false));
    fs::remove_dir_all(index_of(&path)).unwrap();
    assert_eq!((leading(&other, "雨伞"), other.index_behind().unwrap()), (before.clone(), true));
    indexed(&other);
    assert_eq!((leading(&catalog, "雨伞"), catalog.index_behind().unwrap()), (before.clone(), false));
    catalog.forget_index().unwrap();
    assert!(catalog.index_behind().unwrap());
    indexed(&catalog);
    assert_eq!(leading(&other, "雨伞"), before);
}

#[test]
fn a_build_that_is_cut_off_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let catalog = Catalog::open(&path).unwrap();
    catalog.upsert(&goods(1..=5_500, ""), &[]).unwrap();
    let wanted: Vec<Vec<i64>> = ["雨伞", "第5", ""].iter().map(|text| leading(&catalog, text)).collect();
    drop(catalog);
    let mut pieces = 0;
    loop {
        // A new handle each time, as after a crash.
        let catalog = Catalog::open(&path).unwrap();
        let has_more = catalog.index_some(Duration::ZERO, &mut |_| {}).unwrap();
        for (text, wanted) in ["雨伞", "第5", ""].iter().zip(&wanted) {
            assert_eq!(&leading(&catalog, text), wanted, "{text} after {pieces} pieces");
            let page = catalog.search(&request(text), &Destination::default()).unwrap();
            assert_eq!(page.searched, None, "everything was searched");
        }
        pieces += 1;
        if !has_more {
            break;
        }
    }
    assert!(pieces > 3, "{pieces}");
}

#[test]
fn damage_of_any_file_is_noticed_searched_around_and_healed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let catalog = Catalog::open(&path).unwrap();
    catalog.upsert(&goods(1..=900, ""), &[]).unwrap();
    indexed(&catalog);
    let wanted = leading(&catalog, "毛巾 第1");
    drop(catalog);
    let index = index_of(&path);
    // By what they are: after each rebuild the segments have other names.
    let kinds: BTreeSet<String> =
        fs::read_dir(&index).unwrap().map(|file| kind(&file.unwrap().path())).collect();
    let mut state = 0x9e37_79b9_u64;
    let mut noticed = BTreeSet::new();
    for kind_of in kinds.iter().chain(&kinds) {
        let mut files = fs::read_dir(&index).unwrap().map(|file| file.unwrap().path());
        let Some(file) = files.find(|file| kind(file) == *kind_of) else { continue };
        let good = fs::read(&file).unwrap();
        let mut bad = good.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let place = (state >> 20) as usize % bad.len().max(1);
            if let Some(byte) = bad.get_mut(place) {
                *byte ^= (state >> 11) as u8 | 1;
            }
        }
        if state & 256 == 0 {
            bad.truncate(bad.len() / 2);
        }
        fs::write(&file, &bad).unwrap();
        let catalog = Catalog::open(&path).unwrap();
        assert_eq!(leading(&catalog, "毛巾 第1"), wanted, "{}", file.display());
        if catalog.index_behind().unwrap() {
            noticed.insert(kind_of.as_str());
            indexed(&catalog);
            assert_eq!(
                (leading(&catalog, "毛巾 第1"), catalog.index_behind().unwrap()),
                (wanted.clone(), false)
            );
            break_away(&catalog, &path, &wanted);
        } else {
            fs::write(&file, &good).unwrap();
        }
    }
    for kind in ["term", "idx", "pos", "fast", "numbers", "titles"] {
        assert!(noticed.contains(kind), "the damage of {kind} was not met: {noticed:?}");
    }
    assert!(path.with_file_name("index.bad").exists(), "what was damaged is kept");
}

/// What follows the name of the segment; of others the whole name.
fn kind(file: &Path) -> String {
    let name = file.file_name().unwrap().to_str().unwrap();
    match name.split_once('.') {
        Some((segment, kind)) if segment.len() == 32 => kind.to_owned(),
        _ => name.to_owned(),
    }
}

/// After a rebuild the files have other names: the rest of the damage is done to those that are there.
fn break_away(catalog: &Catalog, path: &Path, wanted: &[i64]) {
    let first = fs::read_dir(index_of(path)).unwrap().map(|file| file.unwrap().path()).find(|file| {
        file.extension()
            .is_some_and(|extension| extension == "term" || extension == "idx" || extension == "fast")
    });
    let file = first.unwrap();
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    // A new file, as a copy of a damaged disk would bring; what is mapped already stays as it was.
    fs::remove_file(&file).unwrap();
    fs::write(&file, bytes).unwrap();
    let other = Catalog::open(path).unwrap();
    assert_eq!(leading(&other, "毛巾 第1"), wanted);
    assert!(other.index_behind().unwrap());
    indexed(&other);
    assert_eq!(leading(catalog, "毛巾 第1"), wanted);
}

#[test]
fn another_catalogs_index_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("a/catalog.db"), folder.path().join("b/catalog.db"));
    let (first, second) = (Catalog::open(&one).unwrap(), Catalog::open(&two).unwrap());
    first.upsert(&goods(1..=900, "甲"), &[]).unwrap();
    second.upsert(&goods(1..=900, "乙"), &[]).unwrap();
    indexed(&first);
    indexed(&second);
    drop(second);
    fs::remove_dir_all(index_of(&two)).unwrap();
    fs::create_dir(index_of(&two)).unwrap();
    for file in fs::read_dir(index_of(&one)).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), index_of(&two).join(file.file_name())).unwrap();
    }
    let second = Catalog::open(&two).unwrap();
    assert_eq!((leading(&second, "甲"), leading(&second, "乙").len()), (vec![], 40));
    assert!(second.index_behind().unwrap());
    indexed(&second);
    assert_eq!((leading(&second, "甲"), leading(&second, "乙").len()), (vec![], 40));
    // A catalog that was set aside and filled anew has another index, too.
    drop(second);
    for suffix in ["", "-wal", "-shm"] {
        fs::remove_file(folder.path().join(format!("b/catalog.db{suffix}"))).ok();
    }
    let second = Catalog::open(&two).unwrap();
    assert!(leading(&second, "").is_empty());
}

#[test]
fn one_writes_and_the_other_only_searches() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let (one, two) = (Catalog::open(&path).unwrap(), Catalog::open(&path).unwrap());
    one.upsert(&goods(1..=3_000, ""), &[]).unwrap();
    assert!(one.index_some(Duration::ZERO, &mut |_| {}).unwrap(), "there is more, and the writer is kept");
    assert!(!two.index_some(LONG, &mut |_| {}).unwrap(), "somebody else is at it");
    assert!(two.index_behind().unwrap());
    assert_eq!(leading(&one, "雨伞"), leading(&two, "雨伞"));
    indexed(&one);
    two.upsert(&goods(3_001..=3_700, ""), &[]).unwrap();
    indexed(&two);
    assert!(!one.index_behind().unwrap());
    assert_eq!(leading(&one, "第3700").len(), 1);
    two.clear().unwrap();
    assert!(leading(&one, "").is_empty() && leading(&two, "雨伞").is_empty());
    one.upsert(&goods(1..=600, ""), &[]).unwrap();
    indexed(&one);
    assert_eq!(leading(&two, "第600"), [600]);
}

#[test]
fn many_syncs_that_change_little_leave_no_heap_of_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let catalog = Catalog::open(&path).unwrap();
    catalog.upsert(&goods(1..=2_000, ""), &[]).unwrap();
    indexed(&catalog);
    let (_, first) = size(&index_of(&path));
    for round in 0..40_i64 {
        let changed = (0..20).map(|n| (round * 20 + n * 97) % 2_000 + 1);
        catalog.upsert(&goods(changed, &format!("新{}", round % 7)), &[]).unwrap();
        indexed(&catalog);
    }
    let (files, bytes) = size(&index_of(&path));
    assert!(files <= 120 && bytes <= first * 4, "{files} files, {bytes} bytes after {first}");
    let request = request("");
    assert_eq!(catalog.count(&request, &Arc::default(), &Cancel::default()).unwrap(), Some(2_000));
    assert_eq!(leading(&catalog, "第1234").len(), 1);
}

#[test]
fn other_weights_rank_everything_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let catalog = Catalog::open(&path).unwrap();
    let mut offers = goods(1..=1_000, "");
    offers[10].years = Some(15);
    offers[10].sold_30d = Some(0);
    catalog.upsert(&offers, &[]).unwrap();
    indexed(&catalog);
    assert_ne!(leading(&catalog, "")[0], 11);
    let weights = RankWeights { sales: 0, years: 1_000, ..RankWeights::default() };
    assert!(catalog.set_rank(&weights).unwrap() && !catalog.set_rank(&weights).unwrap());
    assert!(catalog.index_behind().unwrap());
    indexed(&catalog);
    assert!(!catalog.index_behind().unwrap());
    for handle in [&catalog, &Catalog::open(&path).unwrap()] {
        assert_eq!(leading(handle, "")[0], 11);
        assert_eq!(find(handle, "")[0], 11, "the first screen agrees");
        let why =
            handle.why(&request(""), &Arc::new(Marks::default()), &OfferKey::Market(11)).unwrap().unwrap();
        assert_eq!(why.score, leading_score(handle));
    }
    // What is written now is ranked by them at once.
    catalog.upsert(&[full(2_000, "灯", "1.00")], &[]).unwrap();
    assert!(catalog.set_rank(&RankWeights::default()).unwrap());
    indexed(&catalog);
    assert_ne!(leading(&catalog, "")[0], 11);
}

fn leading_score(catalog: &Catalog) -> i64 {
    catalog.leading(&request(""), &Arc::default(), 1).unwrap()[0].score()
}

#[test]
fn an_index_asked_for_often_is_opened_anew_and_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let catalog = Catalog::open(&path).unwrap();
    catalog.upsert(&goods(1..=1_500, ""), &[]).unwrap();
    indexed(&catalog);
    let before = leading(&catalog, "雨伞");
    let newest = || catalog.inner.home.newest().unwrap();
    let first = newest();
    catalog.rest();
    assert!(Arc::ptr_eq(&first, &newest()), "a few searches are no reason");
    for _ in 0..300 {
        drop(newest());
        catalog.rest();
    }
    let second = newest();
    assert!(!Arc::ptr_eq(&first, &second));
    // Whoever still looks at the old one is not disturbed.
    assert_eq!((first.len(), leading(&catalog, "雨伞")), (1_500, before));
    catalog.rest();
    assert!(Arc::ptr_eq(&second, &newest()), "it begins to count again");
}

#[test]
fn whoever_reads_what_another_one_wrote_checks_and_notes_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let reader = Catalog::open(&path).unwrap();
    reader.upsert(&goods(1..=300, ""), &[]).unwrap();
    indexed(&reader);
    leading(&reader, "雨伞");
    let writer = Catalog::open(&path).unwrap();
    writer.upsert(&goods(301..=1_500, ""), &[]).unwrap();
    indexed(&writer);
    assert_eq!(leading(&reader, "雨伞"), leading(&writer, "雨伞"));
    let index = index_of(&path);
    let note: serde_json::Value =
        serde_json::from_slice(&fs::read(index.join("checked.json")).unwrap()).unwrap();
    let files = fs::read_dir(&index).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let parts = [".idx", ".pos", ".term", ".fast", ".store", ".titles", ".numbers", ".lexicon"];
    let missing: Vec<String> = files
        .filter(|name| parts.iter().any(|part| name.ends_with(part)) && note.get(name).is_none())
        .collect();
    assert!(missing.is_empty(), "{missing:?} are not in {note}");
}
