//! The buying lists over the panes, as a shop that reorders every month uses them: the cart kept under a name, held
//! against what the cart has become, two sets of it put in, written over, due and no longer due, deleted. The files on
//! disk and the cart's JSON judge each step.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use pifa::i18n::{Lang, comparing};

use crate::harness::{DEADLINE, Session};
use crate::steps::{LANGS, quit, rows, word};
use crate::{filled, verb};

/// Goods and how many.
type Goods = BTreeMap<(String, String), u64>;

fn cart(folder: &Path) -> Goods {
    let cart = verb(folder, &["cart", "list"]);
    let mut goods = Goods::new();
    for line in rows(&cart, "suppliers").iter().flat_map(|part| rows(part, "lines")) {
        let of = (word(line, "offer_id"), word(line, "spec_id"));
        *goods.entry(of).or_default() += line["quantity"].as_u64().expect("whole units");
    }
    goods
}

/// The lines of a list's file: `OFFER[:SPEC] QTY  # words`.
fn file(folder: &Path, name: &str) -> Option<Goods> {
    let text = std::fs::read_to_string(folder.join("lists").join(format!("{name}.txt"))).ok()?;
    assert!(text.starts_with(&format!("name: {name}\n")), "{text}");
    let lines = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
    let read = lines.map(|line| {
        let mut words = line.split_whitespace();
        let (goods, units) = (words.next().unwrap(), words.next().unwrap());
        let (offer, spec) = goods.split_once(':').unwrap_or((goods, ""));
        ((offer.to_owned(), spec.to_owned()), units.parse().unwrap())
    });
    Some(read.collect())
}

/// Three offers in stock, of different suppliers, and one quantity of which each has enough many times over.
fn stock_up(folder: &Path) {
    let found = verb(folder, &["search", "stock>=5000", "--qty", "200", "--limit", "200"]);
    let mut sellers: Vec<String> = Vec::new();
    for offer in rows(&found, "offers") {
        let seller = word(offer, "supplier_id");
        let whole = ["米", "公斤", "千克", "码", "吨"].iter().all(|unit| word(offer, "unit") != *unit);
        if offer["buyable"] != true || !whole || sellers.contains(&seller) || sellers.len() == 3 {
            continue;
        }
        let id = word(offer, "offer_id");
        let shown = verb(folder, &["show", &id]);
        let most = rows(&shown, "skus").iter().max_by_key(|sku| sku["stock"].as_u64());
        let goods = match most {
            Some(sku) if sku["stock"].as_u64() >= Some(2_000) => format!("{id}:{}", word(sku, "spec_id")),
            None => id,
            Some(_) => continue,
        };
        if shown["lot"].is_number() || shown["purchase_limit"].is_number() {
            continue;
        }
        verb(folder, &["cart", "add", &goods, "200"]);
        sellers.push(seller);
    }
    assert_eq!(sellers.len(), 3, "three sellers with plenty");
}

/// Waits until the disk says so: what is shown may come before it.
fn until(pifa: &mut Session, what: &str, mut is_so: impl FnMut() -> bool) {
    let last = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < last, "never so: {what}\n{}", pifa.contents());
        pifa.listen(Duration::from_millis(50));
    }
}

#[test]
fn a_list_from_its_saving_to_its_end_in_chinese() {
    a_list_from_its_saving_to_its_end(LANGS[0], "每月补货");
}

#[test]
fn a_list_from_its_saving_to_its_end_in_english() {
    a_list_from_its_saving_to_its_end(LANGS[1], "monthly");
}

