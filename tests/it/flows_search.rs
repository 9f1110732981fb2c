//! Messages through `update` in the Search pane and with the offer in focus: suppliers, own words, links, clipboard.

use std::sync::Arc;

use pifa::app::model::{Layer, Tone};
use pifa::app::msg::Counts;
use pifa::app::suppliers::SearchView;
use pifa::app::{Effect, Fact, Model, Msg, Pane, offer, update};
use pifa::domain::id::{OfferKey, SupplierId};
use pifa::domain::mark::{MarkEdit, Subject};
use pifa::domain::quantity::Quantity;
use pifa::domain::search::SearchPage;
use pifa::domain::text::Clean;
use pifa::i18n::Lang;

use crate::own_fixtures::*;
use crate::ui_fixtures::*;

const LINK: &str = "http://127.0.0.1:8765/offer/676651652931.html";

fn model() -> Model {
    let mut model = ready(Lang::En, 120, 36);
    model.viewport.rows = 20;
    with_marks(&mut model);
    model
}

fn said(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |notice| notice.text.as_str())
}

fn cup_key() -> OfferKey {
    cup().key
}

fn asked(effects: &[Effect]) -> Option<&pifa::domain::search::SearchRequest> {
    effects.iter().find_map(|effect| match effect {
        Effect::Search { request, .. } => Some(request),
        _ => None,
    })
}

fn answer(model: &mut Model, page: SearchPage) {
    let generation = model.search.generation;
    tell(model, Fact::Searched { generation, result: Ok(page) });
}

#[test]
fn tab_lists_suppliers_and_the_query_filters_them_live() {
    let mut model = model();
    let effects = press(&mut model, "tab");
    assert!(
        matches!(effects.as_slice(), [Effect::ReadSuppliers { ask, .. }] if ask.text.is_empty()),
        "{effects:?}"
    );
    assert_eq!(model.search.view, SearchView::Suppliers);
    press(&mut model, "/");
    let effects = type_text(&mut model, "恒致");
    let texts: Vec<&str> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::ReadSuppliers { ask, .. } if ask.quantity == model.quantity => Some(ask.text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["恒", "恒致"]);
    let newest = model.suppliers.generation;
    tell(&mut model, Fact::SuppliersRead { generation: newest - 1, result: Ok(supplier_page()) });
    assert!(model.suppliers.rows.is_empty() && model.suppliers.pending, "a late answer was taken");
    tell(&mut model, Fact::SuppliersRead { generation: newest, result: Ok(supplier_page()) });
    assert_eq!(model.suppliers.rows.len(), 3);
    press(&mut model, "down down end");
    assert_eq!(model.suppliers.selected().unwrap().supplier.id, SupplierId::new("S2"));
    // Back among the offers the same query counts, and it was not asked there yet.
    assert_eq!(asked(&press(&mut model, "tab")).unwrap().text, "恒致");
}

#[test]
fn from_the_sheet_to_their_offers_and_back_to_where_it_began() {
    let mut model = model();
    in_suppliers(&mut model);
    press(&mut model, "/");
    type_text(&mut model, "杯");
    let generation = model.suppliers.generation;
    tell(&mut model, Fact::SuppliersRead { generation, result: Ok(supplier_page()) });
    let effects = press(&mut model, "enter down enter");
    let id = SupplierId::new("S1");
    assert_eq!(effects, [Effect::ReadSheet { id: id.clone(), quantity: model.quantity }]);
    // Esc closes the sheet; the list is as it was.
    press(&mut model, "esc");
    assert!(model.layers.is_empty() && model.suppliers.list.selected == 1);
    press(&mut model, "enter");
    tell(&mut model, Fact::SheetRead { id, result: Ok(Some(Box::new(sheet()))) });
    let effects = press(&mut model, "enter");
    assert_eq!(asked(&effects).unwrap().text, "supplier:S1");
    assert_eq!((model.search.view, model.search.focused), (SearchView::Offers, false));
    assert!(model.layers.is_empty());
    answer(&mut model, own_page(Quantity::whole(300)));
    press(&mut model, "down");
    let effects = press(&mut model, "esc");
    assert!(
        matches!(effects.as_slice(), [Effect::ReadSuppliers { ask, .. }] if ask.text == "杯"),
        "{effects:?}"
    );
    assert_eq!((model.search.view, model.suppliers.list.selected), (SearchView::Suppliers, 1));
    // The way back is gone once it was taken.
    press(&mut model, "tab esc");
    assert_eq!(model.search.view, SearchView::Offers);
    assert!(model.search.query.is_empty());
}

