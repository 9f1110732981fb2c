//! The one table of actions. The dispatcher, the hint line, the help and the command palette all read it,
//! and a keymap file may name nothing else.

use crate::app::facets;
use crate::app::model::{Layer, Model, Pane};
use crate::app::range;
use crate::app::suppliers::SearchView;
use crate::config::keymap::{self, BadKeymap, Binding, Key, Sequence};
use crate::i18n::Text;

/// Where an action can be triggered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everywhere, layers too.
    Always,
    /// In every pane, the query included.
    Anywhere,
    /// In every pane outside text fields.
    Panes,
    Search,
    /// In the counts beside the list of offers.
    Facets,
    /// In the list of suppliers.
    Suppliers,
    /// Wherever an offer or a supplier is in focus: in every pane, and in a supplier's sheet.
    Offer,
    /// In the query field.
    Query,
    /// While a range over the hits is made.
    Range,
    Compare,
    Cart,
    /// While a range of cart lines is chosen.
    Visual,
    Deals,
    Orders,
    /// In every layer.
    Layers,
    Help,
    Palette,
    Prompt,
    Picker,
    Confirm,
    /// In a supplier's sheet.
    Sheet,
    /// In the picker of saved searches.
    Saved,
    /// Among the buying lists.
    Lists,
    /// In the grid of an offer's SKUs.
    Grid,
    /// In the sheet of a reorder.
    Drift,
    /// In the fix sheet.
    Fix,
    /// In the list of substitutes.
    Substitute,
    /// Where something is asked before it is done.
    Decide,
    QuitAnyway,
}

macro_rules! actions {
    ($($id:ident $name:literal $scope:ident $hint:literal $text:ident;)*) => {
        /// What can be done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ActionId {
            $($id,)*
        }

        /// Every action, in the order of the help.
        pub static ACTIONS: &[Action] = &[
            $(Action {
                id: ActionId::$id,
                name: $name,
                scope: Scope::$scope,
                hint: $hint,
                text: |text| text.$text,
            },)*
        ];
    };
}

