//! Builds MicroPython and tells the linker about the board's memory.

mod prompt;

use std::path::Path;

use mpy_freeze::{Build, RomLevel};

fn main() {
    let board = board();
    println!("cargo::rustc-cfg=board=\"{board}\"");
    println!("cargo::rustc-check-cfg=cfg(board, values(any()))");
    link(&board);

    let mut build = Build::new();
    build
        .rom_level(RomLevel::ExtraFeatures)
        // What editors read of the Python modules that are written in Rust.
        .stubs("typings");
    if cfg!(feature = "repl") {
        add_repl(&mut build, &board);
    }
    build.build();
}

/// The board to build for: the variable BOARD names one of the folders in `boards/`; without it, the target has one.
fn board() -> String {
    println!("cargo::rerun-if-env-changed=BOARD");
    if let Ok(board) = std::env::var("BOARD") {
        return board;
    }
    let board = match target().as_str() {
        "thumbv6m-none-eabi" => "mps2-an385-v6m",
        "thumbv7em-none-eabihf" => "mps2-an386",
        "thumbv8m.main-none-eabihf" => "mps2-an505",
        target if target.starts_with("riscv32") => "virt-rv32",
        _ => "mps2-an385",
    };
    board.into()
}

fn target() -> String {
    std::env::var("TARGET").expect("Cargo sets TARGET")
}

/// The linker script `link.x` comes with the start-up code, and takes the board's memory from `memory.x`.
fn link(board: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("boards")
        .join(board);
    let memory = folder.join("memory.x");
    if !memory.is_file() {
        println!(
            "cargo::error=BOARD: there is no board {board:?}, for there is no {}",
            memory.display()
        );
    }
    println!("cargo::rerun-if-changed={}", memory.display());
    println!("cargo::rustc-link-search={}", folder.display());
    // That of a RISC-V doesn't read the file by itself.
    if target().starts_with("riscv32") {
        println!("cargo::rustc-link-arg=-Tmemory.x");
    }
    println!("cargo::rustc-link-arg=-Tlink.x");
    // The memory.x of a board with little RAM makes room for a larger heap of the program `repl`.
    println!("cargo::rerun-if-env-changed=HEAP_KIB");
    if let Ok(kib) = std::env::var("HEAP_KIB") {
        println!("cargo::rustc-link-arg=--defsym=heap_kib={kib}");
    }
}

/// What the program `repl` has beyond the application: a prompt, and what comes in there and is to run.
fn add_repl(build: &mut Build, board: &str) {
    let processor = target();
    let processor = processor.split('-').next().unwrap_or_default();
    build
        .define("MICROPY_HW_BOARD_NAME", format!("{board:?}"))
        .define("MICROPY_HW_MCU_NAME", format!("{processor:?}"));
    if !target().ends_with("hf") {
        // By this name upstream's test runner knows an emulated board, and that it has no unit for floats.
        build.define("MICROPY_PY_SYS_PLATFORM", "\"qemu\"");
    }
    if board == "microbit" {
        // What the application's level has: there is no flash for everything.
        build.repl(true);
        return;
    }
    prompt::add_everything(build);
}
