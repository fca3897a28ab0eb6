//! Mistakes in C that the sanitizers must catch: `cargo run --example mistakes --features sanitizers -- <name>`.

use mpy_freeze_tests::host::Host;

mpy_freeze_rt::platform!(Host);

unsafe extern "C" {
    fn tests_write_behind(bytes: *mut u8, len: usize);
    fn tests_add_to_largest(n: i32) -> i32;
}

fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    match name.as_str() {
        "write-behind-memory" => {
            let mut bytes = vec![0u8; 24];
            // SAFETY: none. The sanitizer ends the program at the write.
            unsafe { tests_write_behind(bytes.as_mut_ptr(), bytes.len()) };
        }
        "signed-overflow" => {
            // SAFETY: none. The sanitizer ends the program at the addition.
            println!("{}", unsafe { tests_add_to_largest(1) });
        }
        _ => println!("there is no such mistake"),
    }
}
