//! Folders for tests, in memory where there is room: what the program writes it has written to the disk before it goes on,
//! and a test that waits for disks waits most of its time.

use std::sync::OnceLock;

/// Where Linux keeps files in memory.
const MEMORY: &str = "/dev/shm";
/// So much of it has to be free: some profiles of a hundred megabytes are there at a time.
const ROOM: u64 = 4 << 30;

/// An empty folder that is gone when dropped. Whoever says `TMPDIR` gets it there.
pub fn folder() -> std::io::Result<tempfile::TempDir> {
    static IN_MEMORY: OnceLock<bool> = OnceLock::new();
    let has_room = || {
        #[cfg(target_os = "linux")]
        let free = rustix::fs::statvfs(MEMORY).map_or(0, |there| there.f_bavail * there.f_frsize);
        #[cfg(not(target_os = "linux"))]
        let free = 0;
        std::env::var_os("TMPDIR").is_none() && free > ROOM && tempfile::tempdir_in(MEMORY).is_ok()
    };
    if *IN_MEMORY.get_or_init(has_room) { tempfile::tempdir_in(MEMORY) } else { tempfile::tempdir() }
}
