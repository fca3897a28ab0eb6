//! Calls with names, containers, attributes, exceptions, and what is read of objects.

use alloc::format;
use alloc::string::{String, ToString};

use mpy_freeze_rt::{
    ErrorType, Exception, IntoException, IntoPy, Keyword, Obj, Raise, Root, Value, Vm,
};

use super::{eval, exec, in_vm, ok, raised, with_heap};

tests![
    arguments_by_name,
    comparisons,
    attributes_that_may_not_be_there,
    containers_made_in_rust,
    names_that_python_has,
    texts_made_piece_by_piece,
    exceptions_are_caught_by_class,
    sequences_are_read,
    own_types_are_arguments_items_and_attributes,
    an_argument_that_raises_is_not_passed,
    composed_values_become_objects,
    a_root_is_passed_as_its_object,
    debug_shows_types_and_no_memory,
];

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
        assert!(wrong.is_instance_of(ErrorType::TYPE_ERROR));
        let none = raised(object.call_method_with("n", (1,), [("d", 4)]));
        assert!(none.is_instance_of(ErrorType::ATTRIBUTE_ERROR));
    });
}

fn comparisons() {
    in_vm(|vm| {
        let five = eval(vm, "5");
        assert!(ok(five.eq(5)) && !ok(five.ne(5)) && ok(five.ne("5")));
        assert!(ok(five.lt(6)) && ok(five.le(5)) && ok(five.gt(4.5)) && !ok(five.ge(5.5)));
        assert!(raised(five.lt("6")).is_instance_of(ErrorType::TYPE_ERROR));
        let list = eval(vm, "[1, 'two', 2**70]");
        assert!(ok(list.contains("two")) && !ok(list.contains(2)));
        assert!(ok(list.contains(eval(vm, "2**70"))));
        assert!(raised(five.contains(1)).is_instance_of(ErrorType::TYPE_ERROR));
        assert!(list.is(&ok(list.try_clone())) && !list.is(&eval(vm, "[1]")));
        assert_eq!(ok(eval(vm, "1234").hash()), 1234);
        assert!(raised(list.hash()).is_instance_of(ErrorType::TYPE_ERROR));
        assert!(ok(list.is_instance(&ok(vm.builtin("list")))));
        assert!(ok(five.is_instance(&eval(vm, "(str, int)"))));
        assert!(!ok(five.is_instance(&eval(vm, "str"))));
        assert!(raised(five.is_instance(&list)).is_instance_of(ErrorType::TYPE_ERROR));
        assert!(ok(eval(vm, "print").is_callable()) && !ok(five.is_callable()));
        exec(
            vm,
            "class Odd:\n    def __eq__(self, other): raise KeyError(other)",
        );
        assert!(raised(eval(vm, "Odd()").eq(1)).is_instance_of(ErrorType::KEY_ERROR));
    });
}

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
        assert!(raised(object.attr_or_none("p")).is_instance_of(ErrorType::ZERO_DIVISION_ERROR));
        ok(object.del_attr("x"));
        assert!(!ok(object.has_attr("x")));
        assert!(raised(object.del_attr("x")).is_instance_of(ErrorType::ATTRIBUTE_ERROR));
    });
}

fn containers_made_in_rust() {
    in_vm(|vm| {
        let text = ok(vm.new_obj("a text that no table has"));
        let tuple = ok(vm.new_tuple((1, &text, u64::MAX, 0.5, ())));
        assert_eq!(
            tuple.to_string(),
            "(1, 'a text that no table has', 18446744073709551615, 0.5, None)"
        );
        let mixed = [Value::from(1), Value::from("two"), Value::from(&tuple)];
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
        assert!(raised(dict.del_item("led")).is_instance_of(ErrorType::KEY_ERROR));
        assert!(raised(vm.new_dict([(&list, 1)])).is_instance_of(ErrorType::TYPE_ERROR));
    });
}

fn names_that_python_has() {
    in_vm(|vm| {
        let sorted = ok(vm.builtin("sorted"));
        let list = ok(vm.new_list([3, 1, 2]));
        let result = ok(sorted.call_with((&list,), [("reverse", true)]));
        assert_eq!(result.to_string(), "[3, 2, 1]");
        assert!(raised(vm.builtin("nothing")).is_instance_of(ErrorType::ATTRIBUTE_ERROR));
        ok(ok(vm.globals()).set_item("limit", 7));
        assert_eq!(eval(vm, "limit").to_string(), "7");
    });
}

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
        assert!(
            raised(vm.new_str(format_args!("{}", Fails))).is_instance_of(ErrorType::RUNTIME_ERROR)
        );
    });
    with_heap(16 * 1024, |vm| {
        for _ in 0..50 {
            let large = vm.new_str(format_args!("{:>1$}", 1, 60_000));
            assert!(raised(large).is_instance_of(ErrorType::MEMORY_ERROR));
        }
    });
}

