//! The log: five files of 2 MB in the profile's folder, never the terminal.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;

const FILES: u32 = 5;
const MAX_BYTES: u64 = 2 * 1024 * 1024;

/// Starts logging; PIFA_LOG filters (for example `pifa=debug`), `-v` and `-vv` raise the default. A log
/// that cannot be written is no reason not to buy: then there is none.
pub(super) fn start(folder: &Path, verbose: u8) {
    let level = match verbose {
        0 => "pifa=warn",
        1 => "pifa=info",
        _ => "pifa=trace",
    };
    let filter = EnvFilter::try_from_env("PIFA_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let writer = Mutex::new(Rotating { folder: folder.to_owned(), file: None, written: 0 });
    // A second start in one process (tests) keeps the first log.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer).try_init();
}

/// Opens its file at the first line, so that a quiet run leaves no empty log.
struct Rotating {
    folder: PathBuf,
    file: Option<File>,
    written: u64,
}

impl Rotating {
    fn path(&self, number: u32) -> PathBuf {
        if number == 0 {
            self.folder.join("pifa.log")
        } else {
            self.folder.join(format!("pifa.{number}.log"))
        }
    }

    fn open(&mut self) -> io::Result<()> {
        crate::procure::private_folder(&self.folder)?;
        let path = self.path(0);
        crate::procure::private_file(&path)?;
        let file = File::options().append(true).open(&path)?;
        self.written = file.metadata()?.len();
        self.file = Some(file);
        Ok(())
    }

    fn rotate(&mut self) -> io::Result<()> {
        self.file = None;
        for number in (0..FILES - 1).rev() {
            let from = self.path(number);
            if from.exists() {
                std::fs::rename(from, self.path(number + 1))?;
            }
        }
        self.open()
    }
}

impl Write for Rotating {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.file.is_none() {
            self.open()?;
        }
        if self.written + line.len() as u64 > MAX_BYTES {
            self.rotate()?;
        }
        let Some(file) = &mut self.file else { return Ok(line.len()) };
        let count = file.write(line)?;
        self.written += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), File::flush)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_five_files_of_two_megabytes() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = Rotating { folder: folder.path().to_owned(), file: None, written: 0 };
        let line = vec![b'x'; 512 * 1024];
        for _ in 0..40 {
            log.write_all(&line).unwrap();
        }
        let sizes: Vec<u64> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().metadata().unwrap().len())
            .collect();
        assert_eq!(sizes.len(), FILES as usize);
        assert!(sizes.iter().all(|size| *size <= MAX_BYTES));
    }
}