/// One row of the table.
#[derive(Debug)]
pub struct Action {
    pub id: ActionId,
    /// Id in keymaps, e.g. `cart.submit`.
    pub name: &'static str,
    pub scope: Scope,
    /// Place in the hint line: the least number first, 0 = not shown there.
    pub hint: u8,
    /// What it does, in words.
    pub text: fn(&'static Text) -> &'static str,
}

actions! {
    Help "help" Anywhere 1 do_help;
    SearchAdd "search.add" Search 2 do_add;
    SearchMark "search.mark" Search 3 do_mark;
    SearchQuery "search.query" Panes 4 do_query;
    SearchSort "search.sort" Search 6 do_sort;
    SearchFacets "search.facets" Search 6 do_facets;
    SearchCategories "search.categories" Search 0 do_categories;
    SearchRange "search.range" Search 4 do_hits_range;
    RangeCompare "range.compare" Range 2 do_hits_compare;
    RangeEnd "range.end" Range 3 do_hits_range_end;
    SearchQuantity "search.own_quantity" Search 8 do_own_quantity;
    SearchNearest "search.take_nearest" Search 3 do_take_nearest;
    SearchQuantitiesClear "search.own_quantities_clear" Search 0 do_own_clear;
    SearchWhy "search.why" Search 8 do_why;
    SearchAds "search.ads" Search 9 do_ads;
    SearchOneEach "search.one_per_supplier" Search 9 do_one_each;
    SearchFees "search.fees" Search 9 do_fees;
    SearchDetail "search.detail" Search 8 do_detail;
    SearchClear "search.clear" Search 0 do_clear_query;
    FacetsTake "facets.take" Facets 2 do_facet_take;
    FacetsNext "facets.next_group" Facets 3 do_facet_next;
    FacetsPrevious "facets.previous_group" Facets 0 do_facet_previous;
    FacetsCategories "facets.categories" Facets 4 do_categories;
    FacetsLeave "facets.leave" Facets 5 do_leave_query;
    FacetsClose "facets.close" Facets 6 do_close_panel;
    SuppliersOpen "suppliers.open" Suppliers 2 do_open;
    SuppliersNew "suppliers.new" Suppliers 4 do_new_suppliers;
    SuppliersClear "suppliers.clear" Suppliers 0 do_clear_query;
    SheetOffers "sheet.offers" Sheet 2 do_their_offers;
    ViewNext "view.next" Anywhere 7 do_view_next;
    SearchSaved "search.saved" Panes 0 do_saved;
    SearchWatch "search.watch" Search 9 do_watch;
    SavedTake "saved.take" Saved 2 do_load;
    SavedKeep "saved.keep" Saved 3 do_keep;
    SavedForget "saved.forget" Saved 4 do_forget;
    SavedRestore "saved.restore" Saved 5 do_restore;
    OfferGrid "offer.grid" Offer 9 do_grid;
    GridTake "grid.take" Grid 2 do_grid_take;
    GridHand "grid.hand" Grid 3 do_hand;
    GridHandLess "grid.hand_less" Grid 4 do_hand_less;
    GridKeepHand "grid.keep_hand" Grid 5 do_keep_hand;
    GridClear "grid.clear_row" Grid 6 do_clear_row;
    GridLeft "grid.left" Grid 0 do_left;
    GridRight "grid.right" Grid 0 do_right;
    GridUp "grid.up" Grid 0 do_up;
    GridDown "grid.down" Grid 0 do_down;
    OfferFavourite "offer.favourite" Offer 0 do_favourite;
    OfferNote "offer.note" Offer 0 do_note;
    OfferTags "offer.tags" Offer 0 do_tags;
    OfferBlock "offer.block" Offer 0 do_block;
    OfferWeb "offer.web" Offer 9 do_web;
    OfferCopyLink "offer.copy_link" Offer 0 do_copy_link;
    OfferCopyText "offer.copy_text" Offer 0 do_copy_text;
    OfferChat "offer.chat" Offer 0 do_chat;
    QueryLeave "query.leave" Query 2 do_leave_query;
    QueryEscape "query.escape" Query 3 do_escape_query;
    CompareAdd "compare.add" Compare 2 do_add;
    CompareDrop "compare.drop" Compare 3 do_drop;
    CompareClear "compare.clear" Compare 0 do_compare_clear;
    CompareBreakEven "compare.break_even" Compare 5 do_break_even;
    ComparePick "compare.pick" Compare 4 do_pick;
    CompareSubstitute "compare.substitute" Compare 6 do_substitute;
    CompareTranspose "compare.transpose" Compare 0 do_transpose;
    CompareQuantity "compare.own_quantity" Compare 6 do_own_quantity;
    CompareFlows "compare.flows" Compare 5 do_flows;
    CartEdit "cart.edit" Cart 2 do_edit;
    CartRange "cart.range" Cart 6 do_range;
    CartAll "cart.all" Cart 0 do_all_lines;
    CartNextTier "cart.next_tier" Cart 7 do_next_tier;
    CartRepeat "cart.repeat" Cart 9 do_repeat;
    CartNarrow "cart.narrow" Cart 8 do_narrow;
    CartProblems "cart.problems" Cart 9 do_only_problems;
    CartLeave "cart.leave" Cart 0 do_show_all;
    VisualTimes "visual.times" Visual 3 do_times;
    VisualEnd "visual.end" Visual 5 do_range_end;
    CartMore "cart.more" Cart 3 do_more;
    CartLess "cart.less" Cart 3 do_less;
    CartNextProblem "cart.next_problem" Cart 4 do_next_problem;
    CartPreviousProblem "cart.previous_problem" Cart 0 do_previous_problem;
    CartFix "cart.fix" Cart 4 do_fix;
    CartSubmit "cart.submit" Cart 5 do_submit;
    CartRemove "cart.remove" Cart 7 do_remove;
    CartSubstitute "cart.substitute" Cart 7 do_substitute;
    CartUndo "cart.undo" Panes 8 do_undo;
    CartRedo "cart.redo" Panes 0 do_redo;
    CartClear "cart.clear" Cart 0 do_cart_clear;
    CartMessage "cart.message" Cart 9 do_message;
    Lists "lists" Panes 0 do_lists;
    ListsLoad "lists.load" Lists 2 do_list_load;
    ListsSave "lists.save" Lists 3 do_list_save;
    ListsDiff "lists.diff" Lists 4 do_list_diff;
    ListsDelete "lists.delete" Lists 5 do_forget;
    DealsOpen "deals.open" Deals 2 do_open;
    DealsJoin "deals.join" Deals 3 do_join;
    DealsLeave "deals.leave" Deals 4 do_leave;
    DealsAdd "deals.add" Deals 3 do_add;
    DealsRefresh "deals.refresh" Deals 5 do_refresh;
    OrdersOpen "orders.open" Orders 2 do_open;
    OrdersPay "orders.pay" Orders 3 do_pay;
    OrdersReorder "orders.reorder" Orders 4 do_reorder;
    OrdersReceive "orders.receive" Orders 5 do_receive;
    OrdersCancel "orders.cancel" Orders 6 do_cancel_order;
    OrdersWaiting "orders.waiting" Orders 7 do_waiting;
    OrdersBiggest "orders.biggest" Orders 8 do_biggest;
    OrdersRefresh "orders.refresh" Orders 9 do_settle;
    DriftTake "drift.take" Drift 2 do_drift_take;
    DriftDrop "drift.drop" Drift 3 do_drift_drop;
    DriftSubstitute "drift.substitute" Drift 3 do_substitute;
    DriftKeep "drift.keep" Drift 7 do_drift_keep;
    DriftLater "drift.later" Drift 8 do_drift_later;
    DriftWithin "drift.within" Drift 5 do_drift_within;
    DriftAll "drift.all" Drift 4 do_drift_all;
    DriftSubmit "drift.submit" Drift 4 do_drift_submit;
    DriftCart "drift.cart" Drift 6 do_drift_cart;
    DriftNext "drift.next" Drift 9 do_drift_next;
    DriftUndo "drift.undo" Drift 10 do_undo;
    Quantity "quantity" Panes 5 do_quantity;
    Sync "sync" Panes 0 do_sync;
    PaneSearch "pane.search" Panes 0 do_pane_search;
    PaneCompare "pane.compare" Panes 0 do_pane_compare;
    PaneCart "pane.cart" Panes 0 do_pane_cart;
    PaneDeals "pane.deals" Panes 0 do_pane_deals;
    PaneOrders "pane.orders" Panes 0 do_pane_orders;
    PaneNext "pane.next" Anywhere 0 do_pane_next;
    PanePrevious "pane.previous" Anywhere 0 do_pane_previous;
    Up "up" Panes 0 do_up;
    Down "down" Panes 0 do_down;
    PageUp "page_up" Panes 0 do_page_up;
    PageDown "page_down" Panes 0 do_page_down;
    Top "top" Panes 0 do_top;
    Bottom "bottom" Panes 0 do_bottom;
    PickerTake "picker.take" Picker 2 do_take;
    PickerUp "picker.up" Picker 0 do_up;
    PickerDown "picker.down" Picker 0 do_down;
    ConfirmSend "confirm.send" Confirm 2 do_send;
    ConfirmMessage "confirm.message" Confirm 3 do_message;
    ConfirmAddress "confirm.address" Confirm 3 do_address;
    ConfirmEdit "confirm.edit" Confirm 3 do_edit_line;
    FixApply "fix.apply" Fix 2 do_fix_apply;
    FixWithoutNew "fix.without_new" Fix 3 do_fix_without;
    SubstituteTake "substitute.take" Substitute 2 do_swap;
    SubstituteFactories "substitute.factories" Substitute 3 do_factories;
    SubstituteWhy "substitute.why" Substitute 4 do_substitute_why;
    SubstituteAdd "substitute.add" Substitute 5 do_add_beside;
    SubstituteUp "substitute.up" Substitute 0 do_up;
    SubstituteDown "substitute.down" Substitute 0 do_down;
    DecideYes "decide.yes" Decide 2 do_yes;
    LayerAccept "layer.accept" Layers 3 do_accept;
    LayerUp "layer.up" Layers 0 do_up;
    LayerDown "layer.down" Layers 0 do_down;
    LayerPageUp "layer.page_up" Layers 0 do_page_up;
    LayerPageDown "layer.page_down" Layers 5 do_page_down;
    LayerClose "layer.close" Layers 4 do_close;
    TitlesSwap "titles.swap" Panes 0 do_swap_titles;
    OfflineToggle "offline.toggle" Panes 0 do_offline;
    ClockHour "clock.hour" Panes 0 do_clock_hour;
    ClockDay "clock.day" Panes 0 do_clock_day;
    Tour "tour" Panes 0 do_tour;
    TourEnd "tour.end" Panes 0 do_tour_end;
    Palette "palette" Panes 10 do_palette;
    Redraw "redraw" Always 0 do_redraw;
    Suspend "suspend" Always 0 do_suspend;
    Quit "quit" Panes 11 do_quit;
    Interrupt "interrupt" Always 0 do_quit;
}

/// The row of an action.
pub fn row(id: ActionId) -> &'static Action {
    // Ids and rows are made by the macro above, in the same order, so the fallback is never taken.
    ACTIONS.get(id as usize).unwrap_or(&FALLBACK)
}

