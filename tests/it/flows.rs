//! Messages through `update`: what the keys do, what late answers may not, and that nothing breaks it.

use pifa::app::model::{Layer, Tone};
use pifa::app::msg::{CartDeed, Held, NewLine, Sent, Trouble};
use pifa::app::{Effect, Fact, Model, Pane};
use pifa::config::keymap::{Code, Key};
use pifa::domain::id::{LineId, SpecId};
use pifa::domain::quantity::Quantity;
use pifa::domain::search::{SearchPage, Sort};
use pifa::i18n::Lang;
use pifa::ui;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::ui_fixtures::*;

fn model() -> Model {
    ready(Lang::En, 80, 24)
}

fn cart_model() -> Model {
    let mut model = model();
    with_cart(&mut model, broken_cart());
    press(&mut model, "3");
    model
}

fn said(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |notice| notice.text.as_str())
}

fn searches(effects: &[Effect]) -> Vec<(u64, String)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Search { generation, request } => Some((*generation, request.text.clone())),
            _ => None,
        })
        .collect()
}

#[test]
fn every_letter_asks_anew_and_only_the_newest_answer_counts() {
    let mut model = model();
    let before = model.search.page.clone();
    press(&mut model, "/");
    let asked = searches(&type_text(&mut model, "杯子"));
    assert_eq!(asked.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["杯", "杯子"]);
    let late = SearchPage { total: 1, cached: 1, ..SearchPage::default() };
    tell(&mut model, Fact::Searched { generation: asked[0].0, result: Ok(late) });
    assert_eq!(model.search.page, before, "a late answer was taken");
    let newest = SearchPage { total: 7, cached: 20_000, ..SearchPage::default() };
    tell(&mut model, Fact::Searched { generation: asked[1].0, result: Ok(newest) });
    assert_eq!(model.search.page.total, 7);
    assert!(!model.search.pending);
}

#[test]
fn a_chinese_character_in_the_list_begins_a_query_and_a_letter_does_not() {
    let mut model = model();
    assert!(searches(&type_text(&mut model, "h")).is_empty());
    assert!(!model.search.focused);
    assert_eq!(searches(&type_text(&mut model, "杯"))[0].1, "杯");
    assert!(model.search.focused);
    press(&mut model, "down");
    assert!(!model.search.focused);
    assert_eq!(model.search.query.text(), "杯");
    press(&mut model, "/ esc");
    assert!(model.search.focused && model.search.query.is_empty());
    press(&mut model, "esc");
    assert!(!model.search.focused);
}

#[test]
fn full_width_keys_are_commands_outside_fields_and_text_inside() {
    let mut model = model();
    type_text(&mut model, "？");
    assert!(matches!(model.layers.last(), Some(Layer::Help { .. })));
    press(&mut model, "esc");
    type_text(&mut model, "３");
    assert_eq!(model.pane, Pane::Cart);
    type_text(&mut model, "１");
    type_text(&mut model, "／");
    assert!(model.search.focused);
    type_text(&mut model, "？１");
    assert_eq!(model.search.query.text(), "？１");
    assert!(model.layers.is_empty() && model.pane == Pane::Search);
}

#[test]
fn digits_switch_panes_except_on_a_line_and_in_a_field() {
    let mut model = model();
    press(&mut model, "3");
    assert_eq!(model.pane, Pane::Cart);
    // No line to edit: digits switch panes from the empty cart too.
    press(&mut model, "5");
    assert_eq!(model.pane, Pane::Orders);
    press(&mut model, "1 /");
    type_text(&mut model, "304");
    assert_eq!((model.pane, model.search.query.text().as_str()), (Pane::Search, "304"));

    let mut model = cart_model();
    press(&mut model, "1 2");
    assert!(matches!(model.layers.last(), Some(Layer::Prompt(prompt)) if prompt.field.text() == "12"));
    let effects = press(&mut model, "enter");
    assert_eq!(effects, [Effect::Cart(CartDeed::Set(LineId(1), Quantity::whole(12)))]);
    press(&mut model, "g 2");
    assert_eq!(model.pane, Pane::Compare);
    press(&mut model, "tab");
    assert_eq!(model.pane, Pane::Cart);
    press(&mut model, "backtab backtab");
    assert_eq!(model.pane, Pane::Search);
}

