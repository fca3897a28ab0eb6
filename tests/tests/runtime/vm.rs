//! The runtime on the host: values both ways, exceptions, shortages, and one VM after another.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mpy_freeze_rt::{Exception, Heap, HeapInfo, Obj, StartError, Vm, interrupted_by};
use mpy_freeze_tests::host::{give_input, only_vm, output, try_with_heap, with_heap};

use crate::HEAP_BYTES;
use crate::from_rust::in_vm::{eval, exec, in_vm, raised};

fn once_in_vm(f: impl for<'vm> FnOnce(&'vm Vm)) {
    with_heap(HEAP_BYTES, f);
}

/// What `function(argument)` gives, as text.
fn shown(function: &Obj<'_>, argument: impl mpy_freeze_rt::IntoPy) -> String {
    match function.call((argument,)) {
        Ok(result) => result.to_string(),
        Err(exception) => exception.type_name().to_string(),
    }
}

#[test]
fn rust_values_reach_python() {
    in_vm(|vm| {
        let show = eval(vm, "lambda x: type(x).__name__ + ' ' + repr(x)");
        assert_eq!(shown(&show, ()), "NoneType None");
        assert_eq!(shown(&show, None::<i32>), "NoneType None");
        assert_eq!(shown(&show, Some(3)), "int 3");
        assert_eq!(shown(&show, true), "bool True");
        assert_eq!(shown(&show, false), "bool False");
        assert_eq!(shown(&show, -5i8), "int -5");
        assert_eq!(shown(&show, 250u8), "int 250");
        assert_eq!(shown(&show, i64::MIN), "int -9223372036854775808");
        assert_eq!(shown(&show, i64::MAX), "int 9223372036854775807");
        assert_eq!(shown(&show, u64::MAX), "int 18446744073709551615");
        assert_eq!(shown(&show, u32::MAX), "int 4294967295");
        assert_eq!(shown(&show, usize::MAX), format!("int {}", usize::MAX));
        assert_eq!(shown(&show, 1.5f32), "float 1.5");
        assert_eq!(shown(&show, -0.25f64), "float -0.25");
        assert_eq!(shown(&show, f64::INFINITY), "float inf");
        assert_eq!(shown(&show, ""), "str ''");
        assert_eq!(shown(&show, "a\0b"), "str 'a\\x00b'");
        assert_eq!(shown(&show, b"\x00\xff"), "bytes b'\\x00\\xff'");
        assert_eq!(shown(&show, &b""[..]), "bytes b''");
        let list = eval(vm, "[1, 2]");
        assert_eq!(shown(&show, &list), "list [1, 2]");
        assert_eq!(shown(&show, list), "list [1, 2]");
    });
}

#[test]
fn arguments_are_a_tuple_an_array_or_nothing() {
    in_vm(|vm| {
        exec(vm, "def f(*args): return repr(args)");
        let f = vm
            .import("__main__")
            .expect("__main__")
            .attr("f")
            .expect("f");
        let call = |result: Result<Obj<'_>, Exception<'_>>| result.expect("it returns").to_string();
        assert_eq!(call(f.call(())), "()");
        assert_eq!(call(f.call((1,))), "(1,)");
        assert_eq!(
            call(f.call(("a", 2, &b"c"[..], 0.5, (), true, -1i64, &f))).get(..34),
            Some("('a', 2, b'c', 0.5, None, True, -1")
        );
        assert_eq!(call(f.call([1, 2, 3])), "(1, 2, 3)");
        assert_eq!(call(f.call(["a"; 2])), "('a', 'a')");
        let many: [i32; 100] = std::array::from_fn(|i| i as i32);
        assert_eq!(call(f.call(many)).len(), 3 * 10 + 4 * 90);
    });
}

