//! When an action can be triggered, with the reason when it cannot, and what it then does.

use crate::app::action::ActionId;
use crate::app::list::Move;
use crate::app::model::{Layer, Model, Palette, Pane, Prompt, Tone, Wish};
use crate::app::msg::{CartDeed, Effect};
use crate::app::suppliers::SearchView;
use crate::app::{
    algebra, cart, coach, compare, deals, decide, drift, facets, fix, grid, layers, lists, offer, orders,
    quantities, range, saved, search, substitute, suppliers, why,
};

/// Whether the action can be triggered now; the reason when not.
pub fn enabled(model: &Model, id: ActionId) -> Result<(), &'static str> {
    let text = model.text();
    let needs = |condition: bool, reason: &'static str| if condition { Ok(()) } else { Err(reason) };
    match id {
        ActionId::SearchAdd | ActionId::SearchMark | ActionId::SearchRange => {
            let offers = model.search.view == SearchView::Offers;
            needs(offers && model.search.selected().is_some(), text.why_no_offer)
        }
        ActionId::SearchQuantity | ActionId::SearchWhy => {
            needs(model.search.selected().is_some(), text.why_no_offer)
        }
        ActionId::SearchNearest => needs(quantities::nearest(model).is_some(), text.why_no_nearest),
        ActionId::SearchQuantitiesClear => needs(!model.own_quantities.is_empty(), text.why_no_own),
        ActionId::FacetsTake | ActionId::FacetsNext | ActionId::FacetsPrevious => {
            needs(model.search.facets.facets.is_some(), text.counting)
        }
        ActionId::SearchWatch | ActionId::SavedTake | ActionId::SavedForget | ActionId::SavedRestore => {
            saved::enabled(model, id)
        }
        ActionId::SuppliersOpen => needs(model.suppliers.selected().is_some(), text.why_none_selected),
        ActionId::SearchDetail => needs(!model.search.page.rows.is_empty(), text.why_no_offer),
        ActionId::CompareAdd | ActionId::CompareDrop | ActionId::CompareClear => {
            needs(!model.compare.offers.is_empty(), text.why_nothing_marked)
        }
        ActionId::CartFix | ActionId::CartClear => needs(!model.cart.is_empty(), text.why_cart_empty),
        ActionId::CartEdit
        | ActionId::CartMore
        | ActionId::CartLess
        | ActionId::CartRemove
        | ActionId::CartRange
        | ActionId::CartAll
        | ActionId::CartNextTier
        | ActionId::CartRepeat
        | ActionId::CartNarrow
        | ActionId::CartProblems
        | ActionId::CartLeave
        | ActionId::VisualTimes
        | ActionId::VisualEnd => algebra::enabled(model, id),
        ActionId::OfferGrid | ActionId::GridTake | ActionId::GridKeepHand => grid::enabled(model, id),
        ActionId::CartNextProblem | ActionId::CartPreviousProblem => {
            needs(!model.cart.violations().is_empty(), text.why_no_problem)
        }
        ActionId::CartSubmit if model.cart.is_empty() => Err(text.why_cart_empty),
        ActionId::CartSubmit if model.cart.submitting => Err(text.why_submitting),
        ActionId::CartSubmit if model.cart.proposing => Err(text.asking_market),
        ActionId::CartSubmit => needs(model.cart.violations().is_empty(), text.why_violations),
        ActionId::CartUndo => needs(model.cart.snapshot.can_undo, text.why_no_undo),
        ActionId::CartRedo => needs(model.cart.snapshot.can_redo, text.why_no_redo),
        ActionId::OfferFavourite
        | ActionId::OfferNote
        | ActionId::OfferTags
        | ActionId::OfferBlock
        | ActionId::OfferWeb
        | ActionId::OfferCopyLink
        | ActionId::OfferCopyText
        | ActionId::OfferChat => offer::enabled(model, id),
        ActionId::ClockHour | ActionId::ClockDay => {
            needs(model.status.as_ref().is_some_and(|status| status.sandbox), text.why_only_own_clock)
        }
        ActionId::CartSubstitute
        | ActionId::CompareSubstitute
        | ActionId::SubstituteTake
        | ActionId::SubstituteAdd
        | ActionId::SubstituteWhy
        | ActionId::SubstituteFactories
        | ActionId::SubstituteUp
        | ActionId::SubstituteDown => substitute::enabled(model, id),
        ActionId::FixApply => fix::can_apply(model),
        ActionId::FixWithoutNew => fix::can_switch(model),
        ActionId::DecideYes => decide::enabled(model),
        ActionId::DealsOpen => deals::can_open(model),
        ActionId::DealsJoin => deals::can_join(model),
        ActionId::DealsLeave => deals::can_leave(model),
        ActionId::DealsAdd => deals::can_add(model),
        ActionId::OrdersOpen => orders::can_open(model),
        ActionId::OrdersPay => orders::can_pay(model),
        ActionId::OrdersReorder => orders::can_reorder(model),
        ActionId::OrdersReceive => orders::can_receive(model),
        ActionId::DriftTake
        | ActionId::DriftDrop
        | ActionId::DriftKeep
        | ActionId::DriftLater
        | ActionId::DriftSubstitute
        | ActionId::DriftWithin
        | ActionId::DriftAll
        | ActionId::DriftSubmit
        | ActionId::DriftCart
        | ActionId::DriftNext
        | ActionId::DriftUndo => drift::enabled(model, id),
        ActionId::OrdersCancel => orders::can_cancel(model),
        ActionId::OrdersWaiting | ActionId::OrdersBiggest => {
            needs(model.layers.is_empty(), text.why_close_first)
        }
        ActionId::ListsLoad | ActionId::ListsSave | ActionId::ListsDiff | ActionId::ListsDelete => {
            lists::enabled(model, id)
        }
        ActionId::ComparePick
        | ActionId::CompareBreakEven
        | ActionId::CompareQuantity
        | ActionId::CompareFlows => needs(!model.compare.offers.is_empty(), text.why_nothing_marked),
        ActionId::CartMessage => cart::can_message(model),
        ActionId::ConfirmAddress => cart::can_change_address(model),
        ActionId::Sync => needs(model.sync.is_none(), text.why_syncing),
        ActionId::ConfirmSend => match model.layers.last() {
            Some(Layer::Confirm(confirm)) if confirm.asking => Err(text.asking_market),
            Some(Layer::Confirm(confirm)) => {
                let refused = confirm.proposal.orders.iter().any(|order| order.refusal.is_some());
                needs(!refused && !confirm.proposal.orders.is_empty(), text.why_refused)
            }
            _ => Err(text.why_cart_empty),
        },
        _ => Ok(()),
    }
}

