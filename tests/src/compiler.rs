//! MicroPython's compiler, run directly.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Compiles a file under a name. Nothing for one that the compiler rejects.
pub fn compile(mpy_cross: &Path, flags: &[&str], name: &str, source: &Path) -> Option<Vec<u8>> {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let text = std::fs::read(source).expect("the source is there");
    // Not to the standard output: older compilers for Xtensa print on it what they couldn't assemble.
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let file = format!("mpy-freeze-tests-{}-{count}.mpy", std::process::id());
    let file = std::env::temp_dir().join(file);
    let mut child = Command::new(mpy_cross)
        .args(flags)
        .args(["-X", "heapsize=32M", "-s", name, "-o"])
        .arg(&file)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("mpy-cross runs");
    let mut stdin = child.stdin.take().expect("the input is piped");
    let status = std::thread::scope(|scope| {
        // The compiler stops reading at an error, and says so by its status.
        scope.spawn(move || stdin.write_all(&text));
        child.wait().expect("mpy-cross ends")
    });
    let mpy = std::fs::read(&file);
    // A rejected source leaves no file.
    let _ = std::fs::remove_file(&file);
    status
        .success()
        .then(|| mpy.expect("mpy-cross wrote its file"))
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
