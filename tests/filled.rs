//! Folders that are filled once in a run of a test binary and copied for each test that wants one: filling a catalog of
//! twenty thousand offers takes an unoptimised build half a minute of processor time, copying it a tenth of a second.

use std::path::{Path, PathBuf};

/// A new folder under `target` for this run, named after what it is for. Those of runs that have ended are removed.
pub fn folder(name: &str) -> PathBuf {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let prefix = format!("{name}-");
    for entry in std::fs::read_dir(all).into_iter().flatten().flatten() {
        let found = entry.file_name().to_string_lossy().into_owned();
        if let Some(run) = found.strip_prefix(&prefix)
            && !Path::new("/proc").join(run).exists()
        {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    let own = all.join(format!("{prefix}{}", std::process::id()));
    std::fs::create_dir_all(&own).unwrap();
    own
}

/// Copies what is in one folder into another. What SQLite shares in memory is left out: it is made anew.
pub fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&to).unwrap();
            std::fs::set_permissions(&to, entry.metadata().unwrap().permissions()).unwrap();
            copy(&entry.path(), &to);
        } else if !entry.file_name().to_string_lossy().ends_with("-shm") {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}
