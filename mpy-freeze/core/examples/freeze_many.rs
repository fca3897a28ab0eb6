//! Freezes a folder once and prints the seconds that it took, the most memory that this process had at a time in
//! KiB, and the bytes of the statics: what `cargo xtask bench` measures, a process a measurement.
//!
//! `freeze_many OUT_DIR FOLDER CACHE`, where OUT_DIR is that of a crate whose build script has built MicroPython.

use std::path::Path;
use std::time::Instant;

use mpy_freeze_core::Context;
use mpy_freeze_core::frozen::Freeze;
use mpy_freeze_core::fs;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [out_dir, folder, cache] = words.as_slice() else {
        return Err("usage: freeze_many OUT_DIR FOLDER CACHE".into());
    };
    let context = Context::load(Path::new(out_dir))?;
    let start = Instant::now();
    let frozen = Freeze::new(&context, Path::new(folder))
        .input(".")
        .cache(Path::new(cache))
        .run()?;
    let statics = frozen.tokens.to_string().len();
    let seconds = start.elapsed().as_secs_f64();
    println!("{seconds:.4} {} {statics}", peak_kib()?);
    Ok(())
}

/// The high-water mark of this process's memory, which only Linux tells so simply.
fn peak_kib() -> Result<u64, Box<dyn std::error::Error>> {
    let status = fs::read_to_string(Path::new("/proc/self/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let word = line.and_then(|line| line.split_whitespace().next());
    Ok(word.ok_or("no VmHWM in /proc/self/status")?.parse()?)
}
