//! `cargo xtask bench`: the figures of `docs/benchmarks.md`.

mod calls;
mod freeze;
mod vm;

use std::process::ExitCode;

use anyhow::{Result, bail};

/// A benchmark's name, and the function that returns its tables after so many rounds.
type Benchmark = (&'static str, fn(usize) -> Result<String>);

/// Every benchmark.
const BENCHMARKS: [Benchmark; 3] = [
    ("freeze", freeze::table),
    ("calls", |_| calls::table()),
    ("vm", |_| vm::tables()),
];

/// The chore. Words name the benchmarks to run; without any, all are.
pub fn main(mut words: lexopt::Parser) -> Result<ExitCode> {
    use lexopt::{Arg, ValueExt as _};
    let (mut rounds, mut chosen) = (3, Vec::new());
    while let Some(word) = words.next()? {
        match word {
            Arg::Long("rounds") => rounds = words.value()?.parse()?,
            Arg::Value(name) => chosen.push(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    if rounds == 0 {
        bail!("there is nothing to measure in 0 rounds");
    }
    let names = BENCHMARKS.map(|(name, _)| name);
    if let Some(unknown) = chosen.iter().find(|name| !names.contains(&name.as_str())) {
        bail!(
            "there is no benchmark `{unknown}`; there are {}",
            names.join(", ")
        );
    }
    for (name, table) in BENCHMARKS {
        if chosen.is_empty() || chosen.iter().any(|chosen| chosen == name) {
            println!("{name}\n\n{}", table(rounds)?);
        }
    }
    Ok(ExitCode::SUCCESS)
}
