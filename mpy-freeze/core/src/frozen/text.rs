//! A table with the bytes of all strings. A string that is the end of another one takes no room.

use std::collections::{HashMap, HashSet};

/// A string of a [`Text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TextId(usize);

/// The finished table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Text {
    bytes: Vec<u8>,
    offsets: Vec<usize>,
}

impl Text {
    /// Returns the table's bytes. Every string in it has a zero byte after it, as C wants it.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the offset of a string. The id must come from the builder of this table.
    pub(super) fn offset(&self, id: TextId) -> usize {
        self.offsets.get(id.0).copied().unwrap_or_default()
    }
}

/// Collects strings.
#[derive(Debug, Default)]
pub(super) struct TextBuilder {
    ids: HashMap<Vec<u8>, TextId>,
    texts: Vec<Vec<u8>>,
    aligned: HashSet<TextId>,
}

impl TextBuilder {
    /// Adds a string, unless the table has it already.
    pub(super) fn add(&mut self, text: &[u8]) -> TextId {
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        let id = TextId(self.texts.len());
        self.ids.insert(text.to_vec(), id);
        self.texts.push(text.to_vec());
        id
    }

    /// Adds bytes, aligned to a word: a program may read words from them, as it may from bytes on the heap.
    pub(super) fn add_aligned(&mut self, bytes: &[u8]) -> TextId {
        let id = self.add(bytes);
        self.aligned.insert(id);
        id
    }

    /// Lays out the table, which must begin at an address that is aligned to `word_bytes`.
    pub(super) fn finish(self, word_bytes: usize) -> Text {
        let mut order: Vec<(usize, &Vec<u8>)> = self.texts.iter().enumerate().collect();
        // Sorted by their ends, the longest first, a string comes right after those that end with it.
        order.sort_by(|(_, a), (_, b)| b.iter().rev().cmp(a.iter().rev()));
        let mut bytes: Vec<u8> = Vec::new();
        let mut offsets = vec![0; self.texts.len()];
        let mut last: &[u8] = &[];
        for (id, text) in order {
            let align = match self.aligned.contains(&TextId(id)) {
                true => word_bytes,
                false => 1,
            };
            let is_there = !bytes.is_empty() && last.ends_with(text);
            if !is_there || !(bytes.len() - 1 - text.len()).is_multiple_of(align) {
                bytes.resize(bytes.len().next_multiple_of(align), 0);
                bytes.extend(text);
                bytes.push(0);
                last = text;
            }
            if let Some(offset) = offsets.get_mut(id) {
                *offset = bytes.len() - 1 - text.len();
            }
        }
        Text { bytes, offsets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lays out strings and checks that each is where the table says, with a zero byte after it.
    fn layout(texts: &[&[u8]]) -> Vec<u8> {
        let mut builder = TextBuilder::default();
        let ids: Vec<TextId> = texts.iter().map(|text| builder.add(text)).collect();
        let table = builder.finish(4);
        for (text, id) in texts.iter().zip(ids) {
            let from = table.bytes().get(table.offset(id)..).unwrap();
            assert!(from.starts_with(text));
            assert_eq!(from.get(text.len()), Some(&0));
        }
        table.bytes().to_vec()
    }

    #[test]
    fn a_tail_takes_no_room() {
        assert_eq!(
            layout(&[b"name", b"__name", b"e", b"", b"name"]),
            b"__name\0"
        );
        assert_eq!(layout(&[b""]), b"\0");
        assert_eq!(layout(&[]), b"");
    }

    #[test]
    fn tails_of_different_strings() {
        let bytes = layout(&[b"xab", b"yab", b"ab", b"b", b"c\0ab", b"abc"]);
        assert_eq!(bytes.len(), b"xab yab c.ab abc ".len());
    }

    #[test]
    fn bytes_begin_where_a_word_does() {
        for word_bytes in [4, 8] {
            let mut builder = TextBuilder::default();
            builder.add(b"xyz12345");
            let bytes = [&b"12345"[..], b"45", b"", b"odd", b"yz12345"];
            let aligned = bytes.map(|bytes| (bytes, builder.add_aligned(bytes)));
            let shared = (&b"345"[..], builder.add(b"345"));
            let table = builder.finish(word_bytes);
            for (bytes, id) in aligned.into_iter().chain([shared]) {
                let from = table.bytes().get(table.offset(id)..).unwrap();
                assert!(from.starts_with(bytes) && from.get(bytes.len()) == Some(&0));
            }
            for (_, id) in aligned {
                assert!(table.offset(id).is_multiple_of(word_bytes));
            }
        }
    }

    #[test]
    fn a_zero_byte_ends_no_string() {
        assert_eq!(layout(&[b"a\0b", b"b", b"a"]).len(), 6);
    }
}
