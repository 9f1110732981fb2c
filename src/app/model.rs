//! What the program knows and looks at.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::action::Keys;
use crate::app::algebra::{Narrow, Preview, Visual};
use crate::app::coach::Coach;
use crate::app::compare::Below;
use crate::app::deals::{DealList, DealsView, GroupLayer, OfferWish};
use crate::app::decide::Decision;
use crate::app::drift::DriftLayer;
use crate::app::entry::EntryLayer;
use crate::app::facets::CategoryPicker;
use crate::app::field::Field;
use crate::app::fix::FixLayer;
use crate::app::grid::GridLayer;
use crate::app::list::List;
use crate::app::lists::ListsLayer;
use crate::app::mouse::Places;
use crate::app::msg::{CartSnapshot, Effect, Status, Trouble};
use crate::app::orders::{Cashier, OrderLayer};
use crate::app::remember::Memory;
use crate::app::saved::{Prices, SavedLayer};
pub use crate::app::search::SearchPane;
use crate::app::substitute::SubstituteLayer;
use crate::app::suppliers::{SheetLayer, SuppliersPane};
use crate::app::why::WhyLayer;
use crate::app::words::WordsPrompt;
use crate::config::keymap::Key;
use crate::config::theme::{Preset, Theme};
use crate::domain::algebra::Expr;
use crate::domain::cart::{Assessment, PricedLine, SupplierPart, Violation};
use crate::domain::fx::Fx;
use crate::domain::group_buy::GroupBuy;
use crate::domain::id::{GroupId, LineId, OfferKey, SpecId};
use crate::domain::mark::{Bought, Marks};
use crate::domain::offer::Offer;
use crate::domain::order::{Order, OrderLine};
use crate::domain::proposal::{Proposal, ProposedOrder};
use crate::domain::quantity::Quantity;
use crate::domain::saved::SavedName;
use crate::domain::text::Clean;
use crate::i18n::{Lang, Text};

/// The panes, in the order of their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Pane {
    #[default]
    Search,
    Compare,
    Cart,
    Deals,
    Orders,
}

impl Pane {
    /// All of them.
    pub const ALL: [Pane; 5] = [Pane::Search, Pane::Compare, Pane::Cart, Pane::Deals, Pane::Orders];

    /// 1 to 5.
    pub fn number(self) -> usize {
        1 + Pane::ALL.iter().position(|pane| *pane == self).unwrap_or(0)
    }

    /// Its name.
    pub fn title(self, text: &'static Text) -> &'static str {
        match self {
            Pane::Search => text.pane_search,
            Pane::Compare => text.pane_compare,
            Pane::Cart => text.pane_cart,
            Pane::Deals => text.pane_deals,
            Pane::Orders => text.pane_orders,
        }
    }
}

/// Offers marked for comparison.
#[derive(Debug, Clone, Default)]
pub struct ComparePane {
    /// In the order they were marked.
    pub offers: Vec<Arc<Offer>>,
    pub list: List,
    /// What was bought of them before, as their rows said when they were marked.
    pub bought: HashMap<OfferKey, Bought>,
    /// The one the buyer means to take.
    pub pick: Option<OfferKey>,
    /// Whether offers are columns.
    pub transposed: bool,
    /// What stands under the rows.
    pub below: Below,
    /// Offers that were marked in the last sitting and are still to be read.
    pub wanted: Vec<OfferKey>,
    /// The newest reading asked for; answers to older ones are dropped.
    pub generation: u64,
    /// Whether an answer is awaited.
    pub pending: bool,
    /// Why they could not be read the last time.
    pub trouble: Option<Trouble>,
}

impl ComparePane {
    /// Whether this offer is marked.
    pub fn has(&self, key: &OfferKey) -> bool {
        self.offers.iter().any(|offer| &offer.key == key)
    }
}

/// The cart as last read.
#[derive(Debug, Clone, Default)]
pub struct CartPane {
    pub snapshot: CartSnapshot,
    /// Over the lines of all suppliers.
    pub list: List,
    /// Whether it was read at all.
    pub read: bool,
    /// Why it could not be read the last time.
    pub trouble: Option<Trouble>,
    /// Proposals asked for; answers to older ones are dropped.
    pub generation: u64,
    /// Fixes asked for; answers to older ones are dropped.
    pub fixing: u64,
    /// Whether the market is being asked what the cart would cost.
    pub proposing: bool,
    /// Whether orders are being sent.
    pub submitting: bool,
    /// The market is being asked again for what the confirm layer shows.
    pub again: bool,
    /// Lines of a reorder went in: once they are read, the market is asked what they cost.
    pub then_submit: bool,
    /// The last proposal, for the server's figures beside our own; `None` once the cart changed.
    pub quoted: Option<Box<Proposal>>,
    /// A range of lines is being chosen.
    pub visual: Option<Visual>,
    /// Only some lines are shown; `None` = all.
    pub narrow: Option<Narrow>,
    /// The last change of a quantity, to be repeated.
    pub last_change: Option<Expr>,
    /// What the change that is being typed would make of it.
    pub preview: Option<Preview>,
}

impl CartPane {
    /// The cart as it is drawn: as it would be, while a change is typed.
    pub fn priced(&self) -> &Assessment {
        let preview = self.preview.as_ref().and_then(|preview| preview.assessment.as_ref());
        preview.unwrap_or(&self.snapshot.assessment)
    }