static FALLBACK: Action =
    Action { id: ActionId::Help, name: "help", scope: Scope::Anywhere, hint: 1, text: |text| text.do_help };

/// The scopes that have the keys now, nearest first.
pub fn scopes(model: &Model) -> &'static [Scope] {
    match model.layers.last() {
        Some(Layer::Help { .. }) => &[Scope::Help, Scope::Layers, Scope::Always],
        Some(Layer::Palette(_)) => &[Scope::Palette, Scope::Layers, Scope::Always],
        Some(Layer::Prompt(_)) => &[Scope::Prompt, Scope::Layers, Scope::Always],
        Some(Layer::Picker(_)) => &[Scope::Picker, Scope::Layers, Scope::Always],
        Some(Layer::Confirm(_)) => &[Scope::Confirm, Scope::Layers, Scope::Always],
        Some(Layer::Words(_)) => &[Scope::Layers, Scope::Always],
        // What can be done with the row can be done with the same thing in full.
        Some(Layer::Order(_)) => &[Scope::Layers, Scope::Orders, Scope::Offer, Scope::Always],
        Some(Layer::Group(_)) => &[Scope::Layers, Scope::Deals, Scope::Offer, Scope::Always],
        Some(Layer::Saved(_)) => &[Scope::Saved, Scope::Layers, Scope::Always],
        Some(Layer::Lists(_)) => &[Scope::Lists, Scope::Layers, Scope::Always],
        Some(Layer::Why(_) | Layer::Categories(_) | Layer::Entry(_)) => &[Scope::Layers, Scope::Always],
        Some(Layer::Sheet(_)) => &[Scope::Sheet, Scope::Offer, Scope::Layers, Scope::Always],
        Some(Layer::Grid(_)) => &[Scope::Grid, Scope::Layers, Scope::Always],
        Some(Layer::Drift(_)) => &[Scope::Drift, Scope::Layers, Scope::Always],
        Some(Layer::Fix(_)) => &[Scope::Fix, Scope::Layers, Scope::Always],
        Some(Layer::Substitute(_)) => &[Scope::Substitute, Scope::Offer, Scope::Layers, Scope::Always],
        Some(Layer::Decide(_)) => &[Scope::Decide, Scope::Layers, Scope::Always],
        Some(Layer::QuitAnyway) => &[Scope::QuitAnyway, Scope::Layers, Scope::Always],
        None if model.pane == Pane::Search && model.search.focused => {
            &[Scope::Query, Scope::Anywhere, Scope::Always]
        }
        None => list_scopes(model),
    }
}