#[test]
fn python_values_reach_rust() {
    in_vm(|vm| {
        assert_eq!(eval(vm, "6 * 7").to_i64().ok(), Some(42));
        assert_eq!(eval(vm, "True").to_i64().ok(), Some(1));
        assert_eq!(eval(vm, "-2**63").to_i64().ok(), Some(i64::MIN));
        assert_eq!(eval(vm, "2**63 - 1").to_i64().ok(), Some(i64::MAX));
        assert_eq!(eval(vm, "-2**31").to_i64().ok(), Some(-(1 << 31)));
        assert_eq!(eval(vm, "-2**40 + 1").to_i64().ok(), Some(-(1 << 40) + 1));
        assert_eq!(
            eval(vm, "2**40 + 2**31").to_i64().ok(),
            Some((1 << 40) + (1 << 31))
        );
        for too_large in ["2**63", "-2**63 - 1", "10**40"] {
            assert!(
                raised(eval(vm, too_large).to_i64()).matches("OverflowError"),
                "{too_large}"
            );
        }
        for no_int in ["1.0", "'1'", "None", "[]"] {
            assert!(
                raised(eval(vm, no_int).to_i64()).matches("TypeError"),
                "{no_int}"
            );
        }
        assert_eq!(eval(vm, "0.1").to_f64().ok(), Some(0.1));
        assert_eq!(eval(vm, "3").to_f64().ok(), Some(3.0));
        assert!(raised(eval(vm, "'1.0'").to_f64()).matches("TypeError"));
        assert_eq!(eval(vm, "[]").to_bool().ok(), Some(false));
        assert_eq!(eval(vm, "'x'").to_bool().ok(), Some(true));
        assert!(eval(vm, "None").is_none());
        assert!(!eval(vm, "0").is_none());
        assert_eq!(eval(vm, "{}").type_name(), "dict");
        assert_eq!(eval(vm, "'é' * 3").as_str().ok(), Some("ééé"));
        assert_eq!(eval(vm, "'print'").as_str().ok(), Some("print"));
        assert_eq!(eval(vm, "''").as_str().ok(), Some(""));
        assert_eq!(
            eval(vm, "bytes([0, 255, 128])").as_bytes().ok(),
            Some(&[0, 255, 128][..])
        );
        assert_eq!(eval(vm, "b''").as_bytes().ok(), Some(&[][..]));
        for no_str in ["b'x'", "1", "bytearray(b'x')", "type('S', (str,), {})('x')"] {
            let object = eval(vm, no_str);
            assert!(raised(object.as_str()).matches("TypeError"), "{no_str}");
        }
        for no_bytes in ["'x'", "bytearray(b'x')", "memoryview(b'x')"] {
            let object = eval(vm, no_bytes);
            assert!(raised(object.as_bytes()).matches("TypeError"), "{no_bytes}");
        }
    });
}

#[test]
fn a_bool_that_raises_is_an_error() {
    in_vm(|vm| {
        exec(
            vm,
            "class C:\n    def __bool__(self): raise KeyError('no truth')",
        );
        let exception = raised(eval(vm, "C()").to_bool());
        assert!(exception.matches("KeyError"));
        assert!(exception.matches("LookupError"));
        assert!(!exception.matches("ValueError"));
    });
}

#[test]
fn attributes_and_methods() {
    in_vm(|vm| {
        exec(
            vm,
            "class C:\n    def __init__(self): self.x = 1\n    def add(self, n): self.x += n; return self",
        );
        let object = eval(vm, "C()");
        assert_eq!(object.attr("x").expect("x").to_i64().ok(), Some(1));
        object.set_attr("x", 40).expect("set");
        let same = object.call_method("add", (2,)).expect("add");
        assert_eq!(same.attr("x").expect("x").to_i64().ok(), Some(42));
        same.set_attr("me", &object).expect("set");
        assert!(raised(object.attr("nothing")).matches("AttributeError"));
        assert!(raised(object.call_method("nothing", ())).matches("AttributeError"));
        assert!(raised(object.call(())).matches("TypeError"));
        assert!(raised(eval(vm, "1").set_attr("x", 1)).matches("AttributeError"));
        assert!(raised(object.attr(&"x".repeat(1000))).matches("RuntimeError"));
    });
}

