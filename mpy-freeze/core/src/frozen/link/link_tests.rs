use super::*;
use crate::context::tests::sample;
use crate::frozen::image::{Extern, Int, ObjectRef};
use crate::frozen::mpy::Prelude;
use crate::{Arch, Float, LongInt};

fn prelude() -> Prelude {
    Prelude {
        n_state: 1,
        n_exc_stack: 0,
        scope_flags: 0,
        n_pos_args: 0,
        n_kwonly_args: 0,
        n_def_pos_args: 0,
        name: 0,
        line_info: 3,
        line_info_top: 3,
        opcodes: 3,
    }
}

fn function(data: &[u8], children: Vec<mpy::RawCode>) -> mpy::RawCode {
    mpy::RawCode {
        offset: 0,
        kind: Kind::Bytecode(prelude()),
        data: data.into(),
        children,
    }
}

fn module(qstrs: &[&str], objects: Vec<Object>) -> Mpy {
    Mpy {
        small_int_bits: 31,
        native: None,
        qstrs: qstrs
            .iter()
            .map(|text| mpy::Qstr::Text((*text).into()))
            .collect(),
        objects,
        code: function(&[0x00, 0x02, 0x00, 0x51, 0x63], Vec::new()),
        offsets: mpy::Offsets::default(),
    }
}

fn link_all(context: &Context, modules: &[Mpy]) -> Result<Image> {
    let inputs: Vec<Input<'_>> = modules
        .iter()
        .map(|mpy| Input {
            path: Path::new("app/a.py"),
            target: "a.py",
            mpy,
            given: true,
        })
        .collect();
    link(context, &inputs, &[])
}

/// Returns the words of constants in one module.
fn words(context: &Context, objects: Vec<Object>) -> (Vec<Word>, Image) {
    let image = link_all(context, &[module(&["a.py"], objects)]).unwrap();
    (image.obj_table.clone(), image)
}

fn message(context: &Context, module: Mpy) -> String {
    link_all(context, &[module]).unwrap_err().to_string()
}

fn str(text: &str) -> Object {
    Object::Str(text.into())
}

#[test]
fn qstrs_continue_the_firmwares_and_are_sorted() {
    let context = sample();
    assert_eq!(context.qstrs.len(), 6);
    let mut first = module(&["a.py", "zz", " "], vec![]);
    first.qstrs.push(mpy::Qstr::Static(2));
    let second = module(&["b.py", "zz"], vec![str("m")]);
    let image = link_all(&context, &[first, second]).unwrap();
    // a.py, b.py, m and zz are new; the blank and number 2 are the firmware's.
    assert_eq!(image.qstr_table, [6, 9, 4, 2, 7, 9]);
    assert_eq!(image.obj_table, [Word::Immediate(8 << 3 | 2)]);
    assert_eq!((image.pools.first, image.pools.qstrs().count()), (6, 4));
}

#[test]
fn short_strings_become_qstrs_and_long_ones_objects() {
    let context = sample();
    let (short, long) = ("\u{fc}".repeat(24), "x".repeat(25));
    let (words, image) = words(
        &context,
        vec![
            str(&short),
            str(&long),
            str(&long),
            str(""),
            Object::Bytes(long.clone().into()),
        ],
    );
    assert!(matches!(words[0], Word::Immediate(_)));
    assert_eq!(words[1], Word::Object(ObjectRef::Str(0)));
    assert_eq!(words[2], words[1]);
    assert_eq!(words[3], Word::Immediate(1 << 3 | 2));
    // The same bytes as bytes are another object, with the same text.
    assert_eq!(words[4], Word::Object(ObjectRef::Str(1)));
    assert_eq!(image.strs[0].text, image.strs[1].text);
    assert!(!image.strs[0].bytes && image.strs[1].bytes);
}

#[test]
fn constants_that_compare_equal_stay_apart() {
    let context = sample();
    let float = |text: &str| Object::Float(text.into());
    let objects = vec![
        float("0.0"),
        float("-0.0"),
        float("0.0"),
        float("1.0"),
        Object::Int(b"1".into()),
        Object::True,
        Object::Complex(b"0j".into()),
        Object::Complex(b"-0j".into()),
        float("nan"),
        float("nan"),
        Object::Tuple(vec![Object::Int(b"1".into())]),
        Object::Tuple(vec![Object::True]),
        Object::Tuple(vec![float("1.0")]),
        Object::Tuple(vec![Object::True]),
    ];
    let (words, image) = words(&context, objects);
    let apart = [0, 1, 3, 4, 5, 6, 7, 8, 10, 11, 12];
    for (index, one) in apart.iter().enumerate() {
        for other in &apart[..index] {
            assert_ne!(words[*one], words[*other], "{one} and {other}");
        }
    }
    assert_eq!(words[0], words[2]);
    assert_eq!(words[8], words[9]);
    assert_eq!(words[11], words[13]);
    assert_eq!(image.floats, [0, 0x8000_0000, 0x3f80_0000, 0x7fc0_0000]);
    assert_eq!(image.tuples[&1].len(), 3);
}

