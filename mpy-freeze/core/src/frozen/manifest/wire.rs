//! Messages to and from the VM: a length of four bytes, then the bytes. `port/manifest/wire.c` is the other side.

use std::io::{self, Read, Write};

/// The longest message that the VM may send.
const LONGEST: usize = 8 * 1024 * 1024;

/// A Python value from a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    None,
    Bool(bool),
    /// An integer of any size, in decimal.
    Int(String),
    Str(String),
    /// The items of an iterable.
    List(Vec<Value>),
    /// A value of any other type.
    Other {
        truth: bool,
        type_name: String,
        repr: String,
    },
}

impl Value {
    /// Returns true if Python takes the value for true.
    pub(super) fn truth(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(truth) | Self::Other { truth, .. } => *truth,
            Self::Int(digits) => digits != "0",
            Self::Str(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
        }
    }

    pub(super) fn type_name(&self) -> &str {
        match self {
            Self::None => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Str(_) => "str",
            Self::List(_) => "list",
            Self::Other { type_name, .. } => type_name,
        }
    }
}

/// A message from the VM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Heard {
    /// A manifest calls a function.
    Call(Call),
    /// The source that was sent has run to its end.
    Done,
    /// The source that was sent ended with an exception.
    Failed(Raised),
    /// The VM gives up, for this reason.
    Quits(String),
}

/// A call of a manifest function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) function: String,
    pub(super) args: Vec<Value>,
    pub(super) kwargs: Vec<(String, Value)>,
}

/// An exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Raised {
    /// True if it is an `Exception`, and not an exception that only ends a program.
    pub(super) catchable: bool,
    pub(super) type_name: String,
    pub(super) message: String,
    /// The files and lines of the traceback, innermost first.
    pub(super) places: Vec<(String, u32)>,
}

/// A message from the build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said<'a> {
    /// Run this source.
    Run {
        file: &'a str,
        functions: &'a [&'a str],
        /// The keyword arguments of the call that become the manifest's `options`.
        options: Vec<&'a str>,
        source: &'a str,
    },
    /// The call returns `None`.
    Nothing,
    /// The call returns an object with these attributes.
    Fields(Vec<(&'a str, Option<String>)>),
    /// The call raises.
    Raise {
        type_name: &'a str,
        message: &'a str,
    },
    /// The call raises again the exception that ended the source it ran.
    RaiseAgain,
}

/// Sends a message.
pub(super) fn say(to: &mut impl Write, said: &Said<'_>) -> io::Result<()> {
    let mut bytes = Vec::new();
    match said {
        Said::Run {
            file,
            functions,
            options,
            source,
        } => {
            bytes.push(b'X');
            put_text(&mut bytes, file);
            put_texts(&mut bytes, functions);
            put_texts(&mut bytes, options);
            put_text(&mut bytes, source);
        }
        Said::Nothing => bytes.push(b'N'),
        Said::Fields(fields) => {
            bytes.push(b'M');
            put_number(&mut bytes, fields.len());
            for (name, value) in fields {
                put_text(&mut bytes, name);
                match value {
                    None => bytes.push(b'n'),
                    Some(text) => {
                        bytes.push(b's');
                        put_text(&mut bytes, text);
                    }
                }
            }
        }
        Said::Raise { type_name, message } => {
            bytes.push(b'E');
            put_text(&mut bytes, type_name);
            put_text(&mut bytes, message);
        }
        Said::RaiseAgain => bytes.push(b'R'),
    }
    let length = u32::try_from(bytes.len()).map_err(|_| io::Error::other("it is too long"))?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&bytes)?;
    to.flush()
}

fn put_number(bytes: &mut Vec<u8>, number: usize) {
    // A number that doesn't fit belongs to a message that is too long to be sent.
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    bytes.extend(number.to_le_bytes());
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_number(bytes, text.len());
    bytes.extend(text.as_bytes());
}

fn put_texts(bytes: &mut Vec<u8>, texts: &[&str]) {
    put_number(bytes, texts.len());
    for text in texts {
        put_text(bytes, text);
    }
}

/// Receives a message.
pub(super) fn hear(from: &mut impl Read) -> io::Result<Heard> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > LONGEST {
        return Err(damaged());
    }
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes)?;
    let mut reader = Reader(&bytes);
    reader.heard().ok_or_else(damaged)
}

fn damaged() -> io::Error {
    io::Error::other("it sent what can't be understood")
}

/// Reads a message from its front. Each method returns nothing if the message ends too early or makes no sense.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn heard(&mut self) -> Option<Heard> {
        Some(match self.tag()? {
            b'C' => Heard::Call(Call {
                function: self.text()?,
                args: self.list(|reader| reader.value(0))?,
                kwargs: self.list(|reader| Some((reader.text()?, reader.value(0)?)))?,
            }),
            b'D' => Heard::Done,
            b'F' => Heard::Failed(Raised {
                catchable: self.tag()? == b't',
                type_name: self.text()?,
                message: self.text()?,
                places: self.list(|reader| Some((reader.text()?, reader.number()?)))?,
            }),
            b'Q' => Heard::Quits(self.text()?),
            _ => return None,
        })
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        /// The deepest nesting of lists. The VM's stack sets a limit too.
        const DEEPEST: u32 = 64;
        Some(match self.tag()? {
            b'n' => Value::None,
            b't' => Value::Bool(true),
            b'f' => Value::Bool(false),
            b'i' => Value::Int(self.text()?),
            b's' => Value::Str(self.text()?),
            b'l' if depth < DEEPEST => Value::List(self.list(|reader| reader.value(depth + 1))?),
            b'o' => Value::Other {
                truth: self.tag()? == b't',
                type_name: self.text()?,
                repr: self.text()?,
            },
            _ => return None,
        })
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number()?;
        // The VM may send any count, so the list grows only with the items that really arrive.
        (0..count).map(|_| item(self)).collect()
    }

    fn tag(&mut self) -> Option<u8> {
        let (tag, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*tag)
    }

    fn number(&mut self) -> Option<u32> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*bytes))
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        // MicroPython's strings are bytes that needn't be UTF-8. People can still read what is left of such a text.
        Some(String::from_utf8_lossy(bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_ends_early_is_an_error_at_every_byte() {
        let mut message = vec![b'C', 3, 0, 0, 0];
        message.extend(b"abc");
        message.extend([1, 0, 0, 0, b'l', 1, 0, 0, 0, b'n']);
        message.extend([0, 0, 0, 0]);
        assert!(Reader(&message).heard().is_some());
        for end in 0..message.len() {
            assert_eq!(Reader(&message[..end]).heard(), None, "{end}");
        }
    }

    #[test]
    fn lists_in_lists_have_an_end() {
        let mut message = Vec::new();
        for _ in 0..100_000 {
            message.extend([b'l', 1, 0, 0, 0]);
        }
        assert_eq!(Reader(&message).value(0), None);
    }
}
