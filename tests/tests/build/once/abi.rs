//! The shim's header and `mpy-freeze-rt` say the same of the interface between them: constants, layouts and functions, on
//! 32 bits and on 64.
//!
//! Both sides are Rust here: what bindgen makes of `mpyf.h`, and `ffi.rs` with the file that has the type of a function's
//! result. Types are compared by what they are, whatever they are called; fields and arguments by name as well, so that
//! two of one type can't change places.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Expr, Fields, ForeignItem, Item, Lit, ReturnType, Type};

/// Constants of the header that `ffi.rs` has no use for: success is zero, and the macros know of parameters.
const NOT_IN_FFI: [&str; 5] = [
    "MAX_PARAMS",
    "OK",
    "SIGNATURE_ARGS",
    "SIGNATURE_KWARGS",
    "STARTED",
];

/// One side of the interface.
#[derive(Default)]
struct Side {
    constants: BTreeMap<String, (u64, Type)>,
    structs: BTreeMap<String, (String, Vec<(String, Type)>)>,
    aliases: BTreeMap<String, Type>,
    functions: BTreeMap<String, syn::Signature>,
    statics: BTreeMap<String, Type>,
    /// What clang says of sizes, alignments and offsets.
    layout: BTreeMap<String, u64>,
}

impl Side {
    fn read(text: &str, bits: u32) -> Self {
        let mut side = Self::default();
        for item in syn::parse_file(text).expect("this is Rust").items {
            side.item(item, bits);
        }
        side
    }

    fn item(&mut self, item: Item, bits: u32) {
        match item {
            Item::Const(item) if item.ident == "_" => self.assertions(&item.expr),
            Item::Const(item) => {
                let name = item.ident.to_string();
                let name = name.strip_prefix("MPYF_").unwrap_or(&name).to_string();
                if let Some(value) = number(&item.expr) {
                    self.constants.insert(name, (value, *item.ty));
                }
            }
            Item::Struct(item) if is_for(&item.attrs, bits) => {
                let fields = match item.fields {
                    Fields::Named(fields) => fields.named,
                    Fields::Unnamed(fields) => fields.unnamed,
                    Fields::Unit => return,
                };
                let name =
                    |field: &syn::Field| field.ident.as_ref().map_or_else(String::new, plain);
                let fields = fields.iter().map(|field| (name(field), field.ty.clone()));
                let fields = (representation(&item.attrs), fields.collect());
                self.structs.insert(item.ident.to_string(), fields);
            }
            Item::Type(item) => {
                self.aliases.insert(item.ident.to_string(), *item.ty);
            }
            Item::ForeignMod(item) => item.items.into_iter().for_each(|item| match item {
                ForeignItem::Fn(item) if is_for(&item.attrs, bits) => {
                    self.functions.insert(item.sig.ident.to_string(), item.sig);
                }
                ForeignItem::Static(item) => {
                    self.statics.insert(item.ident.to_string(), *item.ty);
                }
                _ => {}
            }),
            _ => {}
        }
    }

    /// Reads bindgen's assertions, such as `["Size of T"][size_of::<T>() - 8usize];`.
    fn assertions(&mut self, expr: &Expr) {
        let Expr::Block(block) = expr else { return };
        for statement in &block.block.stmts {
            if let syn::Stmt::Expr(Expr::Index(index), _) = statement
                && let Expr::Array(array) = &*index.expr
                && let Some(Expr::Lit(text)) = array.elems.first()
                && let Lit::Str(text) = &text.lit
                && let Expr::Binary(difference) = &*index.index
                && let Some(value) = number(&difference.right)
            {
                self.layout.insert(text.value(), value);
            }
        }
    }

