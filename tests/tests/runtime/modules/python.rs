//! Runs Python programs, which fail with their tracebacks.

use alloc::string::ToString;

use crate::{HEAP_BYTES, with_heap};

/// Runs statements in a VM of their own; then in another that collects at every allocation, so that what the
/// collector doesn't see is gone at once.
#[track_caller]
pub(crate) fn python(source: &str) {
    run(source, "");
    run(source, "import gc\ngc.threshold(0)\ndel gc");
}

#[track_caller]
fn run(source: &str, before: &str) {
    let result = with_heap(HEAP_BYTES, |vm| {
        vm.exec(before, "before.py")
            .and_then(|()| vm.exec(source, "test.py"))
            .map_err(|exception| exception.to_string())
    });
    if let Err(traceback) = result {
        panic!("{traceback}");
    }
}
