//! Constants of modules and classes as Python's objects, in ROM or in a word.
//!
//! Only rustc knows a constant's value, so a `const` decides which of the two an int becomes.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::{Attribute, Type};

use crate::modules::errors::error;
use crate::{Context, Float, LongInt, ObjRepr};

/// The digits of 64 bits.
const VALUE_BITS: u32 = 64;

/// A constant on its way to a table.
pub(super) struct Constant<'a> {
    /// The expression that rustc evaluates.
    pub(super) value: TokenStream,
    /// Its type.
    pub(super) ty: &'a Type,
    /// The number that tells its items from those of other constants.
    pub(super) number: usize,
    /// The attributes that say whether it is there at all.
    pub(super) conditions: &'a [Attribute],
}

/// The kind of object that a constant becomes.
enum Kind {
    Bool,
    Int,
    Float,
    Text { bytes: bool },
}

impl Constant<'_> {
    /// The items that hold the object, and its word.
    ///
    /// # Errors
    ///
    /// For types that Python has no constants of, at the type.
    pub(super) fn emit(&self, context: &Context) -> syn::Result<(Vec<TokenStream>, TokenStream)> {
        let (items, word) = match kind(self.ty)? {
            Kind::Bool => (Vec::new(), self.truth(context)),
            Kind::Int => self.int(context),
            Kind::Float => self.float(context)?,
            Kind::Text { bytes } => self.text(bytes),
        };
        let conditions = self.conditions;
        let items = items.into_iter();
        let items = items.map(|item| quote!(#(#conditions)* #item));
        Ok((items.collect(), word))
    }

    fn truth(&self, context: &Context) -> TokenStream {
        let value = &self.value;
        if !context.facts.immediate_objs {
            return quote! {
                if #value { p(&raw const ffi::mp_const_true_obj) } else { p(&raw const ffi::mp_const_false_obj) }
            };
        }
        let bits = match context.facts.obj_repr {
            ObjRepr::A => quote!(number << 3 | 6),
            ObjRepr::B => quote!(number << 3 | 7),
            ObjRepr::C => quote!(number << 4 | 0xe),
            ObjRepr::D => quote!(number << 46 | 0x0003_0000_0000_0000),
        };
        quote!({
            let number = if #value { 3 } else { 1 };
            w(#bits)
        })
    }

    fn int(&self, context: &Context) -> (Vec<TokenStream>, TokenStream) {
        let value = &self.value;
        let object = format_ident!("INT_{}", self.number);
        let (mut items, large) = match context.facts.long_int {
            LongInt::None => (
                Vec::new(),
                quote!(panic!(
                    "this firmware has no ints beyond a small one: set MICROPY_LONGINT_IMPL"
                )),
            ),
            LongInt::LongLong => (vec![self.long_long()], quote!(p(&raw const #object))),
            LongInt::Mpz { dig_bits } => (self.mpz(dig_bits), quote!(p(&raw const #object))),
        };
        let bits = match context.facts.obj_repr {
            ObjRepr::A | ObjRepr::C => quote!((value as u64) << 1 | 1),
            ObjRepr::B => quote!((value as u64) << 2 | 1),
            ObjRepr::D => quote!((value as u64 & 0x7fff_ffff_ffff) << 1 | 0x0001_0000_0000_0001),
        };
        let limit = Literal::u32_unsuffixed(context.facts.small_int_bits.clamp(1, VALUE_BITS) - 1);
        let word = format_ident!("INT_WORD_{}", self.number);
        items.push(quote! {
            const #word: Word = {
                let value = #value as i128;
                if value >= -(1 << #limit) && value < 1 << #limit { w((#bits) as _) } else { #large }
            };
        });
        (items, quote!(#word))
    }

    fn long_long(&self) -> TokenStream {
        let value = &self.value;
        let object = format_ident!("INT_{}", self.number);
        quote! {
            static #object: Rom<ffi::mp_obj_int_t> = Rom(ffi::mp_obj_int_t {
                base: base(&raw const ffi::mp_type_int),
                val: {
                    assert!(#value as i128 <= i64::MAX as i128, "this firmware's ints have 64 bits with their sign");
                    #value as i64
                },
            });
        }
    }

    fn mpz(&self, dig_bits: u32) -> Vec<TokenStream> {
        let value = &self.value;
        let [object, digits, length] =
            ["INT", "DIGITS", "LENGTH"].map(|name| format_ident!("{name}_{}", self.number));
        let bits = Literal::u32_unsuffixed(dig_bits.max(1));
        let most = Literal::u32_unsuffixed(VALUE_BITS.div_ceil(dig_bits.max(1)));
        vec![
            quote! {
                static #digits: Rom<[ffi::mpz_dig_t; #most]> = Rom({
                    let mut rest = (#value as i128).unsigned_abs();
                    let mut digits = [0; #most];
                    let mut at = 0;
                    while at < #most {
                        digits[at] = (rest & ((1 << #bits) - 1)) as ffi::mpz_dig_t;
                        rest >>= #bits;
                        at += 1;
                    }
                    digits
                });
            },
            quote! {
                const #length: usize =
                    (128 - (#value as i128).unsigned_abs().leading_zeros()).div_ceil(#bits) as usize;
            },
            quote! {
                static #object: Rom<ffi::mp_obj_int_t> = Rom(ffi::mp_obj_int_t {
                    base: base(&raw const ffi::mp_type_int),
                    mpz: ffi::mpz_t {
                        _bitfield_1: mpz_bits((#value as i128) < 0, #length),
                        len: #length,
                        dig: (&raw const #digits).cast_mut().cast(),
                    },
                });
            },
        ]
    }

    fn float(&self, context: &Context) -> syn::Result<(Vec<TokenStream>, TokenStream)> {
        let value = &self.value;
        let float = match context.facts.float {
            Float::None => {
                return Err(error(
                    self.ty,
                    "there are no floats in this firmware: set MICROPY_FLOAT_IMPL",
                ));
            }
            Float::Single => quote!(f32),
            Float::Double => quote!(f64),
        };
        let object = format_ident!("FLOAT_{}", self.number);
        Ok(match context.facts.obj_repr {
            ObjRepr::A | ObjRepr::B => (
                vec![quote! {
                    static #object: Rom<ffi::mp_obj_float_t> = Rom(ffi::mp_obj_float_t {
                        base: base(&raw const ffi::mp_type_float),
                        value: #value as #float,
                    });
                }],
                quote!(p(&raw const #object)),
            ),
            ObjRepr::C => (
                Vec::new(),
                quote!(w(((#value as f32).to_bits() & !3 | 2).wrapping_add(0x8080_0000) as _)),
            ),
            ObjRepr::D => (
                Vec::new(),
                quote!(w((#value as f64).to_bits().wrapping_add(0x8004_0000_0000_0000))),
            ),
        })
    }

    /// MicroPython's own functions want a zero behind the text, which Rust's constants don't have.
    fn text(&self, bytes: bool) -> (Vec<TokenStream>, TokenStream) {
        let value = &self.value;
        let [object, text] = ["STR", "TEXT"].map(|name| format_ident!("{name}_{}", self.number));
        let (kind, value) = if bytes {
            (format_ident!("mp_type_bytes"), quote!(#value))
        } else {
            (format_ident!("mp_type_str"), quote!(#value.as_bytes()))
        };
        let items = vec![
            quote! {
                static #text: Rom<[u8; #value.len() + 1]> = Rom({
                    let mut text = [0; #value.len() + 1];
                    let mut at = 0;
                    while at < #value.len() {
                        text[at] = #value[at];
                        at += 1;
                    }
                    text
                });
            },
            quote! {
                static #object: Rom<ffi::mp_obj_str_t> = Rom(ffi::mp_obj_str_t {
                    base: base(&raw const ffi::#kind),
                    // MicroPython computes the hash where it is zero.
                    hash: 0,
                    len: #value.len(),
                    data: (&raw const #text).cast(),
                });
            },
        ];
        (items, quote!(p(&raw const #object)))
    }
}

/// Returns the kind of object for a type, by the type's name.
fn kind(ty: &Type) -> syn::Result<Kind> {
    let named = |ty: &Type| match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string()),
        _ => None,
    };
    let is_byte = |ty: &Type| named(ty).as_deref() == Some("u8");
    let found = match ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Slice(slice) if is_byte(&slice.elem) => Some(Kind::Text { bytes: true }),
            Type::Array(array) if is_byte(&array.elem) => Some(Kind::Text { bytes: true }),
            elem if named(elem).as_deref() == Some("str") => Some(Kind::Text { bytes: false }),
            _ => None,
        },
        _ => match named(ty).as_deref() {
            Some("bool") => Some(Kind::Bool),
            Some(
                "i8" | "i16" | "i32" | "i64" | "isize" | "u8" | "u16" | "u32" | "u64" | "usize",
            ) => Some(Kind::Int),
            Some("f32" | "f64") => Some(Kind::Float),
            _ => None,
        },
    };
    found.ok_or_else(|| {
        error(
            ty,
            "a constant for Python is a bool, an integer of up to 64 bits, a float, a `&str` or a `&[u8]`",
        )
    })
}