/// The scopes of the list in front, whatever lies over it.
pub fn list_scopes(model: &Model) -> &'static [Scope] {
    if model.pane == Pane::Search && model.search.view == SearchView::Suppliers {
        return &[Scope::Suppliers, Scope::Offer, Scope::Panes, Scope::Anywhere, Scope::Always];
    }
    if range::has_keys(model) {
        return &[Scope::Range, Scope::Panes, Scope::Anywhere, Scope::Always];
    }
    if model.pane == Pane::Cart && model.cart.visual.is_some() {
        return &[Scope::Visual, Scope::Cart, Scope::Offer, Scope::Panes, Scope::Anywhere, Scope::Always];
    }
    if facets::has_keys(model) {
        return &[Scope::Facets, Scope::Panes, Scope::Anywhere, Scope::Always];
    }
    pane_scopes(model.pane)
}

/// The scopes of a pane's list.
pub fn pane_scopes(pane: Pane) -> &'static [Scope] {
    match pane {
        Pane::Search => &[Scope::Search, Scope::Offer, Scope::Panes, Scope::Anywhere, Scope::Always],
        Pane::Compare => &[Scope::Compare, Scope::Offer, Scope::Panes, Scope::Anywhere, Scope::Always],
        Pane::Cart => &[Scope::Cart, Scope::Offer, Scope::Panes, Scope::Anywhere, Scope::Always],
        Pane::Deals => &[Scope::Deals, Scope::Offer, Scope::Panes, Scope::Anywhere, Scope::Always],
        Pane::Orders => &[Scope::Orders, Scope::Offer, Scope::Panes, Scope::Anywhere, Scope::Always],
    }
}