fn a_list_from_its_saving_to_its_end(lang: Lang, name: &str) {
    let words = lang.text();
    let folder = filled();
    let folder = folder.path();
    stock_up(folder);
    let first = cart(folder);
    let mut pifa = Session::start(folder, &["--lang", lang.as_tag()], 24, 80);
    pifa.wait_for("▌");
    pifa.type_text("g3");
    pifa.wait_for(words.no_problems);

    // Saved under a name.
    pifa.type_text("l");
    pifa.wait_for(words.no_lists);
    pifa.type_text("s");
    pifa.wait_for(words.ask_list_name);
    pifa.type_text(name);
    pifa.wait_for(name);
    pifa.type_text("\r");
    pifa.wait_for(&comparing::list_saved(lang, name));
    pifa.wait(name, |shown| shown.lines().any(|line| line.contains("│▌") && line.contains(name)));
    assert_eq!(file(folder, name).as_ref(), Some(&first));

    // The same cart has nothing that differs; another quantity does.
    pifa.type_text("c");
    pifa.wait_for(words.no_difference);
    pifa.type_text("\x1b");
    pifa.wait_for(words.lists_title);
    pifa.wait("the lists again", |shown| !shown.contains(words.no_difference));
    pifa.type_text("\x1b");
    pifa.wait("the cart", |shown| !shown.contains(words.lists_title));
    pifa.type_text("410\r");
    until(&mut pifa, "410 of the first", || cart(folder).values().any(|units| *units == 410));
    let changed = cart(folder);
    pifa.type_text("l");
    pifa.wait_for(words.lists_title);
    pifa.wait_for(name);
    pifa.type_text("c");
    pifa.wait_for(&comparing::list_diff(lang, name));
    let shown = pifa.wait_for("410");
    let told = verb(folder, &["list", "diff", name]);
    let [difference] = rows(&told, "differences") else { panic!("{told}") };
    assert_eq!((difference["here"].as_u64(), difference["there"].as_u64()), (Some(200), Some(410)));
    let row = shown.lines().find(|line| line.contains("410") && line.contains("│▌")).expect("its row");
    assert!(row.contains("200"), "{row}");

    // Two sets of it go in, as one step.
    pifa.type_text("\x1b");
    pifa.wait_for(words.col_due);
    pifa.type_text("\r");
    pifa.wait_for(words.ask_sets);
    pifa.type_text("2\r");
    pifa.wait_for(&comparing::list_loaded(lang, name, 3, 0));
    let mut wanted = changed.clone();
    for (goods, units) in &first {
        *wanted.entry(goods.clone()).or_default() += 2 * units;
    }
    until(&mut pifa, "two sets more", || cart(folder) == wanted);
    pifa.type_text("u");
    until(&mut pifa, "as before", || cart(folder) == changed);

    // Under a name that is taken it is asked first; no answer but yes is one.
    for (answer, left) in [("n", &first), ("y", &changed)] {
        pifa.type_text("l");
        pifa.wait_for(words.lists_title);
        pifa.wait_for(name);
        pifa.type_text("s");
        pifa.wait_for(words.ask_list_name);
        pifa.type_text(&format!("\x15{name}\r"));
        let asked = comparing::replace_list(lang, name);
        let asked: String = asked.chars().take(20).collect();
        pifa.wait_for(&asked);
        pifa.type_text(answer);
        pifa.wait("answered", |shown| !shown.contains(&asked));
        until(&mut pifa, "what it holds", || file(folder, name).as_ref() == Some(left));
        pifa.type_text("\x1b");
        pifa.wait("the cart", |shown| !shown.contains(words.lists_title));
    }

    // Due every four weeks since long ago: marked, until it was put in.
    verb(folder, &["list", "save", name, "--every", "28", "--since", "2020-01-01", "--replace"]);
    assert_eq!(rows(&verb(folder, &["list", "due"]), "lists").len(), 0, "put into the cart today");
    let path = folder.join("lists").join(format!("{name}.txt"));
    let other = if lang.is_chinese() { "新店开张" } else { "opening" };
    let text =
        std::fs::read_to_string(&path).unwrap().replace(&format!("name: {name}"), &format!("name: {other}"));
    std::fs::write(folder.join("lists").join(format!("{other}.txt")), text).unwrap();
    let due = verb(folder, &["list", "due"]);
    let [due] = rows(&due, "lists") else { panic!("{due}") };
    assert_eq!(word(due, "name"), other);
    let over = due["days_over"].as_i64().unwrap();
    // A row of the list, not what is said of it below.
    let row = |shown: &str, of: &str| -> Option<String> {
        let is_row = |line: &&str| line.starts_with('│') && line.contains(of);
        shown.lines().find(is_row).map(str::to_owned)
    };
    pifa.type_text("l");
    let shown = pifa.wait(other, |shown| row(shown, other).is_some());
    let is_due = |shown: &str, of: &str| row(shown, of).is_some_and(|row| row.contains('!'));
    // Midnight in Beijing may have passed since it was asked.
    let said = [over, over + 1].map(|over| comparing::due_in(lang, over));
    assert!(said.iter().any(|said| row(&shown, other).unwrap().contains(said)), "{shown}");
    assert!(is_due(&shown, other) && row(&shown, name).is_some() && !is_due(&shown, name), "{shown}");
    let selected = |shown: &str| shown.lines().find(|line| line.contains("│▌")).map(str::to_owned);
    if !selected(&shown).expect("one is selected").contains(other) {
        pifa.type_text("j");
        if !selected(&pifa.wait("another", |now| now != shown)).unwrap().contains(other) {
            pifa.type_text("kk");
        }
        pifa.wait("it is selected", |shown| selected(shown).is_some_and(|row| row.contains(other)));
    }
    pifa.type_text("\r");
    pifa.wait_for(words.ask_sets);
    pifa.type_text("\r");
    pifa.wait_for(&comparing::list_loaded(lang, other, 3, 0));
    assert_eq!(rows(&verb(folder, &["list", "due"]), "lists").len(), 0);

    // Deleted, after a yes.
    pifa.type_text("l");
    let shown = pifa.wait("nothing is due", |shown| row(shown, other).is_some() && !is_due(shown, other));
    let gone = if selected(&shown).expect("one is selected").contains(other) { other } else { name };
    for answer in ["n", "y"] {
        assert!(file(folder, gone).is_some());
        pifa.type_text("d");
        let asked: String = comparing::delete_list(lang, gone).chars().take(20).collect();
        pifa.wait_for(&asked);
        pifa.type_text(answer);
        pifa.wait("answered", |shown| !shown.contains(&asked));
    }
    pifa.wait_for(&comparing::list_deleted(lang, gone));
    assert!(file(folder, gone).is_none());
    assert_eq!(rows(&verb(folder, &["list", "all"]), "lists").len(), 1);
    pifa.type_text("\x1b");
    pifa.wait("the cart", |shown| !shown.contains(words.lists_title));
    quit(&mut pifa);
}
