//! What has come in while Python was busy. A thread stands for the interrupt handler of a board's UART.

use std::collections::VecDeque;
use std::io::Read as _;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

static WAITING: Mutex<VecDeque<u8>> = Mutex::new(VecDeque::new());
static CAME: Condvar = Condvar::new();

/// Begins to take what comes in. Ctrl-C interrupts the program that runs, and the end of the input ends all of it, however
/// busy Python is.
pub fn listen() {
    std::thread::spawn(|| {
        for byte in std::io::stdin().lock().bytes() {
            let Ok(byte) = byte else { break };
            if !mpy_freeze_rt::interrupted_by(byte) {
                waiting().push_back(byte);
            }
            CAME.notify_one();
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "Python may run in the other thread, and never look up"
        )]
        std::process::exit(0)
    });
}

/// The byte that has waited longest.
pub fn take() -> Option<u8> {
    waiting().pop_front()
}

/// Sleeps until something comes, at most for this long.
pub fn wait(longest: Duration) {
    let waiting = waiting();
    if waiting.is_empty() {
        drop(CAME.wait_timeout(waiting, longest));
    }
}

fn waiting() -> MutexGuard<'static, VecDeque<u8>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}