/// Whether two scopes can have the keys at the same time.
fn meet(one: Scope, other: Scope) -> bool {
    let over = |near: Scope, far: Scope| match near {
        Scope::Query => matches!(far, Scope::Anywhere | Scope::Always),
        Scope::Suppliers => matches!(far, Scope::Offer | Scope::Panes | Scope::Anywhere | Scope::Always),
        Scope::Visual => {
            matches!(far, Scope::Cart | Scope::Offer | Scope::Panes | Scope::Anywhere | Scope::Always)
        }
        Scope::Facets | Scope::Range => matches!(far, Scope::Panes | Scope::Anywhere | Scope::Always),
        Scope::Sheet | Scope::Substitute => matches!(far, Scope::Offer | Scope::Layers | Scope::Always),
        Scope::Help
        | Scope::Palette
        | Scope::Prompt
        | Scope::Picker
        | Scope::Confirm
        | Scope::Decide
        | Scope::Saved
        | Scope::Lists
        | Scope::Drift
        | Scope::Grid
        | Scope::Fix
        | Scope::QuitAnyway => matches!(far, Scope::Layers | Scope::Always),
        Scope::Layers => matches!(far, Scope::Orders | Scope::Deals | Scope::Always),
        _ => Pane::ALL.map(pane_scopes).iter().any(|stack| stack.contains(&near) && stack.contains(&far)),
    };
    one == other || over(one, other) || over(other, one)
}

/// A part of the help: the actions of some scopes under one heading.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    pub scopes: &'static [Scope],
    pub title: fn(&'static Text) -> &'static str,
}

impl Section {
    /// Its actions, in the order of the table. Two that do one thing are one line.
    pub fn actions(&self) -> impl Iterator<Item = &'static Action> + '_ {
        ACTIONS
            .iter()
            .filter(|action| self.scopes.contains(&action.scope) && action.id != ActionId::Interrupt)
    }
}

