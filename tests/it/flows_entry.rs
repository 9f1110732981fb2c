//! A list pasted into the cart: looked at first, put in with Enter, left with Esc; and what that looks like.

use std::sync::Arc;

use pifa::app::{Effect, Fact, Layer, Model};
use pifa::domain::entry::{BadRow, CutShort, EntryReport, GoodRow, Reason, Standing};
use pifa::domain::id::OfferKey;
use pifa::domain::quantity::Unit;
use pifa::domain::text::Clean;
use pifa::i18n::{Lang, entry};

use crate::own_fixtures::trouble;
use crate::screens::{shown, snap};
use crate::ui_fixtures::*;

const PASTED: &str = "676651652931 300\r\nA-17 1.5\r\n3.31E+18 5";

fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    tell(model, Fact::Pasted(text.to_owned()))
}

fn row(line: u64, units: u32, standing: Standing) -> GoodRow {
    let cup = cup();
    GoodRow {
        line,
        offer: cup.key.clone(),
        spec_id: None,
        title: cup.title.clone(),
        title_en: cup.title_en.clone(),
        spec_name: Clean::new("白色 500ml"),
        quantity: q(units),
        unit: cup.unit.clone(),
        is_least: line == 5,
        standing,
    }
}

/// One of every kind of row.
fn report() -> EntryReport {
    let offer = OfferKey::Market(676651652931);
    let words = |text: &str| Clean::new(text);
    let reasons = vec![
        Reason::NotARow,
        Reason::UnknownOffer(words("A-18")),
        Reason::UnknownSpec { offer: offer.clone(), spec: words("蓝色") },
        Reason::NeedsSpec { offer, specs: 6 },
        Reason::Ambiguous(words("K-1")),
        Reason::BadLink(words("https://qr.1688.com/s/x")),
        Reason::BadQuantity(words("-1")),
        Reason::Fraction { quantity: "1.5".parse().unwrap(), unit: Some(Unit::new("个")) },
        Reason::Ruined(words("3.31E+18")),
        Reason::Duplicate { line: 2 },
        Reason::Lowered { before: q(300) },
        Reason::Encoding,
        Reason::Quote,
        Reason::TooLong,
    ];
    let bad =
        (11u64..).zip(reasons).map(|(line, reason)| BadRow { line, text: words("A-17 一行 1.5"), reason });
    EntryReport {
        good: vec![
            row(2, 300, Standing::New),
            row(3, 450, Standing::Raised { before: q(300) }),
            row(4, 100, Standing::Already),
            row(5, 2, Standing::New),
        ],
        bad: bad.collect(),
        cut_short: None,
        encodings: vec![],
    }
}

fn pasted(model: &mut Model, report: EntryReport) {
    press(model, "g 3");
    let effects = paste(model, PASTED);
    let Some(Effect::CheckEntry(list)) = effects.first() else { panic!("{effects:?}") };
    tell(model, Fact::EntryChecked { list: list.clone(), result: Ok(Arc::new(report)) });
}

#[test]
fn what_is_pasted_into_the_cart_is_looked_at_and_nothing_else() {
    let mut model = ready(Lang::En, 80, 24);
    press(&mut model, "3");
    // Of the text of a paste nothing is a command, and a blank one is nothing.
    assert!(paste(&mut model, " \r\n").is_empty() && model.layers.is_empty());
    let effects = paste(&mut model, "Q\r\ny\r\n676651652931 300");
    assert!(
        matches!(effects.as_slice(), [Effect::CheckEntry(list)] if &**list == "Q\r\ny\r\n676651652931 300")
    );
    // Enter waits for what is being looked at.
    assert!(press(&mut model, "enter").is_empty());
    assert!(matches!(model.layers.last(), Some(Layer::Entry(_))));
    assert!(press(&mut model, "esc").is_empty() && model.layers.is_empty());
    // An answer that comes late opens nothing.
    tell(&mut model, Fact::EntryChecked { list: Arc::from("Q"), result: Ok(Arc::new(report())) });
    assert!(model.layers.is_empty());
}

