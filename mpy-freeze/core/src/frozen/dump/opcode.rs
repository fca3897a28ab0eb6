//! Decodes bytecode of version 6 of the format, one instruction at a time (`py/bc0.h`).

/// An instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Instruction {
    /// Number of its bytes, arguments included.
    pub(super) size: usize,
    /// Its name, with the argument that is part of the opcode's own byte.
    pub(super) name: String,
    /// The argument that follows the opcode's byte.
    pub(super) argument: Argument,
    /// The byte that follows the argument, if there is one.
    pub(super) extra: Option<u8>,
}

/// The argument of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Argument {
    /// Nothing but the stack.
    None,
    /// A name, as an index into the module's qstr table.
    Qstr(u64),
    /// A constant, as an index into the module's constant table.
    Object(u64),
    /// A function, as an index into the list of the functions inside this one.
    Child(u64),
    /// A count, or the number of a local.
    Number(u64),
    /// An integer.
    Int(i64),
    /// A jump by `offset` bytes, which count from the byte at `from` of the instruction.
    Jump { offset: i64, from: usize },
}

/// Bits of an opcode which, being all zero, mean that an extra byte comes last.
const NO_EXTRA_BYTE: u8 = 0x9e;

/// Decodes the instruction at the front of `code`. Returns nothing if it is cut off or there is no such opcode.
pub(super) fn decode(code: &[u8]) -> Option<Instruction> {
    let (opcode, rest) = code.split_first()?;
    let mut rest = rest;
    let name = name(*opcode)?;
    let argument = match opcode >> 4 {
        1 => Argument::Qstr(number(&mut rest)?),
        2 | 3 => match *opcode {
            0x22 => Argument::Int(int(&mut rest)?),
            0x23 => Argument::Object(number(&mut rest)?),
            0x20 | 0x21 | 0x32 | 0x33 => Argument::Child(number(&mut rest)?),
            _ => Argument::Number(number(&mut rest)?),
        },
        4 => {
            let offset = offset(&mut rest, is_signed(*opcode))?;
            let from = code.len() - rest.len();
            Argument::Jump { offset, from }
        }
        _ => Argument::None,
    };
    let extra = match opcode & NO_EXTRA_BYTE {
        0 => Some(byte(&mut rest)?),
        _ => None,
    };
    Some(Instruction {
        size: code.len() - rest.len(),
        name,
        argument,
        extra,
    })
}

/// Takes a byte from the front.
fn byte(rest: &mut &[u8]) -> Option<u8> {
    let (byte, left) = rest.split_first()?;
    *rest = left;
    Some(*byte)
}

/// Takes a number in groups of 7 bits, the highest first.
pub(super) fn number(rest: &mut &[u8]) -> Option<u64> {
    groups(rest, 0).map(i64::cast_unsigned)
}

/// Takes a number like [`number`] whose first group has its sign in bit 6.
fn int(rest: &mut &[u8]) -> Option<i64> {
    let negative = rest.first()? & 0x40 != 0;
    groups(rest, if negative { -1 } else { 0 })
}

