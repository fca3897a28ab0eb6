//! Python from Rust: calls with names, containers, exceptions, roots, and closures that Python calls.
//!
//! Each test runs a second time with a collection at every allocation, so that what the collector doesn't see is gone
//! at once.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

// Cargo links libmicropython to the library of this package, and so to whoever names it.
use mpy_freeze_tests as _;

use mpy_freeze_rt::{ErrorType, Exception, Obj, Platform, PyErr, Root, Value, Vm};

struct Host;

impl Platform for Host {
    fn write(bytes: &[u8]) {
        print!("{}", String::from_utf8_lossy(bytes));
    }

    fn ticks_us() -> u64 {
        0
    }

    fn stack_limit() -> usize {
        512 * 1024
    }
}

mpy_freeze_rt::platform!(Host);

fn with_heap<R>(bytes: usize, f: impl for<'vm> FnOnce(&'vm Vm) -> R) -> R {
    static ONE_VM: Mutex<()> = Mutex::new(());
    let _one = ONE_VM.lock().unwrap_or_else(PoisonError::into_inner);
    let mut heap = vec![0xa5u8; bytes];
    Vm::run(heap.as_mut_slice(), f).expect("the VM starts")
}

/// Runs the test as it is, and with a collection at every allocation.
fn in_vm(f: impl for<'vm> Fn(&'vm Vm)) {
    with_heap(256 * 1024, &f);
    with_heap(256 * 1024, |vm| {
        exec(vm, "import gc\ngc.threshold(0)\ndel gc");
        f(vm);
    });
}

/// Executes statements, and fails with their traceback.
#[track_caller]
fn exec(vm: &Vm, source: &str) {
    if let Err(exception) = vm.exec(source, "test.py") {
        panic!("{exception}");
    }
}

/// The value of an expression.
#[track_caller]
fn eval<'vm>(vm: &'vm Vm, expression: &str) -> Obj<'vm> {
    vm.eval(expression)
        .unwrap_or_else(|exception| panic!("{exception}"))
}

#[track_caller]
fn ok<'vm, T>(result: Result<T, Exception<'vm>>) -> T {
    result.unwrap_or_else(|exception| panic!("{exception}"))
}

#[track_caller]
fn raised<'vm, T>(result: Result<T, Exception<'vm>>) -> Exception<'vm> {
    match result {
        Ok(_) => panic!("nothing was raised"),
        Err(exception) => exception,
    }
}

