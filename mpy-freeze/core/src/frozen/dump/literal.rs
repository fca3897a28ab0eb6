//! Writes constants and names as Python would.

use std::fmt::Write as _;

use crate::frozen::mpy::Object;

/// Returns a constant as a Python literal. Numbers stand as in the file.
pub(super) fn object(constant: &Object) -> String {
    match constant {
        Object::FunTable => "<table of runtime functions>".into(),
        Object::None => "None".into(),
        Object::False => "False".into(),
        Object::True => "True".into(),
        Object::Ellipsis => "Ellipsis".into(),
        Object::Str(text) => string(text),
        Object::Bytes(bytes) => format!("b{}", quoted(bytes, false)),
        Object::Int(digits) | Object::Float(digits) | Object::Complex(digits) => {
            // mpy-cross writes digits; whatever else a damaged file has there must not reach the terminal as it is.
            digits.escape_ascii().to_string()
        }
        Object::Tuple(items) => {
            let items: Vec<String> = items.iter().map(object).collect();
            match items.as_slice() {
                [one] => format!("({one},)"),
                items => format!("({})", items.join(", ")),
            }
        }
    }
}

/// Returns a string literal.
pub(super) fn string(text: &[u8]) -> String {
    quoted(text, true)
}

/// Returns a name as it is, or as a string literal if the bare name could be misread.
pub(super) fn name(text: &[u8]) -> String {
    let plain = |c: char| !c.is_whitespace() && !matches!(c, '\'' | '"' | '\\') && is_printable(c);
    match std::str::from_utf8(text) {
        Ok(text) if !text.is_empty() && text.chars().all(plain) => text.to_string(),
        _ => string(text),
    }
}

/// Returns a text in the quotes that Python would choose. Bytes that aren't UTF-8 are escaped one by one.
fn quoted(text: &[u8], unicode: bool) -> String {
    let quote = match text.contains(&b'\'') && !text.contains(&b'"') {
        true => '"',
        false => '\'',
    };
    let mut literal = String::from(quote);
    let chunks = text.utf8_chunks();
    for chunk in chunks {
        for c in chunk.valid().chars() {
            match unicode || c.is_ascii() {
                true => push(&mut literal, c, quote),
                false => push_bytes(&mut literal, c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        push_bytes(&mut literal, chunk.invalid());
    }
    literal.push(quote);
    literal
}

fn push(literal: &mut String, c: char, quote: char) {
    let code = u32::from(c);
    // Writing to a String can't fail.
    let _ = match c {
        '\n' => literal.write_str("\\n"),
        '\r' => literal.write_str("\\r"),
        '\t' => literal.write_str("\\t"),
        '\\' => literal.write_str("\\\\"),
        c if c == quote => write!(literal, "\\{c}"),
        c if is_printable(c) => literal.write_char(c),
        _ if code < 0x100 => write!(literal, "\\x{code:02x}"),
        _ if code < 0x1_0000 => write!(literal, "\\u{code:04x}"),
        _ => write!(literal, "\\U{code:08x}"),
    };
}

fn push_bytes(literal: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(literal, "\\x{byte:02x}");
    }
}

/// Returns true if a character shows as itself. Rust's own debug output has a table of such characters.
fn is_printable(c: char) -> bool {
    matches!(c, ' ' | '\'' | '"') || {
        let mut escaped = c.escape_debug();
        escaped.next() == Some(c) && escaped.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_pythons() {
        let text = |text: &str| object(&Object::Str(text.into()));
        assert_eq!(text("it's"), "\"it's\"");
        assert_eq!(text("'\""), "'\\'\"'");
        assert_eq!(text("a\n\x01\u{e9}\u{200b}"), "'a\\n\\x01\u{e9}\\u200b'");
        assert_eq!(object(&Object::Bytes(b"\xffa".into())), "b'\\xffa'");
        assert_eq!(
            object(&Object::Str(b"\xed\xa0\x80".into())),
            "'\\xed\\xa0\\x80'"
        );
        let one = Object::Tuple(vec![Object::None]);
        assert_eq!(object(&one), "(None,)");
        let two = Object::Tuple(vec![one, Object::Int(b"-1".into())]);
        assert_eq!(object(&two), "((None,), -1)");
    }

    #[test]
    fn names_are_bare_where_they_can_be() {
        assert_eq!(name(b"<module>"), "<module>");
        assert_eq!(name(b"a b"), "'a b'");
        assert_eq!(name(b""), "''");
    }
}
