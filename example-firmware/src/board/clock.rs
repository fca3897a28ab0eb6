//! A clock of 64 bits from a counter of 32.

use core::sync::atomic::{AtomicU32, Ordering};

/// Counts how often the counter has wrapped, which it does after 71 minutes of microseconds: whoever asks more often
/// than that sees every wrap.
pub struct Clock {
    last: AtomicU32,
    wraps: AtomicU32,
}

impl Clock {
    pub const fn new() -> Self {
        Self {
            last: AtomicU32::new(0),
            wraps: AtomicU32::new(0),
        }
    }

    /// The time, with what the counter says now. Python asks from one place at a time, so that the two halves need no
    /// lock.
    pub fn at(&self, now: u32) -> u64 {
        let mut wraps = self.wraps.load(Ordering::Relaxed);
        let before = self.last.load(Ordering::Relaxed);
        self.last.store(now, Ordering::Relaxed);
        if now < before {
            wraps += 1;
            self.wraps.store(wraps, Ordering::Relaxed);
        }
        u64::from(wraps) << 32 | u64::from(now)
    }
}