/// Counts the times that it is dropped.
struct Dropped(Rc<Cell<usize>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn arguments_by_name() {
    in_vm(|vm| {
        exec(
            vm,
            "def f(*args, **kwargs): return repr(args) + repr(sorted(kwargs.items()))\n\
             class C:\n    def m(self, a, b=2, *, c=3): return (a, b, c)",
        );
        let f = eval(vm, "f");
        let called = ok(f.call_with((1, "x" /* a str */), [("pause", 5), ("times", 6)]));
        assert_eq!(called.to_string(), "(1, 'x')[('pause', 5), ('times', 6)]");
        let called = ok(f.call_with((), (("name", "a long enough text"), ("on", true))));
        assert_eq!(
            called.to_string(),
            "()[('name', 'a long enough text'), ('on', True)]"
        );
        // More than there is room for on the stack.
        let names: [String; 20] = std::array::from_fn(|i| format!("name{i:02}"));
        let pairs: [(&str, u64); 20] = std::array::from_fn(|i| (names[i].as_str(), u64::MAX));
        let called = ok(f.call_with([0u64; 20], pairs)).to_string();
        assert_eq!(called.matches("18446744073709551615").count(), 20);
        assert_eq!(ok(f.call_with((1,), ())).to_string(), "(1,)[]");
        let object = eval(vm, "C()");
        let called = ok(object.call_method_with("m", (1,), [("c", 4)]));
        assert_eq!(called.to_string(), "(1, 2, 4)");
        let wrong = raised(object.call_method_with("m", (1,), [("d", 4)]));
        assert!(wrong.is(ErrorType::TYPE_ERROR));
        let none = raised(object.call_method_with("n", (1,), [("d", 4)]));
        assert!(none.is(ErrorType::ATTRIBUTE_ERROR));
    });
}

#[test]
fn comparisons() {
    in_vm(|vm| {
        let five = eval(vm, "5");
        assert!(ok(five.eq(5)) && !ok(five.ne(5)) && ok(five.ne("5")));
        assert!(ok(five.lt(6)) && ok(five.le(5)) && ok(five.gt(4.5)) && !ok(five.ge(5.5)));
        assert!(raised(five.lt("6")).is(ErrorType::TYPE_ERROR));
        let list = eval(vm, "[1, 'two', 2**70]");
        assert!(ok(list.contains("two")) && !ok(list.contains(2)));
        assert!(ok(list.contains(eval(vm, "2**70"))));
        assert!(raised(five.contains(1)).is(ErrorType::TYPE_ERROR));
        assert!(list.is(&ok(list.try_clone())) && !list.is(&eval(vm, "[1]")));
        assert_eq!(ok(eval(vm, "1234").hash()), 1234);
        assert!(raised(list.hash()).is(ErrorType::TYPE_ERROR));
        assert!(ok(list.is_instance(&ok(vm.builtin("list")))));
        assert!(ok(five.is_instance(&eval(vm, "(str, int)"))));
        assert!(!ok(five.is_instance(&eval(vm, "str"))));
        assert!(raised(five.is_instance(&list)).is(ErrorType::TYPE_ERROR));
        assert!(ok(eval(vm, "print").is_callable()) && !ok(five.is_callable()));
        exec(
            vm,
            "class Odd:\n    def __eq__(self, other): raise KeyError(other)",
        );
        assert!(raised(eval(vm, "Odd()").eq(1)).is(ErrorType::KEY_ERROR));
    });
}

#[test]
fn attributes_that_may_not_be_there() {
    in_vm(|vm| {
        exec(
            vm,
            "class C:\n    def m(self): return self.x\n    @property\n    def p(self): return 1 // 0\n\
             c = C()\nc.x = 'value'",
        );
        let object = eval(vm, "c");
        let method = ok(object.attr_or_none("m")).expect("m");
        assert_eq!(ok(method.call(())).to_string(), "value");
        assert_eq!(
            ok(object.attr_or_none("x")).expect("x").to_string(),
            "value"
        );
        assert!(ok(object.attr_or_none("y")).is_none());
        assert!(ok(object.has_attr("x")) && !ok(object.has_attr("y")));
        assert!(raised(object.attr_or_none("p")).is(ErrorType::ZERO_DIVISION_ERROR));
        ok(object.del_attr("x"));
        assert!(!ok(object.has_attr("x")));
        assert!(raised(object.del_attr("x")).is(ErrorType::ATTRIBUTE_ERROR));
    });
}

#[test]
fn containers_made_in_rust() {
    in_vm(|vm| {
        let text = ok(vm.new_obj("a text that no table has"));
        let tuple = ok(vm.new_tuple((1, &text, u64::MAX, 0.5, ())));
        assert_eq!(
            tuple.to_string(),
            "(1, 'a text that no table has', 18446744073709551615, 0.5, None)"
        );
        let mixed = [Value::of(&1), Value::of("two"), Value::of(&tuple)];
        let list = ok(vm.new_list(&mixed[..]));
        assert_eq!(ok(list.len()), 3);
        assert!(ok(list.item(2)).is(&tuple));
        ok(list.call_method("append", (3,)));
        ok(list.del_item(0));
        assert_eq!(ok(list.item(0)).to_string(), "two");
        assert_eq!(ok(vm.new_list(())).to_string(), "[]");
        assert_eq!(ok(vm.new_tuple(())).to_string(), "()");
        let large = ok(vm.new_list([u64::MAX; 100]));
        assert_eq!(
            ok(large.call_method("count", (u64::MAX,))).to_string(),
            "100"
        );
        let dict = ok(vm.new_dict([("led", &list), ("tuple", &tuple)]));
        assert!(ok(ok(dict.item("led")).eq(&list)));
        ok(dict.del_item("led"));
        assert!(raised(dict.del_item("led")).is(ErrorType::KEY_ERROR));
        assert!(raised(vm.new_dict([(&list, 1)])).is(ErrorType::TYPE_ERROR));
    });
}

#[test]
fn names_that_python_has() {
    in_vm(|vm| {
        let sorted = ok(vm.builtin("sorted"));
        let list = ok(vm.new_list([3, 1, 2]));
        let result = ok(sorted.call_with((&list,), [("reverse", true)]));
        assert_eq!(result.to_string(), "[3, 2, 1]");
        assert!(raised(vm.builtin("nothing")).is(ErrorType::ATTRIBUTE_ERROR));
        ok(ok(vm.globals()).set_item("limit", 7));
        assert_eq!(eval(vm, "limit").to_string(), "7");
    });
}

#[test]
fn texts_made_piece_by_piece() {
    struct Fails;
    impl std::fmt::Display for Fails {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            Err(std::fmt::Error)
        }
    }
    in_vm(|vm| {
        let list = eval(vm, "['e', 2]");
        let text = ok(vm.new_str(format_args!("{:>5}é|{list}|{}", 42, "x".repeat(300))));
        let expected = format!("   42é|['e', 2]|{}", "x".repeat(300));
        assert_eq!(text.as_str().ok(), Some(expected.as_str()));
        assert_eq!(ok(vm.new_str(format_args!(""))).to_string(), "");
        assert_eq!(ok(vm.new_str(format_args!("{}", ""))).to_string(), "");
        assert!(raised(vm.new_str(format_args!("{}", Fails))).is(ErrorType::RUNTIME_ERROR));
    });
    with_heap(16 * 1024, |vm| {
        for _ in 0..50 {
            let large = vm.new_str(format_args!("{:>1$}", 1, 60_000));
            assert!(raised(large).is(ErrorType::MEMORY_ERROR));
        }
    });
}

