//! Settling for a whole segment which titles have what only titles can tell: a phrase with blanks in it, or a reading of
//! more than three initials. A search passes over the same documents once a tier and once more to count or order them, so
//! where many titles have to be read they are all read once, on two threads, and what came of it is a set like any other.

use std::ops::Range;
use std::sync::Arc;

use memchr::memmem;

use crate::catalog::index::guard::guarded;
use crate::catalog::index::segment::Segment;
use crate::catalog::index::stream::{Bits, END, Stream};
use crate::catalog::index::texts::Reader;
use crate::catalog::index::word::Word;
use crate::catalog::index::{Halt, halt};
use crate::domain::search::{Cancel, Tier};
use crate::query::pinyin;

/// Words of titles that can be read as what was typed, remembered: mostly it is the same few, and finding one of those
/// is far quicker than reading character by character.
const REMEMBERED: usize = 6;

/// Documents of a segment that have a word, by tier.
#[derive(Debug, Clone)]
pub struct Settled(pub Vec<(Tier, Arc<Bits>)>);

/// What a title is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asked {
    /// Whether it has the word as it is written, whole or as a part.
    Text,
    /// Whether it has it as a whole word.
    Whole,
    /// Whether it can be read so.
    Reading,
}

/// Reads the titles of all documents of a list; `stream` makes the list anew for each thread. `None` where titles are
/// not kept beside the segment.
pub fn settle(
    asked: Asked,
    word: &Word,
    segment: &Segment,
    stream: &(dyn Fn() -> Result<Stream, Halt> + Sync),
    cancel: &Cancel,
) -> Result<Option<Settled>, Halt> {
    let run = |range: Range<u32>| -> Result<Option<Vec<(Tier, u32)>>, Halt> {
        let (mut stream, mut reader, mut told) = (stream()?, Reader::default(), Vec::new());
        let mut reading = Reading::of(word);
        let mut doc = stream.seek(range.start);
        let mut looked_at = 0_u32;
        while doc < range.end && doc != END {
            looked_at += 1;
            if looked_at.is_multiple_of(64) {
                halt(cancel)?;
            }
            let Some(titles) = reader.titles(segment, doc) else { return Ok(None) };
            let tier = match asked {
                Asked::Text => word.in_titles_of(titles),
                Asked::Whole => word.in_titles_of(titles).filter(|tier| *tier == Tier::Word),
                Asked::Reading => reading.is_of(titles).then_some(Tier::Pinyin),
            };
            told.extend(tier.map(|tier| (tier, doc)));
            doc = stream.seek(doc + 1);
        }
        // What was cut short is nothing to be remembered.
        halt(cancel)?;
        Ok(Some(told))
    };
    let (middle, end) = (segment.max_doc() / 2, segment.max_doc());
    let (before, behind) = std::thread::scope(|scope| {
        let behind = scope.spawn(|| guarded(|| run(middle..end)));
        (run(0..middle), behind.join())
    });
    let behind = behind.ok().flatten().unwrap_or_else(|| Err(Halt::failed()));
    let (Some(before), Some(behind)) = (before?, behind?) else { return Ok(None) };
    let tiers = match asked {
        Asked::Text => vec![Tier::Word, Tier::Part],
        Asked::Whole => vec![Tier::Word],
        Asked::Reading => vec![Tier::Pinyin],
    };
    let mut settled: Vec<(Tier, Bits)> = tiers.into_iter().map(|tier| (tier, Bits::none(end))).collect();
    for (tier, doc) in before.into_iter().chain(behind) {
        if let Some((_, bits)) = settled.iter_mut().find(|(of, _)| *of == tier) {
            bits.insert(doc);
        }
    }
    Ok(Some(Settled(settled.into_iter().map(|(tier, bits)| (tier, Arc::new(bits))).collect())))
}

/// Tells which titles can be read as a word.
struct Reading<'a> {
    word: &'a Word,
    remembered: Vec<memmem::Finder<'static>>,
    room: Vec<char>,
}

impl Reading<'_> {
    fn of(word: &Word) -> Reading<'_> {
        Reading { word, remembered: Vec::new(), room: Vec::new() }
    }

    /// Of two titles the first is read.
    fn is_of(&mut self, titles: &[u8]) -> bool {
        let end = memchr::memchr(b'\n', titles).unwrap_or(titles.len());
        let title = titles.get(..end).unwrap_or_default();
        if self.remembered.iter().any(|known| known.find(title).is_some()) {
            return true;
        }
        let Ok(title) = std::str::from_utf8(title) else { return false };
        self.room.clear();
        self.room.extend(title.chars());
        let found = self.word.parses.iter().find_map(|parse| pinyin::matches(parse, &self.room));
        if let Some(found) = &found
            && self.remembered.len() < REMEMBERED
        {
            let read: String = self.room.get(found.clone()).unwrap_or_default().iter().collect();
            self.remembered.push(memmem::Finder::new(read.as_bytes()).into_owned());
        }
        found.is_some()
    }
}
