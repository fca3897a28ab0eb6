//! Functions: arguments of every kind, and what they return.

use super::{pymodule, python};

tests![
    functions_are_called,
    arguments_that_only_the_call_has_are_kept,
    what_is_wrong_is_said_in_micropythons_words,
    an_import_takes_no_memory,
];

#[pymodule]
pub(crate) mod numbers {
    use mpy_freeze_rt::{ErrorType, Exception, Obj, Raise, Vm, pyfunction};

    #[pyfunction]
    fn nothing() {}

    #[pyfunction]
    fn add(a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }

    #[pyfunction]
    fn half(a: f64) -> f64 {
        a / 2.0
    }

    #[pyfunction]
    fn length(text: &str) -> usize {
        text.chars().count()
    }

    #[pyfunction]
    #[py(signature = (a, b = 2, *, c = 3))]
    fn named(a: i64, b: i64, c: i64) -> i64 {
        a * 100 + b * 10 + c
    }

    #[pyfunction]
    fn refuse(message: bool) -> Result<(), Raise> {
        Err(Raise::new(
            ErrorType::VALUE_ERROR,
            if message { "not this" } else { "" },
        ))
    }

    #[pyfunction]
    fn call<'a>(vm: &'a Vm, callee: Obj<'a>) -> Result<Obj<'a>, Exception<'a>> {
        let one = vm.new_obj(1)?;
        callee.call((one, 2))
    }

    /// Takes memory while it has a text.
    #[pyfunction]
    fn spell(vm: &Vm, text: &str) -> usize {
        let mut same = 0;
        for letter in text.chars() {
            vm.collect();
            for _ in 0..8 {
                drop(
                    vm.new_obj("another text, as long as the one that is read, in the same blocks"),
                );
            }
            same += usize::from(letter == 'a');
        }
        same
    }

    #[pyfunction]
    fn fill(buffer: &mut [u8], with: u8) {
        buffer.fill(with);
    }

    #[pyfunction]
    #[py(signature = (*args, **kwargs))]
    fn all<'a>(args: Obj<'a>, kwargs: Obj<'a>) -> Result<usize, Exception<'a>> {
        Ok(args.len()? * 10 + kwargs.len()?)
    }
}

fn functions_are_called() {
    python(
        "import numbers\n\
         assert numbers.__name__ == 'numbers'\n\
         assert numbers.nothing() is None\n\
         assert numbers.add(2, 3) == 5\n\
         assert numbers.half(3) == 1.5\n\
         assert numbers.length('über') == 4\n\
         assert numbers.named(1) == 123\n\
         assert numbers.named(1, c=5, b=4) == 145\n\
         assert numbers.call(lambda a, b: (a, b)) == (1, 2)\n\
         b = bytearray(3)\n\
         numbers.fill(b, 7)\n\
         assert b == b'\\x07\\x07\\x07'\n\
         assert numbers.all(1, 2, x=1) == 21\n",
    );
}

fn arguments_that_only_the_call_has_are_kept() {
    python(
        "import numbers\n\
         def texts():\n\
         \x20   for i in range(3):\n\
         \x20       yield 'a' * (60 + i)\n\
         assert list(map(numbers.spell, texts())) == [60, 61, 62]\n",
    );
}

fn what_is_wrong_is_said_in_micropythons_words() {
    python(
        "import numbers\n\
         def raised(f, *args, **kwargs):\n    \
             try:\n        f(*args, **kwargs)\n    except Exception as e:\n        return repr(e)\n\
         assert raised(numbers.add, 1) == \"TypeError('function takes 2 positional arguments but 1 were given',)\", raised(numbers.add, 1)\n\
         assert raised(numbers.add, 1, 'x') == \"TypeError(\\\"can't convert str to int\\\",)\", raised(numbers.add, 1, 'x')\n\
         assert raised(numbers.add, 1, 1 << 40).startswith('OverflowError')\n\
         assert raised(numbers.named) == \"TypeError(\\\"'a' argument required\\\",)\", raised(numbers.named)\n\
         assert raised(numbers.named, 1, 2, 3) == \"TypeError('extra positional arguments given',)\"\n\
         assert raised(numbers.named, 1, d=1) == \"TypeError('extra keyword arguments given',)\"\n\
         assert raised(numbers.refuse, True) == \"ValueError('not this',)\"\n\
         assert raised(numbers.refuse, False) == 'ValueError()'\n\
         assert raised(numbers.call, lambda a, b: 1 // 0).startswith('ZeroDivisionError')\n",
    );
}

fn an_import_takes_no_memory() {
    python(
        "import gc\n\
         numbers = None\n\
         before = after = 0\n\
         gc.collect()\n\
         before = gc.mem_alloc()\n\
         import numbers\n\
         after = gc.mem_alloc()\n\
         assert numbers.add(1, 2) == 3\n\
         assert after == before, (before, after)\n",
    );
}