#[test]
fn the_first_digit_replaces_the_quantity_and_nonsense_is_refused_with_a_reason() {
    let mut model = model();
    press(&mut model, "q 5 0 0 enter");
    assert_eq!(model.quantity, Quantity::whole(500));
    press(&mut model, "q 0 enter");
    let Some(Layer::Prompt(prompt)) = model.layers.last() else { panic!("the prompt closed on a zero") };
    assert!(prompt.trouble.is_some());
    press(&mut model, "esc");
    assert_eq!(model.quantity, Quantity::whole(500));
    press(&mut model, "q backspace");
    type_text(&mut model, "２．５");
    let effects = press(&mut model, "enter");
    assert_eq!(model.quantity.to_string(), "2.5");
    assert!(
        matches!(effects.as_slice(), [Effect::Search { request, .. }] if request.quantity.to_string() == "2.5")
    );
}

#[test]
fn a_paste_is_text_and_never_a_command() {
    let mut model = cart_model();
    // A list, to be looked at before anything is done with it.
    let effects = tell(&mut model, Fact::Pasted("dddSyQ\nq".into()));
    assert!(
        matches!(effects.as_slice(), [Effect::CheckEntry(list)] if &**list == "dddSyQ\nq"),
        "{effects:?}"
    );
    assert!(matches!(model.layers.as_slice(), [Layer::Entry(_)]) && model.pane == Pane::Cart);
    press(&mut model, "esc");
    press(&mut model, "g 1");
    let effects = tell(&mut model, Fact::Pasted("保温\u{1b}[2J杯\n".into()));
    assert_eq!(searches(&effects)[0].1, "保温杯");
    press(&mut model, "esc esc q");
    tell(&mut model, Fact::Pasted("1,200 y".into()));
    press(&mut model, "enter");
    assert_eq!(model.quantity, Quantity::whole(1200));
}

fn confirming() -> Model {
    let mut model = model();
    with_cart(&mut model, legal_cart());
    press(&mut model, "3");
    let effects = press(&mut model, "S");
    let [Effect::Propose { generation }] = effects.as_slice() else { panic!("{effects:?}") };
    let stale = Fact::Proposed { generation: generation - 1, result: Ok(Box::new(proposal())) };
    tell(&mut model, stale);
    assert!(model.layers.is_empty(), "a stale proposal was shown");
    tell(&mut model, Fact::Proposed { generation: *generation, result: Ok(Box::new(proposal())) });
    assert!(matches!(model.layers.last(), Some(Layer::Confirm(_))));
    model
}

fn key_at(model: &mut Model, millis: i64, c: char) -> Vec<Effect> {
    let when = jiff::Timestamp::from_millisecond(at(0).as_millisecond() + millis).unwrap();
    tell_at(model, when, Fact::KeyPressed(Key::char(c)))
}

#[test]
fn confirm_hears_after_a_quiet_moment_only_and_sends_what_it_shows() {
    let mut model = confirming();
    assert!(key_at(&mut model, 299, 'y').is_empty(), "not armed yet");
    // A held key never confirms: each repeat begins the quiet anew.
    for repeat in 0..50 {
        assert!(key_at(&mut model, 330 + repeat * 33, 'y').is_empty());
    }
    assert!(matches!(model.layers.last(), Some(Layer::Confirm(_))));
    let effects = key_at(&mut model, 5000, 'y');
    assert_eq!(effects, [Effect::Submit(Box::new(proposal()))]);
    assert!(model.layers.is_empty() && model.cart.submitting);
    // Nothing can be sent twice while it is under way.
    assert!(press(&mut model, "S").is_empty());
}