    /// All lines in the order they are shown, with their supplier's part.
    pub fn lines(&self) -> impl Iterator<Item = (&SupplierPart, &PricedLine)> {
        self.priced().parts.iter().flat_map(|part| part.lines.iter().map(move |line| (part, line)))
    }

    /// The lines that are shown: what is selected is one of these.
    pub fn shown(&self) -> impl Iterator<Item = (&SupplierPart, &PricedLine)> {
        self.lines().filter(|(_, line)| self.shows(line.line.id))
    }

    /// Whether a line is shown.
    pub fn shows(&self, id: LineId) -> bool {
        self.narrow.as_ref().is_none_or(|narrow| narrow.ids.contains(&id))
    }

    /// How many lines are shown.
    pub fn shown_len(&self) -> usize {
        if self.narrow.is_none() { self.len() } else { self.shown().count() }
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.snapshot.assessment.parts.iter().map(|part| part.lines.len()).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The selected line.
    pub fn selected(&self) -> Option<&PricedLine> {
        self.shown().nth(self.list.selected).map(|(_, line)| line)
    }

    /// The supplier's part the selected line belongs to.
    pub fn selected_part(&self) -> Option<&SupplierPart> {
        self.shown().nth(self.list.selected).map(|(part, _)| part)
    }

    /// Rules that are broken.
    pub fn violations(&self) -> &[Violation] {
        &self.priced().violations
    }
}

/// Group-buys as last read.
#[derive(Debug, Clone, Default)]
pub struct DealsPane {
    /// `None` = not read yet.
    pub groups: Option<Vec<GroupBuy>>,
    /// This market has none.
    pub unsupported: bool,
    pub pending: bool,
    pub trouble: Option<Trouble>,
    pub list: List,
    pub as_of: Option<Timestamp>,
    pub view: DealsView,
    pub flash: DealList,
    pub discount: DealList,
    /// A group that is being joined or left.
    pub busy: Option<GroupId>,
    /// Groups that crossed a step since the pane came to the front.
    pub crossed: Vec<GroupId>,
    /// When the groups were last asked for, or answered.
    pub looked_at: Option<Timestamp>,
    /// The offer that is being read, and what for.
    pub wanted: Option<(OfferKey, OfferWish)>,
}

/// Orders of the ledger, newest first.
#[derive(Debug, Clone, Default)]
pub struct OrdersPane {
    pub orders: Vec<Order>,
    pub read: bool,
    pub pending: bool,
    /// Why they could not be read the last time.
    pub trouble: Option<Trouble>,
    pub list: List,
    /// Only what waits for the buyer is shown.
    pub waiting_only: bool,
    /// The largest total first, whatever waits.
    pub biggest_first: bool,
    /// An order something is being done with at the market.
    pub busy: Option<String>,
    /// The order whose cashier was opened last.
    pub cashier: Option<Cashier>,
}

/// A number asked for at the bottom of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// What for.
    pub wish: Wish,
    pub field: Field,
    /// Why what was typed cannot be taken.
    pub trouble: Option<String>,
}

/// What a prompt sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// The quantity every price is shown at.
    Quantity,
    /// The quantity one offer is looked at; nothing typed = Q again.
    OwnQuantity { key: OfferKey, title: Clean },
    /// A change of the quantities of cart lines; the title is that of the selected one.
    Lines { ids: Vec<LineId>, title: Clean },
    /// Words that the lines of the cart are narrowed by, and what they were narrowed by before.
    Narrow { was: Box<Narrow> },
    /// How many sets of a buying list go into the cart.
    Sets { name: SavedName },
    /// How much to reserve in a group-buy.
    Join { id: GroupId, spec: Option<(SpecId, Clean)>, title: Clean },
}

/// SKUs to choose from, with the quantities typed so far.
#[derive(Debug, Clone)]
pub struct Picker {
    pub offer: Arc<Offer>,
    pub list: List,
    /// One a SKU; empty = none of it.
    pub quantities: Vec<String>,
    /// What becomes of what is picked.
    pub take: PickFor,
}

/// What SKUs are picked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PickFor {
    /// The cart, several with their quantities.
    Cart,
    /// A join of this group: one SKU, its quantity is asked next.
    Join(GroupId),
}

