//! Lists of badges: text files in the profile's folder `badges/`, one a list.
//!
//! Files, because they are the buyer's: they outlive the cache, are few and small, can be read and mended with any
//! editor, and copying one to a colleague is all it takes to share it. They are read again when one of them changes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::{Desk, DeskError};
use crate::domain::badge::{self, BadBadge, BadgeRow, Badges};
use crate::domain::text::Clean;

/// Largest list that is read.
const MOST_BYTES: u64 = 16 << 20;

/// A list as found on disk: which, when written, how long.
type Found = (PathBuf, Option<SystemTime>, u64);

/// Badges as last read.
#[derive(Debug, Default)]
pub(super) struct KeptBadges(Mutex<Option<(Vec<Found>, Arc<Badges>)>>);

/// What became of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadgeReport {
    /// Rows kept.
    pub imported: usize,
    /// Rows that are none.
    pub bad: Vec<BadBadge>,
    /// Rows whose supplier the catalog does not know (yet); kept all the same.
    pub unmatched: Vec<BadgeRow>,
    /// Where the list is kept.
    pub file: PathBuf,
}

impl Desk {
    fn badge_folder(&self) -> PathBuf {
        self.parts.lease.parent().unwrap_or(Path::new(".")).join("badges")
    }

    /// Who has which badges. A list that cannot be read is logged and left out: it must not keep anybody from
    /// searching.
    pub fn badges(&self) -> Arc<Badges> {
        let found = lists(&self.badge_folder());
        let mut kept = self.badges.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, badges)) = kept.as_ref().filter(|(known, _)| *known == found) {
            return Arc::clone(badges);
        }
        let mut badges = Badges::default();
        for (path, _, _) in &found {
            match text_of(path) {
                Ok(text) => badges.add(&badge::read(&text).0),
                Err(error) => tracing::warn!(path = %path.display(), %error, "a list of badges was not read"),
            }
        }
        let badges = Arc::new(badges);
        *kept = Some((found, Arc::clone(&badges)));
        badges
    }

    /// Takes a list of badges in, in place of an earlier one of the same file name. Nothing is kept of a list
    /// without a good row.
    pub fn import_badges(&self, file: &Path) -> Result<BadgeReport, DeskError> {
        let failed = |path: &Path| {
            let path = path.display().to_string();
            move |source| DeskError::Badges { path, source }
        };
        let (rows, bad) = badge::read(&text_of(file).map_err(failed(file))?);
        let stem =
            file.file_stem().map_or_else(|| "badges".to_owned(), |stem| stem.to_string_lossy().into_owned());
        let name: String = stem
            .chars()
            .map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' })
            .take(60)
            .collect();
        let folder = self.badge_folder();
        let kept = folder.join(format!("{name}.txt"));
        let mut listed = Badges::default();
        listed.add(&rows);
        let suppliers: Vec<String> = rows.iter().map(|row| row.supplier.to_string()).collect();
        let unknown = self.parts.catalog.unknown_suppliers(&listed, &suppliers)?;
        let unmatched =
            rows.iter().zip(unknown).filter(|(_, is_unknown)| *is_unknown).map(|(row, _)| row.clone());
        let unmatched = unmatched.collect();
        if !rows.is_empty() {
            crate::ledger::private_folder(&folder).map_err(failed(&folder))?;
            let text: String = rows.iter().map(|row| format!("{}\t{}\n", row.supplier, row.badge)).collect();
            // Written beside and put in its place: a list is never half a list.
            let beside = folder.join(format!("{name}.txt.new"));
            let write = || {
                if beside.exists() {
                    std::fs::remove_file(&beside)?;
                }
                crate::ledger::private_file(&beside)?;
                std::fs::write(&beside, text)?;
                std::fs::rename(&beside, &kept)
            };
            write().map_err(failed(&kept))?;
        }
        Ok(BadgeReport { imported: rows.len(), bad, unmatched, file: kept })
    }

    /// Badges of one supplier.
    pub(super) fn badges_of(badges: &Badges, supplier: &crate::domain::supplier::Supplier) -> Vec<Clean> {
        badges.of(&supplier.id, supplier.name.as_str())
    }
}

/// The lists of a folder, by name; none where there is no folder.
fn lists(folder: &Path) -> Vec<Found> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<Found> = entries
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "txt"))
        .filter_map(|entry| {
            let about = entry.metadata().ok()?;
            about.is_file().then(|| (entry.path(), about.modified().ok(), about.len()))
        })
        .collect();
    found.sort();
    found
}

fn text_of(path: &Path) -> std::io::Result<String> {
    if std::fs::metadata(path)?.len() > MOST_BYTES {
        return Err(std::io::Error::other("larger than 16 MB"));
    }
    std::fs::read_to_string(path)
}