#[test]
fn integers_are_as_large_as_the_firmware_needs() {
    let context = sample();
    let int = |text: &str| Object::Int(text.into());
    let (words, image) = words(
        &context,
        vec![
            int("1073741823"),
            int("1073741824"),
            int("-1073741825"),
            int("-1073741824"),
        ],
    );
    assert_eq!(words[0], Word::Immediate(0x7fff_ffff));
    assert_eq!(words[3], Word::Immediate(0x8000_0001));
    assert_eq!(image.digits, [0, 0x4000, 1, 0x4000]);
    let int_at = |digits, negative| Int::Mpz {
        negative,
        digits,
        n_digits: 2,
    };
    assert_eq!(image.ints, [int_at(0, false), int_at(2, true)]);

    let long_long = Context {
        facts: crate::context::Facts {
            long_int: LongInt::LongLong,
            ..sample().facts
        },
        ..sample()
    };
    let (_, image) = self::words(&long_long, vec![int("-9223372036854775808")]);
    assert_eq!(image.ints, [Int::LongLong(i64::MIN)]);
    let error = message(
        &long_long,
        module(&["a.py"], vec![int("9223372036854775808")]),
    );
    assert!(error.contains("64 bits"), "{error}");
    let none = Context {
        facts: crate::context::Facts {
            long_int: LongInt::None,
            ..sample().facts
        },
        ..sample()
    };
    let error = message(&none, module(&["a.py"], vec![int("1073741824")]));
    assert!(error.contains("no long ints"), "{error}");
}

#[test]
fn numbers_that_the_firmware_lacks() {
    let without = Context {
        facts: crate::context::Facts {
            float: Float::None,
            complex: false,
            ..sample().facts
        },
        ..sample()
    };
    let objects = vec![Object::Float(b"1.5".into()), Object::Complex(b"2j".into())];
    let error = message(&without, module(&["a.py"], objects));
    assert!(
        error.contains("1.5 is a float") && error.contains("2j is complex"),
        "{error}"
    );
    let error = message(
        &sample(),
        module(&["a.py"], vec![Object::Float(b"x".into())]),
    );
    assert!(error.contains("is no number"), "{error}");
}

#[test]
fn names_must_fit() {
    let context = sample();
    let long = "n".repeat(256);
    let error = message(&context, module(&["a.py", &long], vec![]));
    assert!(error.contains("has 256 bytes"), "{error}");
    let wide = Context {
        facts: crate::context::Facts {
            qstr_bytes_in_len: 2,
            ..sample().facts
        },
        ..sample()
    };
    assert!(link_all(&wide, &[module(&["a.py", &long], vec![])]).is_ok());
    let names: Vec<String> = (0..65_536).map(|n| format!("n{n}")).collect();
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    let error = message(&context, module(&names, vec![]));
    assert!(error.contains("would have 65542 names"), "{error}");
    let mut unknown = module(&["a.py"], vec![]);
    unknown.qstrs.push(mpy::Qstr::Static(5));
    assert!(message(&context, unknown).contains("static name 5"));
}

#[test]
fn functions_share_their_bytes() {
    let leaf = || function(&[0x00, 0x02, 0x00, 0x51, 0x63], vec![]);
    let mut first = module(&["a.py"], vec![]);
    first.code = function(&[0x08, 0x02, 0x00, 0x51, 0x63], vec![leaf(), leaf()]);
    let second = module(&["b.py"], vec![]);
    let image = link_all(&sample(), &[first.clone(), second.clone()]).unwrap();
    assert_eq!(image.bytecode.len(), 10);
    assert_eq!(
        image.children,
        [ProtoFun::Bytecode(5), ProtoFun::Bytecode(5)]
    );
    assert_eq!(image.modules[0].proto_fun, ProtoFun::RawCode(0));
    assert_eq!(image.modules[1].proto_fun, ProtoFun::Bytecode(5));
    // Where code is saved, every function needs its raw code.
    let saving = Context {
        facts: crate::context::Facts {
            persistent_code_save: true,
            ..sample().facts
        },
        ..sample()
    };
    let image = link_all(&saving, &[first, second]).unwrap();
    assert_eq!(image.raw_codes.len(), 4);
}

/// Returns a module with native code for ARMv7-M in `fast`.
fn native_module() -> Mpy {
    let mut native = function(&[0x70, 0x47, 0x00, 0x02, 0x01, 0x51], vec![]);
    native.kind = Kind::Native {
        prelude_offset: 2,
        prelude: Prelude {
            name: 1,
            ..prelude()
        },
    };
    let mut module = module(&["a.py", "fast"], vec![Object::FunTable]);
    module.code.children.push(native);
    module.native = Some(mpy::NativeArch {
        arch: 5,
        sub_version: 3,
        flags: 0,
    });
    module
}

/// Returns a firmware that runs native code.
fn native_firmware() -> Context {
    Context {
        facts: crate::context::Facts {
            machine_code: true,
            inline_asm: true,
            ..sample().facts
        },
        native_arch: Some(Arch::Armv7m),
        ..sample()
    }
}