/// Does it, if it can be done; else says why not.
pub fn trigger(model: &mut Model, id: ActionId) -> Vec<Effect> {
    if let Err(reason) = enabled(model, id) {
        model.say(Tone::Warn, reason);
        return Vec::new();
    }
    match id {
        ActionId::Help => {
            model.layers.push(Layer::Help { first: 0 });
            Vec::new()
        }
        ActionId::Palette => {
            model.layers.push(Layer::Palette(Palette::default()));
            Vec::new()
        }
        ActionId::SearchAdd | ActionId::CompareAdd => add_selected(model),
        ActionId::SearchMark => {
            model.search.touched = true;
            compare::toggle(model);
            Vec::new()
        }
        ActionId::SearchRange => range::begin(model),
        ActionId::RangeCompare => range::take(model),
        ActionId::RangeEnd => range::end(model),
        ActionId::SearchQuery => {
            model.pane = Pane::Search;
            model.search.focused = true;
            Vec::new()
        }
        ActionId::SearchSaved => saved::open(model),
        ActionId::SearchWatch => saved::ask_watch(model),
        ActionId::SavedTake | ActionId::SavedKeep | ActionId::SavedForget | ActionId::SavedRestore => {
            saved::act(model, id)
        }
        ActionId::SearchSort => search::next_sort(model),
        ActionId::SearchFacets | ActionId::FacetsClose => facets::toggle(model),
        ActionId::SearchCategories | ActionId::FacetsCategories => facets::open_categories(model),
        ActionId::FacetsTake => facets::take(model),
        ActionId::FacetsNext | ActionId::FacetsPrevious => {
            facets::to_group(model, id == ActionId::FacetsNext);
            Vec::new()
        }
        ActionId::FacetsLeave => {
            facets::leave(model);
            Vec::new()
        }
        ActionId::SearchQuantity => quantities::ask_own(model),
        ActionId::SearchNearest => quantities::take_nearest(model),
        ActionId::SearchQuantitiesClear => quantities::clear(model),
        ActionId::SearchWhy => why::open(model),
        ActionId::SearchAds => search::toggle_ads(model),
        ActionId::SearchOneEach => search::toggle_one_each(model),
        ActionId::SearchFees => {
            model.search.fees = !model.search.fees;
            search::from_top(model)
        }
        ActionId::SearchDetail => {
            model.search.detail = match model.search.detail {
                None => Some(true),
                // Where there is no room below the list, the list alone is what it goes back to.
                Some(true) if model.height >= DETAIL_FROM => Some(false),
                Some(_) => None,
            };
            Vec::new()
        }
        ActionId::SearchClear | ActionId::SuppliersClear => search::clear(model),
        ActionId::QueryLeave => {
            model.search.focused = false;
            Vec::new()
        }
        ActionId::QueryEscape => {
            if model.search.query.is_empty() {
                model.search.focused = false;
                return Vec::new();
            }
            model.search.query.clear();
            search::from_top(model)
        }
        ActionId::CompareDrop => {
            compare::drop_selected(model);
            Vec::new()
        }
        ActionId::CompareClear => {
            compare::clear(model);
            Vec::new()
        }
        ActionId::CartRange
        | ActionId::CartAll
        | ActionId::CartNextTier
        | ActionId::CartRepeat
        | ActionId::CartNarrow
        | ActionId::CartProblems
        | ActionId::CartLeave
        | ActionId::VisualTimes
        | ActionId::VisualEnd => algebra::act(model, id),
        ActionId::OfferGrid
        | ActionId::GridTake
        | ActionId::GridLeft
        | ActionId::GridRight
        | ActionId::GridUp
        | ActionId::GridDown
        | ActionId::GridHand
        | ActionId::GridHandLess
        | ActionId::GridKeepHand
        | ActionId::GridClear => grid::act(model, id),
        ActionId::CartEdit => cart::edit(model, None),
        ActionId::CartMore => cart::step(model, true),
        ActionId::CartLess => cart::step(model, false),
        ActionId::CartRemove => cart::remove(model),
        ActionId::CartNextProblem => cart::to_problem(model, true),
        ActionId::CartPreviousProblem => cart::to_problem(model, false),
        ActionId::CartFix => fix::open(model),
        ActionId::CartSubstitute
        | ActionId::CompareSubstitute
        | ActionId::SubstituteTake
        | ActionId::SubstituteAdd
        | ActionId::SubstituteWhy
        | ActionId::SubstituteFactories
        | ActionId::SubstituteUp
        | ActionId::SubstituteDown => substitute::act(model, id),
        ActionId::FixApply => fix::apply(model),
        ActionId::FixWithoutNew => {
            fix::switch(model);
            Vec::new()
        }
        ActionId::CartSubmit => cart::propose(model),
        ActionId::CartUndo => vec![Effect::Cart(CartDeed::Undo)],
        ActionId::CartRedo => vec![Effect::Cart(CartDeed::Redo)],
        ActionId::CartClear => vec![Effect::Cart(CartDeed::Clear)],
        ActionId::DealsRefresh => deals::refresh(model),
        ActionId::OrdersRefresh => {
            model.orders.pending = true;
            vec![Effect::Settle]
        }
        ActionId::Quantity => {
            open_quantity(model, None);
            Vec::new()
        }
        ActionId::Sync => {
            model.sync = Some(Default::default());
            vec![Effect::Sync]
        }
        ActionId::PaneSearch => go(model, Pane::Search),
        ActionId::PaneCompare => go(model, Pane::Compare),
        ActionId::PaneCart => go(model, Pane::Cart),
        ActionId::PaneDeals => go(model, Pane::Deals),
        ActionId::PaneOrders => go(model, Pane::Orders),
        ActionId::PaneNext => go(model, neighbour(model.pane, 1)),
        ActionId::PanePrevious => go(model, neighbour(model.pane, Pane::ALL.len() - 1)),
        ActionId::Up => move_in_pane(model, Move::Up),
        ActionId::Down => move_in_pane(model, Move::Down),
        ActionId::PageUp => move_in_pane(model, Move::PageUp),
        ActionId::PageDown => move_in_pane(model, Move::PageDown),
        ActionId::Top => move_in_pane(model, Move::Top),
        ActionId::Bottom => move_in_pane(model, Move::Bottom),
        ActionId::PickerUp | ActionId::LayerUp => layers::go(model, Move::Up),
        ActionId::PickerDown | ActionId::LayerDown => layers::go(model, Move::Down),
        ActionId::LayerPageUp => layers::go(model, Move::PageUp),
        ActionId::LayerPageDown => layers::go(model, Move::PageDown),
        ActionId::PickerTake | ActionId::LayerAccept => layers::accept(model),
        ActionId::ConfirmSend => layers::send(model),
        ActionId::LayerClose => {
            if let Some(Layer::Prompt(Prompt { wish: Wish::Narrow { was }, .. })) = model.layers.pop() {
                algebra::narrow_given_up(model, *was);
            }
            Vec::new()
        }
        ActionId::ViewNext => view_next(model),
        ActionId::SuppliersOpen => suppliers::open(model),
        ActionId::SuppliersNew => suppliers::toggle_new(model),
        ActionId::SheetOffers => suppliers::their_offers(model),
        ActionId::OfferFavourite
        | ActionId::OfferNote
        | ActionId::OfferTags
        | ActionId::OfferBlock
        | ActionId::OfferWeb
        | ActionId::OfferCopyLink
        | ActionId::OfferCopyText
        | ActionId::OfferChat => offer::act(model, id),
        ActionId::CompareBreakEven => {
            compare::next_below(model);
            Vec::new()
        }
        ActionId::CompareFlows => {
            compare::toggle_flows(model);
            Vec::new()
        }
        ActionId::CompareQuantity => compare::ask_own(model),
        ActionId::Lists => lists::open(model),
        ActionId::ListsLoad | ActionId::ListsSave | ActionId::ListsDiff | ActionId::ListsDelete => {
            lists::act(model, id)
        }
        ActionId::ComparePick => compare::pick(model),
        ActionId::CompareTranspose => {
            model.compare.transposed = !model.compare.transposed;
            Vec::new()
        }
        ActionId::CartMessage | ActionId::ConfirmMessage => cart::message(model),
        ActionId::ConfirmAddress => cart::next_address(model),
        ActionId::ConfirmEdit => cart::edit_from_confirm(model),
        ActionId::DealsOpen => deals::open(model),
        ActionId::DealsJoin => deals::join(model),
        ActionId::DealsLeave => deals::leave(model),
        ActionId::DealsAdd => deals::add(model),
        ActionId::OrdersOpen => orders::open(model),
        ActionId::OrdersPay => orders::pay(model),
        ActionId::OrdersReorder => drift::open(model),
        ActionId::DriftTake
        | ActionId::DriftDrop
        | ActionId::DriftKeep
        | ActionId::DriftLater
        | ActionId::DriftSubstitute
        | ActionId::DriftWithin
        | ActionId::DriftAll
        | ActionId::DriftSubmit
        | ActionId::DriftCart
        | ActionId::DriftNext
        | ActionId::DriftUndo => drift::act(model, id),
        ActionId::OrdersBiggest => orders::toggle_biggest(model),
        ActionId::OrdersReceive => orders::receive(model),
        ActionId::OrdersCancel => orders::cancel(model),
        ActionId::OrdersWaiting => orders::toggle_waiting(model),
        ActionId::DecideYes => decide::yes(model),
        ActionId::TitlesSwap => {
            model.titles_swapped = !model.titles_swapped;
            Vec::new()
        }
        ActionId::OfflineToggle => {
            let wish = !model.status.as_ref().is_some_and(|status| status.offline_by_wish);
            vec![Effect::SetOffline(wish)]
        }
        ActionId::ClockHour => vec![Effect::MoveClock { hours: 1 }],
        ActionId::ClockDay => vec![Effect::MoveClock { hours: 24 }],
        ActionId::Tour => coach::begin(model),
        ActionId::TourEnd => coach::end(model),
        ActionId::Redraw => vec![Effect::Redraw],
        ActionId::Suspend => vec![Effect::Suspend],
        ActionId::Quit | ActionId::Interrupt => quit(model),
    }
}