#[test]
fn confirm_is_deaf_to_pastes_enter_and_other_keys() {
    let mut model = confirming();
    let late = jiff::Timestamp::from_millisecond(at(0).as_millisecond() + 9000).unwrap();
    assert!(tell_at(&mut model, late, Fact::Pasted("yyyy\n".into())).is_empty());
    assert!(key_at(&mut model, 9100, 'y').is_empty(), "a paste begins the quiet anew");
    assert!(tell_at(&mut model, at(20), Fact::KeyPressed(Key::plain(Code::Enter))).is_empty());
    assert!(matches!(model.layers.last(), Some(Layer::Confirm(_))));
    // A cart changed under it makes it stale.
    tell(&mut model, Fact::CartChanged { deed: CartDeed::Undo, result: Ok(legal_cart()) });
    assert!(model.layers.is_empty());
}

#[test]
fn a_refused_order_cannot_be_sent() {
    let mut model = confirming();
    let Some(Layer::Confirm(confirm)) = model.layers.last_mut() else { panic!() };
    confirm.proposal.orders[0].refusal = Some("500_004".into());
    assert!(key_at(&mut model, 5000, 'y').is_empty());
    assert!(matches!(model.layers.last(), Some(Layer::Confirm(_))));
}

#[test]
fn a_broken_cart_cannot_be_submitted_and_says_why() {
    let mut model = cart_model();
    assert!(press(&mut model, "S").is_empty());
    assert!(said(&model).contains(']'), "{}", said(&model));
    press(&mut model, "]");
    assert_eq!(model.cart.selected().unwrap().line.id, LineId(2));
    press(&mut model, "]");
    assert_eq!(model.cart.selected().unwrap().line.id, LineId(4));
    assert!(said(&model).contains("lot"), "{}", said(&model));
    press(&mut model, "[ [");
    assert_eq!(model.cart.selected().unwrap().line.id, LineId(1));
}

#[test]
fn adding_takes_q_as_it_is_and_names_what_it_breaks() {
    let mut model = model();
    press(&mut model, "q 8 enter");
    let generation = model.search.generation;
    tell(&mut model, Fact::Searched { generation, result: Ok(page(Quantity::whole(8))) });
    // The third hit has no SKUs and a minimum of 500.
    let effects = press(&mut model, "down down enter");
    let line = NewLine { offer: straw().key, spec_id: None, quantity: Quantity::whole(8) };
    assert_eq!(effects, [Effect::Cart(CartDeed::Add(vec![line.clone()]))]);
    let result = Ok(snapshot(&[crate::ui_fixtures::line(1, &straw(), None, 8)]));
    tell(&mut model, Fact::CartChanged { deed: CartDeed::Add(vec![line]), result });
    assert!(said(&model).contains("minimum 500 个, 492 个 short"), "{}", said(&model));
}

#[test]
fn several_skus_are_picked_with_their_quantities() {
    let mut model = model();
    let effects = press(&mut model, "enter 1 2 down 3 0 enter");
    let line = |spec: &str, units| NewLine {
        offer: cup().key,
        spec_id: Some(SpecId::new(spec)),
        quantity: Quantity::whole(units),
    };
    assert_eq!(effects, [Effect::Cart(CartDeed::Add(vec![line("w", 12), line("b", 30)]))]);
    // With nothing typed: the selected one at Q.
    let effects = press(&mut model, "enter down enter");
    assert_eq!(effects, [Effect::Cart(CartDeed::Add(vec![line("b", 300)]))]);
    assert!(press(&mut model, "enter esc").is_empty() && model.layers.is_empty());
}

#[test]
fn cart_keys_ask_the_ledger() {
    let mut model = cart_model();
    let set = |units| Effect::Cart(CartDeed::Set(LineId(1), Quantity::whole(units)));
    assert_eq!(press(&mut model, "+"), [set(9)]);
    assert_eq!(press(&mut model, "-"), [set(7)]);
    assert_eq!(press(&mut model, "d"), [Effect::Cart(CartDeed::Remove(LineId(1)))]);
    assert_eq!(press(&mut model, "u"), [Effect::Cart(CartDeed::Undo)]);
    assert_eq!(press(&mut model, "ctrl-r").len(), 0, "nothing undone, nothing to redo");
    // By lots on the line that has one.
    press(&mut model, "G");
    assert_eq!(press(&mut model, "+"), [Effect::Cart(CartDeed::Set(LineId(4), Quantity::whole(36)))]);
    assert_eq!(press(&mut model, "-"), [Effect::Cart(CartDeed::Set(LineId(4), Quantity::whole(24)))]);
}