#[test]
fn items_of_containers() {
    in_vm(|vm| {
        let list = eval(vm, "[1, 'two', [3]]");
        assert_eq!(list.len().ok(), Some(3));
        assert_eq!(list.item(-1).expect("item").to_string(), "[3]");
        assert!(raised(list.item(3)).matches("IndexError"));
        list.set_item(0, "one").expect("set");
        let items: Result<Vec<String>, _> = list
            .try_iter()
            .expect("iter")
            .map(|item| item.map(|item| item.to_string()))
            .collect();
        assert_eq!(
            items.ok(),
            Some(vec![
                "one".to_string(),
                "two".to_string(),
                "[3]".to_string()
            ])
        );
        let dict = eval(vm, "{}");
        dict.set_item("key", 5).expect("set");
        assert_eq!(dict.item("key").expect("item").to_i64().ok(), Some(5));
        assert!(raised(dict.item("other")).matches("KeyError"));
        assert!(raised(eval(vm, "1").len()).matches("TypeError"));
        assert!(raised(eval(vm, "1").try_iter()).matches("TypeError"));
        assert!(raised(eval(vm, "(1,)").set_item(0, 1)).matches("TypeError"));
        exec(vm, "def g():\n    yield 1\n    raise ValueError");
        let mut items = eval(vm, "g()").try_iter().expect("iter");
        assert_eq!(
            items
                .next()
                .and_then(Result::ok)
                .and_then(|item| item.to_i64().ok()),
            Some(1)
        );
        assert!(
            items
                .next()
                .is_some_and(|item| raised(item).matches("ValueError"))
        );
        assert!(items.next().is_none());
    });
}

#[test]
fn imports_give_the_module_that_was_named() {
    in_vm(|vm| {
        assert_eq!(
            vm.import("math")
                .expect("math")
                .attr("pi")
                .expect("pi")
                .to_f64()
                .ok(),
            Some(std::f64::consts::PI)
        );
        let exception = raised(vm.import("nothing.here"));
        assert!(exception.matches("ImportError"));
        assert_eq!(exception.message().to_string(), "no module named 'nothing'");
        assert!(raised(vm.import("")).matches("ValueError"));
    });
}

#[test]
fn prints_go_to_the_platform_as_they_are() {
    once_in_vm(|vm| exec(vm, "print('a\\nb', 1.5)\nimport sys\nsys.stdout.write('ü')"));
    assert_eq!(output(), "a\nb 1.5\nü");
}

#[test]
fn input_comes_from_the_platform() {
    give_input(b"one\ntwo");
    once_in_vm(|vm| {
        exec(
            vm,
            "import sys\nline = sys.stdin.readline()\nrest = sys.stdin.read(3)",
        );
        assert_eq!(eval(vm, "(line, rest)").to_string(), "('one\\n', 'two')");
    });
}

#[test]
fn time_passes() {
    in_vm(|vm| {
        exec(
            vm,
            "import time\nt = time.ticks_ms()\ntime.sleep_ms(20)\nd = time.ticks_diff(time.ticks_ms(), t)",
        );
        let waited = eval(vm, "d").to_i64().expect("d");
        assert!((19..2000).contains(&waited), "{waited}");
    });
}

#[test]
fn there_is_no_file_system() {
    in_vm(|vm| {
        let exception = raised(vm.exec("open('x')", "test.py"));
        assert!(exception.matches("OSError"));
        assert_eq!(
            exception.message().to_string(),
            "[Errno 19] ENODEV: no file system"
        );
    });
}

#[test]
fn a_traceback_has_files_and_lines() {
    in_vm(|vm| {
        exec(
            vm,
            "def inner(x):\n    return 1 // x\ndef outer(x):\n\n    return inner(x)",
        );
        let outer = eval(vm, "outer");
        let exception = raised(outer.call((0,)));
        let expected = "Traceback (most recent call last):\n  \
            File \"test.py\", line 5, in outer\n  \
            File \"test.py\", line 2, in inner\n\
            ZeroDivisionError: divide by zero";
        assert_eq!(exception.to_string(), expected);
        let mut text = String::new();
        exception
            .write_traceback(&mut text)
            .expect("a String takes it");
        assert_eq!(text, expected);
        assert_eq!(exception.type_name(), "ZeroDivisionError");
        assert_eq!(
            format!("{exception:?}"),
            "ZeroDivisionError('divide by zero',)"
        );
        let args = exception.as_obj().attr("args").expect("args");
        assert_eq!(args.to_string(), "('divide by zero',)");
    });
}

