//! A crate without unsafe code of its own, with documentation for what it shows, that allows no warning.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused,
    nonstandard_style,
    future_incompatible,
    rust_2018_idioms,
    rust_2024_compatibility,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unused_qualifications,
    unused_lifetimes,
    let_underscore_drop,
    elided_lifetimes_in_paths,
    missing_copy_implementations,
    unsafe_op_in_unsafe_fn
)]

use mpy_freeze_rt::pymodule;

/// A board.
#[derive(Debug, Clone, Copy)]
pub struct Host;

impl mpy_freeze_rt::Platform for Host {
    fn write(_bytes: &[u8]) {}

    fn ticks_us() -> u64 {
        0
    }

    fn stack_limit() -> usize {
        4096
    }
}

mpy_freeze_rt::platform!(Host);

/// A module.
#[pymodule]
pub mod station {
    use mpy_freeze_rt::{
        ErrorType, Exception, Obj, Raise, Vm, pyclass, pyexception, pyfunction, pymethods, pymodule,
        pymodule_init,
    };

    /// How many channels there are.
    #[pymodule_export]
    pub const CHANNELS: u8 = 3;
    #[pymodule_export]
    const NAME: &str = "north";

    #[pymodule_init]
    fn init(_vm: &Vm) {}

    /// Adds.
    #[pyfunction]
    #[py(signature = (a, b = 2))]
    pub fn add(a: i32, b: i32) -> i32 {
        a + b
    }

    #[pyfunction]
    fn fill(data: &mut [u8], value: u8) {
        data.fill(value);
    }

    #[pyfunction]
    fn called<'a>(callee: Obj<'a>) -> Result<Obj<'a>, Exception<'a>> {
        callee.call(())
    }

    /// It has failed.
    #[pyexception]
    #[py(base = ErrorType::OS_ERROR)]
    #[derive(Debug, Clone, Copy)]
    pub struct Failure;

    /// A sensor.
    #[pyclass]
    #[derive(Debug)]
    pub struct Sensor {
        #[py(get, set)]
        channel: u8,
        name: String,
    }

    #[pymethods]
    impl Sensor {
        #[classattr]
        const LIMIT: i32 = 3;

        #[new]
        fn new(channel: u8) -> Result<Self, Raise> {
            if channel > CHANNELS {
                return Err(Raise::new(Failure::TYPE, "no such channel"));
            }
            Ok(Self {
                channel,
                name: NAME.into(),
            })
        }

        /// Its name.
        pub fn name(&self) -> &str {
            &self.name
        }

        #[getter]
        fn get_level(&self) -> i32 {
            Self::LIMIT
        }

        #[staticmethod]
        fn fixed(other: &Self, data: &[u8]) -> usize {
            other.name.len() + data.len()
        }

        fn __add__(&self, other: &mut Self) -> u8 {
            self.channel + other.channel
        }

        fn __next__(&mut self) -> Option<i32> {
            None
        }
    }

    /// A derived class.
    #[pyclass(extends = Sensor)]
    #[derive(Debug)]
    pub struct Thermo {
        base: Sensor,
    }

    #[pymethods]
    impl Thermo {
        fn base_name(&self) -> &str {
            &self.base.name
        }
    }

    /// A module in it.
    #[pymodule]
    pub mod clock {}
}

mpy_freeze_rt::freeze!("app", modules = [station]);

fn main() {}
