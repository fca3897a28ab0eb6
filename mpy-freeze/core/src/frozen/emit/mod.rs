//! The last stage: turns an image into Rust statics, of the types that bindgen read in MicroPython's own headers.
//!
//! A layout that differs from the one that this module knows is a type error in the firmware's crate. Assertions check
//! at compile time what types can't show. Every address is that of an entry of a named static, so a missing entry is a
//! compile error too.

mod entry;
mod native;
mod support;

use std::path::{Component, Path, PathBuf};

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::Context;
use crate::tables::{self, ident};

use self::entry::{Quote, Scope};
use super::image::{Extern, Image, QstrPool};

/// Turns an image into items. `sources` are tracked by the compiler: an edit rebuilds the crate.
pub(super) fn emit(
    context: &Context,
    image: &Image,
    base: &Path,
    sources: &[PathBuf],
    modules: &[TokenStream],
) -> TokenStream {
    let scope = Scope { context, image };
    let support = support::items(context);
    let tracking = sources.iter().map(|source| track(base, source));
    let strings = [text(&scope), names(&scope)];
    let qstrs = pools(&scope);
    let constants = constants(&scope);
    let tables = tables(&scope);
    let modules = rust_modules(&scope, modules);
    let allow = tables::allow();
    quote! {
        #[doc(hidden)]
        #allow
        mod freeze_may_be_used_only_once {
            #support
            #(#tracking)*
            #(#strings)*
            #qstrs
            #constants
            #tables
            #modules
        }
    }
}

