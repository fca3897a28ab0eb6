//! Items that all tables in ROM begin with, frozen ones and those of modules written in Rust: the bindings, the checks
//! against them, and the helpers that entries use.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use crate::{Context, LongInt, ObjRepr};

/// Returns the items that every table needs.
pub(crate) fn common(context: &Context) -> TokenStream {
    let checks = checks(context);
    let rom = rom();
    let words = words(context.facts.obj_repr);
    let map = map();
    let mpz = matches!(context.facts.long_int, LongInt::Mpz { .. }).then(mpz);
    quote! {
        mod ffi {
            ::core::include!(::core::concat!(
                ::core::env!("OUT_DIR"),
                "/mpy-freeze/bindings.rs"
            ));
        }
        #checks
        #rom
        #words
        #map
        #mpz
    }
}

/// Returns the attribute that silences lints about MicroPython's names and types.
pub(crate) fn allow() -> TokenStream {
    quote! {
        #[allow(
            warnings, unused, nonstandard_style, unsafe_op_in_unsafe_fn, missing_docs,
            unreachable_pub, missing_debug_implementations, missing_copy_implementations,
            clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction,
            reason = "the names and types are MicroPython's"
        )]
    }
}

/// Compares the bindings' configuration with the one that the image was made for.
fn checks(context: &Context) -> TokenStream {
    let checks = context.facts.values().into_iter().map(|(name, value)| {
        let name = format!("mpyf_cfg_{name}");
        let constant = ident(&name);
        let value = Literal::i64_unsuffixed(value);
        let message = format!("{name} isn't {value}: run `cargo clean` and build again");
        quote!(assert!(ffi::#constant as u64 == #value, #message);)
    });
    quote! {
        const _: () = {
            #(#checks)*
            assert!(cfg!(target_endian = "little"), "bit-fields are laid out for little-endian targets");
        };
    }
}

/// The wrapper of every static.
fn rom() -> TokenStream {
    quote! {
        #[repr(transparent)]
        struct Rom<T>(T);
        // SAFETY: the addresses inside lead to other statics that nobody ever writes to; they are `*mut` only
        // where C has no `const`.
        unsafe impl<T> Sync for Rom<T> {}

        const fn c(at: *const u8) -> *const ::core::ffi::c_char {
            at.cast()
        }

        const fn base(kind: *const ffi::mp_obj_type_t) -> ffi::mp_obj_base_t {
            ffi::mp_obj_base_t { type_: kind }
        }
    }
}

/// Object words from bits and from addresses.
fn words(repr: ObjRepr) -> TokenStream {
    let bits = match repr {
        ObjRepr::A => quote!((number as usize) << 3 | 2),
        ObjRepr::B => quote!((number as usize) << 3 | 3),
        ObjRepr::C => quote!((number as usize) << 4 | 6),
        ObjRepr::D => quote!((number as u64) << 1 | 0x0002_0000_0000_0001),
    };
    let qstr = quote! {
        const fn q(number: u16) -> Word {
            w(#bits)
        }
    };
    match repr {
        ObjRepr::A | ObjRepr::B | ObjRepr::C => quote! {
            type Word = ffi::mp_rom_obj_t;
            const fn w(bits: usize) -> Word {
                ::core::ptr::without_provenance(bits)
            }
            const fn p<T>(at: *const T) -> Word {
                at.cast()
            }
            #qstr
        },
        ObjRepr::D => quote! {
            type Word = ffi::mp_rom_obj_t;
            const fn w(bits: u64) -> Word {
                ffi::mp_rom_obj_t { u64_: bits }
            }
            const fn p<T>(at: *const T) -> Word {
                ffi::mp_rom_obj_t {
                    u32_: ffi::_mp_rom_obj_t__bindgen_ty_1 {
                        lo: at.cast(),
                        hi: ::core::ptr::null(),
                    },
                }
            }
            #qstr
        },
    }
}

/// A map in ROM, whose keys are qstrs, and a dict of it.
fn map() -> TokenStream {
    quote! {
        const _: fn(usize, usize, usize, usize) -> MapBits = ffi::mp_map_t::new_bitfield_1;
        type MapBits = ffi::__BindgenBitfieldUnit<[u8; ::core::mem::size_of::<usize>()]>;
        type Entry = ffi::mp_rom_map_elem_t;
        const fn entry(key: u16, value: Word) -> Entry {
            Entry { key: q(key), value }
        }
        // All keys are qstrs, the map is fixed, and it is ordered: three bits, and the length above them.
        const fn map(entries: &'static [Entry]) -> ffi::mp_map_t {
            ffi::mp_map_t {
                _bitfield_1: MapBits::new((entries.len() << 3 | 7).to_le_bytes()),
                alloc: entries.len(),
                table: entries.as_ptr().cast_mut().cast(),
            }
        }
        const fn dict(entries: &'static [Entry]) -> ffi::mp_obj_dict_t {
            ffi::mp_obj_dict_t { base: base(&raw const ffi::mp_type_dict), map: map(entries) }
        }
    }
}

/// The word of a big integer that holds its sign, that its digits can't move, and how many it has room for.
fn mpz() -> TokenStream {
    quote! {
        const _: fn(usize, usize, usize) -> MpzBits = ffi::mpz_t::new_bitfield_1;
        type MpzBits = ffi::__BindgenBitfieldUnit<[u8; ::core::mem::size_of::<usize>()]>;
        const fn mpz_bits(negative: bool, n_digits: usize) -> MpzBits {
            MpzBits::new((negative as usize | 1 << 1 | n_digits << 2).to_le_bytes())
        }
    }
}

pub(crate) fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
