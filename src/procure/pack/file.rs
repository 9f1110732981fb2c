//! The lines of a pack, counted and hashed as they pass.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::GzDecoder;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    BYTES_BESIDES, BYTES_PER_LINE, FORMAT, MOST_LINE, MOST_LINES, MOST_RATIO, PackError, PackHeader,
};
use crate::domain::category::Category;
use crate::domain::id::MarketId;
use crate::domain::offer::Offer;
use crate::domain::supplier::Supplier;
use crate::domain::text::Clean;

/// A line between the first and the last.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    Category(Box<Category>),
    Supplier(Box<Supplier>),
    Offer(Box<Offer>),
    Sha256(String),
}

/// A pack as it is read, from its first line to its last.
pub(super) struct Pack {
    name: String,
    lines: BufReader<GzDecoder<BufReader<File>>>,
    hash: Sha256,
    /// Inflated bytes that may still come.
    room: u64,
    buffer: Vec<u8>,
}

impl Pack {
    /// Opens a pack and reads its header.
    pub fn open(path: &Path) -> Result<(Pack, PackHeader), PackError> {
        let name = path.display().to_string();
        let bad = |what: String| PackError::Bad { file: name.clone(), what };
        let file = File::open(path).map_err(|error| bad(error.to_string()))?;
        let about = file.metadata().map_err(|error| bad(error.to_string()))?;
        if !about.is_file() {
            return Err(bad("this is no file".to_owned()));
        }
        let mut file = BufReader::new(file);
        let begins = file.fill_buf().map_err(|error| bad(error.to_string()))?;
        if !begins.starts_with(&[0x1f, 0x8b]) {
            return Err(bad("this is no pack of pifa's".to_owned()));
        }
        let lines = BufReader::new(GzDecoder::new(file));
        let mut pack = Pack { name, lines, hash: Sha256::new(), room: MOST_LINE as u64, buffer: Vec::new() };
        if !pack.next_line()? {
            return Err(pack.bad("it is empty"));
        }
        let header = pack.header()?;
        let announced = BYTES_PER_LINE * (header.offers + header.suppliers + header.categories);
        pack.room = BYTES_BESIDES + announced.min(about.len().saturating_mul(MOST_RATIO));
        Ok((pack, header))
    }

    fn header(&mut self) -> Result<PackHeader, PackError> {
        #[derive(Deserialize)]
        struct Version {
            pifa_pack: u32,
        }
        let no_pack = "this is no pack of pifa's";
        let version: Version = serde_json::from_slice(&self.buffer).map_err(|_| self.bad(no_pack))?;
        if version.pifa_pack > FORMAT {
            return Err(self.bad(&format!("it was made by a newer pifa (format {})", version.pifa_pack)));
        }
        let header: PackHeader = serde_json::from_slice(&self.buffer)
            .map_err(|error| self.bad(&format!("its header cannot be read: {error}")))?;
        if header.offers > MOST_LINES
            || header.suppliers > MOST_LINES
            || header.categories > MOST_LINES / 10
            || header.pifa_pack == 0
        {
            return Err(self.bad("its header announces more than any pack holds"));
        }
        // Read from a file, so it may be anything.
        let market_id = MarketId::new(header.market_id.as_str());
        if market_id != header.market_id || market_id.as_str().is_empty() {
            return Err(self.bad("its header names no market"));
        }
        self.count_line();
        Ok(header)
    }

    /// The next line; `None` once the last one was read and is right. `Line::Sha256` is never given.
    pub fn next(&mut self) -> Result<Option<(Line, usize)>, PackError> {
        if !self.next_line()? {
            return Err(self.bad("it ends too early: a part of it is missing"));
        }
        let line: Line = serde_json::from_slice(&self.buffer)
            .map_err(|error| self.bad(&format!("a line cannot be read: {error}")))?;
        let Line::Sha256(told) = &line else {
            self.count_line();
            return Ok(Some((line, self.buffer.len())));
        };
        if *told != self.sha256() {
            return Err(self.bad("its contents are not those that were packed (wrong hash)"));
        }
        if self.next_line()? {
            return Err(self.bad("there is more behind its end"));
        }
        let rest = self.lines.get_mut().get_mut();
        match rest.fill_buf() {
            Ok([]) => Ok(None),
            Ok(_) => Err(self.bad("there is more behind its end")),
            Err(error) => Err(self.bad(&error.to_string())),
        }
    }

    /// Hash of the lines read so far, hexadecimal.
    pub fn sha256(&self) -> String {
        hex(&self.hash.clone().finalize())
    }

    pub fn bad(&self, what: &str) -> PackError {
        PackError::Bad { file: self.name.clone(), what: Clean::capped(what, 200).to_string() }
    }

    fn count_line(&mut self) {
        self.hash.update(&self.buffer);
        self.hash.update(b"\n");
    }

    /// Reads a line into the buffer, without its end; `false` at the end of the pack.
    fn next_line(&mut self) -> Result<bool, PackError> {
        self.buffer.clear();
        let most = (MOST_LINE as u64 + 1).min(self.room);
        let read = (&mut self.lines).take(most).read_until(b'\n', &mut self.buffer);
        let read = read.map_err(|error| self.bad(&format!("it is damaged: {error}")))?;
        if read == 0 && self.room > 0 {
            return Ok(false);
        }
        self.room = self.room.saturating_sub(read as u64);
        if self.buffer.pop_if(|byte| *byte == b'\n').is_some() {
            return Ok(true);
        }
        let what = match () {
            () if self.room == 0 => "it inflates to far more than it announces",
            () if read > MOST_LINE => "a line of it is longer than any listing",
            () => "it ends too early: a part of it is missing",
        };
        Err(self.bad(what))
    }
}

/// Hexadecimal, lower case.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
