//! Events, interrupts, bounded runs and the board's turn, on the host: other threads stand for interrupt handlers.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use mpy_freeze_rt::{Event, Stopped, Vm, keyboard_interrupt};
use mpy_freeze_tests::host::{idles, interrupt_when_idle, only_vm, output, polls, with_heap};

use crate::from_rust::in_vm::{eval, exec, raised};

fn in_vm<R>(f: impl for<'vm> FnOnce(&'vm Vm) -> R) -> R {
    with_heap(16 << 20, f)
}

#[track_caller]
fn shown(vm: &Vm, expression: &str) -> String {
    eval(vm, expression).to_string()
}

/// Calls `interrupt` from another thread some time after `f` has begun.
fn interrupted_by<R>(interrupt: impl FnOnce() + Send, f: impl FnOnce() -> R) -> R {
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(30));
            interrupt();
        });
        f()
    })
}

#[test]
fn an_event_runs_its_callable() {
    static EVENT: Event = Event::new();
    assert!(!EVENT.fire(1), "nobody waits for it");
    in_vm(|vm| {
        assert!(!EVENT.fire(1));
        exec(vm, "seen = []");
        EVENT.on(vm, &eval(vm, "seen.append")).expect("on");
        assert!(EVENT.fire(7));
        assert_eq!(shown(vm, "seen"), "[]");
        vm.run_pending().expect("nothing is raised");
        assert_eq!(shown(vm, "seen"), "[7]");
        // Fired twice before it runs, it runs once, with the last argument; any 32 bits can be one.
        EVENT.fire(1);
        EVENT.fire(i32::MIN);
        exec(vm, "for i in range(3): pass");
        assert_eq!(shown(vm, "seen"), "[7, -2147483648]");
        EVENT.fire(3);
        EVENT.off(vm);
        assert!(!EVENT.fire(4));
        vm.run_pending().expect("nothing is raised");
        assert_eq!(shown(vm, "len(seen)"), "2");
        // What was fired for one callable isn't for the next.
        EVENT.on(vm, &eval(vm, "seen.append")).expect("on");
        EVENT.fire(5);
        EVENT.on(vm, &eval(vm, "seen.append")).expect("on");
        vm.run_pending().expect("nothing is raised");
        assert_eq!(shown(vm, "len(seen)"), "2");
        EVENT.fire(6);
        EVENT.on(vm, &eval(vm, "seen.append")).expect("on");
        EVENT.fire(8);
        vm.run_pending().expect("nothing is raised");
        assert_eq!(shown(vm, "seen[2:]"), "[8]");
        assert!(raised(EVENT.on(vm, &eval(vm, "3"))).matches("TypeError"));
    });
}

#[test]
fn events_run_in_the_order_of_their_firing() {
    static EVENTS: [Event; 3] = [const { Event::new() }; 3];
    in_vm(|vm| {
        exec(
            vm,
            "seen = []\ndef f(n):\n    return lambda x: seen.append((n, x))",
        );
        for (index, event) in EVENTS.iter().enumerate() {
            let callable = eval(vm, "f").call((index,)).expect("f");
            event.on(vm, &callable).expect("on");
        }
        vm.collect();
        for index in [2, 0, 1, 0] {
            EVENTS[index].fire(5);
        }
        vm.run_pending().expect("nothing is raised");
        assert_eq!(shown(vm, "seen"), "[(2, 5), (0, 5), (1, 5)]");
    });
}

#[test]
fn an_event_of_an_earlier_vm_is_forgotten() {
    static EVENT: Event = Event::new();
    for _ in 0..3 {
        in_vm(|vm| {
            assert!(!EVENT.fire(1));
            exec(vm, "seen = []\nfor i in range(300): pass");
            EVENT.on(vm, &eval(vm, "seen.append")).expect("on");
            assert!(EVENT.fire(2));
            // The VM ends while it is pending.
        });
        assert!(!EVENT.fire(3));
    }
}

