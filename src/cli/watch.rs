//! `pifa watch`: prices that are looked at after every sync.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;

use super::failure::{Exit, Failure};
use super::kept_args::{WatchArgs, WatchVerb};
use super::print::{Lean, Printer, known, note, table};
use super::session::Profile;
use super::sync::progress;
use crate::domain::id::{OfferKey, SpecId};
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;
use crate::domain::watch::{self, Watch, WatchRule};
use crate::i18n::prices;

#[derive(Serialize)]
struct WatchesDocument {
    watches: Vec<WatchDocument>,
}

/// A watch and how it stands.
#[derive(Serialize)]
struct WatchDocument {
    watch_id: String,
    offer_id: OfferKey,
    spec_id: Option<SpecId>,
    title: Option<Clean>,
    title_en: Option<Clean>,
    unit: Option<Unit>,
    quantity: Quantity,
    below: Option<Money>,
    rise_percent: Option<Decimal>,
    above: Option<Money>,
    band_percent: Decimal,
    base_price: Option<Money>,
    price: Option<Money>,
    is_below: bool,
    is_above: bool,
    gone: bool,
    created_at: Timestamp,
    looked_at: Option<Timestamp>,
    fired_at: Option<Timestamp>,
}

impl WatchDocument {
    fn new(watch: Watch, offer: Option<&Offer>) -> WatchDocument {
        WatchDocument {
            watch_id: watch.id.to_string(),
            title: offer.map(|offer| offer.title.clone()),
            title_en: offer.and_then(|offer| offer.title_en.clone()),
            unit: offer.and_then(|offer| offer.unit.clone()),
            above: watch.state.base.and_then(|base| watch::ceiling(&watch.rule, base)),
            offer_id: watch.offer,
            spec_id: watch.spec,
            quantity: watch.quantity,
            below: watch.rule.below,
            rise_percent: watch.rule.rise,
            band_percent: watch.rule.band,
            base_price: watch.state.base,
            price: watch.state.last,
            is_below: watch.state.is_below,
            is_above: watch.state.is_above,
            gone: offer.is_none_or(|offer| offer.gone),
            created_at: watch.created_at,
            looked_at: watch.looked_at,
            fired_at: watch.fired_at,
        }
    }
}

pub(super) async fn run(verb: WatchVerb, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    // What is watched belongs to a market: it has to be known which one this is.
    let session = match &verb {
        WatchVerb::Add(_) => profile.local(progress(printer)).await?,
        _ => profile.data_only()?,
    };
    let desk = &session.desk;
    let document = match verb {
        WatchVerb::Add(WatchArgs { offer, below, rise, qty, band }) => {
            let quantity = qty.unwrap_or(profile.settings.quantity);
            let rule = WatchRule { below, rise, band };
            let watch = desk.watch(&offer.offer, offer.spec.as_ref(), quantity, rule)?;
            let listing = desk.offer(&watch.offer)?;
            if watch.state.is_below || watch.state.is_above {
                note(&prices::beyond_already(printer.lang));
            }
            one(watch, listing.as_ref(), printer)?;
            return Ok(Exit::Done);
        }
        WatchVerb::Rm { id } => {
            let watch = desk.unwatch(id)?;
            let listing = desk.offer(&watch.offer)?;
            one(watch, listing.as_ref(), printer)?;
            return Ok(Exit::Done);
        }
        WatchVerb::List => WatchesDocument {
            watches: desk
                .watches()?
                .into_iter()
                .map(|(watch, offer)| WatchDocument::new(watch, offer.as_ref()))
                .collect(),
        },
    };
    printer.document(&document, || words(&document.watches, printer))?;
    Ok(Exit::Done)
}

fn one(watch: Watch, offer: Option<&Offer>, printer: &Printer) -> Result<(), Failure> {
    let document = WatchDocument::new(watch, offer);
    printer.document(&document, || words(std::slice::from_ref(&document), printer))
}

fn words(watches: &[WatchDocument], printer: &Printer) -> String {
    if watches.is_empty() {
        return printer.words("no price is watched", "还没有盯价", "還沒有盯價").to_owned();
    }
    let heads = [
        ("id", Lean::Right),
        (printer.words("price", "现价", "現價"), Lean::Right),
        (printer.words("below", "低于", "低於"), Lean::Right),
        (printer.words("above", "高于", "高於"), Lean::Right),
        ("Q", Lean::Right),
        (printer.words("offer id", "商品编号", "商品編號"), Lean::Left),
        (printer.words("offer", "商品", "商品"), Lean::Left),
        (printer.words("told", "提醒于", "提醒於"), Lean::Left),
    ];
    let amount = |money: Option<Money>| money.map_or_else(String::new, |money| money.to_string());
    let rows: Vec<Vec<String>> = watches
        .iter()
        .map(|watch| {
            let title =
                watch.title.as_ref().map(|title| printer.title(title, watch.title_en.as_ref()).to_owned());
            let told = watch.fired_at.map(|at| at.to_zoned(jiff::tz::TimeZone::system()));
            let spec = watch.spec_id.as_ref().map_or_else(String::new, |spec| format!(":{spec}"));
            vec![
                watch.watch_id.clone(),
                known(watch.price.as_ref()),
                amount(watch.below),
                amount(watch.above),
                watch.quantity.to_string(),
                format!("{}{spec}", watch.offer_id),
                title.unwrap_or_else(|| "?".to_owned()),
                told.map_or_else(String::new, |at| at.strftime("%Y-%m-%d %H:%M").to_string()),
            ]
        })
        .collect();
    table(&heads, &rows)
}
