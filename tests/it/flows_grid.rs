//! The grid of an offer's SKUs: keys, runs, hands and pasted blocks, one step in the cart, and what it looks like.

use std::sync::Arc;

use pifa::app::grid::GridCell;
use pifa::app::model::Layer;
use pifa::app::msg::CartDeed;
use pifa::app::{Effect, Fact, Model};
use pifa::domain::grid::Ratio;
use pifa::domain::id::{LineId, SpecId};
use pifa::domain::mark::Mine;
use pifa::domain::offer::{Offer, QuoteType};
use pifa::domain::price::row_price;
use pifa::domain::search::{SearchPage, SearchRow};
use pifa::domain::text::Clean;
use pifa::i18n::Lang;

use crate::screens::shown;
use crate::ui_fixtures::*;

const COLOURS: [(&str, &str); 3] = [("黑色", "black"), ("米白", "off-white"), ("军绿", "army green")];

/// A shoe in three colours and twelve sizes, 34 to 45; black 40 is sold out, and there is no army green 45.
fn shoe() -> Offer {
    let mut shoe = cup();
    shoe.title = Clean::new("秋季厚底马丁靴 女 英伦风");
    shoe.title_en = Some(Clean::new("platform boots, women"));
    shoe.unit = Some(pifa::domain::quantity::Unit::new("双"));
    let pattern = shoe.skus[0].clone();
    shoe.skus = COLOURS
        .iter()
        .flat_map(|(cn, en)| (34..=45).map(move |size| (cn, en, size)))
        .filter(|(cn, _, size)| (**cn, *size) != ("军绿", 45))
        .map(|(cn, en, size)| {
            let mut sku = pattern.clone();
            sku.spec_id = SpecId::new(&format!("{en}-{size}"));
            sku.name = Clean::new(&format!("{cn} / {size}"));
            sku.name_en = Some(Clean::new(&format!("{en} / {size}")));
            sku.stock = Some(if (*cn, size) == ("黑色", 40) { q(0) } else { q(60 + size) });
            sku
        })
        .collect();
    shoe
}

/// The same with a price for each size.
fn by_sku() -> Offer {
    let mut shoe = shoe();
    shoe.quote_type = QuoteType::BySku;
    shoe.tiers.clear();
    for (at, sku) in shoe.skus.iter_mut().enumerate() {
        sku.price = Some(yuan(&format!("{}.50", 80 + at % 12)));
    }
    shoe
}

fn searching(lang: Lang, width: u16, height: u16, offer: Offer) -> Model {
    let mut model = ready(lang, width, height);
    let offer = Arc::new(offer);
    let row = SearchRow { price: row_price(&offer, q(300)), offer, matched: vec![], mine: Mine::default() };
    let page = SearchPage { total: 1, counted: true, cached: 1, rows: vec![row], ..SearchPage::default() };
    let generation = model.search.generation;
    tell(&mut model, Fact::Searched { generation, result: Ok(page) });
    model
}

fn open(lang: Lang, width: u16, height: u16) -> Model {
    let mut model = searching(lang, width, height, shoe());
    assert_eq!(press(&mut model, "v"), [Effect::ReadHand(shoe().key)]);
    model
}

/// Spec and units of what goes into the cart.
fn taken(effects: &[Effect]) -> Vec<(String, String)> {
    let [Effect::Cart(CartDeed::Grid { cells, .. })] = effects else { panic!("{effects:?}") };
    cells.iter().map(|cell| (cell.spec_id.as_str().to_owned(), cell.quantity.to_string())).collect()
}

fn of(list: &[(&str, u32)]) -> Vec<(String, String)> {
    list.iter().map(|(spec, units)| ((*spec).to_owned(), units.to_string())).collect()
}