#[test]
fn undo_with_nothing_left_says_so() {
    let mut model = cart_model();
    let mut cart = broken_cart();
    cart.unchanged = true;
    cart.can_undo = false;
    tell(&mut model, Fact::CartChanged { deed: CartDeed::Undo, result: Ok(cart) });
    assert_eq!(said(&model), "nothing to undo");
    assert!(press(&mut model, "u").is_empty());
}

#[test]
fn a_failed_change_is_said_and_the_cart_is_read_again() {
    let mut model = cart_model();
    let deed = CartDeed::Remove(LineId(1));
    let effects = tell(
        &mut model,
        Fact::CartChanged { deed, result: Err(Trouble::new("disk full", Some("free some space"))) },
    );
    assert_eq!(effects, [Effect::Cart(CartDeed::Read)]);
    assert_eq!(said(&model), "disk full. free some space");
    assert_eq!(model.notice.as_ref().unwrap().tone, Tone::Bad);
}

#[test]
fn the_first_start_fills_the_catalog_once_and_searches_as_rows_arrive() {
    let mut model = fresh(Lang::En, 80, 24);
    let empty = pifa::app::msg::Status { cached: 0, ..status() };
    assert_eq!(tell(&mut model, Fact::StatusRead(Ok(empty.clone()))), [Effect::Sync]);
    assert!(tell(&mut model, Fact::StatusRead(Ok(empty))).is_empty());
    let generation = model.search.generation;
    tell(&mut model, Fact::Searched { generation, result: Ok(SearchPage::default()) });
    let mut asked = 0;
    for done in (100..=20_000).step_by(100) {
        let effects = tell(&mut model, Fact::SyncProgressed { done, total: Some(20_000), pace: None });
        asked += searches(&effects).len();
        let generation = model.search.generation;
        tell(&mut model, Fact::Searched { generation, result: Ok(page(Quantity::whole(300))) });
    }
    assert!((15..=25).contains(&asked), "{asked} searches");
    let effects = tell(&mut model, Fact::SyncEnded(Ok(20_000)));
    assert_eq!(searches(&effects).len(), 1);
    assert!(model.sync.is_none());
}

#[test]
fn a_market_that_is_not_the_sandbox_is_synced_by_key_only() {
    let mut model = fresh(Lang::En, 80, 24);
    let empty = pifa::app::msg::Status { cached: 0, sandbox: false, ..status() };
    assert!(tell(&mut model, Fact::StatusRead(Ok(empty))).is_empty());
    assert_eq!(press(&mut model, "R"), [Effect::Sync]);
    assert!(press(&mut model, "R").is_empty());
}

#[test]
fn rows_arriving_do_not_move_the_buyer_off_the_offer_looked_at() {
    let mut model = model();
    press(&mut model, "down down");
    let looked_at = model.search.selected().unwrap().offer.key.clone();
    let mut grown = page(Quantity::whole(300));
    grown.rows.rotate_right(1);
    let generation = model.search.generation;
    tell(&mut model, Fact::Searched { generation, result: Ok(grown) });
    assert_eq!(model.search.selected().unwrap().offer.key, looked_at);
}

#[test]
fn outcomes_of_a_submit_are_counted_and_held_ones_explained() {
    let mut model = confirming();
    key_at(&mut model, 5000, 'y');
    let effects = tell(&mut model, Fact::Submitted(Ok(Sent { orders: orders(), held: None })));
    assert_eq!(effects, [Effect::Cart(CartDeed::Read), Effect::ReadOrders, Effect::ReadStatus]);
    assert_eq!(said(&model), "2 orders placed, 1 unknown: looked up, never sent blindly");
    assert_eq!((model.pane, model.cart.submitting), (Pane::Orders, false));
    let mut model = confirming();
    key_at(&mut model, 5000, 'y');
    tell(&mut model, Fact::Submitted(Ok(Sent { orders: vec![], held: Some(Held::CartChanged) })));
    assert!(said(&model).contains("nothing was sent"), "{}", said(&model));
    assert_eq!(model.pane, Pane::Cart);
}

