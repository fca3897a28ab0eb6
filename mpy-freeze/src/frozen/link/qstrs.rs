//! Which qstrs the frozen modules add to the firmware's, and the number of each.

use std::collections::{BTreeSet, HashMap};

use crate::Context;

/// The qstrs that are new, as pools that continue the firmware's numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pools {
    /// The first pool's first number.
    pub(crate) first: usize,
    /// Strings with a zero byte in them. MicroPython finds a string of a sorted pool with `strncmp`, which takes
    /// the first zero byte for the end, so these have a pool of their own that is searched one by one.
    pub(crate) unsorted: Vec<Vec<u8>>,
    /// All other strings, sorted by their bytes. Never empty: the search can't cope with an empty pool.
    pub(crate) sorted: Vec<Vec<u8>>,
}

/// The numbers of the firmware's qstrs and of the new ones.
pub(super) struct Numbers<'a> {
    numbers: HashMap<&'a [u8], usize>,
}

impl<'a> Numbers<'a> {
    /// The firmware's qstrs alone.
    pub(super) fn firmware(context: &'a Context) -> Self {
        let mut numbers = HashMap::with_capacity(context.qstrs.len());
        // Number 0 is "no qstr" and has no text, though the list has to hold something there.
        for (number, text) in context.qstrs.iter().enumerate().skip(1) {
            numbers.entry(text.as_bytes()).or_insert(number);
        }
        Self { numbers }
    }

    /// The number of a text, if it is a qstr.
    pub(super) fn get(&self, text: &[u8]) -> Option<usize> {
        self.numbers.get(text).copied()
    }

    /// Makes pools of the texts that aren't qstrs yet.
    pub(super) fn pools(&self, context: &Context, texts: &BTreeSet<&'a [u8]>) -> Pools {
        let new = texts.iter().filter(|text| self.get(text).is_none());
        let (unsorted, mut sorted): (Vec<_>, Vec<_>) = new
            .map(|text| text.to_vec())
            .partition(|text| text.contains(&0));
        if sorted.is_empty() {
            let mut filler = b"mpy_freeze".to_vec();
            while self.get(&filler).is_some() {
                filler.push(b'_');
            }
            sorted.push(filler);
        }
        Pools {
            first: context.qstrs.len(),
            unsorted,
            sorted,
        }
    }

    /// Adds the numbers of new qstrs.
    pub(super) fn extend(&mut self, pools: &'a Pools) {
        let new = pools.unsorted.iter().chain(&pools.sorted);
        for (number, text) in (pools.first..).zip(new) {
            self.numbers.insert(text, number);
        }
    }
}

impl Pools {
    /// How many qstrs are new.
    pub(crate) fn len(&self) -> usize {
        self.unsorted.len() + self.sorted.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::tests::sample;

    #[test]
    fn new_qstrs_follow_the_firmwares_in_order() {
        let context = sample();
        let mut numbers = Numbers::firmware(&context);
        assert_eq!(numbers.get(b""), Some(1));
        let texts: [&[u8]; 6] = [b"b", b"", b"ab", b"a", b"__dir__", b"a\0c"];
        let pools = numbers.pools(&context, &texts.into());
        assert_eq!(pools.first, 6);
        assert_eq!(pools.unsorted, [b"a\0c"]);
        assert_eq!(pools.sorted, [&b"a"[..], b"ab", b"b"]);
        numbers.extend(&pools);
        assert_eq!(numbers.get(b"a\0c"), Some(6));
        assert_eq!(numbers.get(b"b"), Some(9));
        assert_eq!(numbers.get(b"__dir__"), Some(2));
    }

    #[test]
    fn a_pool_is_never_empty() {
        let context = sample();
        let numbers = Numbers::firmware(&context);
        let pools = numbers.pools(&context, &BTreeSet::new());
        assert_eq!(pools.sorted, [b"mpy_freeze"]);
    }
}
