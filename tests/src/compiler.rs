//! MicroPython's compiler, run directly.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Compiles a file under a name. Nothing for one that the compiler rejects.
pub fn compile(mpy_cross: &Path, flags: &[&str], name: &str, source: &Path) -> Option<Vec<u8>> {
    let text = std::fs::read(source).expect("the source is there");
    let mut child = Command::new(mpy_cross)
        .args(flags)
        .args(["-X", "heapsize=32M", "-s", name, "-o", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("mpy-cross runs");
    let mut stdin = child.stdin.take().expect("the input is piped");
    let output = std::thread::scope(|scope| {
        // The compiler stops reading at an error, and says so by its status.
        scope.spawn(move || stdin.write_all(&text));
        child.wait_with_output().expect("mpy-cross ends")
    });
    output.status.success().then_some(output.stdout)
}

/// Does something for each item, on as many threads as the machine has cores, and keeps the order.
pub fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let size = items.len().div_ceil(4 * cores).max(1);
    let chunks: Vec<&[T]> = items.chunks(size).collect();
    let mut results = Vec::new();
    for some in chunks.chunks(cores) {
        std::thread::scope(|scope| {
            let work = &work;
            let threads: Vec<_> = some
                .iter()
                .map(|chunk| scope.spawn(move || chunk.iter().map(work).collect::<Vec<_>>()))
                .collect();
            for thread in threads {
                results.extend(thread.join().expect("the thread ends"));
            }
        });
    }
    results
}