/// Every part of the help.
pub static SECTIONS: &[Section] = &[
    Section { scopes: &[Scope::Search], title: |text| text.pane_search },
    Section { scopes: &[Scope::Query], title: |text| text.section_query },
    Section { scopes: &[Scope::Facets], title: |text| text.section_facets },
    Section { scopes: &[Scope::Range], title: |text| text.section_hits_range },
    Section { scopes: &[Scope::Suppliers], title: |text| text.section_suppliers },
    Section { scopes: &[Scope::Compare], title: |text| text.pane_compare },
    Section { scopes: &[Scope::Cart, Scope::Visual], title: |text| text.pane_cart },
    Section { scopes: &[Scope::Deals], title: |text| text.pane_deals },
    Section { scopes: &[Scope::Orders], title: |text| text.pane_orders },
    Section { scopes: &[Scope::Drift], title: |text| text.section_drift },
    Section { scopes: &[Scope::Substitute], title: |text| text.section_substitutes },
    Section { scopes: &[Scope::Grid], title: |text| text.grid_title },
    Section { scopes: &[Scope::Offer], title: |text| text.section_offer },
    Section {
        scopes: &[Scope::Panes, Scope::Anywhere, Scope::Always],
        title: |text| text.section_everywhere,
    },
    Section {
        scopes: &[
            Scope::Picker,
            Scope::Confirm,
            Scope::Sheet,
            Scope::Saved,
            Scope::Lists,
            Scope::Fix,
            Scope::Decide,
            Scope::Layers,
        ],
        title: |text| text.section_layers,
    },
];

/// The parts of the help as they matter here: what can be done in the pane in front comes first.
pub fn sections_from(model: &Model) -> Vec<&'static Section> {
    let here = list_scopes(model);
    let in_search = model.pane == Pane::Search;
    let near = |section: &Section| {
        let of_query = in_search
            && [Scope::Query, Scope::Facets, Scope::Range].iter().any(|of| section.scopes.contains(of));
        of_query || section.scopes.iter().any(|scope| here.contains(scope))
    };
    let (mut first, rest): (Vec<_>, Vec<_>) = SECTIONS.iter().partition(|section| near(section));
    first.extend(rest);
    first
}

/// All keys of an action for a list of keys; what ends the program has two actions.
pub fn listed_keys(keys: &Keys, id: ActionId) -> String {
    match id {
        ActionId::Quit => [keys.all_shown(id), keys.all_shown(ActionId::Interrupt)].join("  "),
        id => keys.all_shown(id),
    }
}

/// Which keys trigger which action: the preset with the user's file over it.
#[derive(Debug, Clone)]
pub struct Keys {
    bindings: Vec<(ActionId, Sequence)>,
}

/// What a begun sequence leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    Action(ActionId),
    /// The beginning of at least one sequence.
    More,
    Nothing,
}

impl Keys {
    /// The shipped keymap.
    pub fn preset() -> Self {
        // The preset is checked by the tests below; without it the user's own file still counts.
        let preset = keymap::parse(keymap::PRESET).unwrap_or_default();
        Keys::build(&preset).unwrap_or(Keys { bindings: Vec::new() })
    }

    /// The shipped keymap with a user's file over it.
    pub fn with_user(text: &str) -> Result<Self, BadKeymap> {
        let user = keymap::parse(text)?;
        for binding in &user {
            known(binding)?;
        }
        let preset = keymap::parse(keymap::PRESET).unwrap_or_default();
        let taken = |binding: &Binding| user.iter().any(|own| own.action == binding.action);
        let mut all: Vec<Binding> = preset.into_iter().filter(|binding| !taken(binding)).collect();
        for binding in &mut all {
            // Lines in messages are the user's; what is left of the preset conflicts with nothing itself.
            binding.line = 0;
        }
        all.extend(user);
        Keys::build(&all)
    }

