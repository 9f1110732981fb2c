//! The plain data both the oracles and the product are fed from.

use super::freight::Terms;

/// 1/1000 yuan.
pub type Mill = i128;
/// 1/100 yuan.
pub type Fen = i128;
/// Whole pieces.
pub type Pieces = i128;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    pub from: Pieces,
    pub price: Mill,
    pub promotion: Option<Mill>,
}

impl Tier {
    /// What is charged: the promotion price where there is one.
    pub fn charged(&self) -> Mill {
        match self.promotion {
            Some(promotion) => promotion,
            None => self.price,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sku {
    /// Ordered as text, so written with a fixed number of digits.
    pub spec: u32,
    pub price: Option<Mill>,
    pub promotion: Option<Mill>,
    /// None: the gateway does not say.
    pub stock: Option<Pieces>,
    pub tiers: Vec<Tier>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub id: i64,
    pub supplier: u32,
    pub quote_type: u8,
    /// None: not known, asks for nothing.
    pub moq: Option<Pieces>,
    pub lot: Option<Pieces>,
    pub tiers: Vec<Tier>,
    pub skus: Vec<Sku>,
    pub stock: Option<Pieces>,
    pub limit: Option<Pieces>,
    /// None: not said, counts as enabled.
    pub mix_enabled: Option<bool>,
    pub terms: Terms,
    pub grams_each: Option<i128>,
    pub volume_each: Option<i128>,
}

/// A supplier's mix rule: pieces or amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mix {
    pub pieces: Option<Pieces>,
    pub amount: Option<Fen>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: i64,
    /// Index into the cart's offers.
    pub offer: usize,
    /// Index into the offer's SKUs; None for an offer without SKUs.
    pub sku: Option<usize>,
    pub quantity: Pieces,
}

/// What is bought from one supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basket {
    pub offers: Vec<Offer>,
    pub mix: Option<Mix>,
    pub lines: Vec<Line>,
    pub line_cap: usize,
    /// Whether a met mix rule waives each offer's own minimum (a gateway setting).
    pub met_mix_waives: bool,
}
