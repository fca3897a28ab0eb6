//! Interrupts of the emulated board: events, keyboard interrupts, bounded runs and the limits of its stack.

use mpy_freeze_tests::emulator;
use mpy_freeze_tests::project::Project;

/// What runs instead of the example's `main.rs`; the board and the driver of its timer are the example's.
const MAIN: &str = r#"
#![no_std]
#![no_main]

mod board;
mod driver;

use board::Board;
use cortex_m_rt::{entry, exception};
use mpy_freeze_rt::{Exception, Heap, Stopped, Vm, pymodule};

mpy_freeze_rt::freeze!("app/", modules = [driver::panel, bench]);
mpy_freeze_rt::platform!(Board);

static HEAP: Heap<{ 1024 * 1024 }> = Heap::new();

#[exception]
fn PendSV() {
    mpy_freeze_rt::keyboard_interrupt();
}

#[pymodule]
mod bench {
    use mpy_freeze_rt::pyfunction;

    #[pyfunction]
    fn interrupt() {
        cortex_m::peripheral::SCB::set_pendsv();
    }
}

#[entry]
fn main() -> ! {
    Board::init();
    for _ in 0..2 {
        let started = Vm::run(&HEAP, |vm| {
            if let Err(exception) = tests(vm) {
                println!("{exception}");
            }
        });
        if let Err(error) = started {
            println!("{error}");
        }
    }
    Board::exit(true)
}

fn tests(vm: &Vm) -> Result<(), Exception<'_>> {
    let app = vm.import("main")?;
    for name in ["ticks", "sleeping", "broken", "nested"] {
        println!("{name}: {}", app.call_method(name, ())?);
    }
    for name in ["interrupted", "interrupted_asleep"] {
        match app.call_method(name, ()) {
            Ok(_) => println!("{name}: it returned"),
            Err(exception) => println!("{name}: {}", exception.type_name()),
        }
    }
    match vm.run_for(5000, || app.call_method("forever", ())) {
        Err(Stopped::OutOfSteps) => println!("forever: out of steps"),
        _ => println!("forever: it ended otherwise"),
    }
    Ok(())
}
"#;

const APP: &str = r#"
import bench, panel, time

def counted(wait):
    seen = []
    panel.every(1, seen.append)
    while len(seen) < 20:
        wait()
    panel.stop()
    return seen == sorted(seen) and seen[0] >= 1

def ticks():
    return counted(lambda: None)

def sleeping():
    return counted(lambda: time.sleep_ms(1))

def broken():
    done = []
    def callback(count):
        done.append(count)
        raise ValueError("in the callback")
    panel.every(1, callback)
    while not done:
        pass
    panel.stop()
    return len(done) >= 1

def interrupted():
    panel.every(1, lambda count: bench.interrupt())
    try:
        while True:
            pass
    finally:
        panel.stop()

def interrupted_asleep():
    panel.every(1, lambda count: bench.interrupt())
    try:
        time.sleep(1000)
    finally:
        panel.stop()

def forever():
    while True:
        try:
            while True:
                pass
        except:
            pass

def nested():
    makers = (lambda x: [x], lambda x: (x,), lambda x: {0: x})
    operations = (lambda a, b: a == b, lambda a, b: repr(a), lambda a, b: hash(a), lambda a, b: a < b,
        lambda a, b: "%s" % [a])
    raised = []
    for make in makers:
        a = b = None
        for i in range(5000):
            a, b = make(a), make(b)
        for operation in operations:
            try:
                operation(a, b)
            except (RuntimeError, TypeError) as error:
                raised.append(type(error).__name__[0])
    return "".join(raised)
"#;

#[test]
fn handlers_reach_python_on_a_cortex_m3() {
    let project = Project::firmware("interrupts");
    project.remove("app");
    project.write("src/main.rs", MAIN);
    project.write("app/main.py", APP);
    let run = emulator::run(&project.firmware_image());
    assert_eq!(run.status, Some(0), "{}", run.console);
    let (tracebacks, lines): (Vec<&str>, Vec<&str>) = run
        .console
        .lines()
        .partition(|line| !line.contains(": ") || line.starts_with("ValueError"));
    // The same again in a second VM. A list and a dict have no hash, and dicts no order.
    let once = [
        "ticks: True",
        "sleeping: True",
        "broken: True",
        "nested: RRTRRRRRRRRRTTR",
        "interrupted: KeyboardInterrupt",
        "interrupted_asleep: KeyboardInterrupt",
        "forever: out of steps",
    ];
    assert_eq!(lines, once.repeat(2), "{}", run.console);
    assert!(
        tracebacks.contains(&"ValueError: in the callback"),
        "{}",
        run.console
    );
}
