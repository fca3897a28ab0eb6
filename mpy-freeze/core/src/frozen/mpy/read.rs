//! The reader: turns bytes into a module, or returns a fault with its offset.

use super::cursor::{Cursor, Fault};
use super::{Kind, Mpy, NativeArch, Object, Offsets, Qstr, RawCode, Unmanaged, prelude};

/// The deepest nesting of functions and of tuples. The limit keeps a damaged file from overflowing the stack.
/// MicroPython's own compiler gives up far earlier.
const MAX_DEPTH: usize = 400;

/// The bit of the feature byte that is set if architecture flags follow the header (since 1.27).
pub(super) const FEATURE_ARCH_FLAGS: u8 = 0x40;

pub(super) const SCOPE_FLAG_VIPER_RODATA: u32 = 0x20;
pub(super) const SCOPE_FLAG_VIPER_BSS: u32 = 0x40;

/// Reads a whole file whose format must be of `version`, which is 6 with all supported releases.
///
/// # Errors
///
/// A [`Fault`] with its offset in the file for anything that isn't such a file.
pub fn read(bytes: &[u8], version: u8) -> Result<Mpy, Fault> {
    let mut cursor = Cursor::new(bytes, 0);
    let (small_int_bits, native) = header(&mut cursor, version)?;
    let n_qstrs = cursor.count("size of the qstr table")?;
    let n_objects = cursor.count("size of the constant table")?;
    let mut offsets = Offsets::default();
    let qstrs = list(&mut cursor, n_qstrs, |cursor| {
        offsets.qstrs.push(cursor.offset());
        qstr(cursor)
    })?;
    let objects = list(&mut cursor, n_objects, |cursor| {
        offsets.objects.push(cursor.offset());
        object(cursor, 0)
    })?;
    let code = raw_code(&mut cursor, qstrs.len(), 0)?;
    if cursor.remaining() > 0 {
        let count = cursor.remaining();
        return Err(cursor.fault(format!("{count} bytes follow the end of the module's code")));
    }
    Ok(Mpy {
        small_int_bits,
        native,
        qstrs,
        objects,
        code,
        offsets,
    })
}

/// Reads the header: magic, version, features and small-int bits.
fn header(cursor: &mut Cursor<'_>, version: u8) -> Result<(u8, Option<NativeArch>), Fault> {
    const SECTION: &str = "header";
    let start = cursor.clone();
    let magic = cursor.byte(SECTION)?;
    if magic != b'M' {
        return Err(start.fault(format!(
            "this is no .mpy file: it begins with byte {magic:#04x} and not with `M`"
        )));
    }
    let at = cursor.fault("");
    let found = cursor.byte(SECTION)?;
    if found != version {
        return Err(Fault {
            message: format!(
                "the file has .mpy version {found}, and the firmware needs version {version}"
            ),
            ..at
        });
    }
    let features = cursor.byte(SECTION)?;
    let small_int_bits = cursor.byte(SECTION)?;
    let flags = match features & FEATURE_ARCH_FLAGS {
        0 => 0,
        _ => cursor.uint("architecture flags")?,
    };
    let arch = (features & !FEATURE_ARCH_FLAGS) >> 2;
    let native = (arch != 0).then_some(NativeArch {
        arch,
        sub_version: features & 3,
        flags,
    });
    Ok((small_int_bits, native))
}

/// Reads `count` entries. The count was checked against the bytes that are left, which bounds the allocation.
fn list<'a, T>(
    cursor: &mut Cursor<'a>,
    count: usize,
    mut entry: impl FnMut(&mut Cursor<'a>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.push(entry(cursor)?);
    }
    Ok(entries)
}

fn qstr(cursor: &mut Cursor<'_>) -> Result<Qstr, Fault> {
    const SECTION: &str = "qstr table";
    let length = cursor.uint(SECTION)?;
    if length & 1 != 0 {
        return Ok(Qstr::Static(length >> 1));
    }
    let text = cursor.bytes(length as usize >> 1, SECTION)?;
    terminator(cursor, SECTION)?;
    Ok(Qstr::Text(text.to_vec()))
}

/// Reads the zero byte after a string, which lets MicroPython use the file in place.
fn terminator(cursor: &mut Cursor<'_>, section: &str) -> Result<(), Fault> {
    let at = cursor.fault(format!(
        "a string in the {section} has no zero byte after it"
    ));
    match cursor.byte(section)? {
        0 => Ok(()),
        _ => Err(at),
    }
}

