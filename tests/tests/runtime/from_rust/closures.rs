//! Roots, and closures of Rust that Python calls.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use mpy_freeze_rt::{ErrorType, Obj, Root, Vm};

use super::{Dropped, HEAP_BYTES, eval, exec, in_vm, ok, raised, with_heap};

tests![
    roots_keep_objects_until_their_vm_stops,
    closures_are_called,
    closures_are_dropped_once,
    a_running_closure_stays,
    closures_and_shortages,
    roots_in_closures_go_with_the_vm,
    a_root_that_is_returned_too_late,
    a_collection_at_every_allocation_is_one,
];

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
            assert!(raised(vm.eval(wrong)).is_instance_of(class), "{wrong}");
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
        assert!(
            raised(vm.eval("calls(lambda n: n // 0)"))
                .is_instance_of(ErrorType::ZERO_DIVISION_ERROR)
        );
        let nested = "calls(lambda n: calls(lambda m: calls(lambda k: [n, m, k][3])))";
        assert!(raised(vm.eval(nested)).is_instance_of(ErrorType::INDEX_ERROR));
    });
}

fn closures_are_dropped_once() {
    const GONE: [&str; 4] = ["gone1", "gone2", "gone3", "gone4"];
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
        // Some that are collected. The collector looks at the stack, where an address may be left of one or the other.
        for name in GONE {
            function(vm, name);
        }
        assert_eq!(eval(vm, "gone1(1, 2)").to_string(), "2");
        exec(vm, "del gone1, gone2, gone3, gone4");
        exec(
            vm,
            "def churn():\n    for i in range(300): [i] * 5\nchurn()",
        );
        vm.collect();
        let collected = drops.get();
        assert!((1..=GONE.len()).contains(&collected), "{collected}");
        // One that Python drops by hand, in which it can be called no more.
        exec(vm, "a.__del__()\na.__del__()");
        assert_eq!(drops.get(), collected + 1);
        assert!(raised(vm.eval("a()")).is_instance_of(ErrorType::RUNTIME_ERROR));
        for wrong in [
            "type(b).__del__(5)",
            "type(b).__del__('b')",
            "type(b).__del__(churn)",
        ] {
            assert!(
                raised(vm.eval(wrong)).is_instance_of(ErrorType::TYPE_ERROR),
                "{wrong}"
            );
        }
        assert!(raised(vm.eval("type(b)()")).is_instance_of(ErrorType::TYPE_ERROR));
    });
    assert_eq!(drops.get(), 3 + GONE.len());
}

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
            Ok(at_hand.is_err_and(|exception| exception.is_instance_of(ErrorType::RUNTIME_ERROR)))
        }));
        ok(ok(vm.globals()).set_item("running", running));
        exec(vm, "def call(f): return f(lambda: f.__del__())");
        assert_eq!(eval(vm, "call(running)").to_string(), "True");
    });
    assert_eq!(drops.get(), 1);
}

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
                    assert!(exception.is_instance_of(ErrorType::MEMORY_ERROR));
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
        assert!(raised(function.call(())).is_instance_of(ErrorType::RUNTIME_ERROR));
    });
}

/// Writes over what earlier calls have left below: the address of an object that is gone may lie where later frames
/// have gaps.
#[inline(never)]
fn clear_stack() {
    core::hint::black_box([0usize; 2048]);
}

fn a_collection_at_every_allocation_is_one() {
    with_heap(HEAP_BYTES, |vm| {
        exec(vm, "import gc\ngc.threshold(0)");
        let drops = Rc::new(Cell::new(0));
        let dropped = Dropped(Rc::clone(&drops));
        let function = ok(vm.new_function(move |_| Ok(dropped.0.get())));
        drop(function);
        clear_stack();
        // A register may still hold the address where the object was, so that it takes more than one.
        for n in 0..20 {
            exec(vm, &format!("x = [{n}, 'text{n}']"));
        }
        assert_eq!(drops.get(), 1);
    });
}
