//! Rust that holds Python's objects, and Python that holds Rust's values, in the soak.

use mpy_freeze_rt::pymodule;

#[pymodule]
pub mod held {
    use core::cell::Cell;
    use core::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};

    use mpy_freeze_rt::{
        ErrorType, Exception, Obj, Root, Vm, pyclass, pyexception, pyfunction, pymethods,
    };

    #[pyexception]
    #[py(base = ErrorType::VALUE_ERROR)]
    struct TooDeep;

    /// How many of Rust's values Python has.
    pub static ALIVE: AtomicIsize = AtomicIsize::new(0);
    /// The least free memory that was ever seen.
    pub static LOWEST: AtomicUsize = AtomicUsize::new(usize::MAX);

    /// Counts itself.
    pub struct Alive;

    impl Alive {
        fn new() -> Self {
            ALIVE.fetch_add(1, Ordering::Relaxed);
            Self
        }
    }

    impl Drop for Alive {
        fn drop(&mut self) {
            ALIVE.fetch_sub(1, Ordering::Relaxed);
        }
    }

    #[pyclass]
    pub struct Counted {
        total: i32,
        _alive: Alive,
    }

    #[pymethods]
    impl Counted {
        #[new]
        fn new(total: i32) -> Self {
            Self {
                total,
                _alive: Alive::new(),
            }
        }

        fn add(&mut self, by: i32) -> i32 {
            self.total += by;
            self.total
        }
    }

    /// Has Python call ten times through a closure that holds a root, and keeps what it returns meanwhile.
    #[pyfunction]
    fn call_back<'a>(vm: &'a Vm, callee: Obj<'a>) -> Result<i64, Exception<'a>> {
        let (alive, last) = (Alive::new(), Cell::new(0));
        let callee = Root::new(callee)?;
        let call = vm.new_function(move |args| {
            let _held = &alive;
            let n = args.extract::<(i64,)>()?.0;
            if let Some(callee) = callee.get(args.vm()) {
                last.set(callee.call((n,))?.to_i64()?);
            }
            Ok(last.get())
        })?;
        let mut results = [const { None }; 10];
        for (n, place) in results.iter_mut().enumerate() {
            *place = Some(call.call((n,))?);
        }
        results.iter().flatten().last().map_or(Ok(0), |last| {
            last.to_i64()
                .map_err(|_| vm.new_exception(TooDeep::TYPE, format_args!("no number")))
        })
    }

    /// Looks at the heap where a round has used much of it.
    #[pyfunction]
    fn note_lowest(vm: &Vm) {
        LOWEST.fetch_min(vm.heap_info().free, Ordering::Relaxed);
    }
}
