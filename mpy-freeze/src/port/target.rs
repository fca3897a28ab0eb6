//! The meaning of a Rust target to a C compiler and to mpy-cross.

use crate::Arch;
use crate::error::{Error, Problem, Result};

/// A target that libmicropython can be built for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// Cargo's name, for example `thumbv7m-none-eabi`.
    pub(crate) name: String,
    /// The triple that clang takes.
    pub(crate) clang_triple: String,
    /// Flags for the instruction set and the float ABI, the same for clang and GCC.
    pub(crate) flags: Vec<String>,
    /// Set where there is no operating system, and so no libc.
    pub(crate) bare_metal: bool,
    /// The instruction set family.
    pub(crate) family: Family,
    /// The `-march` of mpy-cross for native code.
    pub(crate) native_arch: Option<Arch>,
    /// The GCC that usually serves this target.
    pub(crate) gcc: Option<&'static str>,
}

/// Instruction set families that the port has assembler for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// ARM Cortex-M with 16-bit Thumb instructions: ARMv6-M, ARMv8-M Baseline.
    Thumb1,
    /// ARM Cortex-M with Thumb-2: ARMv7-M, ARMv7E-M, ARMv8-M Mainline.
    Thumb2,
    /// RISC-V with 32-bit registers.
    Rv32,
    /// A 64-bit PC.
    Host,
}

/// An ARM target: name, the CPU whose code runs on all of them, float flags, `-march` of mpy-cross.
type Arm = (&'static str, &'static str, &'static [&'static str], Arch);

const SOFT: &[&str] = &["-mfloat-abi=soft"];
const FPV4: &[&str] = &["-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"];
const FPV5: &[&str] = &["-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"];

const ARM: [Arm; 7] = [
    ("thumbv6m-none-eabi", "cortex-m0", SOFT, Arch::Armv6m),
    ("thumbv7m-none-eabi", "cortex-m3", SOFT, Arch::Armv7m),
    ("thumbv7em-none-eabi", "cortex-m4", SOFT, Arch::Armv7em),
    ("thumbv7em-none-eabihf", "cortex-m4", FPV4, Arch::Armv7emsp),
    ("thumbv8m.base-none-eabi", "cortex-m23", SOFT, Arch::Armv6m),
    ("thumbv8m.main-none-eabi", "cortex-m33", SOFT, Arch::Armv7em),
    (
        "thumbv8m.main-none-eabihf",
        "cortex-m33",
        FPV5,
        Arch::Armv7emsp,
    ),
];

/// RISC-V targets: name, `-march`, `-mabi`.
const RISCV: [(&str, &str, &str); 4] = [
    ("riscv32im-unknown-none-elf", "rv32im", "ilp32"),
    ("riscv32imc-unknown-none-elf", "rv32imc", "ilp32"),
    ("riscv32imac-unknown-none-elf", "rv32imac", "ilp32"),
    ("riscv32imafc-unknown-none-elf", "rv32imafc", "ilp32f"),
];

/// Hosts on which firmware code can be run and tested.
const HOSTS: [(&str, Option<Arch>); 3] = [
    ("x86_64-unknown-linux-gnu", Some(Arch::X64)),
    ("aarch64-unknown-linux-gnu", None),
    ("aarch64-apple-darwin", None),
];

impl Target {
    /// Looks up a Rust target; `cpu` is what `-C target-cpu` says, if anything.
    ///
    /// # Errors
    ///
    /// [`Error::Toolchain`] for a target that isn't in the tables above.
    pub(crate) fn new(name: &str, cpu: Option<&str>) -> Result<Self> {
        arm(name, cpu)
            .or_else(|| riscv(name))
            .or_else(|| host(name))
            .ok_or_else(|| unknown(name))
    }
}

fn arm(name: &str, cpu: Option<&str>) -> Option<Target> {
    let (_, default_cpu, float, march) = *ARM.iter().find(|(known, ..)| *known == name)?;
    let cpu = cpu.filter(|cpu| *cpu != "generic").unwrap_or(default_cpu);
    let mut flags = vec!["-mthumb".to_string(), format!("-mcpu={cpu}")];
    flags.extend(float.iter().map(|flag| flag.to_string()));
    // The Arm ABI leaves the size of an enum to the platform; bindgen, clang and GCC must agree on one.
    flags.push("-fshort-enums".into());
    let family = if march == Arch::Armv6m {
        Family::Thumb1
    } else {
        Family::Thumb2
    };
    Some(Target {
        name: name.into(),
        clang_triple: name.into(),
        flags,
        bare_metal: true,
        family,
        native_arch: Some(march),
        gcc: Some("arm-none-eabi-gcc"),
    })
}

