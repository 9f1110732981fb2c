//! Units hits are sold in, by number.

use std::collections::HashMap;

/// Words that are smaller are looked up without hashing.
const SMALL: u64 = 1 << 17;

/// Units in the order they were met, each with what is known of it: they are words of the dictionary, few of many.
#[derive(Clone)]
pub(super) struct Units<T> {
    /// By the words that are small numbers, as most are, one more than the unit's own number; 0 = not met.
    small: Vec<u32>,
    large: HashMap<u64, u32>,
    words: Vec<u64>,
    of: Vec<T>,
}

impl<T> Default for Units<T> {
    fn default() -> Self {
        Units { small: Vec::new(), large: HashMap::new(), words: Vec::new(), of: Vec::new() }
    }
}

impl<T: Default> Units<T> {
    /// The number of a unit, if it was met.
    #[inline]
    fn known(&self, word: u64) -> Option<u32> {
        match self.small.get(word as usize) {
            Some(number) => number.checked_sub(1),
            None => self.large.get(&word).copied(),
        }
    }

    /// The number of a unit, which is new if it was not met.
    #[inline]
    pub fn number(&mut self, word: u64) -> u32 {
        self.known(word).unwrap_or_else(|| self.learn(word))
    }

    #[cold]
    fn learn(&mut self, word: u64) -> u32 {
        let number = self.of.len() as u32;
        self.words.push(word);
        self.of.push(T::default());
        if word >= SMALL {
            self.large.insert(word, number);
            return number;
        }
        if self.small.len() <= word as usize {
            self.small.resize(word as usize + 1, 0);
        }
        if let Some(slot) = self.small.get_mut(word as usize) {
            *slot = number + 1;
        }
        number
    }

    /// What is known of a unit that may be new.
    #[inline]
    pub fn entry(&mut self, word: u64) -> &mut T {
        let number = self.number(word);
        self.of_mut(number)
    }

    /// What is known of a unit by its number, which [`Units::number`] gave.
    #[allow(clippy::indexing_slicing)]
    #[inline]
    pub fn of_mut(&mut self, number: u32) -> &mut T {
        &mut self.of[number as usize]
    }

    /// What is known of a unit, if it was met.
    pub fn find(&self, word: u64) -> Option<&T> {
        self.of.get(self.known(word)? as usize)
    }

    /// The same, to be changed.
    pub fn find_mut(&mut self, word: u64) -> Option<&mut T> {
        let number = self.known(word)?;
        self.of.get_mut(number as usize)
    }

    /// A unit by its number: its word and what is known of it.
    #[inline]
    pub fn get_mut(&mut self, number: u32) -> Option<(u64, &mut T)> {
        let word = self.words.get(number as usize)?;
        Some((*word, self.of.get_mut(number as usize)?))
    }

    /// All that were met, by their words.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &T)> {
        self.words.iter().copied().zip(&self.of)
    }

    /// The same, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (u64, &mut T)> {
        self.words.iter().copied().zip(&mut self.of)
    }
}