#[test]
fn quitting_while_orders_are_on_their_way_asks_first() {
    let mut model = confirming();
    key_at(&mut model, 5000, 'y');
    assert!(press(&mut model, "ctrl-c").is_empty());
    assert!(matches!(model.layers.last(), Some(Layer::QuitAnyway)));
    press(&mut model, "esc");
    assert!(press(&mut model, "Q").is_empty());
    assert_eq!(press(&mut model, "y"), [Effect::Quit]);
    let mut idle = cart_model();
    assert_eq!(press(&mut idle, "ctrl-c"), [Effect::Quit]);
    press(&mut idle, "g 1 /");
    assert_eq!(press(&mut idle, "ctrl-c"), [Effect::Quit], "from the query too");
}

#[test]
fn the_palette_finds_by_words_or_id_and_runs() {
    let mut model = cart_model();
    press(&mut model, ":");
    type_text(&mut model, "clear the cart");
    assert_eq!(press(&mut model, "enter"), [Effect::Cart(CartDeed::Clear)]);
    press(&mut model, ":");
    type_text(&mut model, "pane.ord");
    press(&mut model, "enter");
    assert_eq!(model.pane, Pane::Orders);
    press(&mut model, ":");
    type_text(&mut model, "zzzzzz");
    assert!(press(&mut model, "enter").is_empty() && model.layers.is_empty());
}

#[test]
fn sorting_cycles_and_starts_at_the_top() {
    let mut model = model();
    press(&mut model, "down");
    for expected in [Sort::Price, Sort::Landed, Sort::Sold, Sort::Repeat, Sort::Age, Sort::Rank] {
        let effects = press(&mut model, "s");
        assert!(matches!(effects.as_slice(), [Effect::Search { request, .. }] if request.sort == expected));
        assert_eq!(model.search.list.selected, 0);
    }
}