#[test]
fn handlers_fire_while_python_computes_and_waits() {
    static EVENT: Event = Event::new();
    static FIRED: AtomicU32 = AtomicU32::new(0);
    in_vm(|vm| {
        exec(
            vm,
            "import time\nseen = 0\ndef f(n):\n    global seen\n    seen = n",
        );
        EVENT.on(vm, &eval(vm, "f")).expect("on");
        for wait in ["pass", "time.sleep_ms(1)"] {
            exec(vm, "seen = 0");
            interrupted_by(
                || assert!(EVENT.fire(9)),
                || exec(vm, &format!("while not seen: {wait}")),
            );
            assert_eq!(shown(vm, "seen"), "9");
        }
        // Many of them, from several threads, with the collector at work.
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        EVENT.fire(FIRED.fetch_add(1, Ordering::Relaxed) as i32);
                    }
                });
            }
            exec(vm, "for i in range(200000): x = [i, str(i)]");
            done.store(true, Ordering::Relaxed);
        });
        vm.run_pending().expect("nothing is raised");
        assert!(FIRED.load(Ordering::Relaxed) > 100);
    });
}

#[test]
fn what_a_callable_raises_is_printed() {
    static EVENT: Event = Event::new();
    static NEXT: Event = Event::new();
    in_vm(|vm| {
        exec(vm, "seen = []\ndef f(x):\n    return 1 // x");
        EVENT.on(vm, &eval(vm, "f")).expect("on");
        NEXT.on(vm, &eval(vm, "seen.append")).expect("on");
        EVENT.fire(0);
        NEXT.fire(1);
        exec(vm, "for i in range(3): pass");
        assert_eq!(shown(vm, "seen"), "[1]");
        assert_eq!(
            output(),
            "Traceback (most recent call last):\n  File \"test.py\", line 3, in f\n\
             ZeroDivisionError: divide by zero\n"
        );
        // An exception that can't be shown ends in the callable as well.
        exec(
            vm,
            "class E(Exception):\n    def __str__(self): raise KeyError\n\
             def f(x): raise E",
        );
        EVENT.on(vm, &eval(vm, "f")).expect("on");
        EVENT.fire(0);
        NEXT.fire(2);
        vm.run_pending().expect("nothing is raised");
        assert_eq!(shown(vm, "seen"), "[1, 2]");
    });
}

#[test]
fn an_interrupt_without_a_vm_is_nothing() {
    let _one = only_vm();
    assert!(!keyboard_interrupt());
}

#[test]
fn a_keyboard_interrupt_ends_what_runs() {
    in_vm(|vm| {
        for source in [
            "while True: pass",
            "import time\nwhile True: time.sleep(10)",
            "import time\ntime.sleep(1000)",
            "def f():\n    f2()\ndef f2(): pass\nwhile 1: f()",
            "while True:\n    try:\n        1 // 0\n    except Exception: pass",
            "import sys\nsys.stdin.read(1)",
        ] {
            let exception = raised(interrupted_by(
                || assert!(keyboard_interrupt()),
                || vm.exec(source, "test.py"),
            ));
            assert!(
                exception.matches("KeyboardInterrupt"),
                "{source}: {exception}"
            );
            assert!(exception.to_string().contains("test.py"), "{exception}");
            exec(vm, "for i in range(1000): pass");
        }
        // While Rust has the turn, it waits.
        assert!(keyboard_interrupt());
        assert!(raised(vm.run_pending()).matches("KeyboardInterrupt"));
        vm.run_pending().expect("once");
        interrupt_when_idle();
        assert!(
            raised(vm.exec("import time\ntime.sleep(1000)", "test.py"))
                .matches("KeyboardInterrupt")
        );
        let source = "try:\n    while True: pass\nexcept KeyboardInterrupt: caught = 1";
        interrupted_by(|| assert!(keyboard_interrupt()), || exec(vm, source));
        assert_eq!(shown(vm, "caught"), "1");
    });
}

