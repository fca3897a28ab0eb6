//! Firmware on emulated boards.

mod basics;
mod example;
mod features;
mod interrupts;

mod once {
    mod modules_on_boards;
    mod native;
    mod repl;
    mod soak;
    mod stress;
}
