//! Walks through the frozen tables that this program is linked with, and compares them with what `oracle.py` wrote.
//!
//! It knows the tables only by MicroPython's own structs, for a 64-bit host: what it reads is what MicroPython reads.

use std::collections::BTreeSet;
use std::ffi::{CStr, c_char, c_void};
use std::iter::Peekable;
use std::str::{Lines, Split};

use mpy_freeze_rt::{Platform, Vm};

mpy_freeze_rt::freeze!("corpus", opt = include!("opt.in"));

struct Host;

impl Platform for Host {
    fn write(_: &[u8]) {}

    fn ticks_us() -> u64 {
        0
    }

    fn stack_limit() -> usize {
        512 * 1024
    }
}

mpy_freeze_rt::platform!(Host);

#[repr(C)]
struct Pool {
    prev: *const Pool,
    first_and_sorted: usize,
    alloc: usize,
    len: usize,
    hashes: *const u16,
    lengths: *const u8,
    qstrs: [*const u8; 0],
}

#[repr(C)]
struct Module {
    qstrs: *const u16,
    objects: *const usize,
    code: *const u8,
}

#[repr(C)]
struct Str {
    kind: *const c_void,
    hash: usize,
    len: usize,
    data: *const u8,
}

#[repr(C)]
struct Int {
    kind: *const c_void,
    bits: usize,
    len: usize,
    digits: *const u32,
}

#[repr(C)]
struct RawCode {
    indicator: [u8; 2],
    kind: u8,
    is_generator: bool,
    data: *const u8,
    children: *const *const u8,
    // Only assembler code has what follows.
    asm: u32,
}

unsafe extern "C" {
    static mp_qstr_frozen_const_pool: Pool;
    static mp_qstr_const_pool: Pool;
    static mp_frozen_names: [c_char; 1];
    static mp_frozen_mpy_content: [*const Module; 1];
    static mp_type_str: u8;
    static mp_type_bytes: u8;
    static mp_type_int: u8;
    static mp_type_float: u8;
    static mp_type_complex: u8;
    static mp_type_tuple: u8;
    static mp_const_empty_bytes_obj: u8;
    static mp_const_empty_tuple_obj: u8;
    static mp_const_ellipsis_obj: u8;
    static mp_fun_table: u8;
    fn qstr_find_strn(text: *const u8, len: usize) -> usize;
}

const BYTECODE: u8 = 2;
const NATIVE: u8 = 3;
const ASM: u8 = 5;

/// MicroPython's hash of a string, in two bytes.
fn hash(text: &[u8]) -> usize {
    let hash = text.iter().fold(5381_usize, |hash, byte| {
        hash.wrapping_mul(33) ^ usize::from(*byte)
    });
    (hash & 0xffff).max(1)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The text of a qstr, with its hash and its end checked.
unsafe fn qstr(number: usize) -> &'static [u8] {
    // SAFETY: the pools are MicroPython's, and the number is checked against their lengths.
    unsafe {
        let mut pool = &mp_qstr_frozen_const_pool;
        let first = |pool: &Pool| pool.first_and_sorted & (usize::MAX >> 1);
        while number < first(pool) {
            pool = &*pool.prev;
        }
        let index = number - first(pool);
        assert!(index < pool.len, "qstr {number} is in no pool");
        let start = *(&raw const pool.qstrs).cast::<*const u8>().add(index);
        let length = usize::from(*pool.lengths.add(index));
        let text = std::slice::from_raw_parts(start, length);
        assert_eq!(*start.add(length), 0, "the zero byte of {text:?}");
        assert_eq!(usize::from(*pool.hashes.add(index)), hash(text), "{text:?}");
        text
    }
}