/// Height from which the detail stands below the list; under it, it takes the list's place on demand.
pub const DETAIL_FROM: u16 = 22;

fn quit(model: &mut Model) -> Vec<Effect> {
    if model.cart.submitting && !matches!(model.layers.last(), Some(Layer::QuitAnyway)) {
        model.layers.push(Layer::QuitAnyway);
        return Vec::new();
    }
    vec![Effect::Quit]
}

fn neighbour(pane: Pane, by: usize) -> Pane {
    let at = (pane.number() - 1 + by) % Pane::ALL.len();
    Pane::ALL.get(at).copied().unwrap_or_default()
}

/// Puts a pane in front, and reads what it shows.
pub fn go(model: &mut Model, pane: Pane) -> Vec<Effect> {
    model.pane = pane;
    model.search.focused = false;
    model.search.range = None;
    match pane {
        Pane::Search => Vec::new(),
        Pane::Compare => compare::refresh(model),
        // Read at the start and after whatever is done to it; again only where that failed.
        Pane::Cart if model.cart.trouble.is_some() => vec![Effect::Cart(CartDeed::Read)],
        Pane::Cart => Vec::new(),
        Pane::Deals => deals::entered(model),
        Pane::Orders => vec![Effect::ReadOrders],
    }
}

/// The next view of a pane that has several, else the next pane.
fn view_next(model: &mut Model) -> Vec<Effect> {
    match model.pane {
        Pane::Search => {
            model.search.range = None;
            model.search.view = match model.search.view {
                SearchView::Offers => SearchView::Suppliers,
                SearchView::Suppliers => SearchView::Offers,
            };
            search::search(model)
        }
        Pane::Deals => deals::next_view(model),
        Pane::Compare | Pane::Cart | Pane::Orders => go(model, neighbour(model.pane, 1)),
    }
}

