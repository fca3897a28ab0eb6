//! The items that only frozen tables need: qstr pools, tuples, and the symbols that tie the tables to libmicropython.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{Context, tables};

/// Returns the items that frozen tables need.
pub(super) fn items(context: &Context) -> TokenStream {
    let common = tables::common(context);
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

/// Declares a qstr pool with its qstrs behind it, where C has an array of no fixed length.
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
        // Two bit-fields share a word: the number of the first qstr, and a top bit that marks a sorted pool.
        const _: fn(usize, usize) -> PoolBits = ffi::qstr_pool_t::new_bitfield_1;
        type PoolBits = ffi::__BindgenBitfieldUnit<[u8; ::core::mem::size_of::<usize>()]>;
        const fn pool_bits(first: usize, sorted: bool) -> PoolBits {
            let sorted = (sorted as usize) << (usize::BITS - 1);
            PoolBits::new((first | sorted).to_le_bytes())
        }
    }
}

/// Declares a tuple with its items behind it.
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

/// Declares a symbol whose name explains the linker's error when two crates freeze, and an address that makes the
/// linker take libmicropython's shim whatever the order of its arguments.
fn anchors(context: &Context) -> TokenStream {
    let section = context
        .bare_metal
        .then(|| quote!(#[unsafe(link_section = ".rodata.mpy_freeze.tables")]));
    quote! {
        #[unsafe(no_mangle)]
        static freeze_may_be_used_only_once_in_a_firmware: [u8; 0] = [];

        #section
        #[used]
        #[unsafe(no_mangle)]
        static mpy_freeze_tables_anchor: unsafe extern "C" fn() = ::mpy_freeze_rt::__private::shim;
    }
}