    /// What a type is: aliases, `Option` around functions and transparent structs are gone through.
    fn resolve(&self, ty: &Type) -> Type {
        let Type::Path(path) = ty else {
            return ty.clone();
        };
        let last = path.path.segments.last().expect("a path has a name");
        let name = last.ident.to_string();
        if let Some(alias) = self.aliases.get(&name) {
            return self.resolve(alias);
        }
        match self.structs.get(&name) {
            Some((representation, fields)) if representation == "transparent" => {
                self.resolve(&fields[0].1)
            }
            // No target has an enum of another size.
            None if name == "c_uint" => syn::parse_str("u32").expect("this is a type"),
            None if name == "Option" => match &last.arguments {
                syn::PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
                    Some(syn::GenericArgument::Type(inside)) => self.resolve(inside),
                    _ => ty.clone(),
                },
                _ => ty.clone(),
            },
            _ => ty.clone(),
        }
    }

    /// The size and the alignment of a type on a machine of so many bits, by the rules of C.
    fn size(&self, ty: &Type, bits: u32) -> (u64, u64) {
        let word = u64::from(bits / 8);
        match self.resolve(ty) {
            Type::Path(path) => {
                let name = path.path.segments.last().unwrap().ident.to_string();
                let bytes = match name.as_str() {
                    "u8" | "i8" | "c_char" => 1,
                    "u16" | "i16" => 2,
                    "u32" | "i32" | "f32" => 4,
                    "u64" | "i64" | "f64" => 8,
                    "usize" | "isize" => word,
                    _ => {
                        let (_, size, align) = self.fields_at(&name, bits);
                        return (size, align);
                    }
                };
                (bytes, bytes)
            }
            _ => (word, word),
        }
    }

    /// Where the fields of a struct lie, its size and its alignment.
    fn fields_at(&self, name: &str, bits: u32) -> (Vec<u64>, u64, u64) {
        let (mut end, mut align, mut offsets) = (0_u64, 1, Vec::new());
        let (representation, fields) = &self.structs[name];
        assert_eq!(representation, "C", "{name}");
        for (_, ty) in fields {
            let (size, its_align) = self.size(ty, bits);
            offsets.push(end.next_multiple_of(its_align));
            end = offsets[offsets.len() - 1] + size;
            align = align.max(its_align);
        }
        (offsets, end.next_multiple_of(align), align)
    }
}

/// The comparison of two sides.
struct Comparison<'a> {
    c: &'a Side,
    rust: &'a Side,
    bits: u32,
    structs: BTreeSet<(String, String)>,
    problems: Vec<String>,
}

/// What differs between the header, as bindgen reads it, and the Rust side, which takes types from another file too.
fn compare(c: &str, rust: &str, types: &str, bits: u32) -> Vec<String> {
    let (c, mut rust) = (&Side::read(c, bits), Side::read(rust, bits));
    rust.structs.extend(Side::read(types, bits).structs);
    let rust = &rust;
    let mut comparison = Comparison {
        c,
        rust,
        bits,
        structs: BTreeSet::new(),
        problems: Vec::new(),
    };
    comparison.names("constant", &c.constants, &rust.constants);
    comparison.names("function", &c.functions, &rust.functions);
    comparison.names("static", &c.statics, &rust.statics);
    for (name, (value, ty)) in &rust.constants {
        if let Some((theirs, their_type)) = c.constants.get(name) {
            if theirs != value {
                comparison.say(format!("{name} is {theirs} in C and {value} in Rust"));
            }
            comparison.types(name, their_type, ty);
        }
    }
    for (name, signature) in &rust.functions {
        if let Some(theirs) = c.functions.get(name) {
            let arguments = |signature: &syn::Signature| -> Vec<(String, Type)> {
                signature.inputs.iter().map(argument).collect()
            };
            comparison.lists(name, &arguments(theirs), &arguments(signature));
            comparison.results(name, &theirs.output, &signature.output);
        }
    }
    for (name, ty) in &rust.statics {
        if let Some(theirs) = c.statics.get(name) {
            comparison.types(name, theirs, ty);
        }
    }
    comparison.problems
}

