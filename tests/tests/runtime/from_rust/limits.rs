//! Deep recursion, exceptions through many layers, and memory that is short at every place.

use alloc::rc::Rc;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::cell::Cell;

use mpy_freeze_rt::{ErrorType, Exception, Obj, Root, Vm};

use super::{Dropped, eval, exec, in_vm, ok, raised, with_heap};

tests![
    recursion_through_rust_ends_in_an_exception,
    classes_of_many_layers_end_in_an_exception,
    classes_of_many_layers_are_told_apart,
    exceptions_pass_through_many_layers,
    shortages_at_every_place,
];

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
            assert!(raised(vm.eval("f()")).is_instance_of(ErrorType::RUNTIME_ERROR));
        }
        assert_eq!(eval(vm, "1 + 1").to_string(), "2");
    });
    assert!(made.get() > 30, "{}", made.get());
    assert_eq!(made.get(), dropped.get());
}

fn classes_of_many_layers_end_in_an_exception() {
    in_vm(|vm| {
        exec(
            vm,
            "class Other: pass\n\
             class Single: pass\n\
             for i in range(100): Single = type('Single', (Single,), {})\n\
             Many = Single\n\
             made = 0\n\
             try:\n\
             \x20   while made < 1000:\n\
             \x20       Many = type('Many', (Many, Other), {})\n\
             \x20       made += 1\n\
             except RuntimeError:\n\
             \x20   pass",
        );
        assert_eq!(eval(vm, "made").to_string(), "32");
        assert_eq!(eval(vm, "hasattr(Many(), 'missing')").to_string(), "False");
        assert_eq!(
            eval(vm, "isinstance(Many(), (int, Other))").to_string(),
            "True"
        );
    });
}

fn classes_of_many_layers_are_told_apart() {
    in_vm(|vm| {
        exec(
            vm,
            "class Lonely: pass\nclass Failed(ValueError): pass\n\
             for _ in range(25):\n    class Failed(Lonely, Failed): pass\n    class Lonely: pass\n\
             def fail(): raise Failed('deep')",
        );
        let exception = raised(vm.eval("fail()"));
        assert!(
            exception.is_instance_of(ErrorType::VALUE_ERROR)
                && exception.is_instance_of(ErrorType::EXCEPTION)
        );
        assert!(!exception.is_instance_of(ErrorType::OS_ERROR));
        assert!(exception.matches("ValueError") && !exception.matches("OSError"));
    });
}

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
                Err(exception) if exception.is_instance_of(ErrorType::KEY_ERROR) => Err(args
                    .vm()
                    .new_exception_with(ErrorType::VALUE_ERROR, (&wanted,))),
                Err(exception) if ok(exception.value()).to_string() != "stop" => {
                    let chain = format_args!("{}, {wanted}", exception.message());
                    Err(args.vm().new_exception(ErrorType::VALUE_ERROR, chain))
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
        let before = vm.heap_info().used;
        let mut raised = 0;
        for room in (0..4000).step_by(64) {
            let held = leave_room(vm, room);
            let mut check = |result: Result<Obj<'_>, Exception<'_>>| match result {
                Ok(object) => drop(object.to_string()),
                Err(exception) => {
                    raised += 1;
                    assert!(
                        exception.is_instance_of(ErrorType::MEMORY_ERROR),
                        "{exception}"
                    );
                }
            };
            let large = [u64::MAX; 12];
            check(f.call_with(large, [("pause", u64::MAX)]));
            check(vm.new_tuple(large));
            check(vm.new_list(large));
            check(vm.new_dict([(u64::MAX, "value of some length"), (1, "x")]));
            check(vm.new_str(format_args!("{:>200}", 1)));
            check(Ok(vm
                .new_exception(ErrorType::MEMORY_ERROR, format_args!("{:>99}", 1))
                .into_obj()));
            check(Ok(vm
                .new_exception_with(ErrorType::MEMORY_ERROR, large)
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
                assert!(known.iter().any(|class| exception.is_instance_of(*class)));
            }
            drop((roots, held));
        }
        assert!(raised > 40, "{raised}");
        exec(vm, "f(*range(50))");
        vm.collect();
        // The table of handles has grown, and a few objects are taken for ones that are in use.
        let after = vm.heap_info().used;
        assert!(after < before + 12 * 1024, "{before} {after}");
    });
    assert_eq!(drops.get(), made);
}
