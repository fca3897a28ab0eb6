//! Reads bytes from the front of a slice, without indexing. Every fault names its offset and the section.

/// The reason why a `.mpy` file can't be read, and the offset of the fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Offset from the start of the file.
    pub offset: usize,
    /// The message, which names the section.
    pub message: String,
}

/// The part of a file that is still to be read.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Cursor<'a> {
    /// Starts at `offset` of a file; `bytes` is everything from there on.
    pub(super) fn new(bytes: &'a [u8], offset: usize) -> Self {
        Self {
            rest: bytes,
            offset,
        }
    }

    /// Returns the offset of the next byte in the file.
    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    /// Returns the number of bytes left. No count in a valid file is larger, since every entry takes a byte or more.
    pub(super) fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Returns a fault at the next byte.
    pub(super) fn fault(&self, message: impl Into<String>) -> Fault {
        Fault {
            offset: self.offset,
            message: message.into(),
        }
    }

    /// Reads the next `count` bytes.
    pub(super) fn bytes(&mut self, count: usize, section: &str) -> Result<&'a [u8], Fault> {
        let Some((bytes, rest)) = self.rest.split_at_checked(count) else {
            return Err(self.fault(format!(
                "the file ends inside the {section}: {count} bytes are needed and {} are left",
                self.remaining()
            )));
        };
        self.rest = rest;
        self.offset += count;
        Ok(bytes)
    }

    /// Reads the next byte.
    pub(super) fn byte(&mut self, section: &str) -> Result<u8, Fault> {
        let bytes = self.bytes(1, section)?;
        // `bytes` returned exactly one byte, so the default is never used.
        Ok(bytes.first().copied().unwrap_or_default())
    }

    /// Reads a number in groups of 7 bits, the highest group first. The top bit is set if another group follows.
    pub(super) fn uint(&mut self, section: &str) -> Result<u32, Fault> {
        let start = self.offset;
        let mut value: u32 = 0;
        loop {
            let byte = self.byte(section)?;
            if value >> 25 != 0 {
                return Err(Fault {
                    offset: start,
                    message: format!("a number in the {section} is larger than 32 bits"),
                });
            }
            value = value << 7 | u32::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
    }

    /// Reads a number of bytes or entries, which can't be larger than the number of bytes left.
    pub(super) fn count(&mut self, section: &str) -> Result<usize, Fault> {
        let start = self.offset;
        let count = self.uint(section)? as usize;
        if count > self.remaining() {
            return Err(Fault {
                offset: start,
                message: format!(
                    "the {section} claims {count} entries and only {} bytes are left",
                    self.remaining()
                ),
            });
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_highest_group_first() {
        let mut cursor = Cursor::new(&[0x05, 0x81, 0x00, 0xff, 0x7f], 0);
        assert_eq!(cursor.uint("x"), Ok(5));
        assert_eq!(cursor.uint("x"), Ok(128));
        assert_eq!(cursor.uint("x"), Ok(0x3fff));
        assert_eq!(cursor.uint("x").unwrap_err().offset, 5);
    }

    #[test]
    fn numbers_end_at_32_bits() {
        let mut cursor = Cursor::new(&[0x8f, 0xff, 0xff, 0xff, 0x7f], 0);
        assert_eq!(cursor.uint("x"), Ok(u32::MAX));
        let mut cursor = Cursor::new(&[0x90, 0x80, 0x80, 0x80, 0x00], 7);
        assert_eq!(cursor.uint("x").unwrap_err().offset, 7);
    }
}