impl Comparison<'_> {
    fn say(&mut self, problem: String) {
        self.problems.push(problem);
    }

    fn names<C, R>(&mut self, what: &str, c: &BTreeMap<String, C>, rust: &BTreeMap<String, R>) {
        // The board's functions are defined in Rust, and `shim` has its name from the build.
        let elsewhere = |name: &str| {
            NOT_IN_FFI.contains(&name) || name.starts_with("mpyf_platform_") || name == "shim"
        };
        for name in c.keys().filter(|name| !rust.contains_key(*name)) {
            if !elsewhere(name) {
                self.say(format!("Rust has no {what} {name}"));
            }
        }
        for name in rust.keys().filter(|name| !c.contains_key(*name)) {
            if !elsewhere(name) {
                self.say(format!("C has no {what} {name}"));
            }
        }
    }

    /// Compares fields or arguments.
    fn lists(&mut self, of: &str, c: &[(String, Type)], rust: &[(String, Type)]) {
        if c.len() != rust.len() {
            self.say(format!(
                "{of} has {} in C and {} in Rust",
                c.len(),
                rust.len()
            ));
        }
        for ((name, ty), (in_rust, type_in_rust)) in c.iter().zip(rust) {
            if name != in_rust && !name.is_empty() && !in_rust.is_empty() {
                self.say(format!("{of}: {name} in C is {in_rust} in Rust"));
            }
            self.types(&format!("{of}: {name}"), ty, type_in_rust);
        }
    }

    fn results(&mut self, of: &str, c: &ReturnType, rust: &ReturnType) {
        match (c, rust) {
            (ReturnType::Default, ReturnType::Default) => {}
            (ReturnType::Type(_, c), ReturnType::Type(_, rust)) => {
                self.types(&format!("{of}: the result"), c, rust);
            }
            _ => self.say(format!("{of} has a result on one side only")),
        }
    }

    fn types(&mut self, of: &str, c: &Type, rust: &Type) {
        match (self.c.resolve(c), self.rust.resolve(rust)) {
            (Type::Ptr(c), Type::Ptr(rust)) if c.mutability == rust.mutability => {
                self.types(of, &c.elem, &rust.elem);
            }
            (Type::FnPtr(c), Type::FnPtr(rust)) => {
                let arguments = |function: &syn::TypeFnPtr| -> Vec<(String, Type)> {
                    let arguments = function.inputs.iter();
                    arguments
                        .map(|argument| (String::new(), argument.ty.clone()))
                        .collect()
                };
                self.lists(of, &arguments(&c), &arguments(&rust));
                self.results(of, &c.output, &rust.output);
            }
            (Type::Path(c), Type::Path(rust)) => {
                let name =
                    |path: &syn::TypePath| path.path.segments.last().unwrap().ident.to_string();
                self.named(of, name(&c), name(&rust));
            }
            _ => self.say(format!("{of} has different types")),
        }
    }

    /// Compares types that aren't made of others but by their fields.
    fn named(&mut self, of: &str, c: String, rust: String) {
        let fields = (self.c.structs.get(&c), self.rust.structs.get(&rust));
        let (Some((_, in_c)), Some((_, in_rust))) = fields else {
            if c != rust {
                self.say(format!("{of} is {c} in C and {rust} in Rust"));
            }
            return;
        };
        if !self.structs.insert((c.clone(), rust.clone())) {
            return;
        }
        self.lists(&rust, in_c, in_rust);
        let (offsets, size, align) = self.rust.fields_at(&rust, self.bits);
        let mut expected = vec![
            (format!("Size of {c}"), size),
            (format!("Alignment of {c}"), align),
        ];
        let places = in_c.iter().zip(offsets);
        expected
            .extend(places.map(|((field, _), at)| (format!("Offset of field: {c}::{field}"), at)));
        for (what, value) in expected {
            let in_c = self.c.layout.get(&what);
            if in_c != Some(&value) {
                self.say(format!("{what}: {in_c:?} in C and {value} in Rust"));
            }
        }
    }
}

fn number(expr: &Expr) -> Option<u64> {
    match expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(value) => value.base10_parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// A name without what makes it differ from a keyword.
fn plain(name: &syn::Ident) -> String {
    name.to_string().trim_end_matches('_').to_string()
}

fn argument(argument: &syn::FnArg) -> (String, Type) {
    match argument {
        syn::FnArg::Typed(argument) => match &*argument.pat {
            syn::Pat::Ident(name) => (plain(&name.ident), (*argument.ty).clone()),
            _ => panic!("an argument of C has a name"),
        },
        syn::FnArg::Receiver(_) => panic!("C has no self"),
    }
}

fn representation(attrs: &[syn::Attribute]) -> String {
    let attrs = attrs.iter().filter(|attr| attr.path().is_ident("repr"));
    let names = attrs.map(|attr| attr.parse_args::<syn::Ident>().expect("repr has a name"));
    names.map(|name| name.to_string()).collect()
}

/// Whether an item is there on a machine of so many bits.
fn is_for(attrs: &[syn::Attribute], bits: u32) -> bool {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident("cfg"))
        .all(|attr| {
            let syn::Meta::List(list) = &attr.meta else {
                panic!("cfg has a condition")
            };
            match list.tokens.to_string().replace(' ', "").as_str() {
                "target_pointer_width=\"64\"" => bits == 64,
                "not(target_pointer_width=\"64\")" => bits != 64,
                condition => panic!("this test doesn't know the condition {condition}"),
            }
        })
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A header as bindgen reads it for a target.
fn bindings(builder: bindgen::Builder, target: &str) -> String {
    let bindings = builder
        .clang_args([&format!("--target={target}"), "-ffreestanding"])
        .allowlist_item("_?mpyf_.*|MPYF_.*")
        .blocklist_item("MPYF_RETURN_KIND|MPYF_RETURN_PAYLOAD")
        .use_core()
        .generate_comments(false)
        .size_t_is_usize(true)
        .default_macro_constant_type(bindgen::MacroTypeVariation::Unsigned)
        .generate();
    bindings.expect("the header is C").to_string()
}

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).expect(path)
}

const FFI: &str = "mpy-freeze/rt/src/ffi.rs";