/// A constant in the words of the oracle.
unsafe fn constant(word: usize) -> String {
    let is = |object: *const u8| word == object.addr();
    match word & 7 {
        _ if word & 1 == 1 => return format!("i{}", word.cast_signed() >> 1),
        // SAFETY: the tag says that it is a qstr.
        2 => return format!("s{}", hex(unsafe { qstr(word >> 3) })),
        6 => return ["N", "F", "?", "T"][word >> 3].into(),
        _ if is(&raw const mp_const_empty_bytes_obj) => return "b".into(),
        _ if is(&raw const mp_const_empty_tuple_obj) => return "()".into(),
        _ if is(&raw const mp_const_ellipsis_obj) => return "E".into(),
        _ if is(&raw const mp_fun_table) => return "R".into(),
        _ => {}
    }
    let object: *const usize = std::ptr::with_exposed_provenance(word);
    // SAFETY: every other word is the address of an object, whose first word is that of its type.
    unsafe {
        let kind = *object;
        let of = |kind_object: *const u8| kind == kind_object.addr();
        if of(&raw const mp_type_str) || of(&raw const mp_type_bytes) {
            let text = &*object.cast::<Str>();
            let data = std::slice::from_raw_parts(text.data, text.len);
            assert_eq!((text.hash, *text.data.add(text.len)), (hash(data), 0));
            let letter = if of(&raw const mp_type_str) { "s" } else { "b" };
            // Upstream has no string object for what is a qstr, and short strings are made some.
            if letter == "s" {
                let characters = data.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
                assert!(characters >= 25, "{data:?} is short");
                assert_eq!(qstr_find_strn(text.data, text.len), 0, "{data:?} is a qstr");
            }
            format!("{letter}{}", hex(data))
        } else if of(&raw const mp_type_float) {
            format!("f{:016x}", *object.add(1))
        } else if of(&raw const mp_type_complex) {
            format!("c{:016x},{:016x}", *object.add(1), *object.add(2))
        } else if of(&raw const mp_type_tuple) {
            let items = (0..*object.add(1)).map(|index| constant(*object.add(2 + index)));
            format!("({})", items.collect::<Vec<_>>().join(","))
        } else if of(&raw const mp_type_int) {
            decimal(&*object.cast::<Int>())
        } else {
            "an unknown type".into()
        }
    }
}

/// A big integer, whose digits have 32 bits.
unsafe fn decimal(int: &Int) -> String {
    assert_eq!((int.bits >> 1 & 1, int.bits >> 2), (1, int.len), "the bits of a fixed mpz");
    // SAFETY: an mpz has as many digits as it says.
    let digits = unsafe { std::slice::from_raw_parts(int.digits, int.len) };
    let mut digits = digits.to_vec();
    let mut text = Vec::new();
    while !digits.is_empty() {
        let mut rest = 0;
        for digit in digits.iter_mut().rev() {
            let value = rest << 32 | u64::from(*digit);
            *digit = (value / 10) as u32;
            rest = value % 10;
        }
        text.push(char::from(b'0' + rest as u8));
        while digits.last() == Some(&0) {
            digits.pop();
        }
    }
    let sign = if int.bits & 1 == 1 { "-" } else { "" };
    format!("i{sign}{}", text.iter().rev().collect::<String>())
}

#[derive(Default)]
struct Count {
    modules: usize,
    names: usize,
    constants: usize,
    codes: usize,
    native: usize,
    /// The texts of all qstrs, as digits.
    qstrs: BTreeSet<String>,
}

/// Checks that no frozen qstr is there for nothing, and counts them. That none is missing, the modules show.
unsafe fn pools(qstrs: &BTreeSet<String>) -> usize {
    // SAFETY: the frozen pools come before the firmware's own, and all are MicroPython's.
    unsafe {
        let mut count = 0;
        let mut pool = &raw const mp_qstr_frozen_const_pool;
        while pool != &raw const mp_qstr_const_pool {
            let first = (*pool).first_and_sorted & (usize::MAX >> 1);
            for number in first..first + (*pool).len {
                let text = hex(qstr(number));
                assert!(qstrs.contains(&text), "{text} is in no module");
                count += 1;
            }
            pool = (*pool).prev;
        }
        count
    }
}

/// The fields of the next line, which must begin with `word`.
fn fields<'a>(lines: &mut Peekable<Lines<'a>>, word: &str) -> Split<'a, char> {
    let line = lines.next().expect("the oracle's list goes on");
    let mut fields = line.split(' ');
    assert_eq!(fields.next(), Some(word), "{line}");
    fields
}

