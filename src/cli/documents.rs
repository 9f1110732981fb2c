//! The JSON documents of the command line (DESIGN section 10): more fields may be added, none renamed. Those of
//! suppliers and marks stand in [`super::marked`].

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;

use super::history::{PointDocument, VerdictDocument};
use super::marked::BoughtDocument;
use super::mistakes::ProblemDocument;
use super::saved::SavedDocument;
use crate::domain::cart::{Assessment, Measure, SupplierPart, Violation};
use crate::domain::freight::{Destination, Freight, FreightTerms};
use crate::domain::group_buy::{Counts, GroupBuy, GroupState, Step};
use crate::domain::id::{GroupId, LineId, OfferKey, SpecId, SupplierId};
use crate::domain::mark::Mine;
use crate::domain::money::Money;
use crate::domain::offer::{Offer, OfferKind, PriceTier};
use crate::domain::price::{self, RowPrice};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::search::SearchRow;
use crate::domain::supplier::Identity;
use crate::domain::text::Clean;
use crate::domain::yanxuan::Verdict;
use crate::domain::{compare, minimum};
use crate::i18n::{Lang, violation_message};

/// An offer as a search lists it.
#[derive(Debug, Serialize)]
pub(super) struct OfferDocument {
    pub offer_id: OfferKey,
    pub spec_id: Option<SpecId>,
    pub title: Clean,
    pub title_en: Option<Clean>,
    pub unit: Option<Unit>,
    pub unit_price: Option<Money>,
    pub unit_price_max: Option<Money>,
    pub list_price: Option<Money>,
    pub buyable: bool,
    pub nearest_quantity: Option<Quantity>,
    pub moq: Option<Quantity>,
    pub lot: Option<Quantity>,
    pub supplier_id: Option<SupplierId>,
    pub supplier_name: Option<Clean>,
    pub belt: Option<Clean>,
    pub sold_30d: Option<u64>,
    pub kind: OfferKind,
    pub gone: bool,
    pub bait: bool,
    pub complete: bool,
    pub fetched_at: Timestamp,
    pub favourite: bool,
    pub tags: Vec<Clean>,
    pub note: Clean,
    pub blocked: Option<Clean>,
    pub bought: Option<BoughtDocument>,
}

impl OfferDocument {
    pub fn new(offer: &Offer, price: &RowPrice, mine: &Mine) -> OfferDocument {
        OfferDocument {
            offer_id: offer.key.clone(),
            spec_id: price.spec_id.clone(),
            title: offer.title.clone(),
            title_en: offer.title_en.clone(),
            unit: offer.unit.clone(),
            unit_price: price.least,
            unit_price_max: price.greatest,
            list_price: price.list,
            buyable: price.buyable,
            nearest_quantity: price.nearest,
            moq: offer.moq,
            lot: offer.lot,
            supplier_id: offer.supplier_id.clone(),
            supplier_name: offer.supplier_name.clone(),
            belt: offer.belt.clone(),
            sold_30d: offer.sold_30d,
            kind: offer.kind,
            gone: offer.gone,
            bait: price.bait,
            complete: offer.completeness == crate::domain::offer::Completeness::Full,
            fetched_at: offer.fetched_at,
            favourite: mine.offer.favourite,
            tags: mine.offer.tags.clone(),
            note: mine.offer.note.clone(),
            blocked: mine.offer.blocked.as_ref().or(mine.supplier.blocked.as_ref()).cloned(),
            bought: mine.bought.as_ref().map(BoughtDocument::from),
        }
    }
}

/// `search`
#[derive(Debug, Serialize)]
pub(super) struct SearchDocument {
    pub query: String,
    pub quantity: Quantity,
    pub total: usize,
    /// What of the query could not be read; the rest counted.
    pub problems: Vec<ProblemDocument>,
    /// The words looked for instead, where some of those typed stand nowhere; null where all were found as typed.
    pub instead: Option<Vec<Clean>>,
    /// The saved search it is; absent where none was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved: Option<SavedDocument>,
    pub offers: Vec<OfferDocument>,
}

