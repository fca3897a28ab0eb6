//! A module that uses everything that a stub can say, and the program that runs `app/main.py` with it.

use mpy_freeze_rt::{Platform, Vm, pymodule};

mod plain;

/// The station.
#[pymodule]
mod station {
    use mpy_freeze_rt::{
        ErrorType, Exception, Obj, Raise, Vm, pyclass, pyexception, pyfunction, pymethods, pymodule,
        pymodule_init,
    };

    #[pymodule_export]
    const CHANNELS: u8 = 3;
    #[pymodule_export]
    const NAME: &str = "north";
    #[pymodule_export]
    const KEY: &[u8] = &[1, 2];

    #[pymodule_export]
    use crate::plain::{Counter, halved};

    #[pymodule_init]
    fn init() {}

    /// Adds.
    #[pyfunction]
    #[py(signature = (a, /, b = 2, *, scale = 1.5))]
    fn add(a: i32, b: i32, scale: f32) -> f32 {
        (a + b) as f32 * scale
    }

    #[pyfunction]
    #[py(signature = (*args, **kwargs))]
    fn count(args: Obj<'_>, kwargs: Obj<'_>) -> Result<usize, Raise> {
        let len = |object: &Obj<'_>| object.len().unwrap_or(0);
        Ok(len(&args) + len(&kwargs))
    }

    /// The sum of bytes.
    #[pyfunction]
    fn sum(data: &[u8]) -> u32 {
        data.iter().map(|byte| u32::from(*byte)).sum()
    }

    #[pyfunction]
    fn fill(data: &mut [u8], value: u8) {
        data.fill(value);
    }

    #[pyfunction]
    #[py(signature = (name = None))]
    fn greeting(name: Option<&str>) -> Option<&str> {
        name
    }

    #[pyfunction]
    fn swapped(pair: (i32, bool)) -> (bool, i32) {
        (pair.1, pair.0)
    }

    #[pyfunction]
    fn doubled(items: [u16; 2]) -> [u16; 2] {
        items.map(|item| item * 2)
    }

    #[pyfunction]
    #[py(name = "from")]
    fn keyword() {}

