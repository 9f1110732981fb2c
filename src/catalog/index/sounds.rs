//! How the titles of a segment can be read: the table that makes pinyin as fast as characters.
//!
//! For each two and three neighbours by the first letters of their readings (`bx`, `bxg` for 不锈钢; a character that is
//! read in two ways answers to both, one that begins with `zh` to that and to `z`, a Latin letter to itself), for each
//! syllable (`gang`) and each initial of two letters it has the documents. They are worked out of the documents of characters, pairs and triples, which
//! takes a twentieth of the time that cutting the titles once more would.
//!
//! Those terms are of both titles, and pinyin reads only the first. Letters inside a run are terms of the first alone
//! ([`schema`](super::schema)); so where no translated title has a Chinese character the table is of the first too.

use std::io;

use tantivy::InvertedIndexReader;
use tantivy::directory::OwnedBytes;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;

use crate::catalog::index::lists::{self, List};
use crate::catalog::index::pieces::number_at;
use crate::catalog::index::stream::{Bits, END};
use crate::catalog::index::tables::{Packed, Table, Unpacked};
use crate::query::pinyin::{self, Constraint};

/// Initials by their numbers in [`pinyin::initials`]: letters counted from a, and behind them those of two letters.
const INITIALS: std::ops::Range<u8> = 0..29;
/// Those of two letters.
const DOUBLES: std::ops::Range<u8> = 26..29;

/// What a list is of, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sound(u32);

impl Sound {
    /// A syllable, see [`pinyin::syllable`].
    pub fn syllable(number: u16) -> Sound {
        Sound(u32::from(number))
    }

    /// An initial of two letters, see [`pinyin::initial`]; none for a letter.
    pub fn double(initial: u8) -> Option<Sound> {
        DOUBLES.contains(&initial).then(|| Sound(1 << 16 | u32::from(initial)))
    }

    /// Two or three initials.
    pub fn letters(letters: &[u8]) -> Sound {
        Sound(letters.iter().fold(letters.len() as u32, |before, letter| before << 8 | u32::from(*letter)))
    }
}

/// The initial of all readings that fit; `None` for a character that stands for itself.
pub fn initial(constraint: Constraint) -> Option<u8> {
    match constraint {
        Constraint::Char(_) => None,
        Constraint::Syllable(number) => pinyin::syllable(number).bytes().next()?.checked_sub(b'a'),
        Constraint::Initial(number) => Some(number),
    }
}

/// Whether every reading with its initial fits.
pub fn is_initial(constraint: Constraint) -> bool {
    matches!(constraint, Constraint::Initial(_))
}

/// The table of a segment.
pub struct Sounds {
    bytes: OwnedBytes,
    /// How many lists, and where the tables begin: what they are of, where they begin, how many documents they have.
    count: usize,
    of: usize,
    begins: usize,
    docs: usize,
}

impl Sounds {
    /// The documents of a sound, those taken out included.
    pub fn list(&self, sound: Sound) -> Option<List> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            if self.number(self.of, middle)? < sound.0 {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if low >= self.count || self.number(self.of, low)? != sound.0 {
            return None;
        }
        let (from, to) =
            (self.number(self.begins, low)? as usize, self.number(self.begins, low + 1)? as usize);
        let is_there = from <= to && to <= self.of;
        is_there.then(|| Some(List::new(self.bytes.slice(from..to), self.number(self.docs, low)?)))?
    }

    fn number(&self, table: usize, nth: usize) -> Option<u32> {
        number_at(&self.bytes, table, nth)
    }

    /// The table of a segment, as it is written: the lists, and behind them where they are.
    pub(super) fn pack(
        fields: [&InvertedIndexReader; 3],
        max_doc: u32,
        mut packed: Packed<'_>,
    ) -> io::Result<()> {
        let mut terms = Terms::default();
        for (nth, field) in fields.iter().enumerate() {
            terms.read(nth, field)?;
        }
        terms.of.sort_unstable();
        let (mut begins, mut counts, mut sounds) = (Vec::new(), Vec::new(), Vec::new());
        let mut gathered = Gathered::new(fields, max_doc);
        let mut bytes = Vec::new();
        let mut at = super::tables::MAGIC.len();
        for same in terms.of.chunk_by(|(a, ..), (b, ..)| a == b) {
            let infos = same.iter().filter_map(|(_, field, term)| {
                Some((usize::from(*field), terms.infos.get(usize::from(*field))?.get(*term as usize)?))
            });
            gathered.gather(infos)?;
            bytes.clear();
            lists::pack(&gathered.docs, &mut bytes);
            packed.bytes(&bytes)?;
            sounds.extend(same.first().map(|(sound, ..)| sound.0));
            begins.push(place(at)?);
            counts.push(gathered.docs.len() as u32);
            at += bytes.len();
        }
        begins.push(place(at)?);
        packed.numbers(sounds.len(), sounds.into_iter())?;
        packed.numbers(begins.len(), begins.into_iter())?;
        packed.numbers(counts.len(), counts.into_iter())?;
        packed.number(place(at)?)?;
        packed.end()
    }
}

fn place(at: usize) -> io::Result<u32> {
    u32::try_from(at).map_err(|_| io::Error::other("the table is too large"))
}

