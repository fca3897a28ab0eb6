//! The interactive prompt on emulated boards, by every key that it knows.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use mpy_freeze_tests::micropython;
use mpy_freeze_tests::project::{Project, text_of};
use mpy_freeze_tests::session::{SerialPort, Session};

const CTRL_A: &str = "\x01";
const CTRL_B: &str = "\x02";
const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const CTRL_E: &str = "\x05";
const UP: &str = "\x1b[A";

/// A program without an end, and what shows that it has begun: before, the prompt would take Ctrl-C as its own.
const LOOPS: &str = "print('runs'); exec('while True: pass')\r";
const LOOPING: &str = "print('runs'); exec('while True: pass')\r\nruns\r\n";

fn image() -> &'static PathBuf {
    static IMAGE: OnceLock<PathBuf> = OnceLock::new();
    IMAGE.get_or_init(|| {
        Project::firmware("repl").repl_image_for("mps2-an385", "thumbv7m-none-eabi")
    })
}

/// A prompt that waits for its first line.
fn prompt() -> Session {
    let mut session = Session::start("mps2-an385", image());
    session.until(">>> ");
    session
}

/// A prompt in raw mode.
fn raw_prompt() -> Session {
    let mut session = prompt();
    session.ask(CTRL_A, "raw REPL; CTRL-B to exit\r\n>");
    session
}

#[test]
fn lines_are_executed_and_results_shown() {
    let mut session = prompt();
    assert_eq!(session.ask("6 * 7\r", ">>> "), "6 * 7\r\n42\r\n");
    let traceback = session.ask("1 / 0\r", ">>> ");
    assert!(
        traceback.ends_with("\r\nZeroDivisionError: divide by zero\r\n"),
        "{traceback:?}"
    );
    // The prompt knows a statement that goes on, and where its next line is indented.
    session.ask("for i in range(3):\r", "...     ");
    session.ask("print(i)\r", "...     ");
    let printed = session.ask("\x7f\r", ">>> ");
    assert!(printed.ends_with("\r\n0\r\n1\r\n2\r\n"), "{printed:?}");
    // What Python prints has the line ends of a terminal, once each.
    assert_eq!(
        session.ask("print('a\\nb\\r\\nc')\r", ">>> "),
        "print('a\\nb\\r\\nc')\r\na\r\nb\r\nc\r\n"
    );
}

#[test]
fn lines_are_remembered_and_names_completed() {
    let mut session = prompt();
    session.ask("answer = 41\r", ">>> ");
    session.ask("answer + 1\r", "42\r\n>>> ");
    let again = session.ask(&format!("{UP}\r"), ">>> ");
    assert!(again.contains("answer + 1"), "{again:?}");
    let earlier = session.ask(&format!("{UP}{UP}0\r"), ">>> ");
    assert!(earlier.contains("answer = 410"), "{earlier:?}");
    assert_eq!(session.ask("ans\t\r", ">>> "), "answer\r\n410\r\n");
    session.ask("import sys\r", ">>> ");
    let completed = session.ask("sys.implem\t.name\r", ">>> ");
    assert_eq!(completed, "sys.implementation.name\r\n'micropython'\r\n");
}

#[test]
fn programs_are_interrupted_wherever_they_are() {
    let mut session = prompt();
    session.ask("import sys, time\r", ">>> ");
    for (program, running) in [
        (LOOPS, LOOPING),
        (
            "print('asleep'); time.sleep(1000)\r",
            "print('asleep'); time.sleep(1000)\r\nasleep\r\n",
        ),
        (
            "print('reads'); sys.stdin.readline()\r",
            "print('reads'); sys.stdin.readline()\r\nreads\r\n",
        ),
    ] {
        session.ask(program, running);
        session.ask(CTRL_C, "\r\nKeyboardInterrupt: \r\n>>> ");
    }
    // Keys that come while a program runs are the next reader's.
    session.send("x = [i for i in range(20000)]; len(x)\rlen(x) + 1\r");
    session.until("20000\r\n>>> ");
    session.until("20001\r\n>>> ");
    // Ctrl-C at the prompt begins a new line, and no program's sees it.
    assert_eq!(session.ask(&format!("lost{CTRL_C}"), ">>> "), "lost\r\n");
    session.ask("1 + 1\r", "\r\n2\r\n>>> ");
}

#[test]
fn what_is_pasted_is_executed_as_a_whole() {
    let mut session = prompt();
    session.ask(
        CTRL_E,
        "paste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== ",
    );
    session.send("for i in range(2):\r    print('line', i)\rprint('end')\r");
    session.ask(CTRL_D, "\r\nline 0\r\nline 1\r\nend\r\n>>> ");
    session.ask(CTRL_E, "=== ");
    session.ask(&format!("print('never'){CTRL_C}"), "\r\n>>> ");
}

#[test]
fn the_raw_mode_is_for_programs() {
    let mut session = raw_prompt();
    session.ask(&format!("print('one')\n{CTRL_D}"), "OKone\r\n\x04\x04>");
    let error = session.ask(&format!("raise ValueError(2){CTRL_D}"), "\x04>");
    assert!(
        error.starts_with("OK\x04Traceback") && error.ends_with("\r\nValueError: 2\r\n"),
        "{error:?}"
    );
    // Raw paste: the board says how much it takes at a time, and goes on saying so. Hosts send two times 127 bytes ahead and
    // one that ends the program, for which the board's 256 are enough.
    session.ask(&format!("{CTRL_E}A{CTRL_A}"), "R\x01\x7f\x00\x01");
    let line = "x = 'a line that is compiled while it comes in'\n";
    session.ask(&line.repeat(4), "\x01");
    session.ask(&format!("print(len(x)){CTRL_D}"), "\x0441\r\n\x04\x04>");
    // An interrupt belongs to the program, and the mode stays.
    session.ask(
        &format!("print('runs')\nwhile True: pass{CTRL_D}"),
        "OKruns\r\n",
    );
    session.ask(CTRL_C, "KeyboardInterrupt: \r\n\x04>");
    session.ask(CTRL_B, "\r\n>>> ");
}

