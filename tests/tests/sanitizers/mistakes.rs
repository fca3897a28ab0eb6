//! Mistakes that end the program where the sanitizers are on. They run by name only.

// Cargo links libmicropython to the library of this package, and so to whoever names it.
use mpy_freeze_tests as _;

use mpy_freeze_rt::Platform;

struct Host;

impl Platform for Host {
    fn write(_: &[u8]) {}

    fn ticks_us() -> u64 {
        0
    }

    fn stack_limit() -> usize {
        512 * 1024
    }
}

mpy_freeze_rt::platform!(Host);

unsafe extern "C" {
    fn tests_write_behind(bytes: *mut u8, len: usize);
    fn tests_add_to_largest(n: i32) -> i32;
}

#[test]
#[ignore = "it ends the program"]
fn a_write_behind_memory() {
    let mut bytes = vec![0u8; 24];
    // SAFETY: none. The sanitizer ends the program at the write.
    unsafe { tests_write_behind(bytes.as_mut_ptr(), bytes.len()) };
}

#[test]
#[ignore = "it ends the program"]
fn an_overflow_of_a_signed_number() {
    // SAFETY: none. The sanitizer ends the program at the addition.
    assert!(unsafe { tests_add_to_largest(1) } < 0);
}
