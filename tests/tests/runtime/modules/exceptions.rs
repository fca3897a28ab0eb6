//! Classes of exceptions written in Rust, and what functions return in tuples and arrays.

use super::{pymodule, python};

tests![exceptions_of_rusts_own, tuples_both_ways,];

#[pymodule]
pub(crate) mod sensors {
    use mpy_freeze_rt::{ErrorType, Exception, Obj, Raise, Vm, pyexception, pyfunction};

    /// The sensor has a fault.
    #[pyexception]
    #[py(base = ErrorType::VALUE_ERROR)]
    pub(crate) struct SensorError;

    #[pyexception]
    #[py(name = "Timeout", base = SensorError::TYPE)]
    struct TimedOut;

    #[pyexception]
    struct Plain;

    #[pyfunction]
    fn measure(kind: u8) -> Result<u16, Raise> {
        match kind {
            0 => Err(Raise::new(SensorError::TYPE, "no answer")),
            1 => Err(Raise::new(TimedOut::TYPE, "")),
            2 => Err(Raise::new(Plain::TYPE, "plain")),
            _ => Ok(u16::try_from(i32::from(kind) - 4)?),
        }
    }

    #[pyfunction]
    fn caught<'a>(vm: &'a Vm, callee: Obj<'a>) -> Result<(bool, bool, Obj<'a>), Exception<'a>> {
        match callee.call(()) {
            Ok(_) => Err(vm.new_exception(TimedOut::TYPE, format_args!("{} ms", 5))),
            Err(exception) => Ok((
                exception.is_instance_of(SensorError::TYPE),
                exception.is_instance_of(TimedOut::TYPE),
                exception.args()?,
            )),
        }
    }

    #[pyfunction]
    fn nested(n: u8) -> ((u8, f64), [i32; 3], &'static str, (), Option<bool>) {
        ((n, 0.5), [1, 2, 3], "text", (), None)
    }

    #[pyfunction]
    fn partly(
        fail: bool,
    ) -> (
        &'static str,
        Result<(u64, &'static str), Raise>,
        &'static str,
    ) {
        let second = if fail {
            Err(Raise::new(Plain::TYPE, "in the middle"))
        } else {
            Ok((u64::MAX, "in a tuple"))
        };
        ("before", second, "after")
    }

    #[pyfunction]
    fn sum(pairs: ((i32, i32), [i32; 2])) -> i32 {
        let ((a, b), [c, d]) = pairs;
        a + b + c + d
    }
}

fn exceptions_of_rusts_own() {
    python(
        "import sensors\n\
         from sensors import SensorError, Timeout, Plain\n\
         assert issubclass(SensorError, ValueError) and issubclass(Timeout, SensorError)\n\
         assert SensorError.__name__ == 'SensorError' and Timeout.__name__ == 'Timeout'\n\
         def raised(f, *args):\n    \
             try:\n        f(*args)\n    except Exception as e:\n        return e\n\
         e = raised(sensors.measure, 0)\n\
         assert type(e) is SensorError and repr(e) == \"SensorError('no answer',)\", e\n\
         assert repr(raised(sensors.measure, 1)) == 'Timeout()'\n\
         assert repr(raised(sensors.measure, 2)) == \"Plain('plain',)\"\n\
         assert isinstance(raised(sensors.measure, 3), OverflowError)\n\
         assert sensors.measure(5) == 1\n\
         try:\n    sensors.measure(1)\n\
         except ValueError as e:\n    assert type(e) is Timeout\n\
         try:\n    raise Timeout('by Python', 3)\n\
         except SensorError as e:\n    assert e.args == ('by Python', 3)\n\
         class Mine(Timeout): pass\n\
         def throw(): raise Mine(1)\n\
         assert sensors.caught(throw) == (True, True, (1,))\n\
         assert sensors.caught(lambda: sensors.measure(0)) == (True, False, ('no answer',))\n\
         assert sensors.caught(lambda: 1 // 0)[:2] == (False, False)\n\
         assert repr(raised(sensors.caught, lambda: 1)) == \"Timeout('5 ms',)\"\n",
    );
}

fn tuples_both_ways() {
    python(
        "import sensors\n\
         assert sensors.nested(7) == ((7, 0.5), [1, 2, 3], 'text', None, None)\n\
         assert sensors.partly(False) == ('before', (2**64 - 1, 'in a tuple'), 'after')\n\
         for i in range(30):\n    \
             try:\n        sensors.partly(True)\n        assert False\n    \
             except sensors.Plain as e:\n        assert e.value == 'in the middle'\n\
         assert sensors.sum(((1, 2), [3, 4])) == 10\n\
         assert sensors.sum(((1, 2), (3, 4))) == 10\n\
         for wrong, error in ((((1, 2, 3), [3, 4]), ValueError), (((1, 2), [3]), ValueError),\n    \
                 ([(1, 2), [3, 4]], TypeError), (((1, 'a'), [3, 4]), TypeError), (5, TypeError)):\n    \
             try:\n        sensors.sum(wrong)\n        assert False, wrong\n    \
             except error:\n        pass\n",
    );
}
