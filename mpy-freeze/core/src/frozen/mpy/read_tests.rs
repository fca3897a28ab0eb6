//! Tests of the reader, over files that an encoder below writes by the format's description in
//! `py/persistentcode.c` and `py/bc.h`.

use super::*;

/// Writes a number in groups of 7 bits, the highest first.
fn uint(out: &mut Vec<u8>, value: usize) {
    let groups = (0..10).rev().map(|group| value >> (7 * group));
    let mut groups = groups.skip_while(|rest| *rest == 0).peekable();
    if groups.peek().is_none() {
        out.push(0);
    }
    while let Some(rest) = groups.next() {
        let more = if groups.peek().is_some() { 0x80 } else { 0 };
        out.push(u8::try_from(rest & 0x7f).unwrap() | more);
    }
}

/// Writes a string, with its length and the zero byte after it.
fn string(out: &mut Vec<u8>, scale: usize, text: &[u8]) {
    uint(out, text.len() * scale);
    out.extend(text);
    out.push(0);
}

fn number(out: &mut Vec<u8>, kind: u8, text: &str) {
    out.push(kind);
    uint(out, text.len());
    out.extend(text.as_bytes());
}

/// The bytecode of a body that returns None: one state, name 0, no line numbers.
const BODY: [u8; 5] = [0x00, 0x02, 0x00, 0x51, 0x63];

fn head(qstrs: usize, objects: usize) -> Vec<u8> {
    let mut out = vec![b'M', 6, 0, 31];
    uint(&mut out, qstrs);
    uint(&mut out, objects);
    out
}

/// Returns a module with every kind of constant and a function in a function.
fn everything() -> Vec<u8> {
    let mut out = head(3, 9);
    string(&mut out, 2, b"a.py");
    uint(&mut out, 7 << 1 | 1);
    string(&mut out, 2, "f\u{fc}r".as_bytes());
    out.extend([1, 2, 3, 4]);
    out.push(5);
    string(&mut out, 1, b"text");
    number(&mut out, 7, "-123456789012345678901234567890");
    number(&mut out, 8, "2.5");
    number(&mut out, 9, "(1-2j)");
    out.push(10);
    uint(&mut out, 3);
    out.push(6);
    string(&mut out, 1, b"");
    out.push(10);
    uint(&mut out, 0);
    out.push(0);
    code(&mut out, 0, &BODY, 2);
    code(&mut out, 0, &BODY, 0);
    // A generator: the signature's second byte has F set.
    code(&mut out, 0, &[0x80, 0x40, 0x02, 0x02, 0x51, 0x63], 1);
    code(&mut out, 0, &BODY, 0);
    out
}

fn code(out: &mut Vec<u8>, kind: usize, data: &[u8], children: usize) {
    uint(out, data.len() << 3 | usize::from(children > 0) << 2 | kind);
    out.extend(data);
    if children > 0 {
        uint(out, children);
    }
}

#[test]
fn everything_is_read() {
    let mpy = read(&everything(), 6).unwrap();
    assert_eq!(mpy.write(6), everything());
    assert_eq!((mpy.small_int_bits, mpy.native), (31, None));
    assert_eq!(
        mpy.qstrs,
        [
            Qstr::Text(b"a.py".into()),
            Qstr::Static(7),
            Qstr::Text("f\u{fc}r".into())
        ]
    );
    assert_eq!(
        mpy.objects,
        [
            Object::None,
            Object::False,
            Object::True,
            Object::Ellipsis,
            Object::Str(b"text".into()),
            Object::Int(b"-123456789012345678901234567890".into()),
            Object::Float(b"2.5".into()),
            Object::Complex(b"(1-2j)".into()),
            Object::Tuple(vec![
                Object::Bytes(vec![]),
                Object::Tuple(vec![]),
                Object::FunTable
            ]),
        ]
    );
    assert_eq!(mpy.code.data, BODY);
    let [leaf, generator] = &mpy.code.children[..] else {
        panic!("two children")
    };
    assert!(leaf.children.is_empty());
    let Kind::Bytecode(prelude) = &generator.kind else {
        panic!("bytecode")
    };
    assert_eq!((prelude.scope_flags, prelude.name), (1, 2));
    assert_eq!(generator.children.len(), 1);
}

