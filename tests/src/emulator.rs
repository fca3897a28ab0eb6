//! Runs firmware in QEMU.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a firmware printed, and its exit status.
#[derive(Debug)]
pub struct Run {
    /// Everything that came over the console.
    pub console: String,
    /// The status that it ended with; none where it was stopped.
    pub status: Option<i32>,
}

/// How long a firmware may run. It is there to end a hung emulator, not to measure anything.
const LIMIT: Duration = Duration::from_secs(300);

/// Runs an image on the emulated Cortex-M3 board until it ends.
pub fn run(image: &Path) -> Run {
    run_on("mps2-an385", image)
}

/// Runs an image on an emulated Arm board, by QEMU's name, until it ends.
pub fn run_on(machine: &str, image: &Path) -> Run {
    start("qemu-system-arm", &["-machine", machine], image)
}

/// Runs an image on the emulated Cortex-M3 board until it ends, with a clock that counts instructions: what the
/// program sees of time doesn't depend on the machine.
pub fn run_counted(image: &Path) -> Run {
    start(
        "qemu-system-arm",
        &["-machine", "mps2-an385", "-icount", "shift=5"],
        image,
    )
}

/// Runs an image on the emulated RISC-V board `virt` until it ends.
pub fn run_on_riscv(image: &Path) -> Run {
    start(
        "qemu-system-riscv32",
        &["-machine", "virt", "-bios", "none"],
        image,
    )
}

fn start(emulator: &str, machine: &[&str], image: &Path) -> Run {
    let mut child = Command::new(emulator)
        .args(machine)
        .args(["-nographic", "-monitor", "none"])
        .args(["-serial", "stdio"])
        .args(["-semihosting-config", "enable=on,target=native"])
        .arg("-kernel")
        .arg(image)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap_or_else(|error| panic!("{emulator}: {error}"));
    let mut stdout = child.stdout.take().expect("the console is piped");
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stdout.read_to_end(&mut bytes).map(|_| bytes)
    });
    let started = Instant::now();
    let status = loop {
        match child.try_wait().expect("the emulator can be waited for") {
            Some(status) => break status.code(),
            None if started.elapsed() > LIMIT => {
                child.kill().expect("the emulator can be stopped");
                child.wait().expect("the emulator can be waited for");
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let bytes = reader
        .join()
        .expect("the reader ends")
        .expect("the console can be read");
    Run {
        console: String::from_utf8_lossy(&bytes).replace("\r\n", "\n"),
        status,
    }
}
