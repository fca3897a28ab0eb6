//! Turns entries of tables into Rust expressions. Each type is taken apart completely, so that a new field of the image
//! can't be forgotten here.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::frozen::image::{Code, Image, Int, Module, ObjectRef, ProtoFun, RawCode, Str, Word};
use crate::frozen::mpy::Prelude;
use crate::frozen::text::TextId;
use crate::{Context, Float};

use super::{extern_name, names};
use crate::tables::ident;

/// The context and the image, which an entry needs besides itself.
pub(super) struct Scope<'a> {
    pub(super) context: &'a Context,
    pub(super) image: &'a Image,
}

/// An entry that can be turned into an expression.
pub(super) trait Quote {
    fn quote(&self, scope: &Scope<'_>) -> TokenStream;
}

impl Scope<'_> {
    /// Returns all entries of a table as expressions.
    pub(super) fn all<T: Quote>(&self, entries: &[T]) -> Vec<TokenStream> {
        entries.iter().map(|entry| entry.quote(self)).collect()
    }

    /// Returns the address of an entry of a table.
    pub(super) fn at(&self, table: &str, index: usize) -> TokenStream {
        let table = ident(table);
        let index = Literal::usize_unsuffixed(index);
        quote!(&raw const #table.0[#index])
    }

    /// Returns the address of a string.
    pub(super) fn text(&self, text: TextId) -> TokenStream {
        self.at(names::TEXT, self.image.text.offset(text))
    }

    /// Returns a float of the firmware's precision.
    pub(super) fn float(&self, bits: u64) -> TokenStream {
        match self.context.facts.float {
            Float::Double => {
                let bits = Literal::u64_unsuffixed(bits);
                quote!(f64::from_bits(#bits))
            }
            // A firmware without floats has no float constants either.
            Float::Single | Float::None => {
                let bits = Literal::u64_unsuffixed(bits & 0xffff_ffff);
                quote!(f32::from_bits(#bits))
            }
        }
    }

    /// Returns the address of an entry of a table, or null if there is none.
    fn at_or_null(&self, table: &str, index: Option<usize>) -> TokenStream {
        match index {
            Some(index) => {
                let at = self.at(table, index);
                quote!((#at).cast_mut().cast())
            }
            None => quote!(::core::ptr::null_mut()),
        }
    }
}

impl Quote for Word {
    fn quote(&self, scope: &Scope<'_>) -> TokenStream {
        match *self {
            Self::Immediate(bits) => {
                let bits = Literal::u64_unsuffixed(bits);
                quote!(w(#bits))
            }
            Self::Extern(object) => {
                let object = ident(extern_name(object));
                quote!(p(&raw const ffi::#object))
            }
            Self::Object(object) => {
                let at = object.quote(scope);
                quote!(p(#at))
            }
        }
    }
}

impl Quote for ObjectRef {
    fn quote(&self, scope: &Scope<'_>) -> TokenStream {
        match *self {
            Self::Str(index) => scope.at(names::STRS, index),
            Self::Int(index) => scope.at(names::INTS, index),
            Self::Float(index) => scope.at(names::FLOATS, index),
            Self::Complex(index) => scope.at(names::COMPLEXES, index),
            Self::Tuple { length, index } => scope.at(&names::tuples(&length), index),
        }
    }
}

impl Quote for u32 {
    fn quote(&self, _: &Scope<'_>) -> TokenStream {
        let literal = Literal::u32_unsuffixed(*self);
        quote!(#literal)
    }
}

impl Quote for Str {
    fn quote(&self, scope: &Scope<'_>) -> TokenStream {
        let Self {
            bytes,
            hash,
            length,
            text,
        } = *self;
        let kind = ident(if bytes {
            "mp_type_bytes"
        } else {
            "mp_type_str"
        });
        let hash = Literal::u32_unsuffixed(hash);
        let length = Literal::usize_unsuffixed(length);
        let text = scope.text(text);
        quote! {
            ffi::mp_obj_str_t {
                base: base(&raw const ffi::#kind),
                hash: #hash,
                len: #length,
                data: #text,
            }
        }
    }
}

impl Quote for Int {
    fn quote(&self, scope: &Scope<'_>) -> TokenStream {
        match *self {
            Self::LongLong(value) => {
                let value = Literal::i64_unsuffixed(value);
                quote! {
                    ffi::mp_obj_int_t { base: base(&raw const ffi::mp_type_int), val: #value }
                }
            }
            Self::Mpz {
                negative,
                digits,
                n_digits,
            } => {
                let digits = scope.at(names::DIGITS, digits);
                let n_digits = Literal::usize_unsuffixed(n_digits);
                quote! {
                    ffi::mp_obj_int_t {
                        base: base(&raw const ffi::mp_type_int),
                        mpz: ffi::mpz_t {
                            _bitfield_1: mpz_bits(#negative, #n_digits),
                            len: #n_digits,
                            dig: (#digits).cast_mut(),
                        },
                    }
                }
            }
        }
    }
}

impl Quote for ProtoFun {
    fn quote(&self, scope: &Scope<'_>) -> TokenStream {
        match *self {
            Self::Bytecode(offset) => scope.at(names::BYTECODE, offset),
            Self::RawCode(index) => scope.at(names::RAW_CODES, index),
            Self::AsmCode(index) => scope.at(names::ASM_CODES, index),
            Self::Prelude(offset) => native(offset),
        }
    }
}

/// Returns the address of machine code by its offset.
fn native(offset: usize) -> TokenStream {
    let offset = Literal::usize_unsuffixed(offset);
    quote!(native(#offset))
}

impl Quote for RawCode {
    fn quote(&self, scope: &Scope<'_>) -> TokenStream {
        let Self {
            code,
            length: _,
            is_generator,
            children: (first, n_children),
        } = self;
        let children = match code {
            Code::Native { at, prelude_offset } if *n_children == 0 => {
                let prelude = native(at + prelude_offset);
                quote!((#prelude).cast_mut().cast())
            }
            _ => scope.at_or_null(names::CHILDREN, (*n_children > 0).then_some(*first)),
        };
        let saved = scope
            .context
            .facts
            .persistent_code_save
            .then(|| saved(scope, self));
        let (kind, data) = match code {
            Code::Bytecode { at, .. } => ("BYTECODE", scope.at(names::BYTECODE, *at)),
            Code::Native { at, .. } => ("NATIVE_PY", native(*at)),
            Code::Viper { at } => ("NATIVE_VIPER", native(*at)),
            Code::Asm { at, .. } => ("NATIVE_ASM", native(*at)),
        };
        // Only raw codes of assembler have the fields at the end.
        let (name, asm) = match code {
            Code::Asm {
                n_pos_args,
                type_sig,
                ..
            } => (
                "mp_raw_code_t",
                quote!(_bitfield_1: asm_bits(#n_pos_args, #type_sig),),
            ),
            Code::Bytecode { .. } | Code::Native { .. } | Code::Viper { .. } => {
                ("mp_raw_code_truncated_t", TokenStream::new())
            }
        };
        let name = ident(name);
        let kind = ident(&format!("mp_raw_code_kind_t_MP_CODE_{kind}"));
        quote! {
            ffi::#name {
                proto_fun_indicator: [0, 0],
                kind: ffi::#kind as u8,
                is_generator: #is_generator,
                fun_data: (#data).cast(),
                children: #children,
                #saved
                #asm
            }
        }
    }
}

/// Returns the fields that raw codes have only in a firmware that can save code.
fn saved(scope: &Scope<'_>, raw_code: &RawCode) -> TokenStream {
    let length = Literal::usize_unsuffixed(raw_code.length);
    let n_children = Literal::usize_unsuffixed(raw_code.children.1);
    let native = scope.context.facts.machine_code.then(|| {
        let offset = match raw_code.code {
            Code::Native { prelude_offset, .. } => prelude_offset,
            Code::Bytecode { .. } | Code::Viper { .. } | Code::Asm { .. } => 0,
        };
        let offset = Literal::usize_unsuffixed(offset);
        quote!(prelude_offset: #offset,)
    });
    let traced = scope.context.facts.settrace.then(|| {
        let prelude = match &raw_code.code {
            Code::Bytecode { at, prelude } => trace_prelude(scope, *at, prelude),
            // MicroPython traces bytecode only.
            Code::Native { .. } | Code::Viper { .. } | Code::Asm { .. } => {
                quote!(unsafe { ::core::mem::zeroed() })
            }
        };
        quote!(line_of_definition: 0, prelude: #prelude,)
    });
    quote!(fun_data_len: #length, n_children: #n_children, #native #traced)
}

/// Returns the prelude, taken apart for `sys.settrace`.
fn trace_prelude(scope: &Scope<'_>, bytecode: usize, prelude: &Prelude) -> TokenStream {
    let Prelude {
        n_state,
        n_exc_stack,
        scope_flags,
        n_pos_args,
        n_kwonly_args,
        n_def_pos_args,
        name,
        line_info,
        line_info_top,
        opcodes,
    } = prelude;
    let number = |number: &u32| Literal::u32_unsuffixed(*number);
    let [
        n_state,
        n_exc_stack,
        scope_flags,
        n_pos_args,
        n_kwonly_args,
        n_def_pos_args,
        name,
    ] = [
        n_state,
        n_exc_stack,
        scope_flags,
        n_pos_args,
        n_kwonly_args,
        n_def_pos_args,
        name,
    ]
    .map(number);
    let at = |offset: &usize| scope.at(names::BYTECODE, bytecode + offset);
    let [line_info, line_info_top, opcodes] = [line_info, line_info_top, opcodes].map(at);
    quote! {
        ffi::mp_bytecode_prelude_t {
            n_state: #n_state,
            n_exc_stack: #n_exc_stack,
            scope_flags: #scope_flags,
            n_pos_args: #n_pos_args,
            n_kwonly_args: #n_kwonly_args,
            n_def_pos_args: #n_def_pos_args,
            qstr_block_name_idx: #name,
            line_info: #line_info,
            line_info_top: #line_info_top,
            opcodes: #opcodes,
        }
    }
}

impl Quote for Module {
    fn quote(&self, scope: &Scope<'_>) -> TokenStream {
        let Self {
            name: _,
            qstr_table,
            obj_table,
            proto_fun,
        } = self;
        let qstr_table = scope.at_or_null(names::QSTR_TABLE, *qstr_table);
        let obj_table = scope.at_or_null(names::OBJ_TABLE, *obj_table);
        let proto_fun = proto_fun.quote(scope);
        quote! {
            ffi::mp_frozen_module_t {
                constants: ffi::mp_module_constants_t {
                    qstr_table: #qstr_table,
                    obj_table: #obj_table,
                },
                proto_fun: (#proto_fun).cast(),
            }
        }
    }
}
