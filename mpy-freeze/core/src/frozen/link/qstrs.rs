//! The qstrs that the frozen modules add to the firmware's, and the number of each.

use std::collections::{BTreeSet, HashMap};

use crate::Context;

/// The qstrs that are new, as pools that continue the firmware's numbers one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pools {
    /// The first pool's first number.
    pub(super) first: usize,
    /// The pools, none of them empty: MicroPython's search can't cope with an empty pool.
    pub(super) pools: Vec<Pool>,
}

/// Qstrs that are searched together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pool {
    /// True if the texts are sorted by their bytes, so that a binary search finds them.
    pub(super) sorted: bool,
    /// The texts.
    pub(super) texts: Vec<Vec<u8>>,
}

/// The numbers of the firmware's qstrs and of the new ones.
pub(super) struct Numbers<'a> {
    numbers: HashMap<&'a [u8], usize>,
}

impl<'a> Numbers<'a> {
    /// Returns the numbers of the firmware's qstrs alone.
    pub(super) fn firmware(context: &'a Context) -> Self {
        let mut numbers = HashMap::with_capacity(context.qstrs.len());
        // Number 0 is "no qstr" and has no text, though the list has to hold something there.
        for (number, text) in context.qstrs.iter().enumerate().skip(1) {
            numbers.entry(text.as_bytes()).or_insert(number);
        }
        Self { numbers }
    }

    /// Returns the number of a text, if it is a qstr.
    pub(super) fn get(&self, text: &[u8]) -> Option<usize> {
        self.numbers.get(text).copied()
    }

    /// Makes pools: first of the names in modules written in Rust, whose numbers the build script has fixed, then of
    /// the texts that aren't qstrs yet.
    ///
    /// Strings with a zero byte in them have a pool of their own that is searched one by one: MicroPython finds a
    /// string of a sorted pool with `strncmp`, which takes the first zero byte for the end.
    pub(super) fn pools(&self, context: &Context, texts: &BTreeSet<&'a [u8]>) -> Pools {
        let rust: Vec<Vec<u8>> = context
            .rust_qstrs
            .iter()
            .map(|name| name.clone().into_bytes())
            .collect();
        let known = |text: &[u8]| {
            let is_rusts = rust
                .binary_search_by(|name| name.as_slice().cmp(text))
                .is_ok();
            is_rusts || self.get(text).is_some()
        };
        let new = texts.iter().filter(|text| !known(text));
        let (unsorted, mut sorted): (Vec<_>, Vec<_>) = new
            .map(|text| text.to_vec())
            .partition(|text| text.contains(&0));
        if sorted.is_empty() {
            let mut filler = b"mpy_freeze".to_vec();
            while known(&filler) {
                filler.push(b'_');
            }
            sorted.push(filler);
        }
        let pools = [(true, rust), (false, unsorted), (true, sorted)].into_iter();
        Pools {
            first: context.qstrs.len(),
            pools: pools
                .filter(|(_, texts)| !texts.is_empty())
                .map(|(sorted, texts)| Pool { sorted, texts })
                .collect(),
        }
    }

    /// Adds the numbers of new qstrs.
    pub(super) fn extend(&mut self, pools: &'a Pools) {
        for (number, text) in (pools.first..).zip(pools.texts()) {
            self.numbers.insert(text, number);
        }
    }
}

impl Pools {
    /// Returns the texts of all pools, in the order of their numbers.
    pub(super) fn texts(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.pools.iter().flat_map(|pool| &pool.texts)
    }

    /// Returns the number of new qstrs.
    pub(super) fn len(&self) -> usize {
        self.texts().count()
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
        let all: Vec<_> = pools.texts().map(Vec::as_slice).collect();
        assert_eq!(all, [&b"a\0c"[..], b"a", b"ab", b"b"]);
        assert!(!pools.pools[0].sorted && pools.pools[1].sorted);
        numbers.extend(&pools);
        assert_eq!(numbers.get(b"a\0c"), Some(6));
        assert_eq!(numbers.get(b"b"), Some(9));
        assert_eq!(numbers.get(b"__dir__"), Some(2));
    }

    #[test]
    fn names_of_rust_keep_the_numbers_that_the_build_script_gave_them() {
        let mut context = sample();
        context.rust_qstrs = vec!["board".into(), "led".into()];
        assert_eq!(context.qstr_number("led"), Some(7));
        let mut numbers = Numbers::firmware(&context);
        let texts: [&[u8]; 2] = [b"led", b"a"];
        let pools = numbers.pools(&context, &texts.into());
        numbers.extend(&pools);
        assert_eq!(numbers.get(b"board"), Some(6));
        assert_eq!(numbers.get(b"led"), Some(7));
        assert_eq!(numbers.get(b"a"), Some(8));
        assert_eq!(pools.len(), 3);
    }

    #[test]
    fn a_pool_is_never_empty() {
        let context = sample();
        let numbers = Numbers::firmware(&context);
        let pools = numbers.pools(&context, &BTreeSet::new());
        assert!(pools.texts().eq(["mpy_freeze".as_bytes()]));
    }
}