/// Before money is spent.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// Printed from, and sent.
    pub proposal: Box<Proposal>,
    /// Keys count once nothing was pressed for a moment: a held key and a burst never confirm.
    pub quiet_since: Timestamp,
    /// The line in focus, counted over all orders.
    pub at: usize,
    /// The figures are being asked for anew: `y` has to wait for them.
    pub asking: bool,
}

impl Confirm {
    /// How many lines its orders have.
    pub fn len(&self) -> usize {
        self.proposal.orders.iter().map(|order| order.lines.len()).sum()
    }

    /// Whether they have none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The order and the line in focus.
    pub fn focus(&self) -> Option<(&ProposedOrder, &OrderLine)> {
        let all = self.proposal.orders.iter();
        all.flat_map(|order| order.lines.iter().map(move |line| (order, line))).nth(self.at)
    }
}

/// The command palette.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    pub field: Field,
    pub list: List,
}

/// What lies over the panes; the last one gets the keys.
// A handful of layers at most lie over each other: their size does not matter.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone)]
pub enum Layer {
    /// Every key, first line in view.
    Help {
        first: usize,
    },
    Palette(Palette),
    Prompt(Prompt),
    Picker(Picker),
    /// The SKUs of an offer in a grid.
    Grid(GridLayer),
    Confirm(Confirm),
    /// A line of text is asked for.
    Words(WordsPrompt),
    /// A supplier in full.
    Sheet(SheetLayer),
    /// Why an offer stands where it does.
    Why(WhyLayer),
    /// A pasted list, before it goes into the cart.
    Entry(EntryLayer),
    /// Categories to choose from.
    Categories(CategoryPicker),
    /// Saved searches to choose from.
    Saved(SavedLayer),
    /// Buying lists.
    Lists(ListsLayer),
    /// An order in full.
    Order(OrderLayer),
    /// A group-buy in full.
    Group(GroupLayer),
    /// What changed since an order was bought.
    Drift(DriftLayer),
    /// What makes the cart legal.
    Fix(FixLayer),
    /// What could stand in a line's place.
    Substitute(Box<SubstituteLayer>),
    /// Something is asked before it is done.
    Decide(Decision),
    /// Orders are on their way: end all the same?
    QuitAnyway,
}

/// How a notice is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Done,
    Info,
    Warn,
    Bad,
}

/// The one message line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub tone: Tone,
    /// Our words, with clean text in them.
    pub text: String,
    /// Whether it is news nobody asked for: words on mere progress do not take its place.
    pub news: bool,
}

/// How far a sync is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    pub done: u64,
    pub total: Option<u64>,
    /// Offers a second, and seconds left.
    pub pace: Option<(u64, Option<u64>)>,
}

/// How many rows of a list were in view when the screen was last drawn; paging moves by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewport {
    /// Rows of the pane's list.
    pub rows: usize,
    /// Rows of the top layer's list.
    pub layer_rows: usize,
}

/// Everything.
#[derive(Debug, Clone)]
pub struct Model {
    pub lang: Lang,
    /// Draw with ASCII only.
    pub ascii: bool,
    pub keys: Keys,
    pub theme: Theme,
    /// Zone of the clock times on the screen.
    pub zone: TimeZone,
    pub width: u16,
    pub height: u16,
    pub viewport: Viewport,
    /// A second currency shown beside totals; never sent.
    pub fx: Option<Fx>,
    /// What was where on the screen that was drawn last, for the mouse.
    pub places: Places,
    /// Time of the last message.
    pub now: Timestamp,
    pub pane: Pane,
    /// Q: every price, sort and filter is at this quantity.
    pub quantity: Quantity,
    /// Quantities of single offers that differ from Q; shared with the searches that are under way.
    pub own_quantities: Arc<HashMap<OfferKey, Quantity>>,
    pub search: SearchPane,
    pub suppliers: SuppliersPane,
    pub compare: ComparePane,
    pub cart: CartPane,
    pub deals: DealsPane,
    pub orders: OrdersPane,
    pub layers: Vec<Layer>,
    /// What the offer in focus cost before.
    pub prices: Prices,
    /// Substitutes asked for; answers to older askings are dropped.
    pub substitutes_asked: u64,
    pub notice: Option<Notice>,
    pub status: Option<Status>,
    /// The buyer's own words on offers and suppliers, and what they bought; `None` until read.
    pub marks: Option<Arc<Marks>>,
    pub sync: Option<Progress>,
    /// The tour.
    pub coach: Coach,
    /// When what waits for the market was last tried again by itself.
    pub retried_at: Option<Timestamp>,
    /// Such a try is under way.
    pub retrying: bool,
    /// The moment the runtime was last asked to wake us at.
    pub wake: Option<Timestamp>,
    /// What is remembered from sitting to sitting.
    pub memory: Memory,
    /// Titles in the other language than the screen's.
    pub titles_swapped: bool,
    /// Keys of a sequence begun and not ended.
    pub begun: Vec<Key>,
}

