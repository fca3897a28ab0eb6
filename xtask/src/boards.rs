//! The boards that the firmware knows: one row each.

use anyhow::{Result, anyhow};

/// A board: what to build for it and how to put an image on it.
pub struct Board {
    /// What `--board` takes.
    pub name: &'static str,
    /// One line for a person.
    pub about: &'static str,
    /// The Rust target of its firmware.
    pub target: &'static str,
    /// How an image gets onto it.
    pub via: Via,
}

/// The way onto a board.
pub enum Via {
    /// An emulated board: the program, and the words before the image's path.
    Qemu {
        program: &'static str,
        arguments: &'static [&'static str],
    },
}

impl Board {
    /// What MicroPython's tests call the board's inline assembler.
    pub fn inline_assembler(&self) -> &'static str {
        if self.target.starts_with("riscv") {
            "rv32"
        } else {
            "thumb"
        }
    }
}

/// Every board; the first is the default.
pub const BOARDS: &[Board] = &[Board {
    name: "mps2-an385",
    about: "Arm MPS2 with a Cortex-M3, emulated by QEMU",
    target: "thumbv7m-none-eabi",
    via: Via::Qemu {
        program: "qemu-system-arm",
        // Semihosting carries the application's verdict out as QEMU's exit status.
        arguments: &[
            "-machine",
            "mps2-an385",
            "-nographic",
            "-monitor",
            "none",
            "-serial",
            "stdio",
            "-semihosting-config",
            "enable=on,target=native",
            "-kernel",
        ],
    },
}];

/// The board of that name.
///
/// # Errors
///
/// Names the boards there are when it is none of them.
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

/// Rust targets that tests build for besides those of the boards.
pub const TESTED_TARGETS: [&str; 3] = [
    "riscv32imc-unknown-none-elf",
    "thumbv6m-none-eabi",
    "thumbv7em-none-eabihf",
];

#[cfg(test)]
mod tests {
    use super::*;

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
}
