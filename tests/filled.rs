//! Profiles that are filled once in a run and copied for each test that wants one: filling a catalog of twenty thousand
//! offers takes an unoptimised build half a minute of processor time, copying it a tenth of a second. The test binaries
//! of one run share them.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

/// Older ones are made anew: what a market shows goes by the clock.
const FRESH: Duration = Duration::from_secs(600);
const PREFIX: &str = "profiles-";

/// A profile at its own sandbox: `begun`, a moment after the first start, or `filled`, when everything is there. Made by
/// the first who asks, of this binary or the one that ran before it.
pub fn profile(which: &str) -> PathBuf {
    static PROFILES: OnceLock<PathBuf> = OnceLock::new();
    let profiles = PROFILES.get_or_init(|| {
        let all = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let turn = OpenOptions::new().create(true).append(true).open(all.join("profiles.lock")).unwrap();
        turn.lock().unwrap();
        let note = all.join("profiles.note");
        noted(&note).unwrap_or_else(|| {
            let made = make(all);
            fs::write(&note, format!("{}\n{}", stamp(), made.display())).unwrap();
            made
        })
    });
    profiles.join(which)
}

/// Tells one build of the program from the next.
fn stamp() -> String {
    let built = fs::metadata(env!("CARGO_BIN_EXE_pifa")).unwrap();
    format!("{} {:?}", built.len(), built.modified().unwrap())
}

/// The folder that was made by this build, lately.
fn noted(note: &Path) -> Option<PathBuf> {
    let age = File::open(note).ok()?.metadata().ok()?.modified().ok()?.elapsed().ok()?;
    let text = fs::read_to_string(note).ok()?;
    let (of, folder) = text.split_once('\n')?;
    let folder = PathBuf::from(folder);
    (age < FRESH && of == stamp() && folder.is_dir()).then_some(folder)
}

fn make(all: &Path) -> PathBuf {
    // Those of runs that have ended are removed.
    for entry in fs::read_dir(all).into_iter().flatten().flatten() {
        let found = entry.file_name().to_string_lossy().into_owned();
        if found.strip_prefix(PREFIX).is_some_and(|run| !Path::new("/proc").join(run).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    let made = all.join(format!("{PREFIX}{}", std::process::id()));
    let (begun, filled) = (made.join("begun"), made.join("filled"));
    fs::create_dir_all(&begun).unwrap();
    fs::create_dir_all(&filled).unwrap();
    let folder = crate::folder::folder().unwrap();
    syncs(folder.path(), &["sync", "--limit", "4000"], false);
    copy(folder.path(), &begun);
    syncs(folder.path(), &["sync"], true);
    copy(folder.path(), &filled);
    made
}

fn syncs(folder: &Path, arguments: &[&str], to_the_end: bool) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pifa"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PIFA_")) {
        command.env_remove(name);
    }
    let said = command.args(["--json", "--data-dir"]).arg(folder).args(arguments).output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&said.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&said.stderr)));
    assert_eq!(told["complete"], to_the_end, "{told}");
}

/// Copies what is in one folder into another. What SQLite shares in memory is left out: it is made anew.
pub fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&to).unwrap();
            fs::set_permissions(&to, entry.metadata().unwrap().permissions()).unwrap();
            copy(&entry.path(), &to);
        } else if !entry.file_name().to_string_lossy().ends_with("-shm") {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