#[test]
fn a_sheet_that_was_closed_meanwhile_does_not_come_back() {
    let mut model = model();
    in_suppliers(&mut model);
    press(&mut model, "enter esc");
    tell(&mut model, Fact::SheetRead { id: SupplierId::new("S0"), result: Ok(Some(Box::new(sheet()))) });
    assert!(model.layers.is_empty());
    press(&mut model, "enter");
    tell(&mut model, Fact::SheetRead { id: SupplierId::new("S0"), result: Ok(None) });
    assert!(matches!(model.layers.last(), Some(Layer::Sheet(sheet)) if sheet.trouble.is_some()));
}

#[test]
fn own_words_go_to_what_is_in_focus_in_every_pane() {
    let mut model = model();
    let cup = Subject::Offer(cup_key());
    let first = Subject::Supplier(SupplierId::new("S0"));
    let focus = |model: &Model| offer::in_focus(model).unwrap();
    assert_eq!(focus(&model).subject, cup);
    press(&mut model, "c g 2");
    assert_eq!(focus(&model).subject, cup);
    with_cart(&mut model, legal_cart());
    press(&mut model, "g 3");
    let line = focus(&model);
    assert_eq!(
        (line.subject.clone(), line.quantity, line.spec.is_some()),
        (cup.clone(), Quantity::whole(300), true)
    );
    press(&mut model, "g 4");
    tell(&mut model, Fact::GroupsRead(Ok(Some((groups(), at(0))))));
    let first_group = pifa::app::deals::focus(&model).unwrap().offer.clone();
    assert_eq!(focus(&model).subject, Subject::Offer(first_group));
    press(&mut model, "down");
    let second_group = pifa::app::deals::focus(&model).unwrap().offer.clone();
    assert_eq!(focus(&model).subject, Subject::Offer(second_group));
    press(&mut model, "g 5");
    tell(&mut model, Fact::OrdersRead(Ok(orders())));
    // Several offers in one order: what is noted goes to the supplier.
    assert_eq!(focus(&model).subject, first);
    press(&mut model, "g 1");
    in_suppliers(&mut model);
    assert_eq!(focus(&model).subject, first);
    press(&mut model, "enter");
    assert_eq!(focus(&model).subject, first);
    assert_eq!(
        press(&mut model, "*"),
        [Effect::Mark { subject: first, edit: MarkEdit::Favourite(true) }],
        "the ledger knows of no favourite"
    );
    let mut empty = ready(Lang::En, 80, 24);
    press(&mut empty, "3 *");
    assert_eq!(said(&empty), Lang::En.text().why_no_offer);
}

#[test]
fn a_favourite_is_turned_on_and_off_by_what_the_ledger_says() {
    let mut model = model();
    let subject = Subject::Offer(cup_key());
    let off = Effect::Mark { subject: subject.clone(), edit: MarkEdit::Favourite(false) };
    assert_eq!(press(&mut model, "*"), [off]);
    let generation = model.search.generation;
    let edit = MarkEdit::Favourite(false);
    let effects = tell(&mut model, Fact::Marked { subject: subject.clone(), edit, result: Ok(()) });
    assert!(effects.contains(&Effect::ReadMarks) && asked(&effects).is_some(), "{effects:?}");
    assert_eq!(model.search.generation, generation + 1);
    assert_eq!(model.notice.as_ref().map(|notice| notice.tone), Some(Tone::Done));
    let mut marks = marks();
    marks.offers.remove(&cup_key());
    tell(&mut model, Fact::MarksRead(Ok(Arc::new(marks))));
    let on = Effect::Mark { subject, edit: MarkEdit::Favourite(true) };
    assert_eq!(press(&mut model, "*"), [on]);
}

