//! What has come in at the console while Python was busy.

use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use mpy_freeze_rt::interrupted_by;

/// Room for what a host sends ahead in the prompt's raw paste mode, which is 255 bytes.
const SIZE: usize = 256;

/// The bytes that wait to be read, in a ring. One place fills it and one empties it, so that it needs no lock: a board
/// can fill it from an interrupt handler.
pub struct Input {
    bytes: [AtomicU8; SIZE],
    /// How many bytes have come in and gone out, which wraps.
    filled: AtomicUsize,
    emptied: AtomicUsize,
}

impl Input {
    pub const fn new() -> Self {
        Self {
            bytes: [const { AtomicU8::new(0) }; SIZE],
            filled: AtomicUsize::new(0),
            emptied: AtomicUsize::new(0),
        }
    }

    /// Takes a byte that has come in. Ctrl-C interrupts the program that runs, also one that reads no input and has let
    /// the ring fill up: what comes then is lost, but for Ctrl-C.
    pub fn fill(&self, byte: u8) {
        if interrupted_by(byte) {
            return;
        }
        let filled = self.filled.load(Ordering::Relaxed);
        if filled.wrapping_sub(self.emptied.load(Ordering::Acquire)) < SIZE {
            self.bytes[filled % SIZE].store(byte, Ordering::Relaxed);
            self.filled.store(filled.wrapping_add(1), Ordering::Release);
        }
    }

    /// The byte that has waited longest.
    pub fn take(&self) -> Option<u8> {
        let emptied = self.emptied.load(Ordering::Relaxed);
        if emptied == self.filled.load(Ordering::Acquire) {
            return None;
        }
        let byte = self.bytes[emptied % SIZE].load(Ordering::Relaxed);
        self.emptied
            .store(emptied.wrapping_add(1), Ordering::Release);
        Some(byte)
    }
}
