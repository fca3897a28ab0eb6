//! MicroPython's prompt on this program's own input and output, which upstream's test runner speaks to as to a board.
//!
//! It ends with its input.

mod input;

use std::ffi::{c_int, c_void};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::ExitCode;
use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime};

use mpy_freeze_rt::{Heap, Platform, Vm};

mpy_freeze_rt::freeze!("app/");
mpy_freeze_rt::platform!(Computer);

/// Memory for what Python allocates, machine code included.
static HEAP: Pages<Heap<{ 4 << 20 }>> = Pages(Heap::new());

/// What begins with a page and has those to itself, so that it can be made executable.
#[repr(align(4096))]
struct Pages<T>(T);

impl<T> Pages<T> {
    /// Lets machine code in it run.
    fn make_executable(&'static self) -> std::io::Result<()> {
        const READ_WRITE_EXECUTE: c_int = 1 | 2 | 4;
        let start = (&raw const *self).cast_mut().cast();
        // SAFETY: the pages are this value's alone by its alignment, which its size is a multiple of; they stay readable and
        // writable.
        match unsafe { mprotect(start, size_of::<Self>(), READ_WRITE_EXECUTE) } {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        }
    }
}

unsafe extern "C" {
    fn mprotect(start: *mut c_void, len: usize, protection: c_int) -> c_int;
}

/// This computer as Python's board.
struct Computer;

static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Platform for Computer {
    fn write(bytes: &[u8]) {
        // Nobody is there any more to be told that nobody reads.
        let mut console = std::io::stdout().lock();
        let _ = console.write_all(bytes).and_then(|()| console.flush());
    }

    fn read() -> Option<u8> {
        input::take()
    }

    fn ticks_us() -> u64 {
        STARTED.elapsed().as_micros().try_into().unwrap_or(u64::MAX)
    }

    fn now() -> Option<Duration> {
        SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .ok()
    }

    fn idle() {
        input::wait(Duration::from_micros(200));
    }

    fn entropy(bytes: &mut [u8]) -> bool {
        let random = File::open("/dev/urandom");
        random.and_then(|mut file| file.read_exact(bytes)).is_ok()
    }

    fn stack_limit() -> usize {
        // The sanitizers make frames several times as large.
        1 << 20
    }
}

fn main() -> ExitCode {
    if let Err(error) = HEAP.make_executable() {
        eprintln!("The heap can't be made executable: {error}");
        return ExitCode::FAILURE;
    }
    input::listen();
    loop {
        let ended = Vm::run(&HEAP.0, |vm| {
            if let Err(exception) = vm.repl() {
                Computer::write(exception.to_string().as_bytes());
            }
        });
        if let Err(error) = ended {
            eprintln!("Python didn't start: {error}");
            return ExitCode::FAILURE;
        }
        // Hosts wait for these words before they go on with the next VM.
        Computer::write(b"MPY: soft reboot\r\n");
    }
}