fn riscv(name: &str) -> Option<Target> {
    let (_, march, mabi) = *RISCV.iter().find(|(known, ..)| *known == name)?;
    Some(Target {
        name: name.into(),
        clang_triple: "riscv32-unknown-none-elf".into(),
        flags: vec![
            format!("-march={march}"),
            format!("-mabi={mabi}"),
            // The firmware links at addresses that the default code model of clang can't reach.
            "-mcmodel=medany".into(),
        ],
        bare_metal: true,
        family: Family::Rv32,
        native_arch: march.contains('c').then_some(Arch::Rv32imc),
        gcc: Some("riscv64-unknown-elf-gcc"),
    })
}

fn host(name: &str) -> Option<Target> {
    let (_, native_arch) = *HOSTS.iter().find(|(known, _)| *known == name)?;
    Some(Target {
        name: name.into(),
        clang_triple: name.into(),
        flags: Vec::new(),
        bare_metal: false,
        family: Family::Host,
        native_arch,
        gcc: None,
    })
}

fn unknown(name: &str) -> Error {
    let arm = ARM.iter().map(|(name, ..)| *name);
    let riscv = RISCV.iter().map(|(name, ..)| *name);
    let hosts = HOSTS.iter().map(|(name, _)| *name);
    let known: Vec<_> = arm.chain(riscv).chain(hosts).collect();
    Error::Toolchain(vec![
        Problem::new(format!(
            "MicroPython can't be built for the target {name}: its instruction set is not known"
        ))
        .help(format!("the targets that are: {}", known.join(", "))),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_float_abi_follows_the_target() {
        let soft = Target::new("thumbv7em-none-eabi", None).unwrap();
        assert!(soft.flags.contains(&"-mfloat-abi=soft".to_string()));
        let hard = Target::new("thumbv7em-none-eabihf", None).unwrap();
        assert!(hard.flags.contains(&"-mfloat-abi=hard".to_string()));
        assert_eq!(hard.native_arch, Some(Arch::Armv7emsp));
    }

    #[test]
    fn the_cpu_that_rustc_is_told_is_the_compilers_too() {
        let target = Target::new("thumbv7em-none-eabihf", Some("cortex-m7")).unwrap();
        assert!(target.flags.contains(&"-mcpu=cortex-m7".to_string()));
    }

    /// The most of an instruction set that every CPU of the target has.
    #[test]
    fn native_code_is_what_the_target_runs() {
        for (name, arch) in [
            ("thumbv6m-none-eabi", Some(Arch::Armv6m)),
            ("thumbv7m-none-eabi", Some(Arch::Armv7m)),
            ("thumbv7em-none-eabi", Some(Arch::Armv7em)),
            ("thumbv7em-none-eabihf", Some(Arch::Armv7emsp)),
            // ARMv8-M's baseline has neither `it` nor most of Thumb-2, its main line lacks nothing of ARMv7E-M.
            ("thumbv8m.base-none-eabi", Some(Arch::Armv6m)),
            ("thumbv8m.main-none-eabi", Some(Arch::Armv7em)),
            ("thumbv8m.main-none-eabihf", Some(Arch::Armv7emsp)),
            ("riscv32imc-unknown-none-elf", Some(Arch::Rv32imc)),
            ("riscv32imac-unknown-none-elf", Some(Arch::Rv32imc)),
            ("riscv32imafc-unknown-none-elf", Some(Arch::Rv32imc)),
            // The code that MicroPython makes has compressed instructions.
            ("riscv32im-unknown-none-elf", None),
            ("x86_64-unknown-linux-gnu", Some(Arch::X64)),
            ("aarch64-unknown-linux-gnu", None),
        ] {
            assert_eq!(Target::new(name, None).unwrap().native_arch, arch, "{name}");
        }
    }

    #[test]
    fn an_unknown_target_names_the_known_ones() {
        let error = Target::new("avr-none", None).unwrap_err().to_string();
        assert!(error.contains("avr-none") && error.contains("thumbv7m-none-eabi"));
    }
}