#[test]
fn a_keyboard_interrupt_ends_a_callable_and_what_it_interrupted() {
    static EVENT: Event = Event::new();
    in_vm(|vm| {
        for body in ["while True: pass", "while True: time.sleep(10)"] {
            exec(vm, &format!("import time\ndef f(x):\n    {body}"));
            EVENT.on(vm, &eval(vm, "f")).expect("on");
            EVENT.fire(0);
            let exception = raised(interrupted_by(
                || assert!(keyboard_interrupt()),
                || vm.exec("while True: pass", "test.py"),
            ));
            assert!(exception.matches("KeyboardInterrupt"));
            assert_eq!(output(), "");
        }
    });
}

#[test]
fn the_board_has_its_turn() {
    in_vm(|vm| {
        polls();
        exec(vm, "for i in range(25600): pass");
        let turns = polls();
        assert!((100..=220).contains(&turns), "{turns}");
        exec(vm, "def f(): pass\n");
        polls();
        exec(vm, "f();".repeat(2560).as_str());
        let turns = polls();
        assert!((10..=12).contains(&turns), "{turns}");
        idles();
        exec(vm, "import time\ntime.sleep_ms(2)");
        assert!(idles() > 0);
    });
}

#[test]
fn a_bounded_run_ends() {
    in_vm(|vm| {
        let result = vm.run_for(100_000, || vm.eval("sum([i for i in range(100)])"));
        assert_eq!(result.expect("it ends").to_i64().ok(), Some(4950));
        for source in [
            "while True: pass",
            "def f(): f2()\ndef f2(): pass\nwhile 1: f()",
            "while True:\n    try:\n        while True: pass\n    except: pass",
            "while True:\n    try:\n        while True: pass\n    finally: continue",
            "def g():\n    while 1:\n        try: yield\n        except: pass\nfor i in g(): pass",
            "import time\nwhile True: time.sleep(0.001)",
            "import time\nwhile True:\n    try: time.sleep(1000)\n    except BaseException: pass",
            "def f(): f()\nwhile 1:\n    try: f()\n    except: pass",
            "sorted(range(100), key=lambda x: [i for i in range(1000)])",
        ] {
            let result = vm.run_for(10_000, || vm.exec(source, "test.py"));
            assert!(
                matches!(result, Err(Stopped::OutOfSteps)),
                "{source}: {result:?}"
            );
            // Nothing of it is left.
            exec(vm, "for i in range(20000): pass");
        }
        let result = vm.run_for(1000, || vm.exec("1 // 0", "test.py"));
        assert!(
            matches!(result, Err(Stopped::Raised(exception)) if exception.matches("ZeroDivisionError"))
        );
    });
}

#[test]
fn a_bounded_run_lets_cleanups_run_and_is_no_exception() {
    in_vm(|vm| {
        exec(vm, "log = []");
        let source = "try:\n    try:\n        while True: pass\n    except Exception: log.append('wrong')\n\
                      except BaseException as e:\n    log.append(type(e).__name__)\n    raise\nfinally:\n    log.append('end')";
        let exception = Cell::new(None);
        let result = vm.run_for(5000, || {
            vm.exec(source, "test.py").inspect_err(|error| {
                exception.set(Some(error.to_string()));
            })
        });
        assert!(matches!(result, Err(Stopped::OutOfSteps)));
        let text = exception.take().expect("an exception");
        assert!(
            text.contains("line 3") && text.ends_with("OutOfSteps: "),
            "{text}"
        );
        assert_eq!(shown(vm, "log"), "['OutOfSteps', 'end']");
    });
}

