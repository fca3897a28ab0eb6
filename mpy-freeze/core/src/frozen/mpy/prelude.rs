//! The prelude before a function's opcodes: its signature, its names and the offsets of its tables (`py/bc.h`).

use super::cursor::{Cursor, Fault};

/// Bit of [`Prelude::scope_flags`]: the function is a generator.
pub(crate) const SCOPE_FLAG_GENERATOR: u32 = 0x01;

/// The prelude of a function. Offsets count from the start of the function's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prelude {
    /// Number of entries of the value stack.
    pub n_state: u32,
    /// Number of entries of the exception stack.
    pub n_exc_stack: u32,
    /// Flags for a generator, `*args`, `**kwargs` and keyword defaults.
    pub scope_flags: u32,
    /// Number of positional arguments.
    pub n_pos_args: u32,
    /// Number of keyword-only arguments.
    pub n_kwonly_args: u32,
    /// Number of positional arguments with a default.
    pub n_def_pos_args: u32,
    /// The function's own name, as an index into the module's qstr table. The arguments' names follow in the data.
    pub name: u32,
    /// The offset at which the line numbers begin.
    pub line_info: usize,
    /// The offset at which the line numbers end.
    pub line_info_top: usize,
    /// The offset at which the opcodes begin.
    pub opcodes: usize,
}

/// Reads the prelude at `start` of a function's `data`, which lies at `offset` of the file.
///
/// Every name must be one of the module's `n_qstrs`, and the opcodes must begin inside the data. The prelude of native
/// code has no opcodes behind it.
pub(super) fn read(
    data: &[u8],
    start: usize,
    offset: usize,
    n_qstrs: usize,
) -> Result<Prelude, Fault> {
    let is_native = start > 0;
    const SECTION: &str = "prelude of a function";
    let Some(from_start) = data.get(start..) else {
        return Err(Fault {
            offset: offset + data.len(),
            message: format!(
                "the {SECTION} is said to begin at byte {start} of the function's {}",
                data.len()
            ),
        });
    };
    let mut cursor = Cursor::new(from_start, offset + start);
    let mut prelude = signature(&mut cursor, SECTION)?;
    let (n_info, n_cell) = size(&mut cursor, SECTION)?;
    let source_info = cursor.offset() - offset;
    let n_args = u64::from(prelude.n_pos_args) + u64::from(prelude.n_kwonly_args);
    for index in 0..=n_args {
        let at = cursor.fault("");
        let name = cursor.uint(SECTION)?;
        if name as usize >= n_qstrs {
            return Err(Fault {
                message: format!(
                    "the {SECTION} has name {name}, but the module has {n_qstrs} names"
                ),
                ..at
            });
        }
        if index == 0 {
            prelude.name = name;
        }
    }
    prelude.line_info = cursor.offset() - offset;
    prelude.line_info_top = source_info.saturating_add(n_info);
    prelude.opcodes = prelude.line_info_top.saturating_add(n_cell);
    let last = match is_native {
        true => data.len(),
        false => data.len().saturating_sub(1),
    };
    if prelude.line_info > prelude.line_info_top || prelude.opcodes > last {
        return Err(cursor.fault(format!(
            "the {SECTION} has tables that don't fit into its {} bytes",
            data.len()
        )));
    }
    Ok(prelude)
}

