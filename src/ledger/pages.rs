//! Rows straight out of the pages of an SQLite file, for when SQLite itself gives it up.
//!
//! A row stands whole on a leaf page of its table (and, where it is long, on a chain of further pages), with nothing
//! but the kinds of its values: which table it is of is for the caller to find out. So one bad page loses the rows on
//! it and no others, whichever page it is. The write-ahead log is read as far as SQLite would. (SQLite's file format,
//! 1.6, 2.1, 4.)

use std::collections::HashMap;

use rusqlite::types::Value;

/// Bytes of a page: the ledger never had another size.
const PAGE: usize = 4_096;
/// Bytes of the file's header, which stands on the first page.
const HEADER: usize = 100;
/// First byte of a leaf page of a table.
const LEAF: u8 = 0x0d;
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// Hands over every row of every table there is: its number and its values. Rows that cannot be made out are left out.
pub(super) fn each_row(file: &[u8], log: &[u8], each: &mut dyn FnMut(i64, Vec<Value>)) {
    let pages = Pages { file, newer: newer(log) };
    let count = file.len().div_euclid(PAGE).max(pages.newer.keys().copied().max().unwrap_or(0));
    for number in 1..=count {
        let Some(page) = pages.page(number) else { continue };
        let start = if number == 1 { HEADER } else { 0 };
        if page.get(start) != Some(&LEAF) {
            continue;
        }
        for at in 0..usize::from(number_at(page, start + 3).unwrap_or(0)) {
            let cell = number_at(page, start + 8 + 2 * at).and_then(|cell| page.get(usize::from(cell)..));
            if let Some((row, values)) = cell.and_then(|cell| pages.row(cell)) {
                each(row, values);
            }
        }
    }
}

struct Pages<'a> {
    file: &'a [u8],
    /// Pages of the log.
    newer: HashMap<usize, &'a [u8]>,
}

impl<'a> Pages<'a> {
    fn page(&self, number: usize) -> Option<&'a [u8]> {
        if let Some(page) = self.newer.get(&number) {
            return Some(page);
        }
        let start = number.checked_sub(1)?.checked_mul(PAGE)?;
        self.file.get(start..start.checked_add(PAGE)?)
    }

    /// The row of a cell.
    fn row(&self, cell: &[u8]) -> Option<(i64, Vec<Value>)> {
        let (length, after) = varint(cell)?;
        let (row, after) = varint(after)?;
        let length = usize::try_from(length).ok().filter(|length| *length <= self.longest())?;
        let most = PAGE - 35;
        let here = if length <= most {
            length
        } else {
            let least = (PAGE - 12) * 32 / 255 - 23;
            let fits = least + (length - least) % (PAGE - 4);
            if fits <= most { fits } else { least }
        };
        let mut payload = after.get(..here)?.to_vec();
        let mut next = after.get(here..).and_then(|rest| rest.first_chunk::<4>()).copied();
        while payload.len() < length {
            let page = self.page(u32::from_be_bytes(next?) as usize)?;
            let wanted = (length - payload.len()).min(PAGE - 4);
            payload.extend_from_slice(page.get(4..4 + wanted)?);
            next = page.first_chunk::<4>().copied();
        }
        Some((row.cast_signed(), record(&payload)?))
    }

    /// No row is longer than all there is.
    fn longest(&self) -> usize {
        self.file.len() + self.newer.len() * PAGE
    }
}

fn number_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk::<2>().map(|two| u16::from_be_bytes(*two))
}

/// SQLite's variable-length number, and what comes after it.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        if at == 8 {
            return Some(((value << 8) | u64::from(*byte), bytes.get(9..)?));
        }
        value = (value << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(at + 1..)?));
        }
    }
    None
}

/// The values of a record.
fn record(payload: &[u8]) -> Option<Vec<Value>> {
    let (length, after) = varint(payload)?;
    let length = usize::try_from(length).ok()?;
    let used = payload.len() - after.len();
    let mut kinds = after.get(..length.checked_sub(used)?)?;
    let mut rest = payload.get(length..)?;
    let mut values = Vec::new();
    while !kinds.is_empty() {
        let (kind, next) = varint(kinds)?;
        kinds = next;
        let bytes = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind as usize,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            long => usize::try_from((long - 12) / 2).ok()?,
        };
        let (own, others) = rest.split_at_checked(bytes)?;
        rest = others;
        values.push(match kind {
            0 => Value::Null,
            8 => Value::Integer(0),
            9 => Value::Integer(1),
            7 => Value::Real(f64::from_be_bytes(*own.first_chunk::<8>()?)),
            1..=6 => Value::Integer(integer(own)),
            long if long % 2 == 0 => Value::Blob(own.to_vec()),
            _ => Value::Text(String::from_utf8(own.to_vec()).ok()?),
        });
    }
    rest.is_empty().then_some(values)
}

fn integer(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|first| first & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().fold(sign, |value, byte| (value << 8) | i64::from(*byte))
}

/// The pages of a log as of its last commit that is sound.
fn newer(log: &[u8]) -> HashMap<usize, &[u8]> {
    let mut pages = HashMap::new();
    let word = |bytes: &[u8], at: usize| {
        bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()).map(|four| u32::from_be_bytes(*four))
    };
    let Some((header, mut rest)) = log.split_at_checked(LOG_HEADER) else { return pages };
    let is_big = match word(header, 0) {
        Some(0x377f_0683) => true,
        Some(0x377f_0682) => false,
        _ => return pages,
    };
    if word(header, 8) != Some(PAGE as u32) {
        return pages;
    }
    let mut sum = log_sum((0, 0), header.get(..24).unwrap_or_default(), is_big);
    if (word(header, 24), word(header, 28)) != (Some(sum.0), Some(sum.1)) {
        return pages;
    }
    let mut open = Vec::new();
    while let Some((frame, after)) = rest.split_at_checked(FRAME_HEADER + PAGE) {
        rest = after;
        let (head, page) = frame.split_at(FRAME_HEADER);
        sum = log_sum(sum, head.get(..8).unwrap_or_default(), is_big);
        sum = log_sum(sum, page, is_big);
        let is_sound = head.get(8..16) == header.get(16..24)
            && (word(head, 16), word(head, 20)) == (Some(sum.0), Some(sum.1));
        let (true, Some(number), Some(size)) = (is_sound, word(head, 0), word(head, 4)) else { break };
        open.push((number as usize, page));
        if size > 0 {
            pages.extend(open.drain(..));
        }
    }
    pages
}

fn log_sum(before: (u32, u32), bytes: &[u8], is_big: bool) -> (u32, u32) {
    let read = |four: &[u8]| {
        four.first_chunk::<4>()
            .map_or(0, |four| if is_big { u32::from_be_bytes(*four) } else { u32::from_le_bytes(*four) })
    };
    bytes.chunks_exact(8).fold(before, |(one, two), pair| {
        let (first, second) = pair.split_at(4);
        let one = one.wrapping_add(read(first)).wrapping_add(two);
        (one, two.wrapping_add(read(second)).wrapping_add(one))
    })
}
