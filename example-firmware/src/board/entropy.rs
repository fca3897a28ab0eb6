//! Entropy of an emulated board, which has no source of noise: that of the computer that emulates it.
//!
//! A real board has a generator of random numbers among its peripherals, and reads that here.

use semihosting::fs::File;
use semihosting::io::Read as _;

/// Fills `bytes`, and says whether it could.
pub fn fill(bytes: &mut [u8]) -> bool {
    let source = File::open(c"/dev/urandom");
    source
        .and_then(|mut source| source.read_exact(bytes))
        .is_ok()
}
