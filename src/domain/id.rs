//! Ids: strings at the edges, `i64` or newtypes inside, never floats (DESIGN section 11).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A listing: on the marketplace, or imported from a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OfferKey {
    /// `offerId` on the marketplace.
    Market(i64),
    /// An imported good; written `L:<source>:<item_no>`. Never sent to a market.
    Local {
        /// Name of the file or list it came from; has no colon.
        source: String,
        /// The source's own number.
        item_no: String,
    },
}

impl OfferKey {
    /// The marketplace's id, `None` for an imported good.
    pub fn market_id(&self) -> Option<i64> {
        match self {
            OfferKey::Market(id) => Some(*id),
            OfferKey::Local { .. } => None,
        }
    }
}

impl fmt::Display for OfferKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OfferKey::Market(id) => write!(f, "{id}"),
            OfferKey::Local { source, item_no } => write!(f, "L:{source}:{item_no}"),
        }
    }
}

/// Not an offer id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an offer id: {0:?} (a number such as 676651652931, or L:<source>:<item>)")]
pub struct BadOfferKey(pub String);

impl FromStr for OfferKey {
    type Err = BadOfferKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadOfferKey(crate::domain::text::Clean::capped(text, 60).to_string());
        let text = text.trim();
        if let Some(rest) = text.strip_prefix("L:") {
            let (source, item_no) = rest.split_once(':').ok_or_else(bad)?;
            if source.is_empty() || item_no.is_empty() {
                return Err(bad());
            }
            return Ok(OfferKey::Local { source: source.to_owned(), item_no: item_no.to_owned() });
        }
        match text.parse::<i64>() {
            Ok(id) if id > 0 && text.bytes().all(|b| b.is_ascii_digit()) => Ok(OfferKey::Market(id)),
            _ => Err(bad()),
        }
    }
}

impl Serialize for OfferKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OfferKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! string_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Keeps printable ASCII only, at most 128 characters: ids come from outside and are
            /// printed, logged and compared.
            pub fn new(raw: &str) -> Self {
                Self(raw.chars().filter(char::is_ascii_graphic).take(128).collect())
            }

            /// The id as written on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

string_id!(
    /// One variant of an offer, unique within it; what orders name beside the offer id.
    SpecId
);
string_id!(
    /// A supplier: `sellerOpenId` on the wire.
    SupplierId
);
string_id!(
    /// A group-buy.
    GroupId
);
string_id!(
    /// An order on the marketplace; up to 19 digits.
    OrderId
);
string_id!(
    /// Our own number of a create call (a UUIDv7), unique for ever.
    OutOrderId
);
string_id!(
    /// `<app_key>/<account id>`: which account on which market a row belongs to; never a URL.
    MarketId
);

impl MarketId {
    /// The app key: accounts that share one buy at the same market.
    pub fn app_key(&self) -> &str {
        self.as_str().split_once('/').map_or(self.as_str(), |(app_key, _)| app_key)
    }
}

/// A cart line; never changes and is never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LineId(pub i64);

impl fmt::Display for LineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offer_keys_round_trip_and_refuse_nonsense() {
        for text in ["676651652931", "L:uci:85123A", "L:a:b:c"] {
            assert_eq!(text.parse::<OfferKey>().unwrap().to_string(), text);
        }
        for text in ["", "0", "-1", "1e9", "1.5", "L:", "L:x", "L::x", "99999999999999999999", "+5", "１２"]
        {
            assert!(text.parse::<OfferKey>().is_err(), "{text}");
        }
    }
}
