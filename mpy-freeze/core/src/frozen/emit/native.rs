//! Machine code: bytes in an executable section, in which Rust can't place a static.

use std::fmt::Write as _;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::frozen::image::Image;

/// Bytes to a line of assembler.
const LINE: usize = 64;

/// Returns the table of machine code, the function that gives an address in it, and the bits of an assembler function.
/// Returns no items if no function has machine code.
pub(super) fn items(image: &Image, word_bytes: u32) -> TokenStream {
    if image.native.is_empty() {
        return TokenStream::new();
    }
    let text = assembler(&image.native, word_bytes);
    let length = Literal::usize_unsuffixed(image.native.len());
    quote! {
        ::core::arch::global_asm!(#text);
        unsafe extern "C" {
            static mpy_freeze_native: [u8; #length];
        }
        const fn native(offset: usize) -> *const u8 {
            assert!(offset < #length);
            (&raw const mpy_freeze_native).cast::<u8>().wrapping_add(offset)
        }
        // Two bit-fields share a word: the number of arguments, and their types.
        type AsmBits = ffi::__BindgenBitfieldUnit<[u8; 4]>;
        const fn asm_bits(n_pos_args: u32, type_sig: u32) -> AsmBits {
            AsmBits::new((n_pos_args | type_sig << 8).to_le_bytes())
        }
    }
}

fn assembler(code: &[u8], word_bytes: u32) -> String {
    let mut text = format!(
        ".pushsection .text.mpy_freeze_native,\"ax\",%progbits\n.balign {word_bytes}\n\
         .globl mpy_freeze_native\n.type mpy_freeze_native,%object\nmpy_freeze_native:\n"
    );
    for line in code.chunks(LINE) {
        let bytes: Vec<String> = line.iter().map(u8::to_string).collect();
        // Writing to a String can't fail.
        let _ = writeln!(text, ".byte {}", bytes.join(","));
    }
    let _ = writeln!(text, ".size mpy_freeze_native,{}\n.popsection", code.len());
    text
}