#[test]
fn a_syntax_error_has_its_line() {
    in_vm(|vm| {
        let exception = raised(vm.exec("x = 1\nif x\n    pass\n", "broken.py"));
        assert!(exception.matches("SyntaxError"));
        assert!(
            exception.to_string().contains("File \"broken.py\", line 2"),
            "{exception}"
        );
    });
}

#[test]
fn exit_comes_as_system_exit() {
    in_vm(|vm| {
        let exception = raised(vm.exec("import sys\nsys.exit(3)", "test.py"));
        assert!(exception.matches("SystemExit"));
        assert_eq!(
            exception
                .into_obj()
                .attr("value")
                .expect("value")
                .to_i64()
                .ok(),
            Some(3)
        );
    });
}

#[test]
fn classes_of_exceptions_match_through_several_bases() {
    in_vm(|vm| {
        exec(
            vm,
            "class A(Exception): pass\nclass M: pass\nclass B(M, A): pass",
        );
        let exception = raised(vm.exec("raise B('x')", "test.py"));
        for name in ["B", "A", "M", "Exception", "BaseException"] {
            assert!(exception.matches(name), "{name}");
        }
        assert!(!exception.matches("KeyError"));
    });
}

#[test]
fn an_exception_while_an_exception_is_shown() {
    in_vm(|vm| {
        exec(
            vm,
            "class E(Exception):\n    def __str__(self): raise KeyError(1)\n    def __repr__(self): return 1 // 0",
        );
        let exception = raised(vm.exec("raise E('x')", "test.py"));
        let text = exception.to_string();
        assert_eq!(
            text,
            "Traceback (most recent call last):\n  File \"test.py\", line 1, in <module>\n\
             <ZeroDivisionError while writing this>"
        );
        assert_eq!(
            exception.message().to_string(),
            "<KeyError while writing this>"
        );
        assert_eq!(
            format!("{exception:?}"),
            "<ZeroDivisionError while writing this>"
        );
        assert!(raised(exception.as_obj().str()).matches("KeyError"));
        assert!(raised(exception.as_obj().repr()).matches("ZeroDivisionError"));
    });
}

#[test]
fn a_writer_that_fails_stops_nothing() {
    struct Full;
    impl std::fmt::Write for Full {
        fn write_str(&mut self, _: &str) -> std::fmt::Result {
            Err(std::fmt::Error)
        }
    }
    in_vm(|vm| {
        let exception = raised(vm.exec("1 // 0", "test.py"));
        assert!(exception.write_traceback(&mut Full).is_err());
        assert_eq!(eval(vm, "1 + 1").to_string(), "2");
    });
}

#[test]
fn a_writer_cant_disturb_what_is_written() {
    // MicroPython walks through the dict while the writer runs; clearing it there would free what it walks through.
    struct Nested<'a, 'vm>(&'vm Vm, &'a Obj<'vm>, String, Vec<String>);
    impl std::fmt::Write for Nested<'_, '_> {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            if let Err(exception) = self.1.call_method("clear", ()) {
                self.3.push(exception.type_name().to_string());
            }
            self.0.collect();
            assert!(self.0.eval("[0] * 100").is_err());
            self.2.push_str(text);
            Ok(())
        }
    }
    in_vm(|vm| {
        let object = eval(vm, "{0: 'x' * 3, 1: [2, 3]}");
        let mut nested = Nested(vm, &object, String::new(), Vec::new());
        write!(nested, "{object}").expect("it writes");
        assert_eq!(nested.2, "{0: 'xxx', 1: [2, 3]}");
        assert!(nested.3.len() > 3);
        assert!(nested.3.iter().all(|name| name == "RuntimeError"));
        object.call_method("clear", ()).expect("it is let in again");
        assert_eq!(object.to_string(), "{}");
    });
}