#[test]
fn bounded_runs_nest() {
    in_vm(|vm| {
        exec(
            vm,
            "def forever():\n    while True: pass\ndef short():\n    for i in range(100): pass",
        );
        let forever = eval(vm, "forever");
        let short = eval(vm, "short");
        let mut inner = 0;
        let result = vm.run_for(10_000, || {
            // The inner run's end isn't the outer's.
            assert!(matches!(
                vm.run_for(1000, || forever.call(())),
                Err(Stopped::OutOfSteps)
            ));
            loop {
                match vm.run_for(1000, || short.call(())) {
                    Ok(_) => inner += 1,
                    Err(Stopped::OutOfSteps) => break,
                    Err(Stopped::Raised(exception)) => return Err(exception),
                }
            }
            short.call(())
        });
        assert!(matches!(result, Err(Stopped::OutOfSteps)), "{result:?}");
        assert!((40..100).contains(&inner), "{inner}");
        exec(vm, "for i in range(20000): pass");
    });
}

#[test]
fn a_bounded_run_ends_a_callable_silently() {
    static EVENT: Event = Event::new();
    in_vm(|vm| {
        exec(vm, "def f(x):\n    while True: pass");
        EVENT.on(vm, &eval(vm, "f")).expect("on");
        EVENT.fire(0);
        let result = vm.run_for(10_000, || vm.exec("while True: pass", "test.py"));
        assert!(matches!(result, Err(Stopped::OutOfSteps)));
        assert_eq!(output(), "");
    });
}

#[test]
fn a_generator_takes_its_turns() {
    in_vm(|vm| {
        exec(
            vm,
            "async def task(n):\n    for i in range(n): await step(i)\nclass step:\n    def __init__(self, i): self.i = i\n    def __await__(self):\n        yield self.i\n    __iter__ = __await__",
        );
        let turns: Vec<i64> = eval(vm, "task(3)")
            .try_iter()
            .expect("a coroutine is an iterator")
            .map(|turn| turn.and_then(|turn| turn.to_i64()).expect("a number"))
            .collect();
        assert_eq!(turns, [0, 1, 2]);
    });
}

#[test]
fn deeply_nested_data_is_a_runtime_error() {
    in_vm(|vm| {
        exec(
            vm,
            "def nested(make, n):\n    x = make(0)\n    for i in range(n): x = make(x)\n    return x\n\
             makers = {\n    'list': lambda x: [x], 'tuple': lambda x: (x,), 'dict': lambda x: {0: x},\n\
             \x20   'key': lambda x: (x, 1)}\n\
             def pair(kind): return nested(makers[kind], 100000), nested(makers[kind], 100000)",
        );
        for kind in ["list", "tuple", "dict", "key"] {
            exec(vm, &format!("a, b = pair('{kind}')"));
            let mut operations = vec![
                "a == b",
                "a != b",
                "a in [b]",
                "[a].index(b)",
                "repr(a)",
                "str(a)",
                "'%s' % (a,)",
            ];
            if kind != "dict" {
                operations.extend(["a < b", "a <= b", "max(a, b)", "sorted([a, b])"]);
            }
            if kind == "tuple" || kind == "key" {
                operations.extend(["hash(a)", "{a}", "{a: 1}", "frozenset([a])"]);
            }
            if kind == "list" {
                operations.push("__import__('json').dumps(a)");
            }
            for operation in operations {
                let exception = raised(vm.eval(operation));
                assert!(
                    exception.matches("RuntimeError"),
                    "{kind}: {operation}: {exception}"
                );
            }
            exec(vm, "del a, b");
            vm.collect();
        }
        // What is nested less deeply than the limit works as before.
        exec(
            vm,
            "a, b = nested(makers['tuple'], 200), nested(makers['tuple'], 200)",
        );
        assert_eq!(
            shown(vm, "a == b and hash(a) == hash(b) and not a < b"),
            "True"
        );
        // A set in a set in a set: each is looked up in the next, which compares them.
        exec(
            vm,
            "def sets(n):\n    x = frozenset([1])\n    for i in range(n): x = frozenset([x])\n    return x\n",
        );
        assert_eq!(shown(vm, "sets(20) == sets(20)"), "True");
        let deep = raised(vm.exec("sets(100000)", "test.py"));
        assert!(deep.matches("RuntimeError"), "{deep}");
    });
}