impl SearchDocument {
    pub fn new(query: &str, quantity: Quantity, total: usize, rows: &[SearchRow]) -> SearchDocument {
        let offers = rows.iter().map(|row| OfferDocument::new(&row.offer, &row.price, &row.mine)).collect();
        SearchDocument {
            query: Clean::new(query).to_string(),
            quantity,
            total,
            problems: Vec::new(),
            instead: None,
            saved: None,
            offers,
        }
    }
}

/// A tier as shown.
#[derive(Debug, Serialize)]
pub(super) struct TierDocument {
    pub from_quantity: Quantity,
    pub unit_price: Money,
    pub list_price: Money,
}

impl From<PriceTier> for TierDocument {
    fn from(tier: PriceTier) -> Self {
        TierDocument { from_quantity: tier.from_quantity, unit_price: tier.charged(), list_price: tier.price }
    }
}

/// A SKU as shown.
#[derive(Debug, Serialize)]
pub(super) struct SkuDocument {
    pub spec_id: SpecId,
    pub name: Clean,
    pub name_en: Option<Clean>,
    pub unit_price: Option<Money>,
    pub stock: Option<Quantity>,
    pub bait: bool,
}

/// A mix rule, reached by either.
#[derive(Debug, Serialize)]
pub(super) struct MixDocument {
    pub pieces: Option<Quantity>,
    pub amount: Option<Money>,
}

/// Dominated quantities.
#[derive(Debug, Serialize)]
pub(super) struct DominatedDocument {
    pub from: Quantity,
    pub to: Quantity,
    pub better_quantity: Quantity,
    pub better_cost: Money,
}

impl From<compare::Dominated> for DominatedDocument {
    fn from(run: compare::Dominated) -> Self {
        DominatedDocument {
            from: run.from,
            to: run.to,
            better_quantity: run.better,
            better_cost: run.better_cost,
        }
    }
}

/// `show`
#[derive(Debug, Serialize)]
pub(super) struct ShowDocument {
    #[serde(flatten)]
    pub offer: OfferDocument,
    pub quantity: Quantity,
    pub least_quantity: Quantity,
    pub quote_type: u8,
    pub tiers: Vec<TierDocument>,
    pub skus: Vec<SkuDocument>,
    pub mix_rule: Option<MixDocument>,
    pub mix_known: bool,
    pub freight: Option<Money>,
    pub freight_terms: &'static str,
    pub stock: Option<Quantity>,
    pub purchase_limit: Option<Quantity>,
    pub lead_time_hours: Option<u32>,
    pub weight_kg: Option<Decimal>,
    pub volume_m3: Option<Decimal>,
    pub per_carton: Option<Quantity>,
    pub identities: Vec<Identity>,
    pub dominated: Vec<DominatedDocument>,
    pub rating: Option<Decimal>,
    /// The 严选 test: pass, fail or too_few; null = not rated.
    pub yanxuan: Option<&'static str>,
    /// head, middle or tail of its category's ratings; null = not said.
    pub yanxuan_place: Option<&'static str>,
    /// Ratings it was judged by.
    pub yanxuan_samples: Option<u64>,
    /// What it cost before, oldest first; absent where it was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<Vec<PointDocument>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_verdict: Option<VerdictDocument>,
}

impl ShowDocument {
    pub fn new(offer: &Offer, quantity: Quantity, destination: &Destination, mine: &Mine) -> ShowDocument {
        let row = price::row_price(offer, quantity);
        let compared = compare::at(offer, None, quantity, destination);
        let sku = |sku: &crate::domain::offer::Sku| SkuDocument {
            spec_id: sku.spec_id.clone(),
            name: sku.name.clone(),
            name_en: sku.name_en.clone(),
            unit_price: price::unit_price(offer, Some(&sku.spec_id), quantity, quantity).map(|p| p.charged),
            stock: sku.stock,
            bait: price::sku_is_bait(offer, &sku.spec_id),
        };
        ShowDocument {
            offer: OfferDocument::new(offer, &row, mine),
            quantity,
            least_quantity: minimum::least(offer, None),
            quote_type: offer.quote_type.number(),
            tiers: price::ladder(&offer.tiers).into_iter().map(TierDocument::from).collect(),
            skus: offer.skus.iter().map(sku).collect(),
            mix_rule: offer.mix.rule().map(|rule| MixDocument { pieces: rule.pieces, amount: rule.amount }),
            mix_known: offer.mix != crate::domain::supplier::Mix::Unknown,
            freight: compared.freight.amount(),
            freight_terms: terms_word(&offer.freight),
            stock: offer.stock,
            purchase_limit: offer.purchase_limit,
            lead_time_hours: offer.lead_time_hours,
            weight_kg: offer.weight_kg,
            volume_m3: offer.volume_m3,
            per_carton: offer.per_carton,
            identities: offer.identities.clone(),
            dominated: compare::dominated(offer, None).into_iter().map(DominatedDocument::from).collect(),
            rating: offer.rating,
            yanxuan: None,
            yanxuan_place: None,
            yanxuan_samples: None,
            history: None,
            price_verdict: None,
        }
    }

