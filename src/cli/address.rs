//! `pifa address`: where orders go.

use serde::Serialize;

use super::args::AddressVerb;
use super::failure::{Exit, Failure};
use super::print::Printer;
use super::session::Profile;
use super::sync::progress;
use crate::domain::order::Address;

#[derive(Serialize)]
struct AddressesDocument {
    addresses: Vec<AddressDocument>,
}

#[derive(Serialize)]
struct AddressDocument {
    #[serde(flatten)]
    address: Address,
    chosen: bool,
}

pub(super) async fn run(verb: AddressVerb, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    let session = profile.local(progress(printer)).await?;
    if let AddressVerb::Use { id } = &verb {
        session.desk.use_address(id)?;
    }
    let addresses = session
        .desk
        .addresses()?
        .into_iter()
        .enumerate()
        .map(|(index, address)| AddressDocument { address, chosen: index == 0 })
        .collect();
    let document = AddressesDocument { addresses };
    printer.document(&document, || {
        if document.addresses.is_empty() {
            return printer
                .words(
                    "no addresses: run pifa sync",
                    "没有地址：请运行 pifa sync",
                    "沒有地址：請執行 pifa sync",
                )
                .to_owned();
        }
        document
            .addresses
            .iter()
            .map(|row| {
                let mark = if row.chosen { "*" } else { " " };
                let address = &row.address;
                format!(
                    "{mark} {}  {} {} {}\n",
                    address.id, address.region, address.street, address.full_name
                )
            })
            .collect()
    })?;
    Ok(Exit::Done)
}