#[test]
fn exceptions_are_caught_by_class() {
    in_vm(|vm| {
        exec(vm, "class Mine(ValueError): pass");
        let exception = raised(vm.exec("raise Mine('text', 2)", "test.py"));
        assert!(exception.is(ErrorType::VALUE_ERROR) && exception.is(ErrorType::EXCEPTION));
        assert!(!exception.is(ErrorType::KEY_ERROR));
        assert_eq!(ok(exception.value()).to_string(), "text");
        assert_eq!(ok(exception.args()).to_string(), "('text', 2)");
        let pin = 31;
        let made = vm.exception(ErrorType::VALUE_ERROR, format_args!("no pin {pin}"));
        assert_eq!(format!("{made:?}"), "ValueError('no pin 31',)");
        let made = vm.exception_with(ErrorType::OS_ERROR, (19,));
        assert_eq!(ok(made.value()).to_string(), "19");
        let made = vm.exception_with(ErrorType::KEY_ERROR, ());
        assert!(ok(made.value()).is_none());
        let parsed = "x".parse::<u8>().map_err(PyErr::from);
        let made = vm.raise(parsed.expect_err("no number"));
        assert!(made.is(ErrorType::VALUE_ERROR), "{made}");
    });
}

#[test]
fn sequences_are_read() {
    in_vm(|vm| {
        let tuple = eval(vm, "(1, 'two', (3.5, None))");
        let (one, two, (three, none)) = ok(tuple.extract::<(u8, &str, (f64, Option<bool>))>());
        assert_eq!((one, two, three, none), (1, "two", 3.5, None));
        assert_eq!(ok(eval(vm, "[1, 2, 3]").extract::<[i32; 3]>()), [1, 2, 3]);
        assert_eq!(ok(eval(vm, "(1, 2.5)").extract::<[f32; 2]>()), [1.0, 2.5]);
        let pairs = eval(vm, "[(1, True), (2, False)]");
        assert_eq!(
            ok(pairs.extract::<[(u8, bool); 2]>()),
            [(1, true), (2, false)]
        );
        assert!(raised(tuple.extract::<(u8, &str)>()).is(ErrorType::VALUE_ERROR));
        assert!(raised(pairs.extract::<[(u8, bool); 3]>()).is(ErrorType::VALUE_ERROR));
        assert!(raised(eval(vm, "[1]").extract::<(u8,)>()).is(ErrorType::TYPE_ERROR));
        assert!(raised(eval(vm, "5").extract::<[u8; 1]>()).is(ErrorType::TYPE_ERROR));
        exec(
            vm,
            "class Clears:\n    def __bool__(self): items.clear(); return True\nitems = [Clears(), 1, 2]",
        );
        let items = eval(vm, "items");
        let shrinks = raised(items.extract::<[bool; 3]>());
        assert!(shrinks.is(ErrorType::VALUE_ERROR));
        exec(
            vm,
            "import collections\nP = collections.namedtuple('P', 'x y')\np = P(1, 2)",
        );
        assert_eq!(ok(eval(vm, "p").extract::<(u8, u8)>()), (1, 2));
    });
}

