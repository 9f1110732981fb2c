//! Which titles of a segment have a word, block by block as they are read: a search passes over the same documents once a
//! tier and once more to count them, and reading a title is most of what any pass costs.

use std::sync::OnceLock;

use crate::catalog::index::Halt;
use crate::catalog::index::segment::Segment;
use crate::catalog::index::texts::{BLOCK, Texts};
use crate::catalog::index::word::Word;
use crate::domain::search::Tier;

/// Documents of a block that have it, a bit each: as a whole word, and as a part of one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Having {
    whole: u64,
    part: u64,
}

/// What is known of a segment's titles for one word.
#[derive(Debug)]
pub struct Told {
    blocks: Vec<OnceLock<Having>>,
}

impl Told {
    /// Nothing yet, of so many documents.
    pub fn nothing(documents: u32) -> Told {
        Told { blocks: (0..documents.div_ceil(BLOCK)).map(|_| OnceLock::new()).collect() }
    }

    /// The tier at which the titles of a document have a word; always the same word.
    pub fn tier(
        &self,
        doc: u32,
        word: &Word,
        segment: &Segment,
        texts: &mut Texts<'_>,
    ) -> Result<Option<Tier>, Halt> {
        let block = self.blocks.get((doc / BLOCK) as usize);
        let known = block.and_then(|block| match block.get() {
            Some(having) => Some(*having),
            None => {
                let having = having(doc / BLOCK, word, segment, texts)?;
                Some(*block.get_or_init(|| having))
            }
        });
        let Some(Having { whole, part }) = known else {
            // Not kept beside the segment: the store is asked.
            return Ok(word.in_text(texts.titles(segment, doc)?).filter(|tier| *tier <= Tier::Part));
        };
        let bit = 1 << (doc % BLOCK);
        Ok(if whole & bit != 0 { Some(Tier::Word) } else { (part & bit != 0).then_some(Tier::Part) })
    }
}

/// Looks through a whole block at once; `None` where it cannot be read.
fn having(block: u32, word: &Word, segment: &Segment, texts: &mut Texts<'_>) -> Option<Having> {
    let mut having = Having::default();
    texts.each_with(segment, block, word.finder_of_bytes(), &mut |nth, text| match word.in_text(text) {
        Some(Tier::Word) => having.whole |= 1 << nth,
        Some(Tier::Part) => having.part |= 1 << nth,
        _ => {}
    })?;
    Some(having)
}
