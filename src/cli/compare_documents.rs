//! The document of `pifa compare`: the offers at one quantity, who is cheaper where, and the other ways to order them.

use jiff::Timestamp;
use serde::Serialize;

use super::documents::DominatedDocument;
use crate::domain::break_even::{Basis, Pair, Runner};
use crate::domain::compare::{self, Comparison, Crown};
use crate::domain::flow::{Flow, FlowAt, Lost, Needs, Unsaid};
use crate::domain::id::{OfferKey, SpecId, SupplierId};
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;

/// `compare`
#[derive(Debug, Serialize)]
pub(super) struct CompareDocument {
    pub quantity: Quantity,
    pub offers: Vec<ComparedDocument>,
    /// Every two of one unit against each other.
    pub break_even: Vec<PairDocument>,
}

/// An offer at a quantity.
#[derive(Debug, Serialize)]
pub(super) struct FiguresDocument {
    pub offer_id: OfferKey,
    pub spec_id: Option<SpecId>,
    pub title: Clean,
    pub title_en: Option<Clean>,
    pub unit: Option<Unit>,
    pub unit_price: Option<Money>,
    pub goods: Option<Money>,
    pub freight: Option<Money>,
    pub landed: Option<Money>,
    pub buyable: bool,
    pub nearest_quantity: Option<Quantity>,
    pub moq: Option<Quantity>,
    pub lot: Option<Quantity>,
    pub lead_time_hours: Option<u32>,
    pub supplier_id: Option<SupplierId>,
    pub supplier_name: Option<Clean>,
    pub fetched_at: Timestamp,
}

/// One row of a comparison.
#[derive(Debug, Serialize)]
pub(super) struct ComparedDocument {
    #[serde(flatten)]
    pub figures: FiguresDocument,
    /// best, or best_known where one with unknown freight might be cheaper; null = neither.
    pub crown: Option<&'static str>,
    /// Its SKU is priced to lure; it is never crowned.
    pub bait: bool,
    /// Quantities that cost more than a greater one.
    pub dominated: Vec<DominatedDocument>,
    /// The other ways to order it, at this quantity.
    pub flows: Vec<FlowDocument>,
    /// The cheapest way where that is certain, `general` among them.
    pub best_flow: Option<Flow>,
}

/// Another way to order an offer.
#[derive(Debug, Serialize)]
pub(super) struct FlowDocument {
    pub flow: Flow,
    pub start_quantity: Option<Quantity>,
    pub unit_price: Option<Money>,
    pub goods: Option<Money>,
    pub freight: Option<Money>,
    pub landed: Option<Money>,
    /// Null = its start quantity is unknown.
    pub buyable: Option<bool>,
    /// What `general` gives and this does not.
    pub lost: Vec<Lost>,
    /// What must be there first.
    pub needs: Vec<Needs>,
    /// What the buyer has in `general` and of which nobody says whether it holds here.
    pub unknown: Vec<Unsaid>,
}

/// Two offers against each other.
#[derive(Debug, Serialize)]
pub(super) struct PairDocument {
    /// By their places among the offers.
    pub offers: [Named; 2],
    /// landed, or goods where the freight of one is unknown.
    pub basis: &'static str,
    /// Only multiples of it can be had of both.
    pub step: Quantity,
    /// Ascending: who is the cheaper from where to where. A run whose end is no change of the lead ends with the stock,
    /// or with the greatest quantity there is.
    pub cheapest: Vec<LeadDocument>,
    /// From here on they are too close to tell apart.
    pub open_from: Option<Quantity>,
}

/// An offer by its id.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Named {
    pub offer_id: OfferKey,
    pub spec_id: Option<SpecId>,
}

/// A run of quantities.
#[derive(Debug, Serialize)]
pub(super) struct LeadDocument {
    #[serde(flatten)]
    pub winner: Named,
    pub from: Quantity,
    pub to: Quantity,
}

impl FiguresDocument {
    pub fn new(offer: &Offer, compared: &Comparison) -> FiguresDocument {
        FiguresDocument {
            offer_id: offer.key.clone(),
            spec_id: compared.spec_id.clone(),
            title: offer.title.clone(),
            title_en: offer.title_en.clone(),
            unit: offer.unit.clone(),
            unit_price: compared.unit_price,
            goods: compared.goods,
            freight: compared.freight.amount(),
            landed: compared.landed,
            buyable: compared.buyable,
            nearest_quantity: compared.nearest,
            moq: offer.moq,
            lot: offer.lot,
            lead_time_hours: compared.lead_time_hours,
            supplier_id: offer.supplier_id.clone(),
            supplier_name: offer.supplier_name.clone(),
            fetched_at: offer.fetched_at,
        }
    }
}

impl ComparedDocument {
    pub fn new(
        offer: &Offer,
        compared: &Comparison,
        flows: Vec<FlowAt>,
        best_flow: Option<Flow>,
        crown: Crown,
        bait: bool,
    ) -> ComparedDocument {
        let sku = compared.spec_id.as_ref().and_then(|spec| offer.sku(spec));
        ComparedDocument {
            figures: FiguresDocument::new(offer, compared),
            crown: crown.as_str(),
            bait,
            dominated: compare::dominated(offer, sku).into_iter().map(DominatedDocument::from).collect(),
            flows: flows.into_iter().map(FlowDocument::from).collect(),
            best_flow,
        }
    }
}

impl From<FlowAt> for FlowDocument {
    fn from(at: FlowAt) -> Self {
        FlowDocument {
            flow: at.flow,
            start_quantity: at.start_quantity,
            unit_price: at.unit_price,
            goods: at.goods,
            freight: at.freight.amount(),
            landed: at.landed,
            buyable: at.buyable,
            lost: at.lost,
            needs: at.needs,
            unknown: at.unsaid,
        }
    }
}

impl PairDocument {
    /// `None` where a runner of the pair is none of these.
    pub fn new(pair: &Pair, runners: &[Runner<'_>]) -> Option<PairDocument> {
        let named = |index: usize| {
            let runner = runners.get(index)?;
            Some(Named { offer_id: runner.offer.key.clone(), spec_id: runner.spec.cloned() })
        };
        let lead = |lead: &crate::domain::break_even::Lead| {
            Some(LeadDocument { winner: named(lead.winner)?, from: lead.from, to: lead.to })
        };
        Some(PairDocument {
            offers: [named(pair.one)?, named(pair.other)?],
            basis: match pair.race.basis {
                Basis::Landed => "landed",
                Basis::Goods => "goods",
            },
            step: pair.race.step,
            cheapest: pair.race.leads.iter().map(lead).collect::<Option<_>>()?,
            open_from: pair.race.open_from,
        })
    }
}
