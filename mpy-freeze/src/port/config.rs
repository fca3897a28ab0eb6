//! The configuration of the firmware's MicroPython: the builder's settings, written as one readable C header.

use std::fmt::Write as _;

use crate::context::{Float, LongInt};
use crate::error::{Error, Problem, Result};

use super::features::Features;
use super::level::RomLevel;
use super::target::Target;

/// The macros that freezing and the Rust runtime need; they are the port's to set.
const OURS: [&str; 16] = [
    "MICROPY_CONFIG_ROM_LEVEL",
    "MICROPY_DYNAMIC_COMPILER",
    "MICROPY_ENABLE_EXTERNAL_IMPORT",
    "MICROPY_ENABLE_GC",
    "MICROPY_ENABLE_PYSTACK",
    "MICROPY_ENABLE_VM_ABORT",
    "MICROPY_MODULE_FROZEN_MPY",
    "MICROPY_MODULE_FROZEN_STR",
    "MICROPY_PY_SYS",
    "MICROPY_PY_SYS_PATH",
    "MICROPY_PY_SYS_PATH_ARGV_DEFAULTS",
    "MICROPY_PY_THREAD",
    "MICROPY_QSTR_EXTRA_POOL",
    "MICROPY_SSL_MBEDTLS",
    "MICROPY_STACK_CHECK",
    "NO_QSTR",
];

/// The builder's settings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Config {
    pub(crate) rom_level: RomLevel,
    pub(crate) float: Option<Float>,
    pub(crate) long_int: Option<LongInt>,
    pub(crate) complex: Option<bool>,
    pub(crate) compressed_errors: Option<bool>,
    pub(crate) native_code: bool,
    pub(crate) repl: bool,
    pub(crate) features: Features,
    pub(crate) defines: Vec<(String, String)>,
}

impl Config {
    /// The header `mpy_freeze_config.h`, which the port's `mpconfigport.h` includes first.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] for a define that isn't an identifier, that stands twice with different values,
    /// or that is the port's to set.
    pub(crate) fn header(&self) -> Result<String> {
        let mut lines = vec![(
            "MICROPY_CONFIG_ROM_LEVEL".to_string(),
            self.rom_level.macro_name().to_string(),
        )];
        lines.extend(self.features());
        self.check_defines(&lines)?;
        lines.extend(self.defines.iter().cloned());
        let mut text = String::from(
            "// Written by mpy-freeze from the settings in build.rs.\n#pragma once\n\n",
        );
        for (name, value) in lines {
            // Writing to a String can't fail.
            let _ = writeln!(text, "#define {name} {value}");
        }
        Ok(text)
    }

    /// Looks for what the target can't do.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] where native code is wanted and there is none for the target.
    pub(crate) fn check(&self, target: &Target) -> Result<()> {
        if self.native_code && target.native_arch.is_none() {
            return Err(Error::Config(vec![
                Problem::new(format!(
                    "MicroPython's compiler makes no native code for the target {}",
                    target.name
                ))
                .help("remove Build::native_code from build.rs"),
            ]));
        }
        Ok(())
    }

    fn features(&self) -> Vec<(String, String)> {
        let mut lines = Vec::new();
        let mut set = |name: &str, value: &str| lines.push((name.to_string(), value.to_string()));
        match self.float {
            None => {}
            Some(Float::None) => set("MICROPY_FLOAT_IMPL", "MICROPY_FLOAT_IMPL_NONE"),
            Some(Float::Single) => set("MICROPY_FLOAT_IMPL", "MICROPY_FLOAT_IMPL_FLOAT"),
            Some(Float::Double) => set("MICROPY_FLOAT_IMPL", "MICROPY_FLOAT_IMPL_DOUBLE"),
        }
        match self.long_int {
            None => {}
            Some(LongInt::None) => set("MICROPY_LONGINT_IMPL", "MICROPY_LONGINT_IMPL_NONE"),
            Some(LongInt::LongLong) => set("MICROPY_LONGINT_IMPL", "MICROPY_LONGINT_IMPL_LONGLONG"),
            Some(LongInt::Mpz { dig_bits }) => {
                set("MICROPY_LONGINT_IMPL", "MICROPY_LONGINT_IMPL_MPZ");
                set("MPZ_DIG_SIZE", &format!("({dig_bits})"));
            }
        }
        if let Some(complex) = self.complex {
            set("MICROPY_PY_BUILTINS_COMPLEX", number(complex));
        }
        if self.native_code {
            set("MPYF_NATIVE_CODE", number(true));
        }
        if self.repl {
            set("MPYF_REPL", number(true));
        }
        if let Some(compressed) = self.compressed_errors {
            set("MICROPY_ROM_TEXT_COMPRESSION", number(compressed));
        }
        for (name, on) in self.features.defines() {
            set(name, number(on));
        }
        lines
    }

