//! The sender's lease: an OS file lock, free the moment its holder dies, so that two windows never send
//! one order at once.

use std::fs::File;
use std::path::Path;

use super::DeskError;

/// Held while actions are sent; dropped = free.
pub(super) struct Lease {
    _file: File,
}

impl Lease {
    /// Waits until nobody else is sending. Blocking: call it off the async workers.
    pub(super) fn take(path: &Path) -> Result<Lease, DeskError> {
        let fail = |source| DeskError::Lease { path: path.display().to_string(), source };
        let file = File::options().create(true).append(true).open(path).map_err(fail)?;
        file.lock().map_err(fail)?;
        Ok(Lease { _file: file })
    }
}
