//! An application that imports, allocates, raises, collects and is reset many thousand times on an emulated board, in about
//! a minute: nothing that it takes stays taken, whether it is reset or goes on.

use mpy_freeze_tests::project::Project;
use mpy_freeze_tests::{emulator, repository};

/// VMs, or rounds, after which all that ever happens has happened once.
const FIRST: usize = 2 * CYCLE;
/// As many as the firmware says that it starts.
const VMS: usize = 4000;
/// As many as it says that the last VM does.
const ROUNDS: usize = 4000;
/// A round does what one of so many before it has done: `ROUNDS` of `tests/firmware/soak/main.rs`.
const CYCLE: usize = 5;

/// What the firmware says when a VM or a round has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ended {
    /// Bytes that were free after the last collection.
    free: usize,
    /// The least that was ever free: in this VM and all before it, or in this round.
    lowest: usize,
    /// Rust's values that nobody has dropped.
    alive: usize,
    /// Whether a root of a VM says, when that has ended, that its object is there.
    rooted: bool,
}

/// The firmware: the files of `tests/firmware/soak` in a copy of the example.
fn firmware() -> Project {
    let project = Project::firmware("soak");
    project.remove("app");
    let copies = [
        ("main.rs", "src/main.rs"),
        ("held.rs", "src/held.rs"),
        ("application.py", "app/application.py"),
        ("part.py", "app/part.py"),
    ];
    for (from, to) in copies {
        let file = repository().join("tests/firmware/soak").join(from);
        project.write(to, std::fs::read(file).expect("the file is there"));
    }
    project
}

/// Reads the lines of one kind, as `VM 7: 20000 18000 0 false` and `round 7: 20000 18000 0`.
fn read(console: &str, kind: &str) -> Vec<Ended> {
    let line = |line: &str| {
        let (number, values) = line.strip_prefix(kind)?.split_once(": ")?;
        number.trim().parse::<usize>().ok()?;
        let mut values = values.split(' ');
        Some(Ended {
            free: values.next()?.parse().ok()?,
            lowest: values.next()?.parse().ok()?,
            alive: values.next()?.parse().ok()?,
            rooted: values.next().unwrap_or("false").parse().ok()?,
        })
    };
    console.lines().filter_map(line).collect()
}

#[test]
fn nothing_stays_taken() {
    let run = emulator::run(&firmware().firmware_image_for("thumbv7m-none-eabi"));
    let (vms, rounds) = (read(&run.console, "VM"), read(&run.console, "round"));
    let last_lines: Vec<&str> = run.console.lines().rev().take(20).collect();
    assert_eq!(run.status, Some(0), "{last_lines:#?}");
    assert_eq!((vms.len(), rounds.len()), (VMS, ROUNDS), "{last_lines:#?}");
    let settled = &vms[FIRST];
    for (n, ended) in vms.iter().enumerate() {
        assert_eq!(ended.free, settled.free, "VM {n}: {ended:?}");
        assert_eq!(ended.alive, 0, "VM {n}: {ended:?}");
        assert!(!ended.rooted, "VM {n}: {ended:?}");
        if n >= FIRST {
            assert_eq!(ended.lowest, settled.lowest, "VM {n}: {ended:?}");
        }
    }
    for (n, ended) in rounds.iter().enumerate().skip(FIRST) {
        assert_eq!(*ended, rounds[FIRST + n % CYCLE], "round {n}");
        assert_eq!(ended.alive, 0, "round {n}: {ended:?}");
    }
}
