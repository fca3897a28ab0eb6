//! Rust that holds Python's objects in every way there is, while Python collects at every allocation.

use mpy_freeze_rt::pymodule;

#[pymodule]
pub mod stress {
    use core::cell::Cell;

    use mpy_freeze_rt::{ErrorType, Exception, Obj, Raise, Root, Vm, pyexception, pyfunction};

    #[pyexception]
    #[py(base = ErrorType::VALUE_ERROR)]
    struct StressError;

    fn failed<'a>(vm: &'a Vm, what: &str) -> Exception<'a> {
        vm.new_exception(StressError::TYPE, format_args!("{what}"))
    }

    /// Holds objects on the stack, in roots and in a closure while Python makes others.
    #[pyfunction]
    fn keep<'a>(vm: &'a Vm, make: Obj<'a>) -> Result<i64, Exception<'a>> {
        let total = Cell::new(0i64);
        let log = Root::new(vm.new_list(())?)?;
        let add = vm.new_function(move |args| {
            let (n, text) = args.extract::<(i64, &str)>()?;
            total.set(total.get() + n);
            let entry = args.vm().new_tuple((text, u64::MAX, n))?;
            if let Some(log) = log.get(args.vm()) {
                log.call_method("append", (&entry,))?;
                args.vm().new_str(format_args!("{:>40}", "garbage"))?;
                total.set(total.get() + log.len()? as i64);
            }
            Ok((total.get(), [n, n + 1]))
        })?;
        let mut made = [const { None }; 12];
        for (n, place) in made.iter_mut().enumerate() {
            *place = Some(make.call_with((n,), [("call", &add)])?);
        }
        for (n, object) in made.iter().flatten().enumerate() {
            let (text, (total, _)) = object
                .extract::<(&str, (i64, Obj<'_>))>()
                .map_err(|_| failed(vm, "types"))?;
            let expected = vm.new_str(format_args!("item {n}"))?;
            if !expected.eq(text)? || total < n as i64 {
                return Err(failed(vm, "an object was lost"));
            }
        }
        add.call((0, "end"))?.item(0)?.to_i64()
    }

    #[pyfunction]
    fn refuse(n: u8) -> Result<(u8, [u64; 2]), Raise> {
        if n > 2 {
            return Err(Raise::new(StressError::TYPE, "too many"));
        }
        Ok((n, [u64::MAX; 2]))
    }
}
