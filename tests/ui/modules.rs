//! Modules that Python can't import.
use mpy_freeze_rt::pymodule;

#[pymodule(name = "other")]
mod option_at_the_wrong_place {}

#[pymodule]
fn no_module() {}

#[pymodule]
mod constants {
    #[pymodule_export]
    const LIST: [i32; 2] = [1, 2];

    #[pymodule_export]
    const TEXT: Option<&str> = None;
}

#[pymodule]
mod uses {
    #[pymodule_export]
    use super::things::*;

    #[pymodule_export]
    use super::things::thing as other;
}

#[pymodule]
mod contradiction {
    use mpy_freeze_rt::pyfunction;

    #[pymodule_export]
    #[pyfunction]
    fn thing() {}
}

mod things {
    pub(crate) fn thing() {}
}

mpy_freeze_rt::freeze!(modules = [constants, uses]);

fn main() {}