#[test]
fn functions_are_marshalled_where_their_length_is_known() {
    let mut session = prompt();
    session.ask("import marshal\r", ">>> ");
    session.ask("from node.ring import Ring\r", ">>> ");
    let refused = session.ask("marshal.dumps(Ring.push.__code__)\r", ">>> ");
    assert!(
        refused.ends_with("\r\nValueError: can't marshal frozen code\r\n"),
        "{refused:?}"
    );
    session.ask("code = marshal.dumps((lambda x: x + 1).__code__)\r", ">>> ");
    session.ask("Function = type(lambda: 0)\r", ">>> ");
    let copied = session.ask("Function(marshal.loads(code), {})(6)\r", ">>> ");
    assert!(copied.ends_with("\r\n7\r\n"), "{copied:?}");
}

#[test]
fn a_soft_reset_begins_anew() {
    let mut session = prompt();
    session.ask("x = 1\r", ">>> ");
    let banner = session.ask(CTRL_D, ">>> ");
    assert!(
        banner.starts_with("\r\nMPY: soft reboot\r\nMicroPython "),
        "{banner:?}"
    );
    session.ask("x\r", "NameError: name 'x' isn't defined\r\n>>> ");
    // The end of a program is the end of the VM, too.
    session.ask("import sys; sys.exit()\r", "MPY: soft reboot\r\n");
    session.until(">>> ");
    // Raw mode is still on after a reset: that is how hosts begin with a clean board.
    session.ask(CTRL_A, "raw REPL; CTRL-B to exit\r\n>");
    session.ask(
        CTRL_D,
        "OK\r\nMPY: soft reboot\r\nraw REPL; CTRL-B to exit\r\n>",
    );
    session.ask(&format!("print(3){CTRL_D}"), "OK3\r\n");
}

#[test]
fn what_is_frozen_can_be_imported() {
    let mut session = prompt();
    session.ask("from panel import Lamp; lamp = Lamp(1)\r", ">>> ");
    session.ask("lamp.toggle(); lamp.lit\r", "\r\nTrue\r\n>>> ");
    session.ask("import node; node.NAME\r", "\r\n'bench-7'\r\n>>> ");
}

#[test]
fn mpremote_connects() {
    let has_modules = |python: &&str| {
        let import = Command::new(python)
            .args(["-c", "import platformdirs, serial"])
            .stderr(Stdio::null())
            .status();
        import.is_ok_and(|status| status.success())
    };
    let python = ["python3", "/usr/bin/python3"]
        .into_iter()
        .find(has_modules)
        .expect("mpremote's modules are there; `cargo xtask setup` says which packages bring them");
    let project = Project::firmware("mpremote");
    project.write("program.py", "print('ran', 6 * 7)\n");
    project.write("mounted/greeting.py", "TEXT = 'from this computer'\n");
    let port = SerialPort::open("mps2-an385", image());
    let mpremote = |words: &[&str]| {
        let output = Command::new(python)
            .args(["-B", "-m", "mpremote", "connect", &port.name])
            .args(words)
            .env("PYTHONPATH", micropython().join("tools/mpremote"))
            // It has settings of its user otherwise.
            .env("HOME", &project.root)
            .env("XDG_CONFIG_HOME", &project.root)
            .current_dir(&project.root)
            .output()
            .expect("Python starts");
        assert!(output.status.success(), "{words:?}: {}", text_of(&output));
        text_of(&output).replace('\r', "")
    };
    assert_eq!(mpremote(&["eval", "6 * 7"]), "42\n");
    assert_eq!(mpremote(&["run", "program.py"]), "ran 42\n");
    let mounted = mpremote(&[
        "mount",
        "mounted",
        "exec",
        "import greeting; print(greeting.TEXT)",
    ]);
    assert!(mounted.ends_with("from this computer\n"), "{mounted:?}");
    assert_eq!(
        mpremote(&["soft-reset", "eval", "'greeting' in globals()"]),
        "False\n"
    );
}

#[test]
fn sixteen_kilobytes_are_enough() {
    let image = Project::firmware("repl-microbit").repl_image_for("microbit", "thumbv6m-none-eabi");
    let mut session = Session::start("microbit", &image);
    session.until("microbit with thumbv6m\r\n");
    session.until(">>> ");
    session.ask("sum(range(100))\r", "\r\n4950\r\n>>> ");
    session.ask(
        "def f(): f()\r\rf()\r",
        "maximum recursion depth exceeded\r\n>>> ",
    );
    session.ask(
        "bytearray(10000)\r",
        "MemoryError: memory allocation failed, allocating 10000 bytes\r\n>>> ",
    );
    session.ask(
        "import panel; panel.every(5, lambda count: count > 2 and print('third'))\r",
        "third\r\n",
    );
    session.ask(LOOPS, LOOPING);
    session.ask(CTRL_C, "KeyboardInterrupt: \r\n>>> ");
    session.ask(CTRL_D, "MPY: soft reboot\r\n");
    session.until(">>> ");
    session.ask(CTRL_A, "raw REPL; CTRL-B to exit\r\n>");
    session.ask(&format!("print(6 * 7){CTRL_D}"), "OK42\r\n\x04\x04>");
}