/// Compares a function, then those inside it.
unsafe fn code(at: *const u8, lines: &mut Peekable<Lines<'_>>, count: &mut Count) {
    let mut fields = fields(lines, "code");
    let mut number = || fields.next().and_then(|field| field.parse().ok()).expect("a number");
    let (kind, generator): (usize, usize) = (number(), number());
    let (prelude, n_args, types, n_children): (usize, usize, usize, usize) =
        (number(), number(), number(), number());
    let expected = fields.next().expect("the code");
    // SAFETY: a proto function is bytecode unless it begins with two zero bytes; then it is a raw code.
    unsafe {
        let (mut data, mut children) = (at, std::ptr::null());
        if *at == 0 && *at.add(1) == 0 {
            let raw = &*at.cast::<RawCode>();
            assert_eq!((usize::from(raw.kind), usize::from(raw.is_generator)), (kind, generator));
            (data, children) = (raw.data, raw.children);
            if raw.kind == ASM {
                assert_eq!(raw.asm as usize, types << 8 | n_args, "arguments of assembler code");
            }
            if raw.kind == NATIVE {
                // The prelude's address comes after those of the functions; alone it needs no table.
                let address = if n_children == 0 { children.cast() } else { *children.add(n_children) };
                assert_eq!(address, data.add(prelude), "the place of the prelude");
            }
            if raw.kind != BYTECODE {
                assert_eq!(data.addr() % 4, 0, "the place of machine code");
                count.native += 1;
            }
        } else {
            assert_eq!((kind, n_children), (usize::from(BYTECODE), 0), "bytecode and nothing else");
        }
        let found = std::slice::from_raw_parts(data, expected.len() / 2);
        assert_eq!(hex(found), expected);
        count.codes += 1;
        for index in 0..n_children {
            code(*children.add(index), lines, count);
        }
    }
}

/// Compares a module whose name has been compared.
unsafe fn module(module: &Module, lines: &mut Peekable<Lines<'_>>, count: &mut Count) {
    // SAFETY: the oracle says how long a module's tables are.
    unsafe {
        for (index, expected) in fields(lines, "qstrs").enumerate() {
            let number = usize::from(*module.qstrs.add(index));
            let text = qstr(number);
            assert_eq!(hex(text), expected);
            assert_eq!(qstr_find_strn(text.as_ptr(), text.len()), number, "{text:?} is found");
            count.names += 1;
            count.qstrs.insert(expected.into());
        }
        for (index, expected) in fields(lines, "objs").enumerate() {
            assert_eq!(constant(*module.objects.add(index)), expected);
            count.constants += 1;
            let strings = expected.split(['(', ')', ',']).filter_map(|item| item.strip_prefix('s'));
            count.qstrs.extend(strings.map(String::from));
        }
        code(module.code, lines, count);
    }
    count.modules += 1;
}

fn main() {
    let path = std::env::args().nth(1).expect("the oracle's list");
    let list = std::fs::read_to_string(path).expect("the oracle's list can be read");
    let mut heap = vec![0; 1 << 20];
    let compared = Vm::run(heap.as_mut_slice(), |_| {
        let mut count = Count::default();
        let mut lines = list.lines().peekable();
        let mut name = (&raw const mp_frozen_names).cast::<c_char>();
        while lines.peek().is_some() {
            let expected = fields(&mut lines, "module").collect::<Vec<_>>().join(" ");
            // SAFETY: the names end with an empty one, and there is a module for each name before.
            unsafe {
                let found = CStr::from_ptr(name);
                assert_eq!(found.to_str(), Ok(expected.as_str()), "the order of the names");
                name = name.add(found.count_bytes() + 1);
                let content = (&raw const mp_frozen_mpy_content).cast::<*const Module>();
                eprintln!("{expected}");
                module(&**content.add(count.modules), &mut lines, &mut count);
            }
        }
        // SAFETY: the last name that was read isn't the empty one at the end.
        assert_eq!(unsafe { *name }, 0, "there are more modules than the oracle's");
        count
    });
    let Count { modules, names, constants, codes, native, qstrs } = compared.expect("the VM starts");
    // SAFETY: the pools are in ROM.
    let pool = unsafe { pools(&qstrs) };
    println!(
        "{modules} modules, {names} names ({pool} new), {constants} constants, {codes} functions, {native} native"
    );
}