fn exceptions_are_caught_by_class() {
    in_vm(|vm| {
        exec(vm, "class Mine(ValueError): pass");
        let exception = raised(vm.exec("raise Mine('text', 2)", "test.py"));
        assert!(
            exception.is_instance_of(ErrorType::VALUE_ERROR)
                && exception.is_instance_of(ErrorType::EXCEPTION)
        );
        assert!(!exception.is_instance_of(ErrorType::KEY_ERROR));
        assert_eq!(ok(exception.value()).to_string(), "text");
        assert_eq!(ok(exception.args()).to_string(), "('text', 2)");
        let pin = 31;
        let made = vm.new_exception(ErrorType::VALUE_ERROR, format_args!("no pin {pin}"));
        assert_eq!(format!("{made:?}"), "ValueError('no pin 31',)");
        let made = vm.new_exception_with(ErrorType::OS_ERROR, (19,));
        assert_eq!(ok(made.value()).to_string(), "19");
        let made = vm.new_exception_with(ErrorType::KEY_ERROR, ());
        assert!(ok(made.value()).is_none());
        let parsed = "x".parse::<u8>().map_err(Raise::from);
        let made = parsed.expect_err("no number").into_exception(vm);
        assert!(made.is_instance_of(ErrorType::VALUE_ERROR), "{made}");
    });
}

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
        assert!(raised(tuple.extract::<(u8, &str)>()).is_instance_of(ErrorType::VALUE_ERROR));
        assert!(raised(pairs.extract::<[(u8, bool); 3]>()).is_instance_of(ErrorType::VALUE_ERROR));
        assert!(raised(eval(vm, "[1]").extract::<(u8,)>()).is_instance_of(ErrorType::TYPE_ERROR));
        assert!(raised(eval(vm, "5").extract::<[u8; 1]>()).is_instance_of(ErrorType::TYPE_ERROR));
        exec(
            vm,
            "class Clears:\n    def __bool__(self): items.clear(); return True\nitems = [Clears(), 1, 2]",
        );
        let items = eval(vm, "items");
        let shrinks = raised(items.extract::<[bool; 3]>());
        assert!(shrinks.is_instance_of(ErrorType::VALUE_ERROR));
        exec(
            vm,
            "import collections\nP = collections.namedtuple('P', 'x y')\np = P(1, 2)",
        );
        assert_eq!(ok(eval(vm, "p").extract::<(u8, u8)>()), (1, 2));
    });
}

/// A temperature, which is a tuple in Python.
#[derive(Clone, Copy)]
struct Celsius(i16);

impl IntoPy for Celsius {
    fn into_py(self, vm: &Vm) -> Result<Obj<'_>, Exception<'_>> {
        (self.0, "C").into_py(vm)
    }
}

/// An error with a number.
struct BusError(i32);

impl IntoException for BusError {
    fn into_exception(self, vm: &Vm) -> Exception<'_> {
        vm.new_exception_with(ErrorType::OS_ERROR, (self.0,))
    }
}

/// The reading of a sensor that doesn't answer.
fn unread() -> Result<Celsius, BusError> {
    Err(BusError(5))
}

fn own_types_are_arguments_items_and_attributes() {
    in_vm(|vm| {
        exec(
            vm,
            "def f(*args, **kwargs): return repr(args) + repr(kwargs)",
        );
        let f = eval(vm, "f");
        let called = ok(f.call((Celsius(1), Some(&Celsius(2)), None::<Celsius>)));
        assert_eq!(called.to_string(), "((1, 'C'), (2, 'C'), None){}");
        let called = ok(f.call_with([Celsius(3); 2], [("t", Celsius(4))]));
        assert_eq!(called.to_string(), "((3, 'C'), (3, 'C')){'t': (4, 'C')}");
        let called = ok(f.call_with((), (("t", Celsius(5)), ("on", true))));
        assert!(called.to_string().contains("'t': (5, 'C')"), "{called}");
        let list = ok(vm.new_list((Celsius(6), 7)));
        assert!(ok(list.contains(Celsius(6))) && !ok(list.contains(Celsius(7))));
        ok(list.set_item(1, Celsius(7)));
        assert!(ok(ok(list.item(1)).eq(Celsius(7))));
        let dict = ok(vm.new_dict([(Celsius(8), Celsius(9))]));
        assert_eq!(ok(dict.item(Celsius(8))).to_string(), "(9, 'C')");
        let module = ok(vm.import("__main__"));
        ok(module.set_attr("t", Celsius(10)));
        assert_eq!(eval(vm, "t").to_string(), "(10, 'C')");
    });
}