impl Model {
    /// As the program comes up.
    pub fn new(lang: Lang, ascii: bool, keys: Keys, quantity: Quantity) -> Self {
        Model {
            lang,
            ascii,
            keys,
            theme: Theme::preset(Preset::Dark),
            zone: TimeZone::UTC,
            width: 0,
            height: 0,
            viewport: Viewport { rows: 10, layer_rows: 10 },
            fx: None,
            places: Places::default(),
            now: Timestamp::UNIX_EPOCH,
            pane: Pane::Search,
            quantity,
            own_quantities: Arc::default(),
            search: SearchPane::default(),
            suppliers: SuppliersPane::default(),
            compare: ComparePane::default(),
            cart: CartPane::default(),
            deals: DealsPane::default(),
            orders: OrdersPane::default(),
            layers: Vec::new(),
            prices: Prices::default(),
            substitutes_asked: 0,
            notice: None,
            status: None,
            marks: None,
            sync: None,
            coach: Coach::default(),
            wake: None,
            retried_at: None,
            retrying: false,
            memory: Memory::default(),
            titles_swapped: false,
            begun: Vec::new(),
        }
    }

    /// Its words.
    pub fn text(&self) -> &'static Text {
        self.lang.text()
    }

    /// The quantity an offer is looked at: its own, else Q.
    pub fn quantity_of(&self, key: &OfferKey) -> Quantity {
        self.own_quantities.get(key).copied().unwrap_or(self.quantity)
    }

    /// Whether goods are named in translation: in English, and in Chinese after the swap.
    pub fn is_translated(&self) -> bool {
        self.lang.is_chinese() == self.titles_swapped
    }

    /// An offer's title in the language of the screen; the Chinese one where there is no translation.
    pub fn title_of<'a>(&self, offer: &'a Offer) -> &'a Clean {
        self.title_from(&offer.title, offer.title_en.as_ref())
    }

    /// The one of two titles that the screen shows.
    pub fn title_from<'a>(&self, chinese: &'a Clean, translated: Option<&'a Clean>) -> &'a Clean {
        translated.filter(|title| self.is_translated() && !title.is_empty()).unwrap_or(chinese)
    }

    /// The offer's title in the language the screen does not show it in, where a buyer of that screen wants to see
    /// both: the Chinese one under a translation, and in English the translation under the Chinese one.
    pub fn other_title<'a>(&self, offer: &'a Offer) -> Option<&'a Clean> {
        let shown = self.title_of(offer);
        if shown != &offer.title {
            return Some(&offer.title);
        }
        offer
            .title_en
            .as_ref()
            .filter(|title| !self.lang.is_chinese() && !title.is_empty() && *title != shown)
    }

    /// Says something in the message line.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.notice = Some(Notice { tone, text: text.into(), news: false });
    }

    /// Says what happened without a key of the buyer's: it stands until they press one, or something that they asked
    /// for is answered.
    pub fn announce(&mut self, tone: Tone, text: impl Into<String>) {
        self.notice = Some(Notice { tone, text: text.into(), news: true });
    }

    /// Says how something came on that the screen shows anyway; news is not covered by it.
    pub fn mention(&mut self, tone: Tone, text: impl Into<String>) {
        if !self.notice.as_ref().is_some_and(|notice| notice.news) {
            self.say(tone, text);
        }
    }

    /// Says what went wrong and what to do.
    pub fn complain(&mut self, trouble: &Trouble) {
        let text = match &trouble.hint {
            Some(hint) => format!("{}{}{hint}", trouble.text, self.text().then),
            None => trouble.text.to_string(),
        };
        self.say(Tone::Bad, text);
    }

    /// Whether the market is known to be out of reach.
    pub fn is_offline(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.online == Some(false))
    }

    /// The market's time: what it says of its deadlines and deeds is counted from there. A sandbox's clock may be
    /// ahead of ours.
    pub fn market_now(&self) -> Timestamp {
        let ahead = self.status.as_ref().map_or(0, |status| status.clock_ahead_ms);
        self.now.checked_add(jiff::SignedDuration::from_millis(ahead)).unwrap_or(self.now)
    }

    /// What the runtime has to do once at the start.
    pub fn at_start(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::ReadSession, Effect::ReadStatus];
        effects.extend(crate::app::search::search(self));
        effects.push(Effect::BuildIndex);
        effects.push(Effect::Cart(crate::app::msg::CartDeed::Read));
        effects.push(Effect::ReadOrders);
        effects
    }
}
