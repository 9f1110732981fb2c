//! Where a profile's files are (DESIGN section 4).

use std::path::{Path, PathBuf};

use crate::domain::id::MarketId;

/// The system has no place for user data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no home folder: cannot tell where data belongs (set --data-dir or PIFA_DATA_DIR)")]
pub struct NoHome;

/// The folder of one profile and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    folder: PathBuf,
    config: PathBuf,
}

impl Paths {
    /// `data_dir` replaces the whole profile folder; `config` replaces config.toml only.
    pub fn new(profile: &str, data_dir: Option<&Path>, config: Option<&Path>) -> Result<Paths, NoHome> {
        let folder = match data_dir {
            Some(folder) => folder.to_owned(),
            None => directories::ProjectDirs::from("", "", "pifa").ok_or(NoHome)?.data_dir().join(profile),
        };
        let config = config.map_or_else(|| folder.join("config.toml"), Path::to_owned);
        Ok(Paths { folder, config })
    }

    /// The profile's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The user's settings.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// The precious store.
    pub fn ledger(&self) -> PathBuf {
        self.folder.join("ledger.db")
    }

    /// The sender's lease.
    pub fn lease(&self) -> PathBuf {
        self.folder.join("outbox.lock")
    }

    /// Prices over time, looks at saved searches, price watches.
    pub fn history(&self) -> PathBuf {
        self.folder.join("history.db")
    }

    /// Saved searches, one file each.
    pub fn searches(&self) -> PathBuf {
        self.folder.join("searches")
    }

    /// The embedded market's own state.
    pub fn sandbox(&self) -> PathBuf {
        self.folder.join("sandbox")
    }

    /// Where logs go.
    pub fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// A market's cache. The id is `<app_key>/<account>`: each part becomes a folder of plain characters.
    pub fn catalog(&self, market: &MarketId) -> PathBuf {
        let mut path = self.folder.join("markets");
        for part in market.as_str().split('/') {
            let plain: String = part
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' })
                .collect();
            path.push(if plain.is_empty() { "_".to_owned() } else { plain });
        }
        path.join("catalog.db")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_market_id_can_never_lead_out_of_the_profile() {
        let paths = Paths::new("default", Some(Path::new("/data")), None).unwrap();
        let path = paths.catalog(&MarketId::new("../../etc/..//x"));
        assert!(path.starts_with("/data/markets") && !path.to_string_lossy().contains(".."), "{path:?}");
        assert_eq!(
            paths.catalog(&MarketId::new("1234567/b2b-1")),
            Path::new("/data/markets/1234567/b2b-1/catalog.db")
        );
    }
}