#[test]
fn digits_fill_the_cell_under_the_cursor_and_enter_takes_all_as_one_step() {
    let mut model = open(Lang::En, 80, 24);
    assert!(press(&mut model, "enter").is_empty());
    assert_eq!(model.notice.as_ref().unwrap().text, "no cell is filled or changed");
    let effects = press(&mut model, "1 2 l 3 j 4 h 5 enter");
    assert_eq!(
        taken(&effects),
        of(&[("black-34", 12), ("black-35", 3), ("off-white-34", 5), ("off-white-35", 4)])
    );
    assert!(model.layers.is_empty());
    let [Effect::Cart(deed)] = effects.as_slice() else { panic!() };
    let cart = snapshot(&[line(1, &shoe(), Some("black-34"), 12)]);
    tell(&mut model, Fact::CartChanged { deed: deed.clone(), result: Ok(cart) });
    assert_eq!(model.notice.as_ref().unwrap().text, "4 SKUs in the cart (u undoes)");
    // Backspace mends what is typed, and empties a cell; Esc leaves the cart alone.
    let mut model = open(Lang::En, 80, 24);
    press(&mut model, "1 2 backspace l 7 l h backspace");
    assert_eq!(taken(&press(&mut model, "enter")), of(&[("black-34", 1)]));
    assert!(press(&mut open(Lang::En, 80, 24), "9 esc").is_empty());
}

#[test]
fn a_run_fills_a_row_times_a_number() {
    let mut model = open(Lang::En, 80, 24);
    press(&mut model, "j l");
    type_text(&mut model, "1 2 2 1 x 3");
    assert_eq!(
        taken(&press(&mut model, "enter")),
        of(&[("off-white-35", 3), ("off-white-36", 6), ("off-white-37", 6), ("off-white-38", 3)])
    );
    // More than there are places is said, and so is a place without a SKU.
    let mut model = open(Lang::En, 80, 24);
    type_text(&mut model, "1 1 1 1 1 1 1 1 1 1 1 1 1");
    assert!(shown(&mut model).contains("13 typed, 12 places"));
    press(&mut model, "d j j");
    type_text(&mut model, "1 1 1 1 1 1 1 1 1 1 1 1");
    assert!(shown(&mut model).contains("no such SKU"));
    assert_eq!(taken(&press(&mut model, "enter")).len(), 11);
}

#[test]
fn one_key_is_one_hand_of_what_is_in_stock() {
    let mut model = open(Lang::En, 80, 24);
    let black: Vec<(String, String)> =
        (34..=45).filter(|size| *size != 40).map(|size| (format!("black-{size}"), "1".to_owned())).collect();
    press(&mut model, "+");
    assert_eq!(taken(&press(&mut model, "enter")), black);
    let mut model = open(Lang::En, 80, 24);
    press(&mut model, "+ + + -");
    let twos: Vec<_> = black.iter().map(|(spec, _)| (spec.clone(), "2".to_owned())).collect();
    assert_eq!(taken(&press(&mut model, "enter")), twos);
    // `x 3` is three hands at once.
    let mut model = open(Lang::En, 80, 24);
    type_text(&mut model, "x 2");
    assert_eq!(taken(&press(&mut model, "enter")), twos);
}

#[test]
fn a_ratio_is_kept_with_the_offer_and_used_again() {
    let mut model = open(Lang::En, 80, 24);
    assert!(press(&mut model, "s").is_empty(), "an empty row is no hand");
    type_text(&mut model, "0 1 2 2 1");
    let ratio = Ratio(vec![
        (Clean::new("35"), q(1)),
        (Clean::new("36"), q(2)),
        (Clean::new("37"), q(2)),
        (Clean::new("38"), q(1)),
    ]);
    assert_eq!(press(&mut model, "s"), [Effect::KeepHand { key: shoe().key, ratio: ratio.clone() }]);
    assert!(shown(&mut model).contains("hand = 35×1 36×2 37×2 38×1"));
    // Another sitting: what the ledger kept comes with the grid.
    let mut model = open(Lang::En, 80, 24);
    tell(&mut model, Fact::HandRead { key: shoe().key, result: Ok(Some(ratio)) });
    press(&mut model, "j + +");
    assert_eq!(
        taken(&press(&mut model, "enter")),
        of(&[("off-white-35", 2), ("off-white-36", 4), ("off-white-37", 4), ("off-white-38", 2)])
    );
}

