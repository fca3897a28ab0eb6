//! Objects as text, which MicroPython writes piece by piece.

use core::ffi::{c_char, c_void};
use core::fmt::{self, Write as _};

use crate::ffi;

/// The writer that takes the pieces, and its result so far.
struct Sink<'a> {
    out: &'a mut dyn fmt::Write,
    result: fmt::Result,
    /// A line break that is written only if more text follows.
    line_break: bool,
}

impl Sink<'_> {
    fn piece(&mut self, text: &str) -> fmt::Result {
        if text.is_empty() {
            return Ok(());
        }
        if self.line_break {
            self.out.write_char('\n')?;
        }
        let rest = text.strip_suffix('\n');
        self.line_break = rest.is_some();
        self.out.write_str(rest.unwrap_or(text))
    }

    fn bytes(&mut self, mut bytes: &[u8]) -> fmt::Result {
        // MicroPython may cut its text inside of a character, and without Unicode it may write anything.
        loop {
            match core::str::from_utf8(bytes) {
                Ok(text) => return self.piece(text),
                Err(error) => {
                    let (valid, rest) = bytes.split_at(error.valid_up_to());
                    self.piece(core::str::from_utf8(valid).unwrap_or_default())?;
                    self.piece("\u{fffd}")?;
                    bytes = rest
                        .get(error.error_len().unwrap_or(rest.len())..)
                        .unwrap_or_default();
                }
            }
        }
    }
}

/// The sink as a writer for Rust's formatting.
struct Pieces<'a, 'b>(&'a mut Sink<'b>);

impl fmt::Write for Pieces<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.piece(text)
    }
}

/// The shim's callback for each piece.
///
/// # Safety
///
/// `context` is the [`Sink`] of a [`write`] that hasn't returned; `text` points to `len` bytes.
unsafe extern "C" fn take_piece(context: *mut c_void, text: *const c_char, len: usize) {
    // SAFETY: the caller's promise; nobody else has the sink while the shim writes.
    let sink = unsafe { &mut *context.cast::<Sink<'_>>() };
    if len == 0 || sink.result.is_err() {
        return;
    }
    // SAFETY: the caller's promise, and the text isn't empty.
    let bytes = unsafe { core::slice::from_raw_parts(text.cast::<u8>(), len) };
    sink.result = sink.bytes(bytes);
}

/// Writes the object as text of the kind that is one of the `TEXT` constants, without a line break at its end.
///
/// If Python raises an exception meanwhile, the text names it: formatting has no other way to report it.
pub(crate) fn write(handle: u32, kind: u32, out: &mut dyn fmt::Write) -> fmt::Result {
    let mut sink = Sink {
        out,
        result: Ok(()),
        line_break: false,
    };
    let mut raised = 0;
    // SAFETY: the handle is of a living object, and the sink outlives the call.
    let status = unsafe {
        ffi::mpyf_write(
            handle,
            kind,
            take_piece,
            (&raw mut sink).cast(),
            &mut raised,
        )
    };
    if status == ffi::RAISED {
        let (mut data, mut len) = (core::ptr::null(), 0);
        // SAFETY: the call has left an exception, and the name of its type stays where it is.
        let name = unsafe {
            ffi::mpyf_type_name(core::ptr::null(), raised as usize, &mut data, &mut len);
            core::slice::from_raw_parts(data, len)
        };
        let text = core::str::from_utf8(name).unwrap_or("an exception");
        if sink.result.is_ok() {
            sink.result = write!(Pieces(&mut sink), "<{text} while writing this>");
        }
        // SAFETY: the handle is ours and isn't used again.
        unsafe { ffi::mpyf_release(raised) };
    }
    sink.result
}