    fn build(bindings: &[Binding]) -> Result<Self, BadKeymap> {
        let mut built: Vec<(ActionId, Sequence)> = Vec::new();
        for binding in bindings {
            let id = known(binding)?;
            for keys in &binding.keys {
                let scope = row(id).scope;
                // In one scope a key has one meaning. Across scopes the nearer one wins, but a key that begins a
                // sequence of another would make that sequence unreachable.
                let clash = built.iter().find(|(other, taken)| {
                    let begins = taken.starts_with(keys) || keys.starts_with(taken);
                    let near = row(*other).scope;
                    begins && (near == scope || (taken != keys && meet(near, scope)))
                });
                if let Some((other, taken)) = clash {
                    let (one, two) = (shown(keys), shown(taken));
                    let (mine, theirs) = (&binding.action, row(*other).name);
                    let message = if keys == taken {
                        format!("{one} is a key of both {theirs} and {mine}")
                    } else if keys.len() < taken.len() {
                        format!("{one} for {mine} hides {two}, a key of {theirs}")
                    } else {
                        format!("{one} for {mine} is hidden by {two}, a key of {theirs}")
                    };
                    return Err(BadKeymap { line: binding.line.max(1), message });
                }
                built.push((id, keys.clone()));
            }
        }
        Ok(Keys { bindings: built })
    }

    /// What `pressed` means to the nearest of `scopes` that knows it.
    pub fn find(&self, pressed: &[Key], scopes: &[Scope]) -> Found {
        let mut more = false;
        for scope in scopes {
            for (id, keys) in self.bindings.iter().filter(|(id, _)| row(*id).scope == *scope) {
                if keys == pressed {
                    return Found::Action(*id);
                }
                more |= keys.starts_with(pressed);
            }
        }
        if more { Found::More } else { Found::Nothing }
    }

    /// The first keys of an action as the screen shows them; empty when it has none.
    pub fn shown(&self, id: ActionId) -> String {
        self.bindings.iter().find(|(bound, _)| *bound == id).map(|(_, keys)| shown(keys)).unwrap_or_default()
    }

    /// The first keys of an action that work in a text field, where characters are text.
    pub fn shown_in_field(&self, id: ActionId) -> String {
        let is_text = |keys: &Sequence| keys.first().is_some_and(|key| key.typed().is_some());
        self.bindings
            .iter()
            .find(|(bound, keys)| *bound == id && !is_text(keys))
            .map(|(_, keys)| shown(keys))
            .unwrap_or_default()
    }

    /// Keys of an action that mean it wherever the buyer is: a sequence, where there is one, since a digit alone
    /// may be text or a quantity.
    pub fn shown_in_all(&self, id: ActionId) -> String {
        let mut keys = self.bindings.iter().filter(|(bound, _)| *bound == id).map(|(_, keys)| keys);
        let first = keys.clone().next();
        let all = keys.find(|keys| keys.len() > 1).or(first);
        all.map(|keys| shown(keys)).unwrap_or_default()
    }

    /// All keys of an action as the screen shows them.
    pub fn all_shown(&self, id: ActionId) -> String {
        let all: Vec<String> =
            self.bindings.iter().filter(|(bound, _)| *bound == id).map(|(_, keys)| shown(keys)).collect();
        all.join("  ")
    }
}

fn shown(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
}

fn known(binding: &Binding) -> Result<ActionId, BadKeymap> {
    if let Some(action) = ACTIONS.iter().find(|action| action.name == binding.action) {
        return Ok(action.id);
    }
    let near = ACTIONS
        .iter()
        .map(|action| (distance(action.name, &binding.action), action.name))
        .min()
        .filter(|(distance, _)| *distance <= 3);
    let hint = near.map(|(_, name)| format!(", did you mean {name:?}?")).unwrap_or_default();
    Err(BadKeymap { line: binding.line.max(1), message: format!("no action {:?}{hint}", binding.action) })
}

/// Edits between two words (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (cb, above) in b.iter().zip(row.iter().skip(1)) {
            let cost = diagonal + usize::from(ca != *cb);
            left = cost.min(left + 1).min(above + 1);
            next.push(left);
            diagonal = *above;
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
#[path = "action_tests.rs"]
mod tests;