#[test]
fn text_that_is_not_utf8_is_marked() {
    in_vm(|vm| {
        exec(
            vm,
            "import micropython\nclass C:\n    def __repr__(self): return 'grün' * 40",
        );
        assert_eq!(format!("{:?}", eval(vm, "C()")), "grün".repeat(40));
    });
}

#[test]
fn handles_keep_objects_alive_anywhere() {
    in_vm(|vm| {
        exec(
            vm,
            "def make(n): return ['item %d' % n, bytearray(n)]\ndef churn():\n    for i in range(200): [i] * 20",
        );
        let main = vm.import("__main__").expect("__main__");
        let objects: Vec<Box<Obj<'_>>> = (0..300)
            .map(|n| Box::new(main.call_method("make", (n,)).expect("make")))
            .collect();
        for round in 0..5 {
            vm.collect();
            main.call_method("churn", ()).expect("churn");
            for (n, object) in objects.iter().enumerate() {
                let text = object.item(0).expect("item");
                assert_eq!(
                    text.as_str().ok(),
                    Some(format!("item {n}").as_str()),
                    "{round}"
                );
            }
        }
        let used = |info: HeapInfo| info.used;
        vm.collect();
        let full = used(vm.heap_info());
        drop(objects);
        vm.collect();
        let empty = used(vm.heap_info());
        assert!(empty + 300 * 100 < full, "{full} {empty}");
    });
}

#[test]
fn borrowed_text_stays_in_place() {
    in_vm(|vm| {
        exec(
            vm,
            "def churn():\n    for i in range(500): ('x%d' % i) * 20\n    return 'done'",
        );
        let long = eval(vm, "'lorem ipsum ' * 50");
        let short = eval(vm, "'a' + 'b'");
        let bytes = eval(vm, "bytes(range(256))");
        let (a, b, c) = (
            long.as_str().expect("str"),
            short.as_str().expect("str"),
            bytes.as_bytes().expect("bytes"),
        );
        for _ in 0..5 {
            vm.collect();
            vm.import("__main__")
                .expect("__main__")
                .call_method("churn", ())
                .expect("churn");
        }
        assert_eq!((a, b), ("lorem ipsum ".repeat(50).as_str(), "ab"));
        assert!(c.iter().copied().eq(0..=255));
    });
}

#[test]
fn the_heap_can_be_measured() {
    in_vm(|vm| {
        vm.collect();
        let before = vm.heap_info();
        let array = eval(vm, "bytearray(10000)");
        vm.collect();
        let after = vm.heap_info();
        assert_eq!(after.total, before.total);
        assert!(
            (10_000..12_000).contains(&(after.used - before.used)),
            "{before:?} {after:?}"
        );
        assert!(after.free <= before.free - 10_000);
        assert!(after.max_free_block <= after.free);
        assert!(after.used + after.free <= after.total);
        drop(array);
    });
}

#[test]
fn out_of_memory_is_an_exception_and_not_the_end() {
    with_heap(24 * 1024, |vm| {
        exec(
            vm,
            "def fill():\n    a = []\n    while True:\n        a.append(bytearray(100))",
        );
        for _ in 0..20 {
            let exception = raised(eval(vm, "fill").call(()));
            assert!(exception.matches("MemoryError"), "{exception}");
            assert!(exception.to_string().contains("MemoryError"));
            drop(exception);
            vm.collect();
            assert_eq!(eval(vm, "2 + 3").to_i64().ok(), Some(5));
        }
    });
}

