//! Functions that Python can't call.
use mpy_freeze_rt::{Obj, Vm, pyfunction, pymodule_init};

#[pyfunction(name = "other")]
fn option_at_the_wrong_place() {}

#[pyfunction]
#[py(nmae = "other")]
fn unknown_option() {}

#[pyfunction]
#[py(get)]
fn option_of_a_field() {}

#[pyfunction]
#[py(name = other)]
fn name_without_quotes() {}

#[pyfunction]
#[py(name = "not a name")]
fn name_with_spaces() {}

#[pyfunction]
#[py(base = Obj)]
fn option_of_an_exception() {}

#[pyfunction]
struct NoFunction;

#[pyfunction]
async fn waits() {}

#[pyfunction]
fn generic<T>(value: T) {}

#[pyfunction]
fn constant<const N: usize>() {}

#[pyfunction]
fn opaque(value: impl Into<i32>) {}

#[pyfunction]
unsafe fn dangerous() {}

#[pyfunction]
extern "C" fn foreign() {}

#[pyfunction]
fn method(&self) {}

#[pyfunction]
fn pattern((a, b): (i32, i32)) {}

#[pyfunction]
#[py(signature = (a, b))]
fn missing(a: i32) {}

#[pyfunction]
#[py(signature = (a))]
fn left_out(a: i32, b: i32) {}

#[pyfunction]
#[py(signature = (a = 1, b))]
fn order(a: i32, b: i32) {}

#[pyfunction]
#[py(signature = (a, a))]
fn twice(a: i32) {}

#[pyfunction]
#[py(signature = a)]
fn no_parentheses(a: i32) {}

#[pyfunction]
#[py(signature = (*a, *b))]
fn two_stars(a: Obj<'_>, b: Obj<'_>) {}

#[pyfunction]
#[py(signature = (**a, b))]
fn after_keywords(a: Obj<'_>, b: i32) {}

#[pyfunction]
#[py(signature = (a, /, b, /))]
fn two_slashes(a: i32, b: i32) {}

#[pyfunction]
#[py(signature = (a = 3))]
fn reference_with_default(a: &Obj<'_>) {}

#[pyfunction]
#[py(signature = (a = b"x"))]
fn buffer_with_default(a: &[u8]) {}

#[pyfunction]
#[py(signature = (vm))]
fn vm_from_python(vm: &Vm) {}

#[pyfunction]
fn seventeen(
    a: i32, b: i32, c: i32, d: i32, e: i32, f: i32, g: i32, h: i32,
    i: i32, j: i32, k: i32, l: i32, m: i32, n: i32, o: i32, p: i32, q: i32,
) {}

#[pymodule_init]
fn init(argument: i32) {}

macro_rules! written_by_a_macro {
    ($name:ident) => {
        #[pyfunction]
        fn $name() {}
    };
}
written_by_a_macro!(name_that_the_build_script_cannot_see);

fn main() {}