fn an_argument_that_raises_is_not_passed() {
    in_vm(|vm| {
        exec(vm, "def f(*args, **kwargs): print('called')");
        let f = eval(vm, "f");
        let text = ok(vm.new_obj("a text that no table has"));
        for failed in [
            f.call((&text, unread())).err(),
            f.call([unread(), unread()]).err(),
            f.call_with((), [("t", unread())]).err(),
            f.set_attr("t", unread()).err(),
            vm.new_obj(unread()).err(),
            vm.new_dict([(unread(), 1)]).err(),
            Some(vm.new_exception_with(ErrorType::VALUE_ERROR, (unread(),))),
        ] {
            let failed = failed.expect("an exception");
            assert_eq!(format!("{failed:?}"), "OSError(5,)");
        }
        assert_eq!(text.to_string(), "a text that no table has");
    });
}

fn composed_values_become_objects() {
    in_vm(|vm| {
        let shown = |object: Result<Obj<'_>, Exception<'_>>| format!("{:?}", ok(object));
        assert_eq!(
            shown(vm.new_obj((1, (2u8, "x"), *b"ab", [Some(1.5), None]))),
            "(1, (2, 'x'), b'ab', [1.5, None])"
        );
        assert_eq!(
            shown(vm.new_obj([[Celsius(1)], [Celsius(2)]])),
            "[[(1, 'C')], [(2, 'C')]]"
        );
        // Fields, as they lie in a struct.
        let fields = ([1, 2], Some(*b"ab"));
        let (numbers, bytes) = &fields;
        assert_eq!(shown(vm.new_obj(numbers)), "[1, 2]");
        assert_eq!(shown(vm.new_obj(bytes)), "b'ab'");
        assert_eq!(shown(vm.new_obj(Value::from(None::<u8>))), "None");
        let function = ok(vm.new_function(|args| {
            let (which,) = args.extract::<(u8,)>()?;
            // Of the types that can be returned, those that aren't plain.
            Ok((which == 0).then_some(([Celsius(1), Celsius(2)], [[1u8; 2]; 2], &[7u8; 99])))
        }));
        let returned = ok(function.call((0,)));
        assert_eq!(
            format!("{:?}", ok(returned.item(0))),
            "[(1, 'C'), (2, 'C')]"
        );
        assert_eq!(
            format!("{:?}", ok(returned.item(1))),
            "[b'\\x01\\x01', b'\\x01\\x01']"
        );
        assert_eq!(ok(ok(returned.item(2)).as_bytes()), [7; 99]);
        assert!(ok(function.call((1,))).is_none());
    });
}

fn a_root_is_passed_as_its_object() {
    let mut gone = None;
    in_vm(|vm| {
        let list = ok(vm.new_list((1, 2)));
        let root = ok(Root::new(ok(list.try_clone())));
        let same = eval(vm, "lambda a, b: a is b");
        assert!(ok(ok(same.call((&root, &list))).to_bool()));
        assert!(ok(vm.new_obj(&root)).is(&list));
        assert!(ok(ok(same.call((root, list))).to_bool()));
    });
    with_heap(64 * 1024, |vm| {
        gone = Some(ok(Root::new(ok(vm.new_obj("lost")))))
    });
    let gone = gone.expect("a root");
    in_vm(|vm| {
        let len = ok(vm.builtin("len"));
        assert!(raised(len.call((&gone,))).is_instance_of(ErrorType::RUNTIME_ERROR));
        assert!(raised(vm.new_obj(&gone)).is_instance_of(ErrorType::RUNTIME_ERROR));
    });
    with_heap(64 * 1024, |vm| {
        assert!(raised(vm.new_obj(gone)).is_instance_of(ErrorType::RUNTIME_ERROR));
    });
}

fn debug_shows_types_and_no_memory() {
    in_vm(|vm| {
        let text = ok(vm.new_obj("text"));
        let values = [Value::from(1), Value::from("x"), Value::from(&text)];
        assert_eq!(
            format!("{values:?}"),
            "[Value(int), Value(str), Value(object)]"
        );
        assert_eq!(
            format!("{:?}", Keyword::new("pause", 1.5)),
            "Keyword(Value(float))"
        );
        let root = ok(Root::new(ok(text.try_clone())));
        assert_eq!(format!("{root:?}"), "Root { is_alive: true, .. }");
        let function = ok(vm.new_function(|args| Ok(format!("{args:?}").len())));
        let shown = "[Place(int), Place(str)]".len();
        assert_eq!(ok(ok(function.call((1, "x"))).to_i64()), shown as i64);
    });
}