/// Returns the map of the modules that are written in Rust. Each module knows its own name.
fn rust_modules(scope: &Scope<'_>, modules: &[TokenStream]) -> TokenStream {
    let section = section(scope, Part::Tables);
    // The compiler reports a path that is no Python module at that path, thanks to its span.
    let entries = modules.iter().map(|module| {
        let last = module.clone().into_iter().last();
        let at = last.map_or_else(Span::call_site, |token| token.span());
        let at = Span::call_site().located_at(at);
        quote_spanned!(at=> module(#module::__MPY_NAME, #module::__MPY_OBJECT))
    });
    // The types of the parameters prove that the macro has written the constants.
    let module = (!modules.is_empty()).then(|| quote! {
        const fn module(
            name: ::mpy_freeze_rt::__private::Qstr,
            object: ::mpy_freeze_rt::__private::StaticObject<::mpy_freeze_rt::__private::IsModule>,
        ) -> Entry {
            entry(name.number(), p(object.address()))
        }
    });
    quote! {
        #module
        const RUST_MODULES: &[Entry] = &[#(#entries),*];
        #section
        #[unsafe(no_mangle)]
        static mpyf_rust_modules: Rom<ffi::mp_map_t> = Rom(map(RUST_MODULES));
    }
}

/// Makes the compiler depend on a source file. A path below the crate's folder is written relative to it, so that the
/// same crate gives the same tokens wherever it lies.
fn track(base: &Path, source: &Path) -> TokenStream {
    let Ok(relative) = source.strip_prefix(base) else {
        let path = source.to_string_lossy();
        return quote!(
            const _: &[u8] = ::core::include_bytes!(#path);
        );
    };
    let mut path = String::new();
    for component in relative.components() {
        if component != Component::CurDir {
            path.push('/');
            path.push_str(&component.as_os_str().to_string_lossy());
        }
    }
    quote! {
        const _: &[u8] =
            ::core::include_bytes!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #path));
    }
}

/// Returns an exported table of entries of one type.
fn table(
    scope: &Scope<'_>,
    part: Part,
    name: &str,
    entry: &TokenStream,
    entries: Vec<TokenStream>,
) -> TokenStream {
    let length = Literal::usize_unsuffixed(entries.len());
    let name = ident(name);
    let section = section(scope, part);
    quote! {
        #section
        #[unsafe(no_mangle)]
        static #name: Rom<[#entry; #length]> = Rom([#(#entries),*]);
    }
}

/// Returns an exported table of bytes.
fn bytes(scope: &Scope<'_>, part: Part, name: &str, bytes: &[u8]) -> TokenStream {
    wrapped_bytes(scope, part, name, bytes, "Rom")
}

fn wrapped_bytes(
    scope: &Scope<'_>,
    part: Part,
    name: &str,
    bytes: &[u8],
    wrapper: &str,
) -> TokenStream {
    let length = Literal::usize_unsuffixed(bytes.len());
    let literal = Literal::byte_string(bytes);
    let (name, wrapper) = (ident(name), ident(wrapper));
    let section = section(scope, part);
    quote! {
        #section
        #[unsafe(no_mangle)]
        static #name: #wrapper<[u8; #length]> = #wrapper(*#literal);
    }
}

/// The part that a table counts as when the image's size is shown. Symbols and sections carry the part's name.
#[derive(Debug, Clone, Copy)]
enum Part {
    Bytecode,
    Sources,
    Constants,
    Qstrs,
    Tables,
}

/// Returns the attribute with a table's section. A hosted target gets none: there the linker has to relocate addresses
/// in the table, which it can't do in a section that is never writable.
fn section(scope: &Scope<'_>, part: Part) -> TokenStream {
    if !scope.context.bare_metal {
        return TokenStream::new();
    }
    let section = match part {
        Part::Bytecode => ".rodata.mpy_freeze.bytecode",
        Part::Sources => ".rodata.mpy_freeze.sources",
        Part::Constants => ".rodata.mpy_freeze.constants",
        Part::Qstrs => ".rodata.mpy_freeze.qstrs",
        Part::Tables => ".rodata.mpy_freeze.tables",
    };
    quote!(#[unsafe(link_section = #section)])
}

/// Returns the table with the bytes of all strings, aligned to a word.
fn text(scope: &Scope<'_>) -> TokenStream {
    let align = Literal::u32_unsuffixed(scope.context.facts.word_bytes);
    let bytes = scope.image.text.bytes();
    let table = wrapped_bytes(scope, Part::Qstrs, names::TEXT, bytes, "Aligned");
    quote! {
        #[repr(C, align(#align))]
        struct Aligned<T>(T);
        #table
    }
}

fn names(scope: &Scope<'_>) -> TokenStream {
    bytes(scope, Part::Tables, "mp_frozen_names", &scope.image.names())
}

/// Returns the qstr pools, chained behind the firmware's own. The last has the name that libmicropython knows.
fn pools(scope: &Scope<'_>) -> TokenStream {
    let pools = &scope.image.pools;
    let lengths = pools.qstrs().map(|qstr| {
        let length = Literal::usize_unsuffixed(qstr.length);
        quote!(#length)
    });
    let length = quote!(ffi::qstr_len_t);
    let mut items = table(
        scope,
        Part::Qstrs,
        names::LENGTHS,
        &length,
        lengths.collect(),
    );
    if scope.context.facts.qstr_bytes_in_hash > 0 {
        let hashes = pools.qstrs().map(|qstr| {
            let hash = Literal::u32_unsuffixed(qstr.hash);
            quote!(#hash)
        });
        let hash = quote!(ffi::qstr_hash_t);
        items.extend(table(
            scope,
            Part::Qstrs,
            names::HASHES,
            &hash,
            hashes.collect(),
        ));
    }
    let mut previous = quote!(&raw const ffi::mp_qstr_const_pool);
    let mut skip = 0;
    for (index, one) in pools.pools.iter().enumerate() {
        let name = if index + 1 == pools.pools.len() {
            "mp_qstr_frozen_const_pool".to_string()
        } else {
            names::pool(index)
        };
        items.extend(pool(scope, &name, &previous, skip, one));
        let name = ident(&name);
        previous = quote!((&raw const #name.0.head));
        skip += one.qstrs.len();
    }
    items
}

/// Returns a pool whose qstrs begin at index `skip` of the lengths and hashes.
fn pool(
    scope: &Scope<'_>,
    name: &str,
    previous: &TokenStream,
    skip: usize,
    pool: &QstrPool,
) -> TokenStream {
    let QstrPool { sorted, qstrs } = pool;
    let first = scope.image.pools.first + skip;
    let length = Literal::usize_unsuffixed(qstrs.len());
    // MicroPython's first pool in RAM gets twice as many entries as `alloc` says. A number of at most `len` marks this
    // pool as full.
    let alloc = Literal::usize_unsuffixed(qstrs.len().min(10));
    let lengths = scope.at(names::LENGTHS, skip);
    let hashes = (scope.context.facts.qstr_bytes_in_hash > 0).then(|| {
        let hashes = scope.at(names::HASHES, skip);
        quote!(hashes: (#hashes).cast_mut(),)
    });
    let texts = qstrs.iter().map(|qstr| {
        let text = scope.text(qstr.text);
        quote!(c(#text))
    });
    let name = ident(name);
    let section = section(scope, Part::Qstrs);
    quote! {
        #section
        #[unsafe(no_mangle)]
        static #name: Rom<Pool<#length>> = Rom(Pool {
            head: ffi::qstr_pool_t {
                prev: #previous,
                _bitfield_1: pool_bits(#first, #sorted),
                alloc: #alloc,
                len: #length,
                #hashes
                lengths: (#lengths).cast_mut(),
                qstrs: ffi::__IncompleteArrayField::new(),
            },
            qstrs: [#(#texts),*],
        });
    }
}

/// Returns the constants, one table for each type. Tuples have one for each length.
fn constants(scope: &Scope<'_>) -> TokenStream {
    let image = scope.image;
    let mut items = TokenStream::new();
    let mut add = |name: &str, entry: TokenStream, entries: Vec<TokenStream>| {
        if !entries.is_empty() {
            items.extend(table(scope, Part::Constants, name, &entry, entries));
        }
    };
    add(
        names::STRS,
        quote!(ffi::mp_obj_str_t),
        scope.all(&image.strs),
    );
    add(
        names::INTS,
        quote!(ffi::mp_obj_int_t),
        scope.all(&image.ints),
    );
    add(
        names::DIGITS,
        quote!(ffi::mpz_dig_t),
        scope.all(&image.digits),
    );
    let floats = image.floats.iter();
    let floats = floats.map(|bits| {
        let value = scope.float(*bits);
        quote!(ffi::mp_obj_float_t { base: base(&raw const ffi::mp_type_float), value: #value })
    });
    add(names::FLOATS, quote!(ffi::mp_obj_float_t), floats.collect());
    let complexes = image.complexes.iter().map(|(real, imaginary)| {
        let (real, imaginary) = (scope.float(*real), scope.float(*imaginary));
        quote! {
            ffi::mp_obj_complex_t {
                base: base(&raw const ffi::mp_type_complex),
                real: #real,
                imag: #imaginary,
            }
        }
    });
    add(
        names::COMPLEXES,
        quote!(ffi::mp_obj_complex_t),
        complexes.collect(),
    );
    for (length, tuples) in &image.tuples {
        let length = Literal::usize_unsuffixed(*length);
        let tuples = tuples.iter().map(|words| {
            let words = scope.all(words);
            quote!(tuple([#(#words),*]))
        });
        add(
            &names::tuples(&length),
            quote!(Tuple<#length>),
            tuples.collect(),
        );
    }
    items
}

/// Returns the code, the source texts, and the tables that lead from a module's name to its code and constants.
fn tables(scope: &Scope<'_>) -> TokenStream {
    let image = scope.image;
    let code = bytes(scope, Part::Bytecode, names::BYTECODE, &image.bytecode);
    let native = native::items(image, scope.context.facts.word_bytes);
    let sources = sources(scope);
    let mut items = TokenStream::new();
    let mut add = |name: &str, entry: TokenStream, entries: Vec<TokenStream>| {
        if !entries.is_empty() {
            items.extend(table(scope, Part::Tables, name, &entry, entries));
        }
    };
    let raw_code = quote!(ffi::mp_raw_code_truncated_t);
    add(names::RAW_CODES, raw_code, scope.all(&image.raw_codes));
    let asm_code = quote!(ffi::mp_raw_code_t);
    add(names::ASM_CODES, asm_code, scope.all(&image.asm_codes));
    let children = image.children.iter().map(|child| {
        let child = child.quote(scope);
        quote!((#child).cast_mut().cast())
    });
    add(
        names::CHILDREN,
        quote!(*mut ffi::_mp_raw_code_t),
        children.collect(),
    );
    let numbers = image.qstr_table.iter();
    let numbers = numbers.map(|number| {
        let number = Literal::u16_unsuffixed(*number);
        quote!(#number)
    });
    add(
        names::QSTR_TABLE,
        quote!(ffi::qstr_short_t),
        numbers.collect(),
    );
    add(names::OBJ_TABLE, quote!(Word), scope.all(&image.obj_table));
    add(
        names::MODULES,
        quote!(ffi::mp_frozen_module_t),
        scope.all(&image.modules),
    );
    let modules = (0..image.modules.len()).map(|index| scope.at(names::MODULES, index));
    let mut modules: Vec<TokenStream> = modules.collect();
    if modules.is_empty() {
        // An empty table is left out. The linker would then take the library's own, and with it the library's other
        // tables.
        modules.push(quote!(::core::ptr::null()));
    }
    add(
        "mp_frozen_mpy_content",
        quote!(*const ffi::mp_frozen_module_t),
        modules,
    );
    quote!(#code #native #items #sources)
}

/// Returns the frozen source texts: their lengths with a zero at the end, and the texts, each with a zero byte behind
/// it.
fn sources(scope: &Scope<'_>) -> TokenStream {
    let mut lengths = Vec::new();
    let mut texts = Vec::new();
    for source in &scope.image.sources {
        let length = Literal::usize_unsuffixed(source.text.len());
        lengths.push(quote!(#length));
        texts.extend(&source.text);
        texts.push(0);
    }
    lengths.push(quote!(0));
    texts.push(0);
    let lengths = table(
        scope,
        Part::Tables,
        "mp_frozen_str_sizes",
        &quote!(u32),
        lengths,
    );
    let texts = bytes(scope, Part::Sources, "mp_frozen_str_content", &texts);
    quote!(#lengths #texts)
}

/// The statics' names. The part that a table counts as is in its name, for tools that read the image's symbols.
mod names {
    pub(super) const BYTECODE: &str = "mpy_freeze_bytecode";
    pub(super) const STRS: &str = "mpy_freeze_constants_strs";
    pub(super) const INTS: &str = "mpy_freeze_constants_ints";
    pub(super) const DIGITS: &str = "mpy_freeze_constants_digits";
    pub(super) const FLOATS: &str = "mpy_freeze_constants_floats";
    pub(super) const COMPLEXES: &str = "mpy_freeze_constants_complexes";
    pub(super) const TEXT: &str = "mpy_freeze_qstrs_text";
    pub(super) const LENGTHS: &str = "mpy_freeze_qstrs_lengths";
    pub(super) const HASHES: &str = "mpy_freeze_qstrs_hashes";
    pub(super) const RAW_CODES: &str = "mpy_freeze_tables_raw_codes";
    pub(super) const ASM_CODES: &str = "mpy_freeze_tables_asm_codes";
    pub(super) const CHILDREN: &str = "mpy_freeze_tables_children";
    pub(super) const QSTR_TABLE: &str = "mpy_freeze_tables_qstrs";
    pub(super) const OBJ_TABLE: &str = "mpy_freeze_tables_objs";
    pub(super) const MODULES: &str = "mpy_freeze_tables_modules";

    /// Returns the name of a pool that isn't the last.
    pub(super) fn pool(index: usize) -> String {
        format!("mpy_freeze_qstrs_pool_{index}")
    }

    /// Returns the name of the table of tuples of a length.
    pub(super) fn tuples(length: &impl std::fmt::Display) -> String {
        format!("mpy_freeze_constants_tuples_{length}")
    }
}

/// Returns the name of one of libmicropython's objects.
fn extern_name(object: Extern) -> &'static str {
    match object {
        Extern::None => "mp_const_none_obj",
        Extern::False => "mp_const_false_obj",
        Extern::True => "mp_const_true_obj",
        Extern::Ellipsis => "mp_const_ellipsis_obj",
        Extern::EmptyBytes => "mp_const_empty_bytes_obj",
        Extern::EmptyTuple => "mp_const_empty_tuple_obj",
        Extern::FunTable => "mp_fun_table",
    }
}

#[cfg(test)]
#[path = "emit_tests.rs"]
mod tests;