impl Table for Sounds {
    fn open(bytes: OwnedBytes) -> Option<Sounds> {
        // The sum, and before it where the tables begin.
        let (body, _) = bytes.split_last_chunk::<4>()?;
        let (_, at) = body.split_last_chunk::<4>()?;
        let at = u32::from_le_bytes(*at) as usize;
        let mut unpacked = Unpacked::open(&bytes)?;
        unpacked.take(at.checked_sub(unpacked.at())?)?;
        let (sounds, of) = unpacked.numbers_at()?;
        let (begin, begins) = unpacked.numbers_at()?;
        let (count, docs) = unpacked.numbers_at()?;
        let holds = begin.len() == sounds.len() + 1 && count.len() == sounds.len();
        let count = sounds.len();
        holds.then(|| Sounds { count, of, begins, docs, bytes: bytes.clone() })
    }
}

/// Terms of the three fields, and which of them sound alike.
#[derive(Default)]
struct Terms {
    infos: [Vec<TermInfo>; 3],
    /// What it sounds like, the field, and the number of the term.
    of: Vec<(Sound, u8, u32)>,
}

impl Terms {
    fn read(&mut self, field: usize, index: &InvertedIndexReader) -> io::Result<()> {
        let Some(infos) = self.infos.get_mut(field) else { return Ok(()) };
        let mut stream = index.terms().stream()?;
        let mut chars = Vec::new();
        while stream.advance() {
            let number = place(infos.len())?;
            infos.push(stream.value().clone());
            let Ok(text) = std::str::from_utf8(stream.key()) else { continue };
            chars.clear();
            chars.extend(text.chars());
            let mut add = |sound| self.of.push((sound, field as u8, number));
            if let [alone] = chars.as_slice() {
                for number in pinyin::readings(*alone) {
                    add(Sound::syllable(*number));
                }
                let initials = pinyin::initials(*alone);
                DOUBLES.filter(|double| initials >> double & 1 == 1).filter_map(Sound::double).for_each(add);
                continue;
            }
            let mut letters = [0_u8; 3];
            each(&chars, &mut letters, 0, &mut |letters| add(Sound::letters(letters)));
        }
        Ok(())
    }
}

/// Tells every way of reading some characters by initials.
fn each(chars: &[char], letters: &mut [u8; 3], at: usize, tell: &mut impl FnMut(&[u8])) {
    let Some(c) = chars.get(at) else { return tell(letters.get(..at).unwrap_or_default()) };
    let initials = pinyin::initials(*c);
    for letter in INITIALS.filter(|letter| initials >> letter & 1 == 1) {
        let Some(slot) = letters.get_mut(at) else { return };
        *slot = letter;
        each(chars, letters, at + 1, tell);
    }
}

/// Documents of several terms together.
struct Gathered<'a> {
    fields: [&'a InvertedIndexReader; 3],
    postings: [Option<BlockSegmentPostings>; 3],
    max_doc: u32,
    docs: Vec<u32>,
}

impl<'a> Gathered<'a> {
    fn new(fields: [&'a InvertedIndexReader; 3], max_doc: u32) -> Gathered<'a> {
        Gathered { fields, postings: [const { None }; 3], max_doc, docs: Vec::new() }
    }

    fn gather<'t>(&mut self, infos: impl Iterator<Item = (usize, &'t TermInfo)>) -> io::Result<()> {
        self.docs.clear();
        let mut terms = 0;
        for (field, info) in infos {
            terms += 1;
            let (Some(index), Some(slot)) = (self.fields.get(field), self.postings.get_mut(field)) else {
                continue;
            };
            match slot {
                Some(postings) => index.reset_block_postings_from_terminfo(info, postings)?,
                None => {
                    *slot = Some(index.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?);
                }
            }
            let Some(postings) = slot else { continue };
            while !postings.docs().is_empty() {
                self.docs.extend_from_slice(postings.docs());
                postings.advance();
            }
        }
        if terms < 2 {
            return Ok(());
        }
        // Few are sorted, many are marked.
        if self.docs.len() < self.max_doc as usize / 64 {
            self.docs.sort_unstable();
            self.docs.dedup();
            return Ok(());
        }
        let mut bits = Bits::none(self.max_doc);
        self.docs.iter().for_each(|doc| bits.insert(*doc));
        self.docs.clear();
        let mut doc = bits.seek(0);
        while doc != END {
            self.docs.push(doc);
            doc = bits.seek(doc + 1);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_have_numbers_of_their_own() {
        let mut all: Vec<Sound> = (0..pinyin::syllable_count()).map(Sound::syllable).collect();
        all.extend(DOUBLES.filter_map(Sound::double));
        for a in INITIALS {
            for b in INITIALS {
                all.push(Sound::letters(&[a, b]));
                all.extend(INITIALS.map(|c| Sound::letters(&[a, b, c])));
            }
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn every_reading_is_told() {
        let mut told = Vec::new();
        each(&['重', '庆', 'x'], &mut [0; 3], 0, &mut |letters| {
            told.push(letters.iter().map(|letter| pinyin::initial(*letter)).collect::<Vec<_>>().join(" "));
        });
        told.sort();
        assert_eq!(told, ["c q x", "ch q x", "t q x", "z q x", "zh q x"]);
        each(&['重', '1'], &mut [0; 3], 0, &mut |_| panic!("a digit has no reading"));
    }
}