/// Moves in the list of the pane in front.
pub fn move_in_pane(model: &mut Model, to: Move) -> Vec<Effect> {
    let page = model.viewport.rows;
    match model.pane {
        Pane::Search if model.search.view == SearchView::Suppliers => {
            model.suppliers.touched = true;
            let len = model.suppliers.rows.len();
            model.suppliers.list.go(to, len, page);
        }
        Pane::Search if facets::has_keys(model) => facets::go(model, to),
        Pane::Search => return search::go(model, to),
        Pane::Compare => model.compare.list.go(to, model.compare.offers.len(), page),
        Pane::Cart => algebra::go(model, to),
        Pane::Deals => deals::go(model, to),
        Pane::Orders => orders::go(model, to),
    }
    Vec::new()
}

fn add_selected(model: &mut Model) -> Vec<Effect> {
    let (offer, spec) = match model.pane {
        Pane::Compare => {
            let Some(row) = compare::selected(model) else { return Vec::new() };
            let effects = layers::add_or_pick(model, row.offer, None);
            // What was compared is what is meant.
            layers::pick_first(model, row.at.spec_id.as_ref());
            return effects;
        }
        _ => {
            model.search.touched = true;
            let Some(row) = model.search.selected() else { return Vec::new() };
            (row.offer.clone(), None)
        }
    };
    layers::add_or_pick(model, offer, spec)
}

/// Asks for the quantity of all prices; `first` is the digit that opened the field.
pub fn open_quantity(model: &mut Model, first: Option<char>) {
    let mut prompt = Prompt {
        wish: Wish::Quantity,
        field: crate::app::field::Field::new(&model.quantity.to_string()).offered(),
        trouble: None,
    };
    if let Some(digit) = first {
        layers::type_number(&mut prompt, digit);
    }
    model.layers.push(Layer::Prompt(prompt));
}