#[test]
fn a_file_cut_anywhere_is_an_error_at_its_end() {
    let whole = everything();
    for length in 0..whole.len() {
        let fault = read(&whole[..length], 6).unwrap_err();
        assert!(fault.offset <= length, "{length}: {fault:?}");
        assert!(!fault.message.is_empty());
    }
}

#[test]
fn no_changed_byte_makes_it_panic() {
    let whole = everything();
    for at in 0..whole.len() {
        for value in 0..=255 {
            let mut file = whole.clone();
            file[at] = value;
            // Most are errors and some are other modules; neither may panic.
            let _ = read(&file, 6);
        }
    }
}

#[test]
fn headers_say_what_was_found() {
    let message = |bytes: &[u8]| read(bytes, 6).unwrap_err().message;
    assert!(message(b"\x7fELF").contains("0x7f"));
    assert!(message(b"M\x05\0\x1f").contains("version 5, and the firmware needs version 6"));
    let mut trailing = everything();
    trailing.push(0);
    assert!(message(&trailing).contains("1 bytes follow"));
}

#[test]
fn counts_are_bounded_by_the_file() {
    let mut file = vec![b'M', 6, 0, 31];
    uint(&mut file, 1 << 30);
    let fault = read(&file, 6).unwrap_err();
    assert!(fault.message.contains("1073741824 entries"), "{fault:?}");
    assert_eq!(fault.offset, 4);
}

#[test]
fn depth_is_bounded() {
    let mut file = head(0, 1);
    for _ in 0..100_000 {
        file.extend([10, 1]);
    }
    assert!(
        read(&file, 6)
            .unwrap_err()
            .message
            .contains("nested deeper")
    );
    let mut file = head(1, 0);
    string(&mut file, 2, b"a.py");
    for _ in 0..10_000 {
        code(&mut file, 0, &BODY, 1);
    }
    assert!(
        read(&file, 6)
            .unwrap_err()
            .message
            .contains("nested deeper")
    );
}

#[test]
fn native_code_is_read() {
    // Architecture 4 (ARMv6-M), sub-version 3.
    let mut file = vec![b'M', 6, 4 << 2 | 3, 31, 1, 0];
    string(&mut file, 2, b"a.py");
    code(&mut file, 0, &BODY, 3);
    // Native: two bytes of code, then the prelude.
    code(&mut file, 1, &[0x70, 0x47, 0x00, 0x02, 0x00, 0x51], 0);
    file.push(2);
    // Viper with read-only data, zeroed data and relocations.
    code(&mut file, 2, &[0x70, 0x47], 0);
    file.extend([0x70, 3, 9, b'a', b'b', b'c', 0x01, 0x05, 0x02, 0x04, 0xff]);
    // Assembler: flags, two arguments, their types.
    code(&mut file, 3, &[0x70, 0x47], 0);
    file.extend([0, 2, 0x81, 0x00]);
    let mpy = read(&file, 6).unwrap();
    assert_eq!(mpy.write(6), file);
    let arch = NativeArch {
        arch: 4,
        sub_version: 3,
        flags: 0,
    };
    assert_eq!(mpy.native, Some(arch));
    let kinds: Vec<&Kind> = mpy.code.children.iter().map(|child| &child.kind).collect();
    let [
        Kind::Native {
            prelude_offset: 2, ..
        },
        Kind::Viper(viper),
        asm,
    ] = kinds[..]
    else {
        panic!("{kinds:?}")
    };
    assert_eq!(
        *viper,
        Unmanaged {
            scope_flags: 0x70,
            rodata: b"abc".into(),
            bss: 9,
            relocations: vec![0x01, 0x05, 0x02, 0x04, 0xff],
        }
    );
    let Kind::Asm {
        n_pos_args: 2,
        type_sig: 128,
        ..
    } = asm
    else {
        panic!("{asm:?}")
    };
}
