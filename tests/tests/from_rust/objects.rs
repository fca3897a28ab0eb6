//! Calls with names, containers, attributes, exceptions, and what is read of objects.

use alloc::format;
use alloc::string::{String, ToString};

use mpy_freeze_rt::{ErrorType, PyErr, Value};

use super::{eval, exec, in_vm, ok, raised, with_heap};

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
        let names: [String; 20] = core::array::from_fn(|i| format!("name{i:02}"));
        let pairs: [(&str, u64); 20] = core::array::from_fn(|i| (names[i].as_str(), u64::MAX));
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
    impl core::fmt::Display for Fails {
        fn fmt(&self, _: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            Err(core::fmt::Error)
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
