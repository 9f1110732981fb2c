//! Arguments of `pifa substitutes`.

use clap::Args as ClapArgs;

use super::values::{OfferSpec, offer_spec, quantity};
use crate::domain::quantity::Quantity;

/// `pifa substitutes`
#[derive(Debug, ClapArgs)]
pub struct SubstitutesArgs {
    /// The offer, with a SKU if one is meant
    #[arg(
        value_name = "OFFER[:SPEC]",
        value_parser = offer_spec,
        required_unless_present_any = ["line", "copy_rules"],
        conflicts_with = "line"
    )]
    pub offer: Option<OfferSpec>,
    /// A line of the cart instead, at its quantity
    #[arg(long, value_name = "LINE")]
    pub line: Option<i64>,
    /// Quantity to compare at (default: the line's, else 1)
    #[arg(long, value_name = "N", value_parser = quantity, allow_negative_numbers = true)]
    pub qty: Option<Quantity>,
    /// Only what factories sell
    #[arg(long)]
    pub factories: bool,
    /// Put the Nth of the list into the cart line's place; `pifa cart undo` takes it back
    #[arg(long, value_name = "N", requires = "line", conflicts_with = "qty")]
    pub apply: Option<usize>,
    /// Copy the shipped rules (brands, purposes) into the profile, to be edited there
    #[arg(long, conflicts_with_all = ["offer", "line", "qty", "factories", "apply"])]
    pub copy_rules: bool,
}