#[test]
fn out_of_memory_while_rust_holds_everything() {
    with_heap(24 * 1024, |vm| {
        let mut held = Vec::new();
        let exception = loop {
            match vm.new_obj([7u8; 40]) {
                Ok(object) => held.push(object),
                Err(exception) => break exception,
            }
            assert!(held.len() < 10_000);
        };
        assert!(exception.matches("MemoryError"));
        // There is no room left at all, and each further shortage is told all the same.
        let exceptions: Vec<_> = (0..50).map(|_| raised(vm.new_obj([7u8; 4000]))).collect();
        for exception in &exceptions {
            assert!(exception.matches("MemoryError"));
            assert!(exception.to_string().contains("MemoryError"));
        }
        // A message that lies in MicroPython's emergency buffer isn't lent out, whatever there is of it.
        let message = exception
            .as_obj()
            .attr("args")
            .and_then(|args| args.item(0));
        if let Ok(message) = message {
            let _ = message.as_str();
        }
        drop((exception, exceptions));
        assert!(
            held.iter()
                .all(|object| object.as_bytes().ok() == Some(&[7; 40][..]))
        );
        held.clear();
        vm.collect();
        exec(vm, "x = bytearray(8000)");
    });
}

#[test]
fn values_that_the_heap_cannot_hold() {
    with_heap(16 * 1024, |vm| {
        let large = "x".repeat(64 * 1024);
        for _ in 0..100 {
            assert!(raised(vm.new_obj(large.as_str())).matches("MemoryError"));
            assert!(raised(eval(vm, "len").call((large.as_bytes(),))).matches("MemoryError"));
            assert!(vm.exec(&format!("x = '{large}'"), "large.py").is_err());
        }
    });
}

#[test]
fn endless_recursion_is_a_runtime_error() {
    in_vm(|vm| {
        exec(
            vm,
            "def f(n): return f(n + 1)\nclass C:\n    def __repr__(self): return repr([self])",
        );
        for _ in 0..3 {
            let exception = raised(eval(vm, "f").call((0,)));
            assert!(exception.matches("RuntimeError"), "{exception}");
        }
        assert!(raised(eval(vm, "C()").repr()).matches("RuntimeError"));
        assert!(format!("{:?}", eval(vm, "C()")).ends_with("<RuntimeError while writing this>"));
        assert_eq!(eval(vm, "1").to_i64().ok(), Some(1));
    });
}

#[test]
fn a_second_vm_is_refused() {
    in_vm(|vm| {
        let mut heap = [0u8; 4096];
        assert_eq!(
            Vm::run(&mut heap, |_| ()).err(),
            Some(StartError::AlreadyRunning)
        );
        let other = std::thread::spawn(|| Vm::run(&mut [0u8; 4096], |_| ()).err());
        assert_eq!(
            other.join().expect("no panic"),
            Some(StartError::AlreadyRunning)
        );
        assert_eq!(eval(vm, "1").to_string(), "1");
    });
}

#[test]
fn heaps_of_every_size_start_or_are_refused() {
    let mut started = false;
    for bytes in (0..4096).step_by(8) {
        match try_with_heap(bytes, |vm| vm.eval("1 + 1").is_ok()) {
            Ok(_) => started = true,
            Err(error) => {
                assert_eq!(error, StartError::HeapTooSmall);
                assert!(!started, "{bytes}");
            }
        }
    }
    assert!(started);
}

#[test]
fn a_heap_in_a_static() {
    static HEAP: Heap<{ 64 * 1024 }> = Heap::new();
    let _one = only_vm();
    for _ in 0..3 {
        let result = Vm::run(&HEAP, |vm| {
            assert_eq!(
                Vm::run(&HEAP, |_| ()).err(),
                Some(StartError::AlreadyRunning)
            );
            eval(vm, "sum(range(10))").to_i64().ok()
        });
        assert_eq!(result, Ok(Some(45)));
    }
}

#[test]
fn a_panic_stops_the_vm_and_leaves_room_for_the_next() {
    for _ in 0..3 {
        let result = catch_unwind(AssertUnwindSafe(|| {
            in_vm(|vm| {
                let _held = eval(vm, "[1, 2, 3]");
                let _exception = vm.exec("1 // 0", "test.py");
                std::panic::resume_unwind(Box::new("in the closure"));
            })
        }));
        assert!(result.is_err());
        in_vm(|vm| assert_eq!(eval(vm, "'new'").to_string(), "new"));
    }
}