fn object(cursor: &mut Cursor<'_>, depth: usize) -> Result<Object, Fault> {
    const SECTION: &str = "constant table";
    let start = cursor.clone();
    let kind = cursor.byte(SECTION)?;
    let string = |cursor: &mut Cursor<'_>| -> Result<Vec<u8>, Fault> {
        let length = cursor.count(SECTION)?;
        let bytes = cursor.bytes(length, SECTION)?.to_vec();
        terminator(cursor, SECTION)?;
        Ok(bytes)
    };
    let number = |cursor: &mut Cursor<'_>| -> Result<Vec<u8>, Fault> {
        let length = cursor.count(SECTION)?;
        Ok(cursor.bytes(length, SECTION)?.to_vec())
    };
    Ok(match kind {
        0 => Object::FunTable,
        1 => Object::None,
        2 => Object::False,
        3 => Object::True,
        4 => Object::Ellipsis,
        5 => Object::Str(string(cursor)?),
        6 => Object::Bytes(string(cursor)?),
        7 => Object::Int(number(cursor)?),
        8 => Object::Float(number(cursor)?),
        9 => Object::Complex(number(cursor)?),
        10 => {
            if depth == MAX_DEPTH {
                return Err(start.fault(format!(
                    "the {SECTION} has tuples nested deeper than {MAX_DEPTH}"
                )));
            }
            let length = cursor.count(SECTION)?;
            Object::Tuple(list(cursor, length, |cursor| object(cursor, depth + 1))?)
        }
        other => {
            return Err(start.fault(format!(
                "the {SECTION} has a constant of unknown kind {other}"
            )));
        }
    })
}

fn raw_code(cursor: &mut Cursor<'_>, n_qstrs: usize, depth: usize) -> Result<RawCode, Fault> {
    const SECTION: &str = "code of a function";
    if depth == MAX_DEPTH {
        return Err(cursor.fault(format!("functions are nested deeper than {MAX_DEPTH}")));
    }
    let head = cursor.uint(SECTION)?;
    let has_children = head & 4 != 0;
    let offset = cursor.offset();
    let data = cursor.bytes(head as usize >> 3, SECTION)?.to_vec();
    let mut kind = match head & 3 {
        0 => Kind::Bytecode(prelude::read(&data, 0, offset, n_qstrs)?),
        1 => {
            let prelude_offset = cursor.uint(SECTION)?;
            let prelude = prelude::read(&data, prelude_offset as usize, offset, n_qstrs)?;
            Kind::Native {
                prelude_offset,
                prelude,
            }
        }
        2 => Kind::Viper(unmanaged(cursor, true)?),
        _ => Kind::Asm {
            code: unmanaged(cursor, false)?,
            n_pos_args: cursor.uint(SECTION)?,
            type_sig: cursor.uint(SECTION)?,
        },
    };
    let n_children = match has_children {
        true => cursor.count(SECTION)?,
        false => 0,
    };
    let children = list(cursor, n_children, |cursor| {
        raw_code(cursor, n_qstrs, depth + 1)
    })?;
    match &mut kind {
        Kind::Viper(code) | Kind::Asm { code, .. } if code.has_relocations() => {
            code.relocations = relocations(cursor)?;
        }
        _ => {}
    }
    Ok(RawCode {
        offset,
        kind,
        data,
        children,
    })
}

/// Reads the scope flags of viper and assembler code, and viper's data.
fn unmanaged(cursor: &mut Cursor<'_>, viper: bool) -> Result<Unmanaged, Fault> {
    const SECTION: &str = "data of a viper function";
    let scope_flags = cursor.uint(SECTION)?;
    let mut size = |flag: u32| match viper && scope_flags & flag != 0 {
        true => cursor.uint(SECTION),
        false => Ok(0),
    };
    let rodata = size(SCOPE_FLAG_VIPER_RODATA)? as usize;
    let bss = size(SCOPE_FLAG_VIPER_BSS)?;
    Ok(Unmanaged {
        scope_flags,
        rodata: cursor.bytes(rodata, SECTION)?.to_vec(),
        bss,
        relocations: Vec::new(),
    })
}

/// Reads the relocations, with the byte that ends them.
fn relocations(cursor: &mut Cursor<'_>) -> Result<Vec<u8>, Fault> {
    const SECTION: &str = "relocations of a viper function";
    let mut rest = cursor.clone();
    let start = rest.offset();
    loop {
        let op = rest.byte(SECTION)?;
        if op == 0xff {
            break;
        }
        if op & 1 != 0 {
            rest.uint(SECTION)?;
        }
        if op >> 1 <= 5 && op & 2 != 0 {
            rest.uint(SECTION)?;
        }
    }
    Ok(cursor.bytes(rest.offset() - start, SECTION)?.to_vec())
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