/// A small generator of its own: the same seed gives the same session.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    pub fn key(&mut self) -> Key {
        const NAMED: [Code; 15] = [
            Code::Enter,
            Code::Esc,
            Code::Tab,
            Code::BackTab,
            Code::Backspace,
            Code::Delete,
            Code::Up,
            Code::Down,
            Code::Left,
            Code::Right,
            Code::PageUp,
            Code::PageDown,
            Code::Home,
            Code::End,
            Code::F(1),
        ];
        const CHARS: &[char] = &[
            '杯', '保', '？', '１', '：', '、', 'é', '\u{301}', '🙂', '\u{200b}', 'q', 'c', 's', 'S', 'u',
            'd', '+', '-', ']', 'g', 'G', 'y', 'Q', '/', ':', '?', '0', '1', '2', '3', '4', '5', '.', 'f',
            'i', 'R', 'r', ' ',
        ];
        let code = match self.roll(3) {
            0 => NAMED[self.roll(15) as usize],
            1 => Code::Char(CHARS[self.roll(CHARS.len() as u64) as usize]),
            _ => Code::Char(char::from_u32(32 + self.roll(95) as u32).unwrap()),
        };
        Key { code, ctrl: self.roll(12) == 0, alt: self.roll(40) == 0 }
    }

    fn trouble<T>(&mut self, ok: T) -> Result<T, Trouble> {
        if self.roll(4) == 0 {
            Err(Trouble::new("出错了 \u{1b}[31m", Some("再试一次")))
        } else {
            Ok(ok)
        }
    }

    fn size(&mut self) -> (u16, u16) {
        (1 + self.roll(200) as u16, 1 + self.roll(60) as u16)
    }

    fn page(&mut self) -> SearchPage {
        let mut page = page(Quantity::whole(1 + self.roll(2000) as u32));
        page.rows.truncate(self.roll(6) as usize);
        let again = page.rows.clone();
        for _ in 0..self.roll(20) {
            page.rows.extend(again.clone());
        }
        page
    }

    fn fact(&mut self, model: &Model) -> Fact {
        match self.roll(30) {
            0 => {
                let (width, height) = self.size();
                Fact::Resized { width, height }
            }
            1 => {
                Fact::Pasted(["yes", "保温\n杯", "\u{1b}]0;x\u{7}", "300", ""][self.roll(5) as usize].into())
            }
            2 => {
                let page = self.page();
                let generation = model.search.generation - self.roll(2);
                Fact::Searched { generation, result: self.trouble(page) }
            }
            3 => {
                let cart = [broken_cart(), legal_cart(), Default::default()][self.roll(3) as usize].clone();
                let deed = match self.roll(4) {
                    0 => CartDeed::Read,
                    1 => CartDeed::Undo,
                    2 => CartDeed::Set(LineId(1), Quantity::ONE),
                    _ => CartDeed::Add(vec![NewLine {
                        offer: cup().key,
                        spec_id: Some(SpecId::new("w")),
                        quantity: Quantity::ONE,
                    }]),
                };
                Fact::CartChanged { deed, result: self.trouble(cart) }
            }
            4 => {
                let orders = if self.roll(2) == 0 { orders() } else { vec![] };
                Fact::OrdersRead(self.trouble(orders))
            }
            5 => {
                let groups = if self.roll(2) == 0 { Some((groups(), at(0))) } else { None };
                Fact::GroupsRead(self.trouble(groups))
            }
            6 => {
                let mut status = status();
                status.online = [None, Some(true), Some(false)][self.roll(3) as usize];
                status.cached = self.roll(2) * 20_000;
                status.sandbox = self.roll(2) == 0;
                Fact::StatusRead(self.trouble(status))
            }
            7 => Fact::SyncProgressed {
                done: self.roll(30_000),
                total: Some(20_000).filter(|_| self.roll(2) == 0),
                pace: Some((self.roll(30_000), Some(self.roll(900)))).filter(|_| self.roll(2) == 0),
            },
            8 => Fact::SyncEnded(self.trouble(20_000)),
            9 => Fact::Proposed {
                generation: model.cart.generation,
                result: self.trouble(Box::new(proposal())),
            },
            10 => Fact::Submitted(self.trouble(Sent { orders: orders(), held: None })),
            11 => Fact::Settled(self.trouble(orders())),
            12 => Fact::Failed(Trouble::new("a worker stopped", None)),
            _ => Fact::KeyPressed(self.key()),
        }
    }
}

#[test]
fn random_messages_drawn_at_all_sizes_break_nothing() {
    for seed in [0x1688_u64, 0xC0FFEE] {
        let mut dice = Dice(seed);
        let mut model = fresh(Lang::ALL[(seed % 3) as usize], 80, 24);
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        let mut drawn = (80, 24);
        for step in 0..2_500_i64 {
            let fact = dice.fact(&model);
            let when = jiff::Timestamp::from_millisecond(at(0).as_millisecond() + step * 170).unwrap();
            tell_at(&mut model, when, fact);
            if dice.roll(500) == 0 {
                model.ascii = !model.ascii;
                model.lang = Lang::ALL[dice.roll(3) as usize];
            }
            if drawn != (model.width, model.height) {
                drawn = (model.width, model.height);
                terminal = Terminal::new(TestBackend::new(drawn.0, drawn.1)).unwrap();
            }
            let mut hits = None;
            terminal.draw(|frame| hits = Some(ui::view(&model, frame))).unwrap();
            model.viewport = hits.unwrap().viewport;
            let buffer = terminal.backend().buffer();
            assert!(
                buffer.content.iter().all(|cell| !cell.symbol().chars().any(char::is_control)),
                "a control character reached the screen at step {step} of seed {seed:#x}"
            );
        }
    }
}