/// Reads the signature: six numbers with interleaved bits, first `xSSSSEAA`, then bytes of `xFSSKAED` while `x` is set.
fn signature(cursor: &mut Cursor<'_>, section: &str) -> Result<Prelude, Fault> {
    let first = u32::from(cursor.byte(section)?);
    let mut prelude = Prelude {
        n_state: first >> 3 & 0xf,
        n_exc_stack: first >> 2 & 1,
        scope_flags: 0,
        n_pos_args: first & 3,
        n_kwonly_args: 0,
        n_def_pos_args: 0,
        name: 0,
        line_info: 0,
        line_info_top: 0,
        opcodes: 0,
    };
    let mut more = first & 0x80 != 0;
    let mut n = 0;
    while more {
        // The widest number gets two bits a byte, and MicroPython keeps it in 16 bits.
        if n == 8 {
            return Err(cursor.fault(format!("the {section} has a signature that never ends")));
        }
        let byte = u32::from(cursor.byte(section)?);
        prelude.n_state |= (byte & 0x30) << (2 * n);
        prelude.n_exc_stack |= (byte & 0x02) << n;
        prelude.scope_flags |= (byte >> 6 & 1) << n;
        prelude.n_pos_args |= (byte & 0x04) << n;
        prelude.n_kwonly_args |= (byte >> 3 & 1) << n;
        prelude.n_def_pos_args |= (byte & 1) << n;
        more = byte & 0x80 != 0;
        n += 1;
    }
    prelude.n_state += 1;
    Ok(prelude)
}

/// Reads the sizes of the source information and of the closure section, from bytes of `xIIIIIIC`.
fn size(cursor: &mut Cursor<'_>, section: &str) -> Result<(usize, usize), Fault> {
    let (mut n_info, mut n_cell): (u64, u64) = (0, 0);
    // A function has at most 255 cells, which is 8 bytes with a bit each; 10 bytes of 6 bits fit into 64.
    for n in 0..10 {
        let byte = u64::from(cursor.byte(section)?);
        n_cell |= (byte & 1) << n;
        n_info |= (byte >> 1 & 0x3f) << (6 * n);
        if byte & 0x80 == 0 {
            // A size that doesn't fit is larger than any file, and the caller refuses it as such.
            let size = |size: u64| usize::try_from(size).unwrap_or(usize::MAX);
            return Ok((size(n_info), size(n_cell)));
        }
    }
    Err(cursor.fault(format!("the {section} has table sizes that never end")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module body as `py/bc.h` lays it out: 1 state, no arguments, 2 bytes of source information.
    const BODY: [u8; 6] = [0x00, 0x04, 0x00, 0x60, 0x51, 0x63];

    #[test]
    fn a_module_body() {
        let prelude = read(&BODY, 0, 100, 1).unwrap();
        assert_eq!((prelude.n_state, prelude.name), (1, 0));
        assert_eq!(
            (prelude.line_info, prelude.line_info_top, prelude.opcodes),
            (3, 4, 4)
        );
    }

    #[test]
    fn every_bit_of_a_signature_has_its_place() {
        // First byte xSSSSEAA, second xFSSKAED: S = 0b10_1111, E = 0b11, A = 0b110, F = 1, K = 1, D = 1.
        let data = [0xfe, 0x6f, 0x14, 0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0x63];
        let prelude = read(&data, 0, 0, 8).unwrap();
        assert_eq!(prelude.n_state, 0b10_1111 + 1);
        assert_eq!(prelude.n_exc_stack, 0b11);
        assert_eq!(prelude.n_pos_args, 0b110);
        assert_eq!(prelude.scope_flags, SCOPE_FLAG_GENERATOR);
        assert_eq!((prelude.n_kwonly_args, prelude.n_def_pos_args), (1, 1));
    }

    #[test]
    fn many_cells_take_many_bytes() {
        // 35 cells, 0b100011 from the lowest bit on, and one byte of source information.
        let mut data = vec![0x00, 0x83, 0x81, 0x80, 0x80, 0x80, 0x01, 0x00];
        data.extend([0; 35]);
        data.push(0x63);
        let prelude = read(&data, 0, 0, 1).unwrap();
        assert_eq!((prelude.line_info_top, prelude.opcodes), (8, 43));
    }

    #[test]
    fn names_and_tables_must_exist() {
        assert!(read(&BODY, 0, 0, 0).unwrap_err().message.contains("name 0"));
        assert!(read(&[0x00, 0x7e, 0x00, 0x63], 0, 0, 1).is_err());
        assert!(read(&BODY, 9, 0, 1).is_err());
        assert!(read(&[0xff; 40], 0, 0, 1).is_err());
    }
}
