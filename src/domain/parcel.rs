//! What a cart weighs, how much room it takes and how many cartons it fills, as far as listings tell: a sum of the
//! known with the number of lines it is silent about, never a guess for those.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::domain::offer::Offer;
use crate::domain::quantity::Quantity;

/// One line's goods as a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Load {
    /// All of it, kg; `None` = the listing does not say.
    pub weight_kg: Option<Decimal>,
    /// All of it, cubic metres.
    pub volume_m3: Option<Decimal>,
    /// Units in one carton.
    pub per_carton: Option<Quantity>,
    /// Cartons it takes, the last one perhaps not full.
    pub cartons: Option<u64>,
}

impl Load {
    /// `quantity` units of an offer.
    pub fn of(offer: &Offer, quantity: Quantity) -> Load {
        let units = quantity.decimal();
        let all = |each: Option<Decimal>| {
            each.filter(|each| *each > Decimal::ZERO)
                .and_then(|each| each.checked_mul(units))
                .map(|all| all.normalize())
        };
        let per_carton = offer.per_carton.filter(|pieces| !pieces.is_zero());
        Load {
            weight_kg: all(offer.weight_kg),
            volume_m3: all(offer.volume_m3),
            per_carton,
            cartons: per_carton
                .and_then(|pieces| units.checked_div(pieces.decimal()))
                .and_then(|cartons| cartons.ceil().to_u64()),
        }
    }
}

/// A figure summed over lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summed<T> {
    /// Over the lines that tell.
    pub known: T,
    /// Lines that do not.
    pub missing: usize,
}

/// All lines of a cart or order together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parcel {
    /// Lines in all.
    pub lines: usize,
    /// Kilograms.
    pub weight_kg: Summed<Decimal>,
    /// Cubic metres.
    pub volume_m3: Summed<Decimal>,
    /// Cartons, counted line by line: unlike goods are not packed together.
    pub cartons: Summed<u64>,
}

impl Parcel {
    /// The sum of some lines.
    pub fn of(loads: impl IntoIterator<Item = Load>) -> Parcel {
        let mut parcel = Parcel::default();
        for load in loads {
            parcel.lines += 1;
            add(&mut parcel.weight_kg, load.weight_kg);
            add(&mut parcel.volume_m3, load.volume_m3);
            match load.cartons {
                Some(cartons) => parcel.cartons.known = parcel.cartons.known.saturating_add(cartons),
                None => parcel.cartons.missing += 1,
            }
        }
        parcel
    }
}

fn add(sum: &mut Summed<Decimal>, figure: Option<Decimal>) {
    match figure {
        Some(figure) => sum.known = sum.known.saturating_add(figure),
        None => sum.missing += 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::OfferKey;
    use crate::domain::text::Clean;
    use jiff::Timestamp;

    fn offer(weight: Option<&str>, carton: Option<u32>) -> Offer {
        let mut offer = Offer::blank(OfferKey::Market(1), Clean::new("杯"), Timestamp::UNIX_EPOCH);
        offer.weight_kg = weight.map(|kg| kg.parse().unwrap());
        offer.per_carton = carton.map(Quantity::whole);
        offer
    }

    #[test]
    fn a_begun_carton_is_a_carton() {
        let cartons = |units: u32| Load::of(&offer(None, Some(40)), Quantity::whole(units)).cartons;
        assert_eq!(
            [cartons(1), cartons(40), cartons(41), cartons(300)],
            [Some(1), Some(1), Some(2), Some(8)]
        );
        assert_eq!(Load::of(&offer(None, Some(0)), Quantity::ONE).cartons, None);
        assert_eq!(Load::of(&offer(None, None), Quantity::ONE).cartons, None);
    }

    #[test]
    fn what_is_missing_is_counted_and_not_guessed() {
        let loads = [
            Load::of(&offer(Some("0.38"), Some(24)), Quantity::whole(100)),
            Load::of(&offer(None, None), Quantity::whole(5)),
            Load::of(&offer(Some("0"), Some(10)), Quantity::whole(5)),
            Load::of(&offer(Some("1.5"), None), "0.5".parse().unwrap()),
        ];
        let parcel = Parcel::of(loads);
        assert_eq!(
            (parcel.lines, parcel.weight_kg.missing, parcel.weight_kg.known.to_string()),
            (4, 2, "38.75".into())
        );
        assert_eq!((parcel.cartons.known, parcel.cartons.missing, parcel.volume_m3.missing), (6, 2, 4));
        assert_eq!(Parcel::of([]), Parcel::default());
    }
}