#[test]
fn the_header_and_the_crate_say_the_same() {
    let (rust, types) = (read(FFI), read("mpy-freeze/rt/src/function.rs"));
    let header = repository().join("mpy-freeze/port/shim/mpyf.h");
    for (target, bits) in [("thumbv7m-none-eabi", 32), ("x86_64-unknown-linux-gnu", 64)] {
        let builder = bindgen::Builder::default().header(header.display().to_string());
        let problems = compare(&bindings(builder, target), &rust, &types, bits);
        assert!(
            problems.is_empty(),
            "for {target}:\n{}",
            problems.join("\n")
        );
    }
}

/// The symbol that a firmware is linked by. With `BLESS=1` the crate gets the one of the header as it is now.
#[test]
fn the_crate_asks_for_the_shim_of_this_header() {
    let symbol = mpy_freeze::shim_symbol();
    let stem = symbol.trim_end_matches(|digit: char| digit.is_ascii_hexdigit());
    let text = read(FFI);
    let at = text.find(stem).expect("the name of the shim");
    let end = at + text[at..].find('"').expect("the name's end");
    if mpy_freeze_tests::blesses() {
        let blessed = format!("{}{symbol}{}", &text[..at], &text[end..]);
        fs::write(repository().join(FFI), blessed).expect(FFI);
    } else {
        assert_eq!(
            &text[at..end],
            symbol,
            "the shim's header has changed: bring {FFI} in line with it, then run this test with BLESS=1"
        );
    }
}

/// What is found to differ between a header and Rust.
fn differences(header: &str, rust: &str) -> Vec<String> {
    let header = format!("typedef unsigned int uint32_t; {header}");
    let builder = bindgen::Builder::default().header_contents("made_up.h", &header);
    compare(&bindings(builder, "thumbv7m-none-eabi"), rust, "", 32)
}

const HEADER: &str = "enum { MPYF_ONE = 1 };
    typedef uint32_t mpyf_handle_t;
    typedef struct _mpyf_pair_t { mpyf_handle_t left; uint32_t right; const char *text; } mpyf_pair_t;
    typedef void (*mpyf_write_t)(void *to, const char *text);
    extern uint32_t mpyf_outside;
    uint32_t mpyf_put(const mpyf_pair_t *pair, uint32_t first, uint32_t second, mpyf_write_t write);";

const RUST: &str = "const ONE: u32 = 1;
    #[repr(C)] struct Pair { left: u32, right: u32, text: *const c_char }
    type Write = unsafe extern \"C\" fn(*mut c_void, *const c_char);
    unsafe extern \"C\" {
        static mut mpyf_outside: u32;
        fn mpyf_put(pair: *const Pair, first: u32, second: u32, write: Write) -> u32;
    }";

#[test]
fn equal_sides_have_no_differences() {
    assert_eq!(differences(HEADER, RUST), Vec::<String>::new());
}

#[test]
fn each_change_of_one_side_is_found() {
    let changes = [
        (
            "ONE: u32 = 1",
            "ONE: u32 = 2",
            "ONE is 1 in C and 2 in Rust",
        ),
        ("ONE: u32", "ONE: i32", "ONE is u32 in C and i32 in Rust"),
        ("const ONE: u32 = 1;", "", "Rust has no constant ONE"),
        (
            "first: u32, second: u32",
            "second: u32, first: u32",
            "first in C is second in Rust",
        ),
        ("first: u32, ", "", "mpyf_put has 4 in C and 3 in Rust"),
        (
            "left: u32, right: u32",
            "right: u32, left: u32",
            "left in C is right in Rust",
        ),
        (
            "right: u32",
            "right: u64",
            "Pair: right is u32 in C and u64 in Rust",
        ),
        (
            "right: u32",
            "right: u64",
            "Size of _mpyf_pair_t: Some(12) in C and 24 in Rust",
        ),
        (
            "*const Pair",
            "*mut Pair",
            "mpyf_put: pair has different types",
        ),
        (
            "*const c_char }",
            "*const u8 }",
            "text is c_char in C and u8 in Rust",
        ),
        (
            "*mut c_void",
            "*const c_void",
            "mpyf_put: write:  has different types",
        ),
        (
            "outside: u32",
            "outside: u64",
            "mpyf_outside is u32 in C and u64 in Rust",
        ),
        (" -> u32;", ";", "mpyf_put has a result on one side only"),
        (
            "fn mpyf_put(",
            "fn mpyf_place(",
            "Rust has no function mpyf_put",
        ),
        (
            "fn mpyf_put(",
            "fn mpyf_place(",
            "C has no function mpyf_place",
        ),
    ];
    for (before, after, expected) in changes {
        let found = differences(HEADER, &RUST.replace(before, after));
        let found = found.join("\n");
        assert!(found.contains(expected), "{before} as {after}: {found}");
    }
}