    /// With what the 严选 test says.
    pub fn judged(mut self, verdict: Option<Verdict>) -> ShowDocument {
        self.yanxuan = verdict.map(Verdict::as_str);
        match verdict {
            Some(Verdict::Judged { place, samples, .. }) => {
                (self.yanxuan_place, self.yanxuan_samples) = (Some(place.as_str()), Some(samples));
            }
            Some(Verdict::TooFew { samples }) => self.yanxuan_samples = Some(samples),
            None => {}
        }
        self
    }
}

fn terms_word(terms: &FreightTerms) -> &'static str {
    match terms {
        FreightTerms::Unknown => "unknown",
        FreightTerms::SellerPays => "seller_pays",
        FreightTerms::Collect => "collect",
        FreightTerms::ByAgreement => "by_agreement",
        FreightTerms::Template(_) => "template",
    }
}

/// `cart list`
#[derive(Debug, Serialize)]
pub(super) struct CartDocument {
    pub suppliers: Vec<PartDocument>,
    pub goods: Money,
    pub freight: Option<Money>,
    pub freight_is: &'static str,
    pub landed: Option<Money>,
    pub other_markets_lines: u64,
}

/// One supplier of the cart.
#[derive(Debug, Serialize)]
pub(super) struct PartDocument {
    pub supplier_id: Option<SupplierId>,
    pub supplier_name: Option<Clean>,
    pub goods: Money,
    pub freight: Option<Money>,
    pub freight_is: &'static str,
    pub landed: Option<Money>,
    pub mix: Option<GaugeDocument>,
    pub lines: Vec<LineDocument>,
}

/// How far a mix rule is reached; `..._needed` is what satisfies it.
#[derive(Debug, Serialize)]
pub(super) struct GaugeDocument {
    pub pieces: Quantity,
    pub pieces_needed: Option<Quantity>,
    pub amount: Money,
    pub amount_needed: Option<Money>,
    pub met: bool,
}

/// One line of the cart.
#[derive(Debug, Serialize)]
pub(super) struct LineDocument {
    pub line_id: LineId,
    pub offer_id: OfferKey,
    pub spec_id: Option<SpecId>,
    pub title: Clean,
    pub title_en: Option<Clean>,
    pub spec_name: Option<Clean>,
    pub unit: Option<Unit>,
    pub quantity: Quantity,
    pub unit_price: Option<Money>,
    pub list_price: Option<Money>,
    pub amount: Option<Money>,
    pub fetched_at: Timestamp,
}

impl CartDocument {
    pub fn new(assessment: &Assessment, other_markets_lines: u64) -> CartDocument {
        CartDocument {
            suppliers: assessment.parts.iter().map(PartDocument::new).collect(),
            goods: assessment.goods(),
            freight: assessment.freight().amount(),
            freight_is: freight_word(assessment.freight()),
            landed: assessment.landed(),
            other_markets_lines,
        }
    }
}

/// How sure a freight amount is.
pub(super) fn freight_word(freight: Freight) -> &'static str {
    match freight {
        Freight::Known(_) => "exact",
        Freight::AtMost(_) => "at_most",
        Freight::Unknown => "unknown",
    }
}

/// The lines of a supplier's part as documents.
pub(super) fn part_lines(part: &SupplierPart) -> impl Iterator<Item = LineDocument> + '_ {
    part.lines.iter().map(|priced| LineDocument {
        line_id: priced.line.id,
        offer_id: priced.line.offer.key.clone(),
        spec_id: priced.line.spec_id.clone(),
        title: priced.line.offer.title.clone(),
        title_en: priced.line.offer.title_en.clone(),
        spec_name: priced.line.sku().map(|sku| sku.name.clone()),
        unit: priced.line.offer.unit.clone(),
        quantity: priced.line.quantity,
        unit_price: priced.unit_price,
        list_price: priced.list_price,
        amount: priced.amount,
        fetched_at: priced.line.offer.fetched_at,
    })
}