    fn check_defines(&self, features: &[(String, String)]) -> Result<()> {
        let mut problems = self.features.problems(self.rom_level);
        for (index, (name, value)) in self.defines.iter().enumerate() {
            let earlier = features.iter().chain(self.defines.iter().take(index));
            let mut earlier = earlier.filter(|(other, _)| other == name);
            if OURS.contains(&name.as_str()) {
                problems.push(
                    Problem::new(format!(
                        "{name} can't be defined: mpy-freeze needs its own value"
                    ))
                    .help("remove that Build::define; the builder's other methods set what can be set"),
                );
            } else if !is_identifier(name) {
                problems.push(
                    Problem::new(format!("{name:?} is not the name of a C macro"))
                        .help("give Build::define a name of letters, digits and underscores"),
                );
            } else if value.contains('\n') || value.ends_with('\\') {
                problems.push(
                    Problem::new(format!("the value of {name} goes beyond its line"))
                        .help("a C macro is one line; put more into a mpconfigport.h of your own"),
                );
            } else if let Some((_, other)) = earlier.find(|(_, other)| other != value) {
                problems.push(
                    Problem::new(format!("{name} is set to {other} and to {value}"))
                        .help("keep one of the two settings in build.rs"),
                );
            }
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Error::Config(problems))
        }
    }
}

fn number(value: bool) -> &'static str {
    if value { "(1)" } else { "(0)" }
}

/// Returns true if C takes `name` as an identifier.
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(defines: &[(&str, &str)]) -> Config {
        Config {
            defines: defines
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
            ..Config::default()
        }
    }

    #[test]
    fn the_header_holds_the_level_and_the_defines_in_order() {
        let header = with(&[("MICROPY_PY_RE", "(0)")]).header().unwrap();
        assert_eq!(
            header.lines().skip(3).collect::<Vec<_>>(),
            [
                "#define MICROPY_CONFIG_ROM_LEVEL MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES",
                "#define MICROPY_PY_RE (0)"
            ]
        );
    }

    #[test]
    fn a_prompt_is_there_where_it_is_wanted() {
        let wants = |repl| Config {
            repl,
            ..Config::default()
        };
        let line = "#define MPYF_REPL (1)\n";
        assert!(wants(true).header().unwrap().contains(line));
        assert!(!wants(false).header().unwrap().contains("MPYF_REPL"));
    }

    #[test]
    fn native_code_is_for_targets_that_have_some() {
        let config = Config {
            native_code: true,
            ..Config::default()
        };
        assert!(config.header().unwrap().contains("MPYF_NATIVE_CODE (1)"));
        let check = |name: &str| config.check(&Target::new(name, None).unwrap());
        assert!(check("thumbv6m-none-eabi").is_ok());
        let error = check("riscv32im-unknown-none-elf").unwrap_err();
        assert!(error.to_string().contains("no native code for the target"));
    }

    #[test]
    fn every_bad_define_is_reported() {
        let config = with(&[
            ("MICROPY_MODULE_FROZEN_MPY", "0"),
            ("no name", "1"),
            ("A", "1\n2"),
            ("B", "1"),
            ("B", "2"),
        ]);
        assert_eq!(config.header().unwrap_err().problems().len(), 4);
    }
}
