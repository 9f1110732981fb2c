//! What buyers of the stories do on the screen, whatever its language: they look for words, go to rows and agree.

use std::path::Path;
use std::time::Duration;

use pifa::i18n::{Lang, drift, messages};
use serde_json::Value;

use crate::harness::{DEADLINE, Session};
use crate::verb;

/// The languages every story is told in.
pub const LANGS: [Lang; 2] = [Lang::ZhCn, Lang::En];

/// A sentence up to its first number, for what is known before the number is.
pub fn before_number(said: &str) -> String {
    said.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default().to_owned()
}

/// The beginning of a sentence that may be cut at the screen's edge.
pub fn beginning(said: &str) -> String {
    said.chars().take(30).collect()
}

/// The selected row of the list in view.
pub fn selected(shown: &str) -> Option<&str> {
    shown.lines().find(|line| line.starts_with('▌'))
}

/// Goes down a list until what is shown is as wished; gives what is shown then.
pub fn down_to(pifa: &mut Session, what: &str, wished: impl Fn(&str) -> bool) -> String {
    for _ in 0..200 {
        // A list that is still being filled moves by itself.
        pifa.settle(Duration::from_millis(60));
        let shown = pifa.contents();
        if wished(&shown) {
            return shown;
        }
        pifa.type_text("j");
        pifa.wait("the next row", |now| now != shown);
    }
    panic!("no row is {what}\n{}", pifa.contents());
}

/// Says yes to what is asked, again where it was too soon, until it is done.
pub fn agree(pifa: &mut Session, lang: Lang, what: &str, done: impl Fn(&str) -> bool) -> String {
    let too_soon = lang.text().not_armed;
    let until = std::time::Instant::now() + DEADLINE;
    loop {
        assert!(std::time::Instant::now() < until, "never agreed: {what}");
        pifa.settle(Duration::from_millis(350));
        pifa.type_text("y");
        let shown = pifa.wait(what, |shown| done(shown) || shown.contains(too_soon));
        if done(&shown) {
            return shown;
        }
    }
}

/// Does a command of the palette, by its name.
pub fn command(pifa: &mut Session, name: &str) {
    pifa.type_text(&format!(":{name}\r"));
}

/// Searches for a title that only one offer has.
pub fn find(pifa: &mut Session, lang: Lang, title: &str) {
    let one = format!(" {}", messages::hits(lang, 1, true, 7).split('7').next().unwrap());
    pifa.type_text("/\u{15}");
    pifa.wait("all offers", |shown| {
        shown.lines().nth(1).is_some_and(|row| row.starts_with(" /") && !row.contains(&one))
    });
    pifa.type_text(title);
    pifa.wait(title, |shown| shown.lines().nth(1).is_some_and(|row| row.contains(&one)));
    pifa.type_text("\r");
}

/// The figure that stands next to a word, in the first row where one does; without its thousands' commas.
pub fn sum_after(shown: &str, word: &str) -> Option<String> {
    shown.lines().find_map(|line| {
        let (_, rest) = line.split_once(word)?;
        let rest = rest.trim_start_matches([' ', ':', '：', '¥']);
        let figure = rest.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
        let figure: String = figure.filter(|c| *c != ',').collect();
        (!figure.is_empty()).then_some(figure)
    })
}

/// Ends it as a buyer does, and sees that the terminal is given back.
pub fn quit(pifa: &mut Session) {
    pifa.type_text("Q");
    assert_eq!(pifa.wait_for_end(Duration::from_secs(20)).0, 0);
    pifa.assert_restored();
}

/// Variables as the harness takes them.
pub fn borrowed<'a>(variables: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    variables.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// The rows of a document under a name; none where it has no such list.
pub fn rows<'a>(document: &'a Value, name: &str) -> &'a [Value] {
    document[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A word of a document; empty where it is not told.
pub fn word(of: &Value, name: &str) -> String {
    of[name].as_str().unwrap_or_default().to_owned()
}

/// Last month's order of fifty lines, opened on the sheet to be ordered again.
pub struct Again {
    pub pifa: Session,
    /// Bytes typed before the first key.
    pub before: usize,
    /// What the verb would order, at today's minimums.
    pub wanted: Value,
}

impl Again {
    pub fn open(folder: &Path, lang: Lang) -> Again {
        let listed = verb(folder, &["order", "list"]);
        let large = rows(&listed, "orders").iter().find(|order| rows(order, "lines").len() == 50);
        let id = word(large.expect("an order of 50 lines"), "order_id");
        let wanted = verb(folder, &["reorder", &id, "--dry-run", "--raise"]);
        let mut pifa = Session::start(folder, &["--lang", lang.as_tag()], 24, 80);
        pifa.wait_for("▌");
        let before = pifa.typed;
        pifa.type_text("5");
        pifa.wait_for(lang.text().col_supplier);
        pifa.type_text("b");
        pifa.wait_for(drift::words(lang).biggest_first);
        // The order of rows is told before the rows have come.
        pifa.wait("an order in focus", |shown| shown.lines().skip(3).any(|row| row.starts_with('▌')));
        pifa.type_text("r");
        pifa.wait_for(&drift::open(lang, 6));
        Again { pifa, before, wanted }
    }
}
