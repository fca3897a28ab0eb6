//! The architectures of native code: their numbers in a file, their names for `mpy-cross -march`, and which of
//! them a firmware runs.

/// `MP_NATIVE_ARCH_*` of `py/persistentcode.h`, with the names that `mpy-cross` has for them.
const ARCHS: [(u8, &str); 11] = [
    (1, "x86"),
    (2, "x64"),
    (3, "armv6"),
    (ARMV6M, "armv6m"),
    (5, "armv7m"),
    (6, "armv7em"),
    (7, "armv7emsp"),
    (ARMV7EMDP, "armv7emdp"),
    (9, "xtensa"),
    (10, "xtensawin"),
    (11, "rv32imc"),
];

/// The Cortex-M architectures are numbered from the smallest to the one that has everything.
const ARMV6M: u8 = 4;
const ARMV7EMDP: u8 = 8;

/// The name that `mpy-cross -march` has for an architecture.
pub fn arch_name(arch: u8) -> Option<&'static str> {
    let found = ARCHS.iter().find(|(number, _)| *number == arch);
    found.map(|(_, name)| *name)
}

/// The number that a file has for a name of `mpy-cross -march`.
pub fn arch_number(name: &str) -> Option<u8> {
    let found = ARCHS.iter().find(|(_, known)| *known == name);
    found.map(|(number, _)| *number)
}

/// Whether a machine of architecture `machine` runs code of architecture `code`.
pub fn runs(machine: u8, code: u8) -> bool {
    let cortex_m = ARMV6M..=ARMV7EMDP;
    machine == code || cortex_m.contains(&machine) && (ARMV6M..=machine).contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        for (number, name) in ARCHS {
            assert_eq!(arch_name(number), Some(name));
            assert_eq!(arch_number(name), Some(number));
        }
        assert_eq!((arch_name(0), arch_number("none")), (None, None));
    }

    #[test]
    fn a_cortex_m_runs_what_smaller_ones_run() {
        let runs = |machine: &str, code: &str| {
            runs(arch_number(machine).unwrap(), arch_number(code).unwrap())
        };
        assert!(runs("armv7m", "armv6m") && runs("armv7emsp", "armv7em"));
        assert!(!runs("armv6m", "armv7m") && !runs("armv7em", "armv7emsp"));
        assert!(runs("rv32imc", "rv32imc") && !runs("rv32imc", "armv6m"));
        assert!(!runs("armv7m", "armv6") && !runs("x64", "x86"));
    }
}
