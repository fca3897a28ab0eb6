//! The instruction sets of native code: their numbers in `.mpy` files, their names for `mpy-cross -march`, and the sets
//! that a machine runs.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Problem, Result};

/// An instruction set that mpy-cross makes native code for. The numbers are those of `.mpy` files
/// (`MP_NATIVE_ARCH_*` in `py/persistentcode.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Arch {
    /// 32-bit PC.
    X86 = 1,
    /// 64-bit PC.
    X64,
    /// ARM state of ARMv6 and newer.
    Armv6,
    /// Cortex-M0 and M0+.
    Armv6m,
    /// Cortex-M3.
    Armv7m,
    /// Cortex-M4 and M7 without floats.
    Armv7em,
    /// Cortex-M4F and M7 with single floats.
    Armv7emsp,
    /// Cortex-M7 with double floats.
    Armv7emdp,
    /// ESP8266.
    Xtensa,
    /// ESP32 and ESP32-S3.
    Xtensawin,
    /// RISC-V with 32 bits, multiplication and compressed instructions.
    Rv32imc,
    /// RISC-V with 64 bits, multiplication and compressed instructions, which MicroPython knows from release 1.27 on.
    Rv64imc,
}

impl Arch {
    /// All instruction sets, in the order of their numbers.
    pub const ALL: [Self; 12] = [
        Self::X86,
        Self::X64,
        Self::Armv6,
        Self::Armv6m,
        Self::Armv7m,
        Self::Armv7em,
        Self::Armv7emsp,
        Self::Armv7emdp,
        Self::Xtensa,
        Self::Xtensawin,
        Self::Rv32imc,
        Self::Rv64imc,
    ];

    /// Returns the instruction set's name in mpy-cross.
    pub fn name(self) -> &'static str {
        match self {
            Self::X86 => "x86",
            Self::X64 => "x64",
            Self::Armv6 => "armv6",
            Self::Armv6m => "armv6m",
            Self::Armv7m => "armv7m",
            Self::Armv7em => "armv7em",
            Self::Armv7emsp => "armv7emsp",
            Self::Armv7emdp => "armv7emdp",
            Self::Xtensa => "xtensa",
            Self::Xtensawin => "xtensawin",
            Self::Rv32imc => "rv32imc",
            Self::Rv64imc => "rv64imc",
        }
    }

    /// Returns the instruction set's number in `.mpy` files.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Returns the instruction set with this number in `.mpy` files.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|arch| arch.number() == number)
    }

    /// Returns true if a machine of this instruction set runs code for `code`.
    ///
    /// The sets of Cortex-M are numbered from the smallest to the one that has everything. Each runs code for all
    /// smaller ones.
    pub fn runs(self, code: Self) -> bool {
        let cortex_m = Self::Armv6m.number()..=Self::Armv7emdp.number();
        let smaller = Self::Armv6m.number()..=self.number();
        self == code || cortex_m.contains(&self.number()) && smaller.contains(&code.number())
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Arch {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|arch| arch.name() == name);
        found.ok_or_else(|| {
            Error::Config(vec![
                Problem::new(format!("mpy-cross knows no instruction set `{name}`")).help(format!(
                    "those that it knows: {}",
                    Self::ALL.map(Self::name).join(", ")
                )),
            ])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        for (arch, number) in Arch::ALL.into_iter().zip(1..) {
            assert_eq!(arch.name().parse::<Arch>().ok(), Some(arch));
            assert_eq!(arch.number(), number);
            assert_eq!(Arch::from_number(number), Some(arch));
        }
        assert_eq!(Arch::from_number(0), None);
        let error = "z80".parse::<Arch>().unwrap_err().to_string();
        assert!(
            error.contains("`z80`") && error.contains("rv32imc"),
            "{error}"
        );
    }

    #[test]
    fn a_cortex_m_runs_what_smaller_ones_run() {
        use Arch::*;
        assert!(Armv7m.runs(Armv6m) && Armv7emsp.runs(Armv7em));
        assert!(!Armv6m.runs(Armv7m) && !Armv7em.runs(Armv7emsp));
        assert!(Rv32imc.runs(Rv32imc) && !Rv32imc.runs(Armv6m));
        assert!(!Armv7m.runs(Armv6) && !X64.runs(X86));
    }
}
