//! The boards that the firmware knows: one row each.
//!
//! A new board is a row here, its memory in `example-firmware/boards/<name>/memory.x`, and its registers in
//! `example-firmware/src/board` and `driver`, where no other board has the same.

use anyhow::{Result, anyhow, bail};

use crate::firmware::Program;

/// A board.
pub struct Board {
    /// The word for it, after `--board` and in the variable `BOARD` of the firmware's build script.
    pub name: &'static str,
    /// One line for a person.
    pub about: &'static str,
    /// The Rust target of its firmware.
    pub target: &'static str,
    /// Says that its memory has room for the example's application. There is room for the prompt on every board.
    pub runs_application: bool,
    /// The limits of a board whose RAM is too little for some of the prompt's modules.
    pub small_ram: Option<SmallRam>,
    /// The way of an image onto it.
    pub via: Via,
}

/// A board with little RAM.
pub struct SmallRam {
    /// KiB of Python's heap in the prompt, as `repl.rs` has it.
    pub heap_kib: usize,
    /// QEMU's words for a machine with four MiB instead, which shows how much a program would take.
    pub roomy: &'static [&'static str],
}

/// The way onto a board.
pub enum Via {
    /// An emulated board: the program, and the words that name the machine.
    Qemu {
        program: &'static str,
        machine: &'static [&'static str],
    },
    /// This computer, which runs the image itself.
    Host,
}

impl Board {
    /// The name of the board's inline assembler in MicroPython's tests, where it has one.
    pub fn inline_assembler(&self) -> Option<&'static str> {
        match self.via {
            Via::Host => None,
            Via::Qemu { .. } if self.target.starts_with("riscv") => Some("rv32"),
            Via::Qemu { .. } => Some("thumb"),
        }
    }
}

/// Every board; the first is the default.
pub const BOARDS: &[Board] = &[
    Board {
        name: "mps2-an385",
        about: "Arm MPS2 with a Cortex-M3, emulated by QEMU",
        target: "thumbv7m-none-eabi",
        runs_application: true,
        small_ram: None,
        via: ARM_MPS2_AN385,
    },
    Board {
        name: "mps2-an386",
        about: "Arm MPS2 with a Cortex-M4 and its FPU, emulated by QEMU",
        target: "thumbv7em-none-eabihf",
        runs_application: true,
        small_ram: None,
        via: Via::Qemu {
            program: ARM,
            machine: &["-machine", "mps2-an386"],
        },
    },
    Board {
        name: "mps2-an505",
        about: "Arm MPS2 with a Cortex-M33 and its FPU, emulated by QEMU",
        target: "thumbv8m.main-none-eabihf",
        runs_application: true,
        small_ram: None,
        via: Via::Qemu {
            program: ARM,
            machine: &["-machine", "mps2-an505"],
        },
    },
    Board {
        name: "mps2-an385-v6m",
        about: "the Cortex-M3 with code for a Cortex-M0: all of it in plenty of memory",
        target: "thumbv6m-none-eabi",
        runs_application: true,
        small_ram: None,
        via: ARM_MPS2_AN385,
    },
    Board {
        name: "microbit",
        about: "BBC micro:bit with a Cortex-M0 and 16 KiB of RAM, emulated by QEMU",
        target: "thumbv6m-none-eabi",
        runs_application: false,
        small_ram: Some(SmallRam {
            heap_kib: 8,
            roomy: &["-global", "nrf51-soc.sram-size=4194304"],
        }),
        via: Via::Qemu {
            program: ARM,
            machine: &["-machine", "microbit"],
        },
    },
    Board {
        name: "virt-rv32",
        about: "RISC-V with 32 bits, emulated by QEMU",
        target: "riscv32imac-unknown-none-elf",
        runs_application: true,
        small_ram: None,
        via: Via::Qemu {
            program: RISC_V,
            machine: &["-machine", "virt", "-bios", "none"],
        },
    },
];

/// This computer, as a board of the conformance run alone: its prompt is the program in `tests/firmware/repl`.
pub static HOST: Board = Board {
    name: "host",
    about: "this computer, with sanitizers (conformance only)",
    target: "",
    runs_application: false,
    small_ram: None,
    via: Via::Host,
};

/// QEMU for Arm.
pub const ARM: &str = "qemu-system-arm";
/// QEMU for RISC-V.
pub const RISC_V: &str = "qemu-system-riscv32";

const ARM_MPS2_AN385: Via = Via::Qemu {
    program: ARM,
    machine: &["-machine", "mps2-an385"],
};

impl Board {
    /// Refuses a program that has no room on the board.
    pub fn check_room(&self, program: Program) -> Result<()> {
        if program == Program::Application && !self.runs_application {
            bail!(
                "{name} has too little memory for the application of example-firmware, whose heap has 64 KiB; \
                 the prompt runs there: cargo xtask repl --board {name}",
                name = self.name
            );
        }
        Ok(())
    }
}

/// Finds a board by its name.
pub fn find(name: &str) -> Result<&'static Board> {
    BOARDS
        .iter()
        .find(|board| board.name == name)
        .ok_or_else(|| {
            let names: Vec<_> = BOARDS.iter().map(|board| board.name).collect();
            anyhow!(
                "there is no board {name:?}; the boards are: {}",
                names.join(", ")
            )
        })
}

/// The Rust targets of all boards, each once.
pub fn targets() -> Vec<&'static str> {
    let mut targets: Vec<_> = BOARDS.iter().map(|board| board.target).collect();
    targets.sort_unstable();
    targets.dedup();
    targets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::firmware;

    #[test]
    fn names_are_unique_and_found() {
        for board in BOARDS {
            assert_eq!(
                BOARDS
                    .iter()
                    .filter(|other| other.name == board.name)
                    .count(),
                1
            );
            assert_eq!(find(board.name).unwrap().name, board.name);
        }
        let error = find("toaster").err().unwrap().to_string();
        assert!(error.contains("toaster") && error.contains("mps2-an385"));
    }

    #[test]
    fn every_board_has_its_memory() {
        let folder = firmware::folder().join("boards");
        for board in BOARDS {
            assert!(
                folder.join(board.name).join("memory.x").is_file(),
                "{}",
                board.name
            );
        }
        assert_eq!(crate::host::entries(&folder).len(), BOARDS.len());
    }

    #[test]
    fn a_small_heap_is_that_of_the_prompt() {
        let repl = std::fs::read_to_string(firmware::folder().join("src/bin/repl.rs")).unwrap();
        for board in BOARDS {
            let Some(small) = &board.small_ram else {
                continue;
            };
            let line = format!("cfg!(board = {:?}) => {},", board.name, small.heap_kib);
            assert!(repl.contains(&line), "{line}");
        }
    }

    #[test]
    fn what_has_no_room_is_refused() {
        let microbit = find("microbit").unwrap();
        assert!(microbit.check_room(Program::Repl).is_ok());
        let error = microbit.check_room(Program::Application).unwrap_err();
        assert!(error.to_string().contains("cargo xtask repl"));
    }
}
