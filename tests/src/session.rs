//! A conversation with a firmware in QEMU, through its serial port, and that port for another program's.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

/// How long an answer may take. It is there to end a hung emulator, not to measure anything.
const LIMIT: Duration = Duration::from_secs(300);

/// Starts an image, with the board's serial port where QEMU is told to have it.
fn start(machine: &str, image: &Path, serial: &str) -> Child {
    Command::new("qemu-system-arm")
        .args(["-machine", machine, "-nographic", "-monitor", "none"])
        .args(["-serial", serial])
        .args(["-semihosting-config", "enable=on,target=native"])
        .arg("-kernel")
        .arg(image)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("QEMU starts")
}

/// A firmware that runs, until this is dropped, behind a serial port of this computer.
#[derive(Debug)]
pub struct SerialPort {
    emulator: Child,
    /// What programs open.
    pub name: String,
}

impl SerialPort {
    /// Starts an image on an emulated Arm board, by QEMU's name.
    pub fn open(machine: &str, image: &Path) -> Self {
        let mut port = Self {
            emulator: start(machine, image, "pty"),
            name: String::new(),
        };
        let stdout = port.emulator.stdout.take().expect("the console is piped");
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let name = lines.find_map(|line| {
            let mut words = line.split_whitespace();
            words
                .find(|word| word.starts_with("/dev/"))
                .map(String::from)
        });
        port.name = name.expect("QEMU names the port");
        port
    }
}

impl Drop for SerialPort {
    fn drop(&mut self) {
        end(&mut self.emulator);
    }
}

/// The firmware has no end of its own.
fn end(emulator: &mut Child) {
    let _ = emulator.kill();
    let _ = emulator.wait();
}

/// A firmware that runs, until this is dropped.
#[derive(Debug)]
pub struct Session {
    emulator: Child,
    keyboard: ChildStdin,
    screen: Receiver<Vec<u8>>,
    /// What has come and was not asked for yet.
    rest: Vec<u8>,
}

impl Session {
    /// Starts an image on an emulated Arm board, by QEMU's name.
    pub fn start(machine: &str, image: &Path) -> Self {
        let mut emulator = start(machine, image, "stdio");
        let keyboard = emulator.stdin.take().expect("the input is piped");
        let mut stdout = emulator.stdout.take().expect("the console is piped");
        let (sender, screen) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 1024];
            while let Ok(n @ 1..) = stdout.read(&mut buffer) {
                if sender.send(buffer[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            emulator,
            keyboard,
            screen,
            rest: Vec::new(),
        }
    }

    /// Types keys.
    pub fn send(&mut self, keys: &str) {
        let sent = self.keyboard.write_all(keys.as_bytes());
        sent.and_then(|()| self.keyboard.flush())
            .expect("QEMU takes input");
    }

    /// Waits for a text, and returns what came before it.
    #[track_caller]
    pub fn until(&mut self, text: &str) -> String {
        loop {
            let found = self
                .rest
                .windows(text.len())
                .position(|window| window == text.as_bytes());
            if let Some(place) = found {
                let before = String::from_utf8_lossy(&self.rest[..place]).into_owned();
                self.rest.drain(..place + text.len());
                return before;
            }
            match self.screen.recv_timeout(LIMIT) {
                Ok(bytes) => self.rest.extend(bytes),
                Err(error) => {
                    let why = match error {
                        RecvTimeoutError::Timeout => "doesn't come",
                        RecvTimeoutError::Disconnected => "didn't come before the firmware ended",
                    };
                    let rest = String::from_utf8_lossy(&self.rest);
                    panic!("{text:?} {why}: {rest:?}")
                }
            }
        }
    }

    /// Types keys, and waits for a text; returns what came before it.
    #[track_caller]
    pub fn ask(&mut self, keys: &str, text: &str) -> String {
        self.send(keys);
        self.until(text)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        end(&mut self.emulator);
    }
}
