//! What the macros write has no like that is written by hand: tables believe it, and only unsafe code makes it.
use core::cell::Cell;

use mpy_freeze_rt::__private::{
    Base, BaseOf, IsModule, Property, Qstr, Return, StaticObject, new_instance,
};
use mpy_freeze_rt::{
    Exception, IntoPy, Obj, Vm, pyclass, pyfunction, pymethods, pymodule,
};

mod of_plain_numbers {
    pub const __MPY_NAME: u16 = 7;
    pub const __MPY_OBJECT: *const () = core::ptr::null();
}

mod of_an_address {
    use super::{IsModule, Qstr, StaticObject};

    pub const __MPY_NAME: Qstr = Qstr::new(7);
    pub const __MPY_OBJECT: StaticObject<IsModule> = StaticObject::new(core::ptr::null());
}

#[pymodule]
mod lamps {
    use super::{pyclass, pyfunction, pymethods};

    #[pyfunction]
    pub fn light() {}

    #[pyclass]
    pub struct Lamp {
        pin: u8,
    }

    #[pymethods]
    impl Lamp {}

    #[pyclass(extends = Lamp)]
    pub struct Flash {
        lamp: Lamp,
    }

    #[pymethods]
    impl Flash {}
}

// The last is a function, and no module.
mpy_freeze_rt::freeze!(modules = [of_plain_numbers, of_an_address, lamps::light]);

/// A class that says it begins with a `Lamp`.
struct Unlike;

impl Unlike {
    pub const __MPY_NAME: Qstr = lamps::Lamp::__MPY_NAME;
    pub const __MPY_BASE: Base<Self> = lamps::Flash::__MPY_BASE;
    pub const __MPY_FIELDS: &'static [Property] =
        &[Property::new(Self::__MPY_NAME, None, None)];
}

#[pymethods]
impl Unlike {}

struct LikeALamp(u64);

impl BaseOf<lamps::Lamp> for LikeALamp {}

/// Returns an object twice.
struct Twice<'a>(Obj<'a>);

impl IntoPy for Twice<'_> {
    fn into_py(self, vm: &Vm) -> Result<Obj<'_>, Exception<'_>> {
        self.0.into_py(vm)
    }

    fn into_return(self, vm: &Vm) -> Return<'_> {
        let returned = self.0.into_return(vm);
        drop(returned);
        returned
    }
}

fn copied(returned: &Return<'_>) {
    let other: Return<'_> = returned.clone();
}

/// Keeps what is returned beyond the call.
fn kept(vm: &Vm, place: &Cell<Option<Return<'static>>>) {
    place.set(Some("text".into_return(vm)));
}

fn without_a_vm(lamp: lamps::Lamp) {
    let _ = "text".into_py();
    let _ = "text".into_return();
    let _ = new_instance(lamp);
}

fn on_another_thread(vm: &Vm) {
    std::thread::scope(|threads| {
        threads.spawn(move || drop("text".into_return(vm)));
    });
}

fn main() {}