    #[pyfunction]
    fn called<'a>(callee: Obj<'a>) -> Result<Obj<'a>, Exception<'a>> {
        callee.call(())
    }

    #[pyfunction]
    fn measure(ready: bool) -> Result<u16, Raise> {
        if ready {
            Ok(7)
        } else {
            Err(Raise::new(Timeout::TYPE, "no answer"))
        }
    }

    /// The station has failed.
    #[pyexception]
    #[py(base = ErrorType::OS_ERROR)]
    pub struct Failure;

    #[pyexception]
    #[py(base = Failure::TYPE)]
    pub struct Timeout;

    /// A sensor.
    #[pyclass]
    pub struct Sensor {
        /// Its channel.
        #[py(get)]
        channel: u8,
        #[py(get, set)]
        gain: f32,
        next: i32,
    }

    #[pymethods]
    impl Sensor {
        #[classattr]
        const LIMIT: i32 = 3;

        /// A sensor on a channel.
        #[new]
        #[py(signature = (channel, gain = 1.0))]
        fn new(channel: u8, gain: f32) -> Self {
            Self {
                channel,
                gain,
                next: 0,
            }
        }

        /// Reads it.
        #[py(signature = (samples = 1))]
        fn read(&self, samples: u32) -> f32 {
            self.gain * samples as f32
        }

        #[getter]
        fn get_level(&self) -> i32 {
            self.next
        }

        #[setter]
        fn set_level(&mut self, value: i32) {
            self.next = value;
        }

        #[setter]
        fn set_secret(&mut self, value: i32) {
            self.next = value;
        }

        #[staticmethod]
        fn default() -> Self {
            Self::new(0, 1.0)
        }

        #[classmethod]
        fn on<'a>(class: Obj<'a>, channel: u8) -> Result<Obj<'a>, Exception<'a>> {
            class.call((channel,))
        }

        fn __repr__(&self) -> &'static str {
            "Sensor()"
        }

        fn __len__(&self) -> usize {
            3
        }

        fn __bool__(&self) -> bool {
            true
        }

        fn __hash__(&self) -> usize {
            usize::from(self.channel)
        }

        fn __eq__(&self, other: &Self) -> bool {
            self.channel == other.channel
        }

        fn __lt__(&self, other: &Self) -> bool {
            self.channel < other.channel
        }

        fn __add__(&self, other: &Self) -> Self {
            Self::new(self.channel + other.channel, self.gain)
        }

        fn __neg__(&self) -> i32 {
            -self.next
        }

        fn __getitem__(&self, index: i32) -> i32 {
            index * 2
        }

        fn __setitem__(&mut self, index: i32, value: i32) {
            self.next = index + value;
        }

        fn __contains__(&self, item: i32) -> bool {
            item == 3
        }

        fn __call__(&self, times: u32) -> u32 {
            times * 2
        }

        fn __enter__<'a>(slf: Obj<'a>) -> Obj<'a> {
            slf
        }

        fn __exit__(&mut self, _kind: Obj<'_>, _error: Obj<'_>, _trace: Obj<'_>) {
            self.next = -1;
        }

        fn __iter__<'a>(slf: Obj<'a>) -> Obj<'a> {
            slf
        }

        fn __next__(&mut self) -> Option<i32> {
            self.next += 1;
            (self.next <= Self::LIMIT).then_some(self.next)
        }
    }

    /// A sensor of warmth.
    #[pyclass(extends = Sensor)]
    #[py(name = "Thermometer")]
    pub struct Thermo {
        base: Sensor,
    }

    #[pymethods]
    impl Thermo {
        #[new]
        fn new(channel: u8) -> Self {
            Self {
                base: Sensor::new(channel, 0.5),
            }
        }

        fn celsius(&self) -> f32 {
            self.base.gain * 40.0
        }
    }

    /// Made by Rust alone.
    #[pyclass]
    pub struct Sealed;

    #[pymethods]
    impl Sealed {}

    #[pyfunction]
    fn sealed() -> Sealed {
        Sealed
    }

    /// The sensor of a channel, where there is one.
    #[pyfunction]
    fn find(channel: u8) -> Result<Option<Sensor>, Raise> {
        Ok((channel < CHANNELS).then(|| Sensor::new(channel, 1.0)))
    }

    #[pyfunction]
    fn both() -> (Sensor, Option<Sealed>) {
        (Sensor::new(1, 1.0), None)
    }

    #[pyfunction]
    fn all() -> [Sensor; 2] {
        [0, 1].map(|channel| Sensor::new(channel, 1.0))
    }

    #[pyfunction]
    fn gain(sensor: &Sensor) -> f32 {
        sensor.gain
    }

    /// What belongs to the clock.
    #[pymodule]
    pub mod clock {
        use super::{Sensor, Vm, pyfunction};

        /// Reads a sensor at a time.
        #[pyfunction]
        #[py(signature = (sensor, at = -1))]
        fn sample(_vm: &Vm, sensor: &Sensor, at: i64) -> i64 {
            i64::from(sensor.channel) + at
        }
    }
}

mpy_freeze_rt::freeze!("app", modules = [station]);

struct Host;

impl Platform for Host {
    fn write(bytes: &[u8]) {
        print!("{}", String::from_utf8_lossy(bytes));
    }

    fn ticks_us() -> u64 {
        0
    }

    fn stack_limit() -> usize {
        256 * 1024
    }
}

mpy_freeze_rt::platform!(Host);

fn main() {
    let mut heap = vec![0; 256 * 1024];
    let result = Vm::run(heap.as_mut_slice(), |vm| {
        vm.import("main")
            .and_then(|main| main.call_method("run", ()))
            .map(|_| ())
            .map_err(|exception| exception.to_string())
    });
    if let Err(traceback) = result.expect("the VM starts") {
        eprintln!("{traceback}");
        std::process::exit(1);
    }
}
