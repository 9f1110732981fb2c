//! Small answers about the account: the market's clock, and where goods can be sent.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::list::{List, object};
use super::scalar::{Atom, Field, Moment};
use crate::domain::order::Address;
use crate::domain::text::Clean;
use crate::market::MarketError;
use crate::market::gateway::envelope;

/// `system/currentTime`: a date as a JSON string, bare, or inside an object.
pub fn server_time(body: &[u8]) -> Result<Timestamp, MarketError> {
    let text = std::str::from_utf8(body).map_err(|_| envelope::unreadable("not UTF-8"))?.trim();
    if text.starts_with('{') {
        let top = envelope::open(body)?;
        envelope::refused(&top)?;
        let moment = top.field::<Moment>("result").get();
        return moment.map(|moment| moment.0).ok_or_else(|| envelope::unreadable("a time that is none"));
    }
    let moment = match serde_json::from_str::<&RawValue>(text) {
        Ok(raw) => Field::<Moment>::read(&Atom::of(raw)),
        Err(_) => Field::read(&Atom::Text(text.into())),
    };
    moment.get().map(|moment| moment.0).ok_or_else(|| envelope::unreadable("a time that is none"))
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct AddressesBody {
    receive_address_items: List<AddressBody>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct AddressBody {
    id: Field<String>,
    full_name: Field<String>,
    address: Field<String>,
    phone: Field<String>,
    mobile_phone: Field<String>,
    address_code: Field<String>,
    address_code_text: Field<String>,
    town_name: Field<String>,
    is_default: Field<bool>,
}

/// Delivery addresses of the account. An answer that does not say that there are none is not taken for one that
/// does: the known ones would be forgotten.
pub fn addresses(body: &[u8]) -> Result<Vec<Address>, MarketError> {
    let unreadable = || envelope::unreadable("addresses that are none");
    let Some(payload) = envelope::payload(body)? else {
        return envelope::open(body)?.success().map(|_| Vec::new()).ok_or_else(unreadable);
    };
    let list: AddressesBody = object(payload).ok_or_else(unreadable)?;
    if list.receive_address_items.items.is_empty() && list.receive_address_items.dropped > 0 {
        return Err(unreadable());
    }
    Ok(list.receive_address_items.items.into_iter().filter_map(AddressBody::into_address).collect())
}

impl AddressBody {
    fn into_address(self) -> Option<Address> {
        let id: String = self.id.get()?.chars().filter(char::is_ascii_graphic).take(64).collect();
        if id.is_empty() {
            return None;
        }
        let text = |field: Field<String>, most| Clean::capped(&field.get().unwrap_or_default(), most);
        let town = self.town_name.get().unwrap_or_default();
        let region = format!("{} {town}", self.address_code_text.get().unwrap_or_default());
        let code = self.address_code.get().unwrap_or_default();
        let is_code = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
        Some(Address {
            id,
            full_name: text(self.full_name, 60),
            phone: text(
                if self.mobile_phone.as_ref().is_some() { self.mobile_phone } else { self.phone },
                40,
            ),
            region: Clean::capped(&region, 120),
            street: text(self.address, 200),
            district_code: if is_code { code } else { String::new() },
            is_default: self.is_default.get() == Some(true),
        })
    }
}
