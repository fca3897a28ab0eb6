//! Python and async Rust share one processor: embassy's executor has its turn between Python's instructions.
//!
//! `Platform::poll` is called at a bounded interval while Python runs, `Platform::idle` while it waits. Both give the
//! executor a turn, so that its tasks go on whatever Python does, and Python goes on whenever they wait.

#![no_std]
#![no_main]

#[path = "../src/board/mod.rs"]
mod board;

use core::cell::OnceCell;
use core::future::poll_fn;
use core::sync::atomic::{AtomicU32, Ordering};
use core::task::Poll;

use board::{Board, entry};
use embassy_executor::raw::Executor;
use mpy_freeze_rt::{Exception, Heap, Platform, Vm, pymodule};

mpy_freeze_rt::freeze!("examples/async_tasks.py", modules = [tasks]);
mpy_freeze_rt::platform!(Shared);

static HEAP: Heap<{ 64 * 1024 }> = Heap::new();

/// Microseconds between two looks at the sensor.
const PERIOD_US: u64 = 500;

/// How often the sensor has been read.
static READINGS: AtomicU32 = AtomicU32::new(0);

/// The board, shared with the executor's tasks.
struct Shared;

impl Platform for Shared {
    fn write(bytes: &[u8]) {
        Board::write(bytes);
    }

    fn ticks_us() -> u64 {
        Board::ticks_us()
    }

    fn poll() {
        TASKS.turn();
    }

    fn idle() {
        TASKS.turn();
        Board::idle();
    }

    fn stack_limit() -> usize {
        Board::stack_limit()
    }
}

/// The executor, which lives as long as the program.
struct Tasks(OnceCell<Executor>);

// SAFETY: one thread of one core gives it its turns; what wakes tasks from elsewhere is made for that.
unsafe impl Sync for Tasks {}

static TASKS: Tasks = Tasks(OnceCell::new());

impl Tasks {
    fn executor(&'static self) -> &'static Executor {
        self.0.get_or_init(|| Executor::new(core::ptr::null_mut()))
    }

    /// Runs the tasks that are ready.
    fn turn(&'static self) {
        // SAFETY: no task calls Python, and so no turn begins inside of another.
        unsafe { self.executor().poll() }
    }
}

/// A task is ready. The next turn comes by itself.
#[unsafe(export_name = "__pender")]
fn pender(_context: *mut ()) {}

/// Reads a sensor at a steady pace, as a driver with deadlines does.
#[embassy_executor::task]
async fn sample() {
    let mut due = Board::ticks_us();
    loop {
        due += PERIOD_US;
        // Without a timer that wakes the task, it asks for another turn until its time has come.
        poll_fn(|context| {
            if Board::ticks_us() >= due {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        READINGS.store(READINGS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }
}

/// What the tasks have come to, for Python.
#[pymodule]
mod tasks {
    use core::sync::atomic::Ordering;

    use mpy_freeze_rt::pyfunction;

    /// How often the sensor has been read.
    #[pyfunction]
    fn readings() -> u32 {
        super::READINGS.load(Ordering::Relaxed)
    }
}

#[entry]
fn main() -> ! {
    Board::init();
    let spawned = sample().map(|task| TASKS.executor().spawner().spawn(task));
    let ran = Vm::run(&HEAP, |vm| {
        application(vm).unwrap_or_else(|exception| {
            println!("{exception}");
            false
        })
    });
    Board::exit(spawned.is_ok() && ran == Ok(true))
}

fn application(vm: &Vm) -> Result<bool, Exception<'_>> {
    vm.import("async_tasks")?.call_method("run", ())?.to_bool()
}