#[test]
fn enter_puts_the_good_rows_in_and_esc_leaves_them() {
    let mut model = ready(Lang::En, 80, 24);
    pasted(&mut model, report());
    let effects = press(&mut model, "enter");
    assert!(matches!(effects.as_slice(), [Effect::Enter(list)] if &**list == PASTED), "{effects:?}");
    assert!(model.layers.is_empty());
    tell(&mut model, Fact::Entered(Ok(Box::new((Arc::new(report()), legal_cart())))));
    assert_eq!(model.notice.as_ref().unwrap().text, "3 rows added, 1 were in already, 14 not taken");
    assert_eq!(
        model.cart.len(),
        legal_cart().assessment.parts.iter().map(|part| part.lines.len()).sum::<usize>()
    );
    pasted(&mut model, report());
    assert!(press(&mut model, "esc").is_empty() && model.layers.is_empty());
}

#[test]
fn a_list_with_nothing_to_add_stays_and_says_so() {
    let mut model = ready(Lang::En, 80, 24);
    let nothing = EntryReport { good: vec![row(2, 300, Standing::Already)], ..EntryReport::default() };
    pasted(&mut model, nothing);
    assert!(press(&mut model, "enter").is_empty());
    assert!(matches!(model.layers.last(), Some(Layer::Entry(_))));
    assert_eq!(model.notice.as_ref().unwrap().text, "there is nothing to add");
    // Another paste takes its place.
    let effects = paste(&mut model, "x 1");
    assert!(matches!(effects.as_slice(), [Effect::CheckEntry(_)]) && model.layers.len() == 1);
    tell(&mut model, Fact::EntryChecked { list: Arc::from("x 1"), result: Err(trouble()) });
    assert!(shown(&mut model).contains(trouble().text.as_str()));
    // What went wrong while it went in is told, and the cart read again.
    assert!(!tell(&mut model, Fact::Entered(Err(trouble()))).is_empty());
}

#[test]
fn a_long_list_scrolls_to_its_last_row() {
    let mut model = ready(Lang::En, 80, 24);
    let good = (1..=5_000).map(|line| row(line, 3, Standing::New)).collect();
    pasted(&mut model, EntryReport { good, ..report() });
    let top = shown(&mut model);
    assert!(top.contains("5000 rows to add, 14 not taken") && top.contains("line 11"), "{top}");
    for _ in 0..300 {
        press(&mut model, "pgdn");
        shown(&mut model);
    }
    let end = shown(&mut model);
    assert!(end.contains("line 5000") && !end.contains("line 11 "), "{end}");
}

#[test]
fn the_preview_in_every_language() {
    snap("entry_preview", |model| {
        pasted(model, report());
        model.notice = None;
    });
    snap("entry_preview_end", |model| {
        pasted(model, EntryReport { cut_short: Some(CutShort::Rows(20_000)), ..report() });
        shown(model);
        press(model, "pgdn pgdn");
        model.notice = None;
    });
    let mut model = ready(Lang::ZhTw, 80, 24);
    pasted(&mut model, report());
    insta::assert_snapshot!("entry_preview_tw_80x24", shown(&mut model));
}

#[test]
fn every_reason_is_a_sentence_of_its_own_in_every_language() {
    for lang in Lang::ALL {
        let said: Vec<String> = report().bad.iter().map(|bad| entry::reason(lang, &bad.reason)).collect();
        let mut distinct = said.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), said.len(), "{said:?}");
        let chinese = |text: &String| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        // Words of the list stay as they are; ours are of the language.
        assert!(said.iter().filter(|text| chinese(text)).count() >= if lang.is_chinese() { 14 } else { 0 });
        assert!(lang.is_chinese() || said.iter().filter(|text| chinese(text)).count() <= 2);
    }
    assert_eq!(
        entry::reason(Lang::ZhCn, &Reason::Ruined(Clean::new("3.31E+18"))),
        "3.31E+18 被 Excel 改成了科学计数法，后几位已经丢了；把这一列设为文本再导出"
    );
    assert_eq!(
        entry::cut_short(Lang::En, CutShort::Sheets(2)),
        "only the first sheet was read; 2 more were not"
    );
}