#[test]
fn a_note_is_edited_from_what_it_was_and_esc_leaves_it() {
    let mut model = model();
    press(&mut model, "n");
    type_text(&mut model, "q!?:");
    assert!(press(&mut model, "esc").is_empty() && model.layers.is_empty());
    press(&mut model, "n");
    press(&mut model, "ctrl-u");
    tell(&mut model, Fact::Pasted("  第一行\n第二行\u{1b}[2J ".into()));
    let effects = press(&mut model, "enter");
    let edit = MarkEdit::Note(Clean::new("第一行 第二行"));
    assert_eq!(effects, [Effect::Mark { subject: Subject::Offer(cup_key()), edit }]);
    // 500 characters and no more.
    press(&mut model, "n");
    tell(&mut model, Fact::Pasted("长".repeat(900)));
    let Some(Layer::Words(prompt)) = model.layers.last() else { panic!() };
    assert!(prompt.is_full() && prompt.field.chars() == 500);
    let effects = press(&mut model, "enter");
    let [Effect::Mark { edit: MarkEdit::Note(note), .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(note.as_str().chars().count(), 500);
}

#[test]
fn nothing_is_overwritten_before_the_own_words_were_read() {
    let mut model = ready(Lang::En, 80, 24);
    with_cart(&mut model, legal_cart());
    answer(&mut model, SearchPage::default());
    press(&mut model, "3 n");
    assert!(model.layers.is_empty());
    assert_eq!(said(&model), Lang::En.text().why_marks_unread);
}

#[test]
fn blocking_asks_why_hides_the_row_at_once_and_the_same_key_takes_it_back() {
    let mut model = model();
    press(&mut model, "down B");
    assert!(matches!(model.layers.last(), Some(Layer::Words(_))));
    let rows = model.search.page.rows.len();
    let total = model.search.page.total;
    let effects = press(&mut model, "enter");
    let subject = Subject::Offer(pot().key);
    // No reason given is a reason too: the block is kept.
    let edit = MarkEdit::Block(Some(Clean::default()));
    assert_eq!(effects, [Effect::Mark { subject: subject.clone(), edit: edit.clone() }]);
    assert_eq!((model.search.page.rows.len(), model.search.page.total), (rows - 1, total - 1));
    assert_eq!(model.search.selected().unwrap().offer.key, straw().key, "the next row is under the cursor");
    let effects = tell(&mut model, Fact::Marked { subject, edit, result: Ok(()) });
    assert!(asked(&effects).is_some());
    assert!(said(&model).contains("B on it") && said(&model).contains("blocked"), "{}", said(&model));

    // Listed by the word, and taken back by the key.
    press(&mut model, "/");
    type_text(&mut model, "ＢＬＯＣＫＥＤ");
    answer(&mut model, own_page(Quantity::whole(300)));
    press(&mut model, "enter down down down");
    assert_eq!(
        press(&mut model, "B"),
        [Effect::Mark { subject: Subject::Offer(bedding().key), edit: MarkEdit::Block(None) }]
    );
    press(&mut model, "home B enter");
    assert_eq!(model.search.page.rows.len(), rows, "under `blocked` it stays in view");
}

#[test]
fn a_block_that_could_not_be_kept_brings_the_row_back() {
    let mut model = model();
    press(&mut model, "B enter");
    let subject = Subject::Offer(cup_key());
    let edit = MarkEdit::Block(Some(Clean::default()));
    let effects = tell(&mut model, Fact::Marked { subject, edit, result: Err(trouble()) });
    assert!(asked(&effects).is_some());
    assert_eq!(model.notice.as_ref().map(|notice| notice.tone), Some(Tone::Bad));
}

#[test]
fn a_blocked_supplier_takes_all_their_rows_along_and_stays_in_the_list_of_suppliers() {
    let mut model = model();
    in_suppliers(&mut model);
    press(&mut model, "B");
    type_text(&mut model, "发错货");
    press(&mut model, "enter");
    assert!(model.search.page.rows.iter().all(|row| row.offer.supplier_id != Some(SupplierId::new("S0"))));
    assert_eq!(model.search.page.rows.len(), 3);
    assert_eq!(model.suppliers.rows[0].mark.blocked, Some(Clean::new("发错货")));
}

#[test]
fn links_are_opened_copied_and_shown_where_no_browser_is() {
    let mut model = model();
    assert_eq!(press(&mut model, "o"), [Effect::Open(LINK.into())]);
    assert_eq!(press(&mut model, "y"), [Effect::Copy(LINK.into())]);
    tell(&mut model, Fact::Copied { characters: 40 });
    assert!(said(&model).contains("40"));
    let failed =
        Fact::Opened { url: LINK.into(), result: Err(pifa::app::msg::Trouble::new("no display", None)) };
    assert_eq!(tell(&mut model, failed), [Effect::Copy(LINK.into())]);
    tell(&mut model, Fact::Copied { characters: 40 });
    assert!(said(&model).contains(LINK), "the address stays in view: {}", said(&model));

    // The real market's page, where it is the real market.
    let mut real = status();
    (real.sandbox, real.web_origin) = (false, None);
    tell(&mut model, Fact::StatusRead(Ok(real.clone())));
    assert_eq!(
        press(&mut model, "o"),
        [Effect::Open("https://detail.1688.com/offer/676651652931.html".into())]
    );
    // A number of a sandbox that is not running leads nowhere.
    real.sandbox = true;
    tell(&mut model, Fact::StatusRead(Ok(real)));
    assert!(press(&mut model, "o").is_empty());
    assert_eq!(said(&model), Lang::En.text().why_no_pages);
}

#[test]
fn a_supplier_has_no_page_and_an_order_of_several_offers_has_its_own() {
    let mut model = model();
    in_suppliers(&mut model);
    assert!(press(&mut model, "o").is_empty());
    assert_eq!(said(&model), Lang::En.text().why_supplier_no_page);
    press(&mut model, "5");
    tell(&mut model, Fact::OrdersRead(Ok(orders())));
    let mut real = status();
    (real.sandbox, real.web_origin) = (false, None);
    tell(&mut model, Fact::StatusRead(Ok(real)));
    let placed = pifa::app::orders::rows(&model).position(|order| order.order_id.is_some()).unwrap();
    model.orders.list.select(placed, 3, 20);
    let effects = press(&mut model, "o");
    let [Effect::Open(url)] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(url.starts_with("https://trade.1688.com/order/") && url.contains("orderId=33"), "{url}");
    // In full it is still the one in focus.
    press(&mut model, "enter");
    assert!(matches!(model.layers.last(), Some(Layer::Order(_))));
    assert_eq!(press(&mut model, "y"), [Effect::Copy(url.clone())]);
    tell(&mut model, Fact::StatusRead(Ok(status())));
    assert!(press(&mut model, "o").is_empty(), "the sandbox has no page for an order");
}

#[test]
fn the_chat_needs_a_login_and_without_one_the_link_is_copied_instead() {
    let mut model = model();
    assert!(matches!(press(&mut model, "w").as_slice(), [Effect::Open(url)] if url.contains("/chat/S0")));
    let mut real = status();
    (real.sandbox, real.web_origin) = (false, None);
    tell(&mut model, Fact::StatusRead(Ok(real)));
    // The first supplier's login is known from an order, the second one's is not.
    assert!(
        matches!(press(&mut model, "w").as_slice(), [Effect::Open(url)] if url.contains("touid=cnalichn%E6"))
    );
    let effects = press(&mut model, "down w");
    assert_eq!(effects, [Effect::Copy("https://detail.1688.com/offer/676651652932.html".into())]);
    tell(&mut model, Fact::Copied { characters: 46 });
    assert!(said(&model).contains("login") && said(&model).contains("copied"), "{}", said(&model));
    // A search row that names no supplier.
    press(&mut model, "end");
    assert!(press(&mut model, "w").is_empty());
    assert_eq!(said(&model), Lang::En.text().why_supplier_unread);
}

fn copied_text(effects: Vec<Effect>) -> String {
    match effects.as_slice() {
        [Effect::Copy(text)] => text.clone(),
        _ => panic!("{effects:?}"),
    }
}

#[test]
fn text_for_a_chat_has_the_selection_and_never_another_suppliers_goods() {
    let mut model = model();
    assert_eq!(
        copied_text(press(&mut model, "Y")),
        format!("304不锈钢真空保温杯 500ml 车载礼品杯\n{LINK}\n300 个 × ¥9.80 = ¥2940.00")
    );
    // Not to be had at 300: the supplier is asked.
    assert!(copied_text(press(&mut model, "down down Y")).ends_with("300 个，请报价"));
    press(&mut model, "home c down c down c g 2");
    model.compare.list = Default::default();
    let text = copied_text(press(&mut model, "Y"));
    assert!(text.contains("304不锈钢") && text.contains("儿童吸管") && !text.contains("316L"), "{text}");
    with_cart(&mut model, broken_cart());
    press(&mut model, "g 3");
    let text = copied_text(press(&mut model, "Y"));
    assert!(text.contains("（白）") && text.contains("8 个 × ¥12.50 = ¥100.00"), "{text}");
    assert!(text.contains("合计 ¥152.00") && !text.contains("四件套"), "{text}");
    press(&mut model, "g 5");
    tell(&mut model, Fact::OrdersRead(Ok(orders())));
    let text = copied_text(press(&mut model, "Y"));
    assert!(text.starts_with("1. 304") && text.contains("120 套 × ¥82.50 = ¥9900.00"), "{text}");
}

#[test]
fn titles_are_swapped_by_one_key_and_so_are_skus() {
    let mut model = model();
    let cup = cup();
    assert_eq!(model.title_of(&cup).as_str(), "304 stainless vacuum cup 500 ml");
    assert_eq!(model.other_title(&cup), Some(&cup.title));
    press(&mut model, "T");
    assert_eq!(model.title_of(&cup), &cup.title);
    assert_eq!(model.other_title(&cup), cup.title_en.as_ref());
    model.lang = Lang::ZhCn;
    assert_eq!(Some(model.title_of(&cup)), cup.title_en.as_ref());
    press(&mut model, "T");
    assert_eq!((model.title_of(&cup), model.other_title(&cup)), (&cup.title, None));
}

fn syncing() -> Model {
    let mut model = fresh(Lang::En, 80, 24);
    model.viewport.rows = 2;
    tell(&mut model, Fact::StatusRead(Ok(pifa::app::msg::Status { cached: 0, ..status() })));
    answer(&mut model, SearchPage::default());
    let effects = tell(&mut model, Fact::SyncProgressed { done: 600, total: Some(20_000), pace: None });
    assert!(asked(&effects).is_some(), "the first rows are shown at once");
    answer(&mut model, page(Quantity::whole(300)));
    model
}

#[test]
fn rows_do_not_jump_under_the_buyers_hands_while_the_catalog_fills() {
    let mut model = syncing();
    for done in (1_000..20_000).step_by(500) {
        assert!(
            tell(&mut model, Fact::SyncProgressed { done, total: Some(20_000), pace: None }).is_empty(),
            "{done}"
        );
    }
    press(&mut model, "down down down");
    let looked_at = model.search.selected().unwrap().offer.key.clone();
    let above = model.search.list.above(5, 2);
    let effects = tell(&mut model, Fact::SyncEnded(Ok(20_000)));
    assert!(asked(&effects).is_some());
    let mut grown = page(Quantity::whole(300));
    grown.rows.rotate_right(1);
    answer(&mut model, grown);
    assert_eq!(model.search.selected().unwrap().offer.key, looked_at);
    assert_eq!(model.search.list.above(5, 2), above, "and it stands where it stood");
}

#[test]
fn what_was_typed_is_searched_again_while_the_catalog_fills() {
    let mut model = syncing();
    press(&mut model, "/");
    type_text(&mut model, "杯");
    answer(&mut model, page(Quantity::whole(300)));
    let again = (1_000..=20_000u64)
        .step_by(500)
        .filter(|done| {
            let effects =
                tell(&mut model, Fact::SyncProgressed { done: *done, total: Some(20_000), pace: None });
            asked(&effects).is_some()
        })
        .count();
    assert!((10..=20).contains(&again), "{again}");
}

#[test]
fn the_detail_takes_the_lists_place_and_esc_gives_it_back() {
    let mut model = model();
    press(&mut model, "i");
    assert_eq!(model.search.detail, Some(true));
    press(&mut model, "down esc");
    assert_eq!((model.search.detail, model.search.list.selected), (None, 1));
    press(&mut model, "i i");
    assert_eq!(model.search.detail, Some(false));
    press(&mut model, "i");
    assert_eq!(model.search.detail, None);
    // Where it does not fit below, there is the list and there is the detail.
    model.height = 20;
    press(&mut model, "i");
    assert_eq!(model.search.detail, Some(true));
    press(&mut model, "i");
    assert_eq!((model.search.detail, model.pane), (None, Pane::Search));
}

/// Whatever is pressed and whatever comes, in any order and at any size: nothing breaks, and it can be drawn.
#[test]
fn random_keys_and_answers_break_nothing() {
    let mut seed = 0x5eed_u64;
    let mut roll = |sides: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % sides
    };
    let keys = "tab enter esc down up pgdn end home / * n t B o y Y w T i c s f q 1 3 4 5 g 2 backspace left del 杯 : space";
    let keys: Vec<&str> = keys.split_whitespace().collect();
    let mut model = ready(Lang::ZhCn, 80, 24);
    for _ in 0..1_500 {
        match roll(12) {
            0 => {
                let generation = model.suppliers.generation.saturating_sub(roll(2));
                let result = if roll(4) == 0 { Err(trouble()) } else { Ok(supplier_page()) };
                tell(&mut model, Fact::SuppliersRead { generation, result });
            }
            1 => {
                let generation = model.search.generation;
                let mut page = own_page(model.quantity);
                page.rows.truncate(roll(6) as usize);
                tell(&mut model, Fact::Searched { generation, result: Ok(page) });
            }
            2 => {
                let result =
                    [Ok(Some(Box::new(sheet()))), Ok(None), Err(trouble())][roll(3) as usize].clone();
                tell(&mut model, Fact::SheetRead { id: SupplierId::new(&format!("S{}", roll(3))), result });
            }
            3 => {
                tell(
                    &mut model,
                    Fact::MarksRead(if roll(3) == 0 { Err(trouble()) } else { Ok(Arc::new(marks())) }),
                );
            }
            4 => {
                let subject = Subject::Offer(cup_key());
                let edit = MarkEdit::Block(Some(Clean::new("x")));
                tell(&mut model, Fact::Marked { subject, edit, result: Ok(()) });
            }
            5 => {
                tell(&mut model, Fact::Pasted("标签 \u{1b}[2J, tag ".repeat(roll(60) as usize)));
            }
            6 => {
                let (width, height) = (1 + roll(200) as u16, 1 + roll(60) as u16);
                tell(&mut model, Fact::Resized { width, height });
            }
            7 => {
                with_cart(
                    &mut model,
                    [broken_cart(), legal_cart(), Default::default()][roll(3) as usize].clone(),
                );
                tell(&mut model, Fact::OrdersRead(Ok(orders())));
                tell(&mut model, Fact::GroupsRead(Ok(Some((groups(), at(0))))));
            }
            _ => {
                press(&mut model, keys[roll(keys.len() as u64) as usize]);
            }
        }
        crate::screens::shown(&mut model);
    }
}

/// So many hits, each another offer.
fn hits(from: usize, count: usize, total: usize, quantity: Quantity) -> SearchPage {
    let one = own_page(quantity).rows.remove(0);
    let row = |nth: usize| {
        let mut row = one.clone();
        let mut offer = (*row.offer).clone();
        offer.key = OfferKey::Market(600_000_000_000 + nth as i64);
        row.offer = Arc::new(offer);
        row
    };
    let rows = (from..from + count).map(row).collect();
    SearchPage { rows, total, counted: true, ..own_page(quantity) }
}

fn more(effects: &[Effect]) -> Option<(usize, usize)> {
    effects.iter().find_map(|effect| match effect {
        Effect::SearchMore { request, .. } => Some((request.offset, request.limit)),
        _ => None,
    })
}

#[test]
fn while_typing_a_screen_of_rows_is_read_and_the_rest_once_the_keys_go_to_the_list() {
    let mut model = model();
    press(&mut model, "/");
    let typed = type_text(&mut model, "杯");
    assert_eq!(asked(&typed).unwrap().limit, 21);
    let generation = model.search.generation;
    let page = hits(0, 21, 5_000, model.quantity);
    let answered = tell(&mut model, Fact::Searched { generation, result: Ok(page) });
    assert_eq!(more(&answered), None, "as long as more may be typed");
    assert_eq!(more(&press(&mut model, "enter")), Some((21, 100)));
    // Once, not at every key.
    assert_eq!(more(&press(&mut model, "down up")), None);
    let page = hits(21, 100, 5_000, model.quantity);
    tell(&mut model, Fact::MoreFound { generation, offset: 21, result: Ok(page) });
    assert_eq!(model.search.page.rows.len(), 121);
    // An answer that comes when the keys are in the list already asks for the rest by itself; one that is all, for nothing.
    for (total, rest) in [(5_000, Some((21, 100))), (21, None)] {
        press(&mut model, "/");
        type_text(&mut model, "x");
        assert_eq!(more(&press(&mut model, "enter")), None, "an answer is awaited");
        let generation = model.search.generation;
        let page = hits(0, 21, total, model.quantity);
        let answered = tell(&mut model, Fact::Searched { generation, result: Ok(page) });
        assert_eq!(more(&answered), rest);
    }
    // A screen that grew shows what it has room for, also while typing.
    press(&mut model, "/");
    type_text(&mut model, "z");
    let generation = model.search.generation;
    let page = hits(0, 21, 5_000, model.quantity);
    tell(&mut model, Fact::Searched { generation, result: Ok(page) });
    assert_eq!(more(&tell(&mut model, Fact::Resized { width: 120, height: 60 })), Some((21, 100)));
    // The end of the list does not wait for rows in its middle.
    let bottom = press(&mut model, "enter G");
    assert_eq!(more(&bottom), Some((4_900, 100)));
    // What fails is not asked for again and again.
    press(&mut model, "/");
    type_text(&mut model, "y");
    let generation = model.search.generation;
    let page = hits(0, 21, 5_000, model.quantity);
    tell(&mut model, Fact::Searched { generation, result: Ok(page) });
    assert_eq!(more(&press(&mut model, "enter")), Some((21, 100)));
    let failed = tell(&mut model, Fact::MoreFound { generation, offset: 21, result: Err(trouble()) });
    assert_eq!((more(&failed), model.search.page.rows.len()), (None, 21));
}

#[test]
fn rows_wait_for_what_stands_beside_them_until_it_came() {
    use pifa::app::search::awaits_company;
    let mut model = model();
    press(&mut model, "/");
    type_text(&mut model, "杯");
    assert!(!awaits_company(&model), "nothing was found yet");
    let generation = model.search.generation;
    let page = SearchPage { counted: false, ..hits(0, 21, 21, model.quantity) };
    tell(&mut model, Fact::Searched { generation, result: Ok(page) });
    assert!(awaits_company(&model), "how many there are");
    let found = press_all(&mut model, "enter");
    let counts = Counts { total: 300, ads_hidden: None, cached: 1_000 };
    tell(&mut model, Fact::Counted { generation, result: Ok(counts) });
    assert!(awaits_company(&model), "what the first cost before");
    let prices = found.into_iter().find_map(|effect| match effect {
        Effect::ReadPrices { generation, offer } => Some((generation, offer.key.clone())),
        _ => None,
    });
    let (generation, key) = prices.unwrap();
    let result = Ok(Arc::default());
    let fact = Fact::PricesRead { generation, key, result, yanxuan: None, watches: Vec::new() };
    tell(&mut model, fact);
    assert!(!awaits_company(&model));
}

#[test]
fn the_detail_follows_once_the_fingers_pause() {
    let mut model = model();
    let milliseconds = |ms: i64| at(0) + jiff::SignedDuration::from_millis(ms);
    let key = |model: &mut Model, ms: i64, c: char| {
        let fact = Fact::KeyPressed(pifa::config::keymap::Key::char(c));
        update(model, Msg { at: milliseconds(ms), fact })
    };
    let rows = |model: &mut Model, ms: i64, from: usize| {
        let page = hits(from, from + 21, 300, model.quantity);
        let fact = Fact::Searched { generation: model.search.generation, result: Ok(page) };
        update(model, Msg { at: milliseconds(ms), fact })
    };
    let detail = |model: &Model| model.search.detailed().unwrap().offer.key.clone();
    let first = |model: &Model| model.search.page.rows[0].offer.key.clone();
    let is_asked = |effects: &[Effect]| {
        let mut asked = effects.iter().filter_map(|effect| match effect {
            Effect::ReadPrices { offer, .. } => Some(offer.key.clone()),
            _ => None,
        });
        asked.next()
    };
    press(&mut model, "/");
    let shown = detail(&model);
    key(&mut model, 0, 'a');
    assert_eq!(is_asked(&rows(&mut model, 5, 0)), None, "nor is anything read for it");
    assert_ne!(first(&model), shown);
    assert_eq!(detail(&model), shown);
    // Each key begins the pause anew.
    key(&mut model, 140, 'b');
    rows(&mut model, 145, 40);
    update(&mut model, Msg { at: milliseconds(150), fact: Fact::Woke });
    assert_eq!(detail(&model), shown);
    let woke = update(&mut model, Msg { at: milliseconds(290), fact: Fact::Woke });
    assert_eq!(detail(&model), first(&model));
    assert_eq!(is_asked(&woke), Some(first(&model)), "its prices of before are read now");
    assert_eq!(model.wake, None);
    // An answer that is late changes rows whose detail is shown.
    rows(&mut model, 400, 80);
    assert_eq!(detail(&model), first(&model));
    // Whatever is done but typing shows what is selected at once.
    for done in ["enter", "left", "f2", "ctrl-p"] {
        press(&mut model, "esc esc esc /");
        key(&mut model, 500, 'c');
        rows(&mut model, 505, 120);
        assert_ne!(detail(&model), first(&model), "{done}");
        press(&mut model, done);
        assert_eq!(detail(&model), first(&model), "{done}");
        rows(&mut model, 510, 0);
    }
}

#[test]
fn a_detail_in_the_place_of_the_list_goes_with_every_key() {
    let mut model = model();
    model.search.detail = Some(true);
    press(&mut model, "/");
    type_text(&mut model, "a");
    answer(&mut model, hits(0, 21, 300, q(300)));
    assert_eq!(model.search.detailed().unwrap().offer.key, model.search.page.rows[0].offer.key);
}