#[test]
fn roots_keep_objects_until_their_vm_stops() {
    let kept: RefCell<Vec<Root>> = RefCell::new(Vec::new());
    in_vm(|vm| {
        assert!(kept.borrow().iter().all(|root| root.get(vm).is_none()));
        assert!(kept.borrow().iter().all(|root| !root.is_alive()));
        let root = ok(Root::new(ok(
            vm.new_obj("a text of some length, not interned")
        )));
        exec(vm, "x = [bytearray(50) for _ in range(50)]");
        vm.collect();
        let text = root.get(vm).expect("the VM runs");
        assert_eq!(
            text.as_str().ok(),
            Some("a text of some length, not interned")
        );
        for n in 0..20 {
            kept.borrow_mut().push(ok(Root::new(ok(vm.new_obj(n)))));
        }
        let sum: i64 = kept
            .borrow()
            .iter()
            .filter_map(|root| root.get(vm)?.to_i64().ok())
            .sum();
        assert_eq!(sum, 190);
    });
    assert!(kept.borrow().iter().all(|root| !root.is_alive()));
    drop(kept);
    in_vm(|vm| assert_eq!(eval(vm, "1 + 1").to_string(), "2"));
}

#[test]
fn closures_are_called() {
    in_vm(|vm| {
        let total = Rc::new(Cell::new(0));
        let shared = Rc::clone(&total);
        let add = ok(vm.new_function(move |args| {
            let (amount, name) = args.extract::<(i32, &str)>()?;
            shared.set(shared.get() + amount);
            Ok((shared.get(), name.len(), 0.5))
        }));
        ok(ok(vm.globals()).set_item("add", &add));
        assert_eq!(eval(vm, "add(3, 'four')").to_string(), "(3, 4, 0.5)");
        assert_eq!(eval(vm, "add(-1, '')").to_string(), "(2, 0, 0.5)");
        assert_eq!(total.get(), 2);
        for (wrong, class) in [
            ("add()", ErrorType::TYPE_ERROR),
            ("add(1)", ErrorType::TYPE_ERROR),
            ("add(1, 'a', 2)", ErrorType::TYPE_ERROR),
            ("add('a', 'a')", ErrorType::TYPE_ERROR),
            ("add(1 << 40, 'a')", ErrorType::OVERFLOW_ERROR),
            ("add(1, name='a')", ErrorType::TYPE_ERROR),
        ] {
            assert!(raised(vm.eval(wrong)).is(class), "{wrong}");
        }
        assert_eq!(total.get(), 2);
        let back = ok(vm.new_function(|args| Root::new(args.arg::<Obj<'_>>(0)?)));
        let list = eval(vm, "[1]");
        assert!(ok(back.call((&list,))).is(&list));
        let listed = ok(vm.new_function(|args| Ok([args.len(), 2])));
        assert_eq!(ok(listed.call((1, 2, 3))).to_string(), "[3, 2]");
        let calls = ok(vm.new_function(|args| {
            let inner = args.arg::<Obj<'_>>(0)?.call((1,))?;
            Root::new(ok(args.vm().new_tuple((inner, 2))))
        }));
        ok(ok(vm.globals()).set_item("calls", &calls));
        assert_eq!(eval(vm, "calls(lambda n: n + 1)").to_string(), "(2, 2)");
        assert!(raised(vm.eval("calls(lambda n: n // 0)")).is(ErrorType::ZERO_DIVISION_ERROR));
        let nested = "calls(lambda n: calls(lambda m: calls(lambda k: [n, m, k][3])))";
        assert!(raised(vm.eval(nested)).is(ErrorType::INDEX_ERROR));
    });
}

#[test]
fn closures_are_dropped_once() {
    let drops = Rc::new(Cell::new(0));
    let function = |vm: &Vm, name: &str| {
        let dropped = Dropped(Rc::clone(&drops));
        let function = vm.new_function(move |args| {
            let _uses = &dropped;
            Ok(args.len())
        });
        ok(ok(vm.globals()).set_item(name, ok(function)));
    };
    in_vm(|vm| {
        drops.set(0);
        // Those that are left when the VM stops.
        for name in ["a", "b", "c"] {
            function(vm, name);
        }
        // One that is collected.
        function(vm, "gone");
        assert_eq!(eval(vm, "gone(1, 2)").to_string(), "2");
        exec(vm, "del gone");
        exec(
            vm,
            "def churn():\n    for i in range(300): [i] * 5\nchurn()",
        );
        vm.collect();
        assert_eq!(drops.get(), 1);
        // One that Python drops by hand, in which it can be called no more.
        exec(vm, "a.__del__()\na.__del__()");
        assert_eq!(drops.get(), 2);
        assert!(raised(vm.eval("a()")).is(ErrorType::RUNTIME_ERROR));
        for wrong in [
            "type(b).__del__(5)",
            "type(b).__del__('b')",
            "type(b).__del__(churn)",
        ] {
            assert!(raised(vm.eval(wrong)).is(ErrorType::TYPE_ERROR), "{wrong}");
        }
        assert!(raised(vm.eval("type(b)()")).is(ErrorType::TYPE_ERROR));
    });
    assert_eq!(drops.get(), 4);
}

#[test]
fn a_running_closure_stays() {
    let drops = Rc::new(Cell::new(0));
    in_vm(|vm| {
        drops.set(0);
        let dropped = Dropped(Rc::clone(&drops));
        let running = ok(vm.new_function(move |args| {
            let vm = args.vm();
            // Nothing but the call itself has the object now.
            ok(vm.exec("del running", "test.py"));
            ok(vm.exec("[[i] for i in range(200)]", "test.py"));
            vm.collect();
            let at_hand = args.arg::<Obj<'_>>(0)?.call(());
            assert_eq!(dropped.0.get(), 0);
            Ok(at_hand.is_err_and(|exception| exception.is(ErrorType::RUNTIME_ERROR)))
        }));
        ok(ok(vm.globals()).set_item("running", running));
        exec(vm, "def call(f): return f(lambda: f.__del__())");
        assert_eq!(eval(vm, "call(running)").to_string(), "True");
    });
    assert_eq!(drops.get(), 1);
}

#[test]
fn closures_and_shortages() {
    let drops = Rc::new(Cell::new(0));
    let mut made = 0;
    with_heap(24 * 1024, |vm| {
        let mut held = Vec::new();
        loop {
            let dropped = Dropped(Rc::clone(&drops));
            let room = [0usize; 20];
            made += 1;
            match vm.new_function(move |_| Ok(room.len() + usize::from(dropped.0.get() > 0))) {
                Ok(function) => held.push(function),
                Err(exception) => {
                    assert!(exception.is(ErrorType::MEMORY_ERROR));
                    break;
                }
            }
        }
        assert!(held.len() > 20);
        assert_eq!(drops.get(), 1);
        drop(held);
        vm.collect();
        assert_eq!(eval(vm, "1 + 1").to_string(), "2");
    });
    assert_eq!(drops.get(), made);
}

#[test]
fn roots_in_closures_go_with_the_vm() {
    let drops = Rc::new(Cell::new(0));
    in_vm(|vm| {
        drops.set(0);
        for _ in 0..30 {
            // The closure keeps a list in which it is itself: a cycle that only the end of the VM breaks.
            let list = ok(vm.new_list(()));
            let root = ok(Root::new(ok(list.try_clone())));
            let dropped = Dropped(Rc::clone(&drops));
            let function = ok(vm.new_function(move |args| {
                let _uses = &dropped;
                let list = root.get(args.vm()).expect("the VM runs");
                list.len()
            }));
            ok(list.call_method("append", (&function,)));
            assert_eq!(ok(function.call(())).to_string(), "1");
        }
        vm.collect();
        assert_eq!(drops.get(), 0);
    });
    assert_eq!(drops.get(), 30);
}

#[test]
fn a_root_that_is_returned_too_late() {
    let kept: RefCell<Option<Root>> = RefCell::default();
    with_heap(64 * 1024, |vm| {
        *kept.borrow_mut() = Some(ok(Root::new(ok(vm.new_obj("of the first VM")))));
    });
    with_heap(64 * 1024, |vm| {
        let root = kept.borrow_mut().take().expect("nobody took it");
        let root = RefCell::new(Some(root));
        let function = ok(vm.new_function(move |_| {
            let root = root.borrow_mut().take();
            Ok(root.expect("it is called once"))
        }));
        assert!(raised(function.call(())).is(ErrorType::RUNTIME_ERROR));
    });
}

#[test]
fn a_collection_at_every_allocation_is_one() {
    with_heap(256 * 1024, |vm| {
        exec(vm, "import gc\ngc.threshold(0)");
        let drops = Rc::new(Cell::new(0));
        let dropped = Dropped(Rc::clone(&drops));
        let function = ok(vm.new_function(move |_| Ok(dropped.0.get())));
        drop(function);
        // The stack may still hold the address where the object was, so that it takes more than one.
        for n in 0..20 {
            exec(vm, &format!("x = [{n}, 'text{n}']"));
        }
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn recursion_through_rust_ends_in_an_exception() {
    let (made, dropped) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    in_vm(|vm| {
        let (frames, ends) = (Rc::clone(&made), Rc::clone(&dropped));
        let deeper = ok(vm.new_function(move |args| {
            let _frame = Dropped(Rc::clone(&ends));
            frames.set(frames.get() + 1);
            Root::new(args.arg::<Obj<'_>>(0)?.call(())?)
        }));
        ok(ok(vm.globals()).set_item("deeper", &deeper));
        exec(vm, "def f(): return deeper(f)");
        for _ in 0..3 {
            assert!(raised(vm.eval("f()")).is(ErrorType::RUNTIME_ERROR));
        }
        assert_eq!(eval(vm, "1 + 1").to_string(), "2");
    });
    assert!(made.get() > 30, "{}", made.get());
    assert_eq!(made.get(), dropped.get());
}

#[test]
fn exceptions_pass_through_many_layers() {
    let dropped = Rc::new(Cell::new(0));
    in_vm(|vm| {
        dropped.set(0);
        let ends = Rc::clone(&dropped);
        let layer = ok(vm.new_function(move |args| {
            let (n, next) = args.extract::<(i32, Obj<'_>)>()?;
            let _frame = Dropped(Rc::clone(&ends));
            let wanted = args.vm().new_str(format_args!("layer {n}"))?;
            match next.call((n - 1,)) {
                Err(exception) if exception.is(ErrorType::KEY_ERROR) => {
                    Err(args.vm().exception_with(ErrorType::VALUE_ERROR, (&wanted,)))
                }
                Err(exception) if ok(exception.value()).to_string() != "stop" => {
                    let chain = format_args!("{}, {wanted}", exception.message());
                    Err(args.vm().exception(ErrorType::VALUE_ERROR, chain))
                }
                other => other.and_then(Root::new),
            }
        }));
        ok(ok(vm.globals()).set_item("layer", &layer));
        exec(
            vm,
            "def f(n):\n    if n == 0: raise KeyError('bottom')\n    try:\n        return layer(n, f)\n    \
             finally:\n        done.append(n)\ndone = []",
        );
        let exception = raised(vm.eval("f(4)"));
        assert_eq!(
            exception.message().to_string(),
            "layer 1, layer 2, layer 3, layer 4"
        );
        assert_eq!(eval(vm, "done").to_string(), "[1, 2, 3, 4]");
        assert_eq!(dropped.get(), 4);
    });
}

/// Takes all of the heap but about `room` bytes in one piece.
fn leave_room(vm: &Vm, room: usize) -> Vec<Obj<'_>> {
    let mut held = Vec::new();
    while let Ok(object) = vm.new_obj([7u8; 32]) {
        held.push(object);
    }
    held.truncate(held.len() - (room / 64).min(held.len()));
    vm.collect();
    held
}

#[test]
fn shortages_at_every_place() {
    let drops = Rc::new(Cell::new(0));
    let mut made = 0;
    with_heap(24 * 1024, |vm| {
        exec(
            vm,
            "def f(*args, **kwargs): return args\ndef g(n): raise KeyError([n] * n)",
        );
        let (f, g) = (eval(vm, "f"), eval(vm, "g"));
        vm.collect();
        let before = vm.heap().used;
        let mut raised = 0;
        for room in (0..4000).step_by(64) {
            let held = leave_room(vm, room);
            let mut check = |result: Result<Obj<'_>, Exception<'_>>| match result {
                Ok(object) => drop(object.to_string()),
                Err(exception) => {
                    raised += 1;
                    assert!(exception.is(ErrorType::MEMORY_ERROR), "{exception}");
                }
            };
            let large = [u64::MAX; 12];
            check(f.call_with(large, [("pause", u64::MAX)]));
            check(vm.new_tuple(large));
            check(vm.new_list(large));
            check(vm.new_dict([(u64::MAX, "value of some length"), (1, "x")]));
            check(vm.new_str(format_args!("{:>200}", 1)));
            check(Ok(vm
                .exception(ErrorType::MEMORY_ERROR, format_args!("{:>99}", 1))
                .into_obj()));
            check(Ok(vm
                .exception_with(ErrorType::MEMORY_ERROR, large)
                .into_obj()));
            let guard = Dropped(Rc::clone(&drops));
            made += 1;
            let function = vm.new_function(move |args| {
                let _uses = &guard;
                let n = args.arg::<u64>(0)?;
                Ok(((n, [n; 3], "text of some length"), [n; 8]))
            });
            match function {
                Ok(function) => check(function.call((u64::MAX,))),
                Err(exception) => check(Err(exception)),
            }
            let mut roots = Vec::new();
            for _ in 0..20 {
                match f.try_clone().and_then(Root::new) {
                    Ok(root) => roots.push(root),
                    Err(exception) => check(Err(exception)),
                }
            }
            if let Err(exception) = g.call((5,)) {
                let known = [ErrorType::MEMORY_ERROR, ErrorType::KEY_ERROR];
                assert!(known.iter().any(|class| exception.is(*class)));
            }
            drop((roots, held));
        }
        assert!(raised > 50, "{raised}");
        exec(vm, "f(*range(50))");
        vm.collect();
        // The table of handles has grown, and a few objects are taken for ones that are in use.
        let after = vm.heap().used;
        assert!(after < before + 12 * 1024, "{before} {after}");
    });
    assert_eq!(drops.get(), made);
}