impl PartDocument {
    fn new(part: &SupplierPart) -> PartDocument {
        PartDocument {
            supplier_id: part.supplier_id.clone(),
            supplier_name: part.supplier_name.clone(),
            goods: part.goods,
            freight: part.freight.amount(),
            freight_is: freight_word(part.freight),
            landed: part.landed(),
            mix: part.mix.map(|mix| GaugeDocument {
                pieces: mix.pieces,
                pieces_needed: mix.rule.pieces,
                amount: mix.amount,
                amount_needed: mix.rule.amount,
                met: mix.met,
            }),
            lines: part_lines(part).collect(),
        }
    }
}

/// `cart check`
#[derive(Debug, Serialize)]
pub(super) struct CheckDocument {
    pub ok: bool,
    pub violations: Vec<ViolationDocument>,
}

/// One broken rule.
#[derive(Debug, Serialize)]
pub(super) struct ViolationDocument {
    pub kind: &'static str,
    pub supplier_id: Option<SupplierId>,
    pub offer_id: Option<OfferKey>,
    pub line_ids: Vec<LineId>,
    pub required: Measure,
    pub actual: Measure,
    pub shortfall: Measure,
    pub message: String,
}

impl CheckDocument {
    pub fn new(assessment: &Assessment, violations: &[Violation], lang: Lang) -> CheckDocument {
        let violations: Vec<ViolationDocument> =
            violations.iter().map(|violation| ViolationDocument::new(assessment, violation, lang)).collect();
        CheckDocument { ok: violations.is_empty(), violations }
    }
}

impl ViolationDocument {
    fn new(assessment: &Assessment, violation: &Violation, lang: Lang) -> ViolationDocument {
        let line = violation.line_ids.first().and_then(|id| {
            assessment.parts.iter().flat_map(|part| &part.lines).find(|priced| priced.line.id == *id)
        });
        let offer = line.map(|priced| &priced.line.offer);
        let title = offer.map(|offer| match &offer.title_en {
            Some(english) if !lang.is_chinese() => english.as_str(),
            _ => offer.title.as_str(),
        });
        let unit = offer.and_then(|offer| offer.unit.as_ref()).map_or("", Unit::as_str);
        ViolationDocument {
            kind: violation.kind.as_str(),
            supplier_id: violation.supplier_id.clone(),
            offer_id: violation.offer.clone(),
            line_ids: violation.line_ids.clone(),
            required: violation.required,
            actual: violation.actual,
            shortfall: violation.shortfall,
            message: violation_message(lang, violation, title, unit),
        }
    }
}

/// `group list`, `group show`
#[derive(Debug, Serialize)]
pub(super) struct GroupsDocument {
    pub groups: Vec<GroupDocument>,
    pub as_of: Option<Timestamp>,
}

/// One group-buy.
#[derive(Debug, Clone, Serialize)]
pub(super) struct GroupDocument {
    pub group_id: GroupId,
    pub offer_id: OfferKey,
    pub title: Clean,
    pub title_en: Option<Clean>,
    pub unit: Option<Unit>,
    pub steps: Vec<Step>,
    pub alone_price: Option<Money>,
    pub price_now: Option<Money>,
    pub participants: u64,
    pub counts: Counts,
    pub step: usize,
    pub deadline: Timestamp,
    pub state: GroupState,
    pub my_quantity: Quantity,
}

impl From<GroupBuy> for GroupDocument {
    fn from(group: GroupBuy) -> Self {
        GroupDocument {
            step: group.step(),
            price_now: group.price_now(),
            group_id: group.id,
            offer_id: group.offer,
            title: group.title,
            title_en: group.title_en,
            unit: group.unit,
            steps: group.steps,
            alone_price: group.alone_price,
            participants: group.participants,
            counts: group.counts,
            deadline: group.deadline,
            state: group.state,
            my_quantity: group.my_quantity,
        }
    }
}
