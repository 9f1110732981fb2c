//! Each pane while what it shows is still being read, and when that failed: never an empty list that looks like a
//! finding.

use pifa::app::msg::CartDeed;
use pifa::app::{Fact, Model};
use pifa::domain::deal::DealKind;
use pifa::domain::session::Remembered;
use pifa::i18n::Lang;
use unicode_width::UnicodeWidthStr;

use crate::own_fixtures::{in_suppliers, trouble};
use crate::screens::shown;
use crate::ui_fixtures::*;

/// As the program comes up, in both languages and sizes.
fn snap(name: &str, scene: impl Fn(&mut Model)) {
    for (lang, tag) in [(Lang::ZhCn, "zh"), (Lang::En, "en")] {
        for (width, height) in [(80, 24), (120, 36)] {
            let mut model = fresh(lang, width, height);
            scene(&mut model);
            let drawn = shown(&mut model);
            for row in drawn.lines() {
                assert!(row.width() <= usize::from(width), "{row:?}");
            }
            insta::assert_snapshot!(format!("{name}_{tag}_{width}x{height}"), drawn);
        }
    }
}

/// In Compare, with the marks of the last sitting still to be read.
fn with_marks_of_last_time(model: &mut Model) {
    let last = Remembered {
        pane: "compare".to_owned(),
        compared: vec![cup().key, pot().key, straw().key],
        ..Remembered::default()
    };
    tell(model, Fact::SessionRead(Some(Box::new(last))));
}

#[test]
fn search() {
    snap("search_loading", |_| {});
    snap("search_error", |model| {
        let generation = model.search.generation;
        tell(model, Fact::Searched { generation, result: Err(trouble()) });
    });
}

#[test]
fn suppliers() {
    snap("suppliers_loading", |model| {
        press(model, "tab");
    });
    snap("suppliers_error", |model| {
        press(model, "tab");
        let generation = model.suppliers.generation;
        tell(model, Fact::SuppliersRead { generation, result: Err(trouble()) });
    });
}

#[test]
fn compare() {
    snap("compare_loading", with_marks_of_last_time);
    snap("compare_error", |model| {
        with_marks_of_last_time(model);
        let generation = model.compare.generation;
        tell(model, Fact::ComparedRead { generation, result: Err(trouble()) });
    });
    // What was marked stands, with the reason why it is not newer.
    snap("compare_stale", |model| {
        let generation = model.search.generation;
        tell(model, Fact::StatusRead(Ok(status())));
        tell(model, Fact::Searched { generation, result: Ok(page(model.quantity)) });
        press(model, "c down c down c g 2");
        let generation = model.compare.generation;
        tell(model, Fact::ComparedRead { generation, result: Err(trouble()) });
    });
}

#[test]
fn cart() {
    snap("cart_loading", |model| {
        press(model, "3");
    });
    snap("cart_error", |model| {
        press(model, "3");
        tell(model, Fact::CartChanged { deed: CartDeed::Read, result: Err(trouble()) });
    });
}

#[test]
fn deals() {
    snap("deals_loading", |model| {
        press(model, "4");
    });
    snap("deals_error", |model| {
        press(model, "4");
        tell(model, Fact::GroupsRead(Err(trouble())));
    });
    for (kind, name, keys) in
        [(DealKind::Flash, "flash", "4 tab"), (DealKind::Discount, "discount", "4 tab tab")]
    {
        snap(&format!("{name}_loading"), |model| {
            press(model, keys);
        });
        snap(&format!("{name}_error"), |model| {
            press(model, keys);
            tell(model, Fact::DealsRead { kind, result: Err(trouble()) });
        });
    }
}

#[test]
fn orders() {
    snap("orders_loading", |model| {
        press(model, "5");
    });
    snap("orders_error", |model| {
        press(model, "5");
        tell(model, Fact::OrdersRead(Err(trouble())));
    });
}

/// What failed once is asked for again when the pane is opened again, and then its words are gone.
#[test]
fn an_error_does_not_outlive_the_next_answer() {
    let mut model = fresh(Lang::En, 80, 24);
    press(&mut model, "3");
    tell(&mut model, Fact::CartChanged { deed: CartDeed::Read, result: Err(trouble()) });
    model.notice = None;
    assert!(shown(&mut model).contains("damaged") || shown(&mut model).contains(trouble().text.as_str()));
    press(&mut model, "1");
    assert_eq!(press(&mut model, "3"), [pifa::app::Effect::Cart(CartDeed::Read)]);
    with_cart(&mut model, legal_cart());
    press(&mut model, "g 3");
    assert!(model.cart.trouble.is_none() && !shown(&mut model).contains(trouble().text.as_str()));

    let mut model = fresh(Lang::En, 80, 24);
    with_marks_of_last_time(&mut model);
    let generation = model.compare.generation;
    tell(&mut model, Fact::ComparedRead { generation, result: Err(trouble()) });
    press(&mut model, "1");
    press(&mut model, "2");
    let generation = model.compare.generation;
    let found = [cup(), pot(), straw()].map(std::sync::Arc::new);
    tell(&mut model, Fact::ComparedRead { generation, result: Ok(found.into()) });
    assert_eq!(model.compare.offers.len(), 3);
    assert!(!shown(&mut model).contains(trouble().text.as_str()));
}

#[test]
fn suppliers_that_were_read_are_not_said_to_be_loading() {
    let mut model = ready(Lang::En, 80, 24);
    in_suppliers(&mut model);
    assert!(!shown(&mut model).contains(model.text().reading_suppliers));
}
