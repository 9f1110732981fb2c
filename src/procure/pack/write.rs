//! Writing a pack.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::file::{Pack, hex};
use super::{Desk, DeskError, FORMAT, MOST_LINE, PackError, PackHeader};
use crate::domain::category::Category;
use crate::domain::id::{OfferKey, SupplierId};
use crate::domain::offer::Offer;
use crate::domain::supplier::Supplier;
use crate::domain::text::Clean;

/// Listings read from the catalog at once.
const CHUNK: usize = 500;

/// A pack that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Where it lies.
    pub path: PathBuf,
    /// What its first line says.
    pub header: PackHeader,
    /// Its hash, hexadecimal.
    pub sha256: String,
    /// Size of the file.
    pub bytes: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Line<'a> {
    Category(&'a Category),
    Supplier(&'a Supplier),
    Offer(&'a Offer),
    Sha256(&'a str),
}

/// Lines into the compressor, hashed on the way.
struct Lines<W: Write> {
    out: GzEncoder<W>,
    hash: Sha256,
}

impl<W: Write> Lines<W> {
    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        if text.len() > MOST_LINE {
            return Err(io::Error::other("one of the listings is too long for a pack"));
        }
        text.push(b'\n');
        self.hash.update(&text);
        self.out.write_all(&text)
    }
}

pub(super) fn write(desk: &Desk, path: &Path, keys: &[OfferKey], what: Clean) -> Result<Packed, DeskError> {
    let name = path.display().to_string();
    let target =
        |error: &dyn std::fmt::Display| PackError::Target { file: name.clone(), what: error.to_string() };
    // Only a pack may be written over: a name mistyped must not cost somebody a file.
    if path.exists() && Pack::open(path).is_err() {
        return Err(target(&"something that is no pack lies there already").into());
    }
    let catalog = &desk.parts.catalog;
    let ids: BTreeSet<SupplierId> = catalog.sellers(keys)?.into_values().collect();
    let mut suppliers = Vec::new();
    for id in &ids {
        suppliers.extend(catalog.supplier(id)?);
    }
    let (categories, _) = catalog.categories()?;
    let header = PackHeader {
        pifa_pack: FORMAT,
        market_id: desk.parts.market_id.clone(),
        made_at: desk.read_at(),
        what,
        offers: keys.len() as u64,
        suppliers: suppliers.len() as u64,
        categories: categories.len() as u64,
        sandbox: Some(desk.is_sandbox()),
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::NamedTempFile::new_in(folder).map_err(|error| target(&error))?;
    let sha256 =
        fill(desk, &header, (&categories, &suppliers), keys, file.as_file()).map_err(
            |error| match error {
                Filling::Io(error) => target(&error).into(),
                Filling::Desk(error) => error,
            },
        )?;
    let bytes = file.as_file().metadata().map_err(|error| target(&error))?.len();
    file.persist(path).map_err(|error| target(&error.error))?;
    Ok(Packed { path: path.to_owned(), header, sha256, bytes })
}

enum Filling {
    Io(io::Error),
    Desk(DeskError),
}

impl From<io::Error> for Filling {
    fn from(error: io::Error) -> Self {
        Filling::Io(error)
    }
}

impl From<crate::catalog::CatalogError> for Filling {
    fn from(error: crate::catalog::CatalogError) -> Self {
        Filling::Desk(error.into())
    }
}

fn fill(
    desk: &Desk,
    header: &PackHeader,
    (categories, suppliers): (&[Category], &[Supplier]),
    keys: &[OfferKey],
    file: &File,
) -> Result<String, Filling> {
    let out = GzEncoder::new(BufWriter::new(file), Compression::default());
    let mut lines = Lines { out, hash: Sha256::new() };
    lines.line(header)?;
    for category in categories {
        lines.line(&Line::Category(category))?;
    }
    for supplier in suppliers {
        lines.line(&Line::Supplier(supplier))?;
    }
    let mut written = 0;
    for keys in keys.chunks(CHUNK) {
        for offer in desk.parts.catalog.offers(keys)?.into_iter().flatten() {
            lines.line(&Line::Offer(&offer))?;
            written += 1;
        }
    }
    if written != header.offers {
        return Err(io::Error::other("the catalog was emptied while it was packed: try again").into());
    }
    let sha256 = hex(&lines.hash.clone().finalize());
    lines.line(&Line::Sha256(&sha256))?;
    let file = lines.out.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(sha256)
}