#[test]
fn nothing_is_left_for_the_next_vm() {
    in_vm(|vm| {
        exec(
            vm,
            "import builtins, sys\nx = 1\nbuiltins.y = 2\nsys.path.append('z')",
        )
    });
    in_vm(|vm| {
        assert!(raised(vm.eval("x")).matches("NameError"));
        assert!(raised(vm.eval("y")).matches("NameError"));
        assert_eq!(
            eval(vm, "__import__('sys').path").to_string(),
            "['', '.frozen']"
        );
    });
}

#[test]
fn thousands_of_vms_one_after_another() {
    let _one = only_vm();
    let mut heap = vec![0u8; 48 * 1024];
    let mut used = None;
    for n in 0..3000u32 {
        let result = Vm::run(heap.as_mut_slice(), |vm| {
            vm.collect();
            let start = vm.heap_info().used;
            assert_eq!(*used.get_or_insert(start), start, "{n}");
            exec(
                vm,
                "class C:\n    def f(self, n): return [n, 'interned%d' % n]\nc = C()",
            );
            let list = eval(vm, "c").call_method("f", (n,)).expect("f");
            std::mem::forget(eval(vm, "object()"));
            assert_eq!(list.to_string(), format!("[{n}, 'interned{n}']"));
            if n % 3 == 0 {
                assert!(
                    vm.exec("def g(): raise ValueError\ng()", "test.py")
                        .is_err()
                );
            }
        });
        assert_eq!(result, Ok(()));
    }
}

#[test]
fn globals_are_restored_after_an_exception() {
    in_vm(|vm| {
        exec(
            vm,
            "z = 5\ndef deep():\n    exec('raise ValueError', {'z': 6})",
        );
        for _ in 0..3 {
            assert!(raised(eval(vm, "deep").call(())).matches("ValueError"));
            assert_eq!(eval(vm, "z").to_i64().ok(), Some(5));
        }
    });
}

#[test]
fn standard_modules_work() {
    in_vm(|vm| {
        exec(
            vm,
            "import json, re, struct, binascii, heapq, random, hashlib, collections, io, array, math\n\
             h = [5, 1, 4]\nheapq.heapify(h)\n\
             r = [json.loads('{\"a\": [1, 2.5]}')['a'], re.match('a(b+)', 'abbb').group(1),\n\
             struct.unpack('<HI', struct.pack('<HI', 1, 2)), binascii.hexlify(b'ab'), h[0],\n\
             hashlib.sha256(b'').digest()[:2], 0 <= random.random() < 1, 2**100 % 97, math.sqrt(2.25)]",
        );
        assert_eq!(
            eval(vm, "r").to_string(),
            "[[1, 2.5], 'bbb', (1, 2), b'6162', 1, b'\\xe3\\xb0', True, 16, 1.5]"
        );
    });
}

#[test]
fn a_firmware_without_a_prompt_says_so() {
    in_vm(|vm| {
        let error = vm.repl().expect_err("there is no prompt");
        assert!(error.matches("NotImplementedError"));
        assert!(error.to_string().contains("no REPL in this firmware"));
    });
}

#[test]
fn the_key_that_interrupts_is_pythons_to_say() {
    once_in_vm(|vm| {
        assert!(!interrupted_by(3));
        exec(vm, "import micropython\nmicropython.kbd_intr(3)");
        assert!(!interrupted_by(4) && interrupted_by(3));
        assert!(raised(vm.run_pending()).matches("KeyboardInterrupt"));
        exec(vm, "micropython.kbd_intr(-1)");
        assert!(!interrupted_by(3));
        // An interrupt that came before isn't lost.
        exec(vm, "micropython.kbd_intr(3)");
        assert!(interrupted_by(3));
        exec(vm, "micropython.kbd_intr(-1)");
        assert!(raised(vm.run_pending()).matches("KeyboardInterrupt"));
        exec(vm, "micropython.kbd_intr(3)");
    });
    // Another VM begins without such a key.
    once_in_vm(|_| assert!(!interrupted_by(3)));
}
