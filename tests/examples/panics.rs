//! A Rust function that Python calls panics: the test `panics` sees that the program ends there.

use std::panic::catch_unwind;

use mpy_freeze_rt::pymodule;
use mpy_freeze_tests::host::{Host, with_heap};

mpy_freeze_rt::platform!(Host);
mpy_freeze_rt::freeze!(modules = [faulty]);

#[pymodule]
mod faulty {
    use mpy_freeze_rt::pyfunction;

    #[pyfunction]
    fn fail() {
        panic!("a mistake in Rust");
    }
}

fn main() {
    let ended = catch_unwind(|| {
        with_heap(64 * 1024, |vm| {
            vm.exec("import faulty\nfaulty.fail()", "main.py").is_ok()
        })
    });
    println!("unwound: {}", ended.is_err());
}
