//! What every image begins with: the bindings, the checks against them, and the few helpers that entries use.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::{Context, LongInt, ObjRepr};

use super::{expectations, ident};

/// The items that frozen tables need.
pub(super) fn items(context: &Context) -> TokenStream {
    let common = common(context);
    let pool = pool();
    let tuple = tuple();
    let anchors = anchors(context);
    quote! {
        #common
        #pool
        #tuple
        #anchors
    }
}

/// The items that every table needs, those of Rust's modules included.
pub(crate) fn common(context: &Context) -> TokenStream {
    let checks = checks(context);
    let rom = rom();
    let words = words(context.obj_repr);
    let map = map();
    let mpz = matches!(context.long_int, LongInt::Mpz { .. }).then(mpz);
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

/// What tables need of the compiler's lints.
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
    let checks = expectations(context).into_iter().map(|(name, value)| {
        let constant = ident(name);
        let value = Literal::u64_unsuffixed(value);
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

/// A qstr pool with its qstrs behind it, where C has an array of no fixed length.
fn pool() -> TokenStream {
    quote! {
        #[repr(C)]
        struct Pool<const N: usize> {
            head: ffi::qstr_pool_t,
            qstrs: [*const ::core::ffi::c_char; N],
        }
        const _: () = assert!(
            ::core::mem::offset_of!(Pool<1>, qstrs) == ::core::mem::size_of::<ffi::qstr_pool_t>()
                && ::core::mem::offset_of!(ffi::qstr_pool_t, qstrs)
                    == ::core::mem::size_of::<ffi::qstr_pool_t>()
        );
        // Two bit-fields share a word: the number of the first qstr, and in the top bit whether it is sorted.
        const _: fn(usize, usize) -> PoolBits = ffi::qstr_pool_t::new_bitfield_1;
        type PoolBits = ffi::__BindgenBitfieldUnit<[u8; ::core::mem::size_of::<usize>()]>;
        const fn pool_bits(first: usize, sorted: bool) -> PoolBits {
            let sorted = (sorted as usize) << (usize::BITS - 1);
            PoolBits::new((first | sorted).to_le_bytes())
        }
    }
}

/// A tuple with its items behind it.
fn tuple() -> TokenStream {
    quote! {
        #[repr(C)]
        struct Tuple<const N: usize> {
            head: ffi::mp_obj_tuple_t,
            items: [Word; N],
        }
        const _: () = assert!(
            ::core::mem::offset_of!(Tuple<1>, items)
                == ::core::mem::size_of::<ffi::mp_obj_tuple_t>()
                && ::core::mem::offset_of!(ffi::mp_obj_tuple_t, items)
                    == ::core::mem::size_of::<ffi::mp_obj_tuple_t>()
        );
        const fn tuple<const N: usize>(items: [Word; N]) -> Tuple<N> {
            Tuple {
                head: ffi::mp_obj_tuple_t {
                    base: base(&raw const ffi::mp_type_tuple),
                    len: N,
                    items: ffi::__IncompleteArrayField::new(),
                },
                items,
            }
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

/// A symbol that says what is wrong when two crates freeze, and an address that makes the linker take
/// libmicropython's shim whatever the order of its arguments.
fn anchors(context: &Context) -> TokenStream {
    let section = context
        .bare_metal
        .then(|| quote!(#[unsafe(link_section = ".rodata.mpy_freeze.tables")]));
    quote! {
        #[unsafe(no_mangle)]
        static freeze_may_be_used_only_once_in_a_firmware: [u8; 0] = [];

        unsafe extern "C" {
            fn mpyf_abi_1();
        }
        #section
        #[used]
        #[unsafe(no_mangle)]
        static mpy_freeze_tables_anchor: unsafe extern "C" fn() = mpyf_abi_1;
    }
}