fn groups(rest: &mut &[u8], start: i64) -> Option<i64> {
    let mut value = start;
    // 64 bits have 10 groups.
    for _ in 0..10 {
        let byte = byte(rest)?;
        value = value << 7 | i64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Takes a jump's offset: 7 bits, or 15 with the top bit of the first byte set.
fn offset(rest: &mut &[u8], signed: bool) -> Option<i64> {
    let low = i64::from(byte(rest)?);
    let (value, middle) = match low & 0x80 {
        0 => (low, 0x40),
        _ => (low & 0x7f | i64::from(byte(rest)?) << 7, 0x4000),
    };
    Some(if signed { value - middle } else { value })
}

/// Returns true if the opcode can jump backwards.
fn is_signed(opcode: u8) -> bool {
    matches!(opcode, 0x40 | 0x42..=0x44)
}

/// Returns the name of an opcode, with the argument that its byte holds.
fn name(opcode: u8) -> Option<String> {
    let operator = |table: &[&str], kind: &str, index: u8| {
        let method = table.get(usize::from(index))?;
        Some(format!("{kind} {index} {method}"))
    };
    match opcode {
        0x70..=0xaf => Some(format!(
            "LOAD_CONST_SMALL_INT {}",
            i16::from(opcode) - 0x70 - 16
        )),
        0xb0..=0xbf => Some(format!("LOAD_FAST {}", opcode - 0xb0)),
        0xc0..=0xcf => Some(format!("STORE_FAST {}", opcode - 0xc0)),
        0xd0..=0xd6 => operator(&UNARY, "UNARY_OP", opcode - 0xd0),
        0xd7.. => operator(&BINARY, "BINARY_OP", opcode - 0xd7),
        _ => {
            let names = OPCODES.get(usize::from(opcode >> 4).checked_sub(1)?)?;
            let name = names.get(usize::from(opcode & 15))?;
            (!name.is_empty()).then(|| name.to_string())
        }
    }
}

/// The opcodes from 0x10 to 0x6f, sixteen a row.
const OPCODES: [[&str; 16]; 6] = [
    [
        "LOAD_CONST_STRING",
        "LOAD_NAME",
        "LOAD_GLOBAL",
        "LOAD_ATTR",
        "LOAD_METHOD",
        "LOAD_SUPER_METHOD",
        "STORE_NAME",
        "STORE_GLOBAL",
        "STORE_ATTR",
        "DELETE_NAME",
        "DELETE_GLOBAL",
        "IMPORT_NAME",
        "IMPORT_FROM",
        "",
        "",
        "",
    ],
    [
        "MAKE_CLOSURE",
        "MAKE_CLOSURE_DEFARGS",
        "LOAD_CONST_SMALL_INT",
        "LOAD_CONST_OBJ",
        "LOAD_FAST_N",
        "LOAD_DEREF",
        "STORE_FAST_N",
        "STORE_DEREF",
        "DELETE_FAST",
        "DELETE_DEREF",
        "BUILD_TUPLE",
        "BUILD_LIST",
        "BUILD_MAP",
        "BUILD_SET",
        "BUILD_SLICE",
        "STORE_COMP",
    ],
    [
        "UNPACK_SEQUENCE",
        "UNPACK_EX",
        "MAKE_FUNCTION",
        "MAKE_FUNCTION_DEFARGS",
        "CALL_FUNCTION",
        "CALL_FUNCTION_VAR_KW",
        "CALL_METHOD",
        "CALL_METHOD_VAR_KW",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
    ],
    [
        "UNWIND_JUMP",
        "",
        "JUMP",
        "POP_JUMP_IF_TRUE",
        "POP_JUMP_IF_FALSE",
        "JUMP_IF_TRUE_OR_POP",
        "JUMP_IF_FALSE_OR_POP",
        "SETUP_WITH",
        "SETUP_EXCEPT",
        "SETUP_FINALLY",
        "POP_EXCEPT_JUMP",
        "FOR_ITER",
        "",
        "",
        "",
        "",
    ],
    [
        "LOAD_CONST_FALSE",
        "LOAD_CONST_NONE",
        "LOAD_CONST_TRUE",
        "LOAD_NULL",
        "LOAD_BUILD_CLASS",
        "LOAD_SUBSCR",
        "STORE_SUBSCR",
        "DUP_TOP",
        "DUP_TOP_TWO",
        "POP_TOP",
        "ROT_TWO",
        "ROT_THREE",
        "WITH_CLEANUP",
        "END_FINALLY",
        "GET_ITER",
        "GET_ITER_STACK",
    ],
    [
        "",
        "",
        "STORE_MAP",
        "RETURN_VALUE",
        "RAISE_LAST",
        "RAISE_OBJ",
        "RAISE_FROM",
        "YIELD_VALUE",
        "YIELD_FROM",
        "IMPORT_STAR",
        "",
        "",
        "",
        "",
        "",
        "",
    ],
];

/// The names of the unary operators in Python, in the order of `mp_unary_op_t`.
const UNARY: [&str; 4] = ["__pos__", "__neg__", "__invert__", "<not>"];

/// The names of the binary operators in Python, in the order of `mp_binary_op_t`.
const BINARY: [&str; 35] = [
    "__lt__",
    "__gt__",
    "__eq__",
    "__le__",
    "__ge__",
    "__ne__",
    "<in>",
    "<is>",
    "<exception match>",
    "__ior__",
    "__ixor__",
    "__iand__",
    "__ilshift__",
    "__irshift__",
    "__iadd__",
    "__isub__",
    "__imul__",
    "__imatmul__",
    "__ifloordiv__",
    "__itruediv__",
    "__imod__",
    "__ipow__",
    "__or__",
    "__xor__",
    "__and__",
    "__lshift__",
    "__rshift__",
    "__add__",
    "__sub__",
    "__mul__",
    "__matmul__",
    "__floordiv__",
    "__truediv__",
    "__mod__",
    "__pow__",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_in_the_opcode_and_after_it() {
        let name = |code: &[u8]| decode(code).map(|instruction| instruction.name);
        assert_eq!(name(&[0x70]).as_deref(), Some("LOAD_CONST_SMALL_INT -16"));
        assert_eq!(name(&[0xb3]).as_deref(), Some("LOAD_FAST 3"));
        assert_eq!(name(&[0xd3]).as_deref(), Some("UNARY_OP 3 <not>"));
        assert_eq!(name(&[0xf9]).as_deref(), Some("BINARY_OP 34 __pow__"));
        assert_eq!(name(&[0xd4]), None);
        assert_eq!(name(&[0x00, 0x00]), None);
        let argument = |code: &[u8]| decode(code).map(|instruction| instruction.argument);
        assert_eq!(argument(&[0x22, 0x7f]), Some(Argument::Int(-1)));
        assert_eq!(argument(&[0x22, 0x81, 0x00]), Some(Argument::Int(128)));
        assert_eq!(argument(&[0x10, 0x05]), Some(Argument::Qstr(5)));
        let back = Argument::Jump {
            offset: -4,
            from: 2,
        };
        assert_eq!(argument(&[0x42, 0x3c]), Some(back));
        let far = Argument::Jump {
            offset: 0x101,
            from: 3,
        };
        assert_eq!(argument(&[0x4b, 0x81, 0x02]), Some(far));
    }

    #[test]
    fn an_extra_byte_belongs_to_the_instruction() {
        let closure = decode(&[0x20, 1, 2, 0x63]).unwrap();
        assert_eq!((closure.size, closure.extra), (3, Some(2)));
        assert_eq!(closure.argument, Argument::Child(1));
        let unwind = decode(&[0x40, 0x45, 1]).unwrap();
        assert_eq!((unwind.size, unwind.extra), (3, Some(1)));
        assert_eq!(unwind.argument, Argument::Jump { offset: 5, from: 2 });
    }

    #[test]
    fn what_is_cut_off_is_no_instruction() {
        for code in [
            &[][..],
            &[0x10],
            &[0x10, 0x80],
            &[0x42],
            &[0x42, 0x80],
            &[0x20, 0],
        ] {
            assert_eq!(decode(code), None, "{code:?}");
        }
        assert_eq!(decode(&[&[0x22][..], &[0xff; 12]].concat()), None);
    }
}