#[test]
fn a_pasted_block_fills_from_the_cursor() {
    let mut model = open(Lang::En, 80, 24);
    press(&mut model, "l");
    tell(&mut model, Fact::Pasted("5\t\t7\r\n0\t1,200\tx\r\n".to_owned()));
    let screen = shown(&mut model);
    assert!(screen.contains("1 not filled: no quantity, such as \"x\""), "{screen}");
    assert_eq!(
        taken(&press(&mut model, "enter")),
        of(&[("black-35", 5), ("black-37", 7), ("off-white-36", 1200)])
    );
    // Beyond the edge nothing is lost without a word.
    let mut model = open(Lang::En, 80, 24);
    press(&mut model, "j j");
    tell(&mut model, Fact::Pasted("1\t1\n2\t2\n".to_owned()));
    assert!(shown(&mut model).contains("2 not filled: no such SKU"));
}

#[test]
fn from_the_cart_it_shows_what_is_there_and_sets_it() {
    let mut model = ready(Lang::En, 80, 24);
    let lines = [
        line(1, &shoe(), Some("black-34"), 12),
        line(2, &shoe(), Some("off-white-36"), 6),
        line(3, &shoe(), Some("off-white-37"), 2),
    ];
    with_cart(&mut model, snapshot(&lines));
    press(&mut model, "3 j v");
    let Some(Layer::Grid(layer)) = model.layers.last() else { panic!("a grid") };
    assert_eq!((layer.row, layer.column), (1, 2), "on the selected line");
    // 36 becomes 9, 37 leaves, 38 comes; what stays as it is is not touched.
    let effects = press(&mut model, "9 l 0 l 4 enter");
    let cell = |line: Option<i64>, spec: &str, units| GridCell {
        line: line.map(LineId),
        spec_id: SpecId::new(spec),
        quantity: q(units),
    };
    let cells = vec![
        cell(Some(2), "off-white-36", 9),
        cell(Some(3), "off-white-37", 0),
        cell(None, "off-white-38", 4),
    ];
    assert_eq!(effects, [Effect::Cart(CartDeed::Grid { offer: shoe().key, cells })]);
}

#[test]
fn prices_follow_the_quote_type_and_sums_are_live() {
    // Tiers over all SKUs: 10 at 12.50, 100 at 10.60.
    let mut model = open(Lang::En, 120, 36);
    type_text(&mut model, "60 30");
    assert!(shown(&mut model).contains("goods 1,125.00"), "90 x 12.50");
    press(&mut model, "j");
    type_text(&mut model, "10");
    assert!(shown(&mut model).contains("goods 1,060.00"), "100 x 10.60");
    // A price for each SKU.
    let mut model = searching(Lang::En, 120, 36, by_sku());
    press(&mut model, "v");
    type_text(&mut model, "10 10");
    assert!(shown(&mut model).contains("goods 1,620.00"), "10 x 80.50 + 10 x 81.50");
    // What is in the cart counts for the tier.
    let mut model = searching(Lang::En, 120, 36, shoe());
    with_cart(&mut model, snapshot(&[line(1, &shoe(), Some("black-34"), 90)]));
    press(&mut model, "v");
    type_text(&mut model, "10");
    assert!(shown(&mut model).contains("goods 106.00"), "at the tier of 100");
    // Nothing to fill where an offer has no SKUs.
    let mut model = searching(Lang::En, 80, 24, straw());
    assert!(press(&mut model, "v").is_empty());
    assert_eq!(model.notice.as_ref().unwrap().text, "no SKUs to fill here");
}

#[test]
fn screens() {
    type Scene = fn(&mut Model);
    let scenes: [(&str, fn() -> Offer, Scene); 3] = [
        ("grid_run", shoe, |model| {
            press(model, "j l");
            type_text(model, "1 2 2 1 x 3");
        }),
        ("grid_far", shoe, |model| {
            press(model, "+ j + + G l l l l l l l l l l");
            type_text(model, "900");
        }),
        ("grid_prices", by_sku, |model| drop(press(model, "+ j +"))),
    ];
    for (name, offer, scene) in scenes {
        for (lang, tag) in [(Lang::ZhCn, "zh"), (Lang::En, "en")] {
            for (width, height) in [(80, 24), (120, 36)] {
                let mut model = searching(lang, width, height, offer());
                press(&mut model, "v");
                scene(&mut model);
                insta::assert_snapshot!(format!("{name}_{tag}_{width}x{height}"), shown(&mut model));
            }
        }
    }
}