#[test]
fn native_code_needs_a_firmware_that_runs_it() {
    let error = message(&sample(), native_module());
    assert!(
        error.contains("native code in `a.py.fast` for armv7m (architecture 5)"),
        "{error}"
    );
    assert!(error.contains("Build::native_code(true)"), "{error}");
    let with = |change: fn(&mut mpy::NativeArch)| {
        let mut module = native_module();
        module.native.as_mut().map(change);
        message(&native_firmware(), module)
    };
    let error = with(|native| native.arch = 11);
    assert!(
        error.contains("rv32imc (architecture 11), and the firmware needs armv7m (architecture 5)"),
        "{error}"
    );
    let error = with(|native| native.sub_version = 2);
    assert!(
        error.contains("sub-version 2, and the firmware needs sub-version 3"),
        "{error}"
    );
    assert!(with(|native| native.flags = 1).contains("flags 0x1"));
    let mut module = native_module();
    module.native = None;
    let error = message(&native_firmware(), module);
    assert!(error.contains("header names no architecture"), "{error}");
}

#[test]
fn messages_end_whatever_the_names_are() {
    let mut module = native_module();
    module.qstrs[1] = mpy::Qstr::Text(vec![b'n'; 200]);
    for _ in 0..100 {
        let mut around = function(&[0x08, 0x02, 0x01, 0x51, 0x63], vec![module.code]);
        around.kind = Kind::Bytecode(Prelude {
            name: 1,
            ..prelude()
        });
        module.code = around;
    }
    let error = message(&sample(), module);
    assert!(error.contains("nnn....nnn") && error.len() < 600, "{error}");
}

#[test]
fn native_code_is_aligned_and_finds_its_prelude() {
    let mut module = native_module();
    let first = module.code.children[0].clone();
    let mut second = first.clone();
    second.data[1] = 0x48;
    second.children.push(first);
    module.code.children.push(second);
    let image = link_all(&native_firmware(), &[module]).unwrap();
    // Six bytes, two to align, and six more.
    assert_eq!(image.native.len(), 14);
    assert_eq!(image.obj_table, [Word::Extern(Extern::FunTable)]);
    let places: Vec<_> = image.raw_codes.iter().map(|raw| &raw.code).collect();
    let at = |at| Code::Native {
        at,
        prelude_offset: 2,
    };
    assert_eq!(places[..3], [&at(0), &at(0), &at(8)]);
    // The second function's table has the first one, then the prelude.
    assert_eq!(image.raw_codes[2].children, (0, 1));
    assert_eq!(
        image.children[..2],
        [ProtoFun::RawCode(1), ProtoFun::Prelude(10)]
    );
}

#[test]
fn assembler_keeps_its_arguments() {
    let mut module = native_module();
    let asm = |scope_flags, n_pos_args| Kind::Asm {
        code: mpy::Unmanaged {
            scope_flags,
            rodata: vec![],
            bss: 0,
            relocations: vec![],
        },
        n_pos_args,
        type_sig: 5,
    };
    module.code.children[0].kind = asm(0, 2);
    let image = link_all(&native_firmware(), std::slice::from_ref(&module)).unwrap();
    assert_eq!(image.children, [ProtoFun::AsmCode(0)]);
    assert_eq!(
        image.asm_codes[0].code,
        Code::Asm {
            at: 0,
            n_pos_args: 2,
            type_sig: 5
        }
    );
    module.code.children[0].kind = asm(0x10, 2);
    let error = message(&native_firmware(), module.clone());
    assert!(error.contains("relocations"), "{error}");
    module.code.children[0].kind = asm(0, 256);
    assert!(message(&native_firmware(), module.clone()).contains("256 arguments"));
    module.code.children[0].kind = asm(0, 2);
    module.code.children[0].data.clear();
    assert!(message(&native_firmware(), module).contains("has 0 bytes"));
}

fn text(bytes: &[u8]) -> inputs::Source {
    inputs::Source {
        path: "app/t.py".into(),
        target: "t.py".into(),
        kind: crate::frozen::kind::Kind::Text,
        bytes: bytes.into(),
        opt: None,
    }
}

#[test]
fn texts_come_before_modules_and_are_never_empty() {
    let module = module(&["a.py"], vec![]);
    let input = Input {
        path: Path::new("app/a.py"),
        target: "a.py",
        mpy: &module,
        given: false,
    };
    let image = link(&sample(), &[input], &[text(b""), text(b"x = 1")]).unwrap();
    assert_eq!(image.names(), b"t.py\0t.py\0a.py\0\0");
    assert_eq!(image.sources[0].text, b"\n");
    let without = Context {
        facts: crate::context::Facts {
            frozen_str: false,
            ..sample().facts
        },
        ..sample()
    };
    let error = link(&without, &[], &[text(b"x")]).unwrap_err().to_string();
    assert!(error.contains("app/t.py") && error.contains("no compiler"));
}

#[test]
fn small_ints_of_another_size() {
    let mut module = module(&["a.py"], vec![]);
    module.small_int_bits = 63;
    let error = message(&sample(), module);
    assert!(
        error.contains("63 bits, and the firmware's have 31"),
        "{error}"
    );
}
