//! What rustup brings: the standard libraries of the targets, and the components that linting needs.

use anyhow::{Result, bail};

use crate::{host, shell};

/// Whether the toolchain has the target's library.
///
/// # Errors
///
/// When the toolchain's folder can't be told.
pub fn has_target(target: &str) -> Result<bool> {
    Ok(host::sysroot()?
        .join("lib/rustlib")
        .join(target)
        .join("lib")
        .is_dir())
}

/// Adds targets to the toolchain that runs this program.
///
/// # Errors
///
/// When there is no rustup, or it fails.
pub fn add_targets(targets: &[&str]) -> Result<()> {
    add("target", targets)
}

/// Adds the components whose cargo subcommand is missing.
///
/// # Errors
///
/// When there is no rustup, or it fails.
pub fn ensure_components(components: &[(&str, &str)]) -> Result<()> {
    let bin = host::sysroot()?.join("bin");
    let missing: Vec<&str> = components
        .iter()
        .filter(|(_, program)| {
            let beside = bin.join(format!("{program}{}", std::env::consts::EXE_SUFFIX));
            !beside.is_file()
        })
        .map(|(component, _)| *component)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("setup: the toolchain lacks {}", missing.join(", "));
    add("component", &missing)
}

fn add(kind: &str, names: &[&str]) -> Result<()> {
    if host::which("rustup").is_none() {
        bail!(
            "this Rust doesn't come from rustup; please get the {kind} {} from where it came from (with rustup: \
             rustup {kind} add {})",
            names.join(", "),
            names.join(" ")
        );
    }
    // rustup reads RUSTUP_TOOLCHAIN, which its cargo has set, so that it is this toolchain that grows.
    let words = [kind, "add"].into_iter().chain(names.iter().copied());
    shell::show_and_run(&mut shell::command("rustup", words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_no_toolchain_has() {
        assert!(!has_target("no-such-target").unwrap());
    }
}
