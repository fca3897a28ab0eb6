//! Python in Rust firmware: [`freeze!`] puts modules into ROM, and the MicroPython that the crate `mpy-freeze` has
//! built for the same target runs them.
//!
//! The firmware's `build.rs` is `mpy_freeze::Build::new().build()`, with `mpy-freeze` among its
//! `[build-dependencies]`; the firmware itself is this:
//!
//! ```no_run
//! # macro_rules! stand_in { ($path:literal) => {} }
//! # mod firmware {
//! # mod mpy_freeze_rt {
//! #     pub(crate) use ::mpy_freeze_rt::{Heap, Platform, Vm, platform};
//! #     pub(crate) use stand_in as freeze;
//! # }
//! use mpy_freeze_rt::{Heap, Platform, Vm};
//!
//! // Every module in the folder `app`, compiled and linked into ROM.
//! mpy_freeze_rt::freeze!("app/");
//!
//! // The board's services for Python.
//! struct Board;
//!
//! impl Platform for Board {
//!     fn write(bytes: &[u8]) {
//!         // ... to the UART
//!     }
//!     fn ticks_us() -> u64 {
//!         0 // ... from a timer
//!     }
//!     fn stack_limit() -> usize {
//!         16 * 1024
//!     }
//! }
//!
//! mpy_freeze_rt::platform!(Board);
//!
//! // The memory for Python's objects.
//! static HEAP: Heap<{ 64 * 1024 }> = Heap::new();
//!
//! // Calls `total("2024-05-01", 7)` in `app/main.py`.
//! fn total() -> Option<i64> {
//!     let result = Vm::run(&HEAP, |vm| {
//!         let total = vm.import("main").and_then(|main| main.call_method("total", ("2024-05-01", 7)));
//!         match total.and_then(|total| total.to_i64()) {
//!             Ok(total) => Some(total),
//!             Err(exception) => {
//!                 // The traceback, with files and lines.
//!                 Board::write(format!("{exception}\n").as_bytes());
//!                 None
//!             }
//!         }
//!     });
//!     result.ok().flatten()
//! }
//! # }
//! # fn main() {}
//! ```
//!
//! Objects ([`Obj`]) and exceptions ([`Exception`]) end with their VM, so that a program converts them to Rust values
//! inside of [`Vm::run`]. A [`Root`] keeps an object where the VM's lifetime can't be named, in a driver for example,
//! and is empty after the VM has stopped. An exception never jumps over a Rust function: it comes back as an `Err`.
//!
//! [`IntoPy`] is the conversion to Python and [`FromPy`] the one back. Rust modules for Python are made with
//! [`macro@pymodule`], [`macro@pyfunction`] and [`macro@pyclass`]; a Rust function raises with [`Raise`].
//!
//! Python itself is as safe as its modules. One that reaches into memory by address (`uctypes`, `machine.mem32`)
//! can break what Rust relies on, as `unsafe` code can; so can `@micropython.viper` functions with their pointers
//! and inline assembler. Python that changes a dict, set, list or array while MicroPython compares, hashes, sorts,
//! prints or indexes it breaks nothing: the work starts again, goes on with what is there, or raises. What
//! MicroPython itself doesn't guard is a block device written in Python that keeps the buffer which it is given,
//! or, called by the collector for a file that is lost, keeps what is freed or changes a container which grows at
//! that moment, an `__int__` that resizes the bytearray which `struct.pack_into` writes to, and streams that resize
//! the bytearray that is read into, written or printed. Recursion ends in a `RuntimeError` where
//! [`Platform::stack_limit`] says, also when nested containers are compared, hashed and printed. MicroPython's
//! compiler is the exception: source text from outside that nests expressions hundreds of levels deep can need more
//! stack than that, so it is to be bounded before.
//!
//! # Interrupts and time
//!
//! - An interrupt handler has Python call something: [`Event`].
//! - An interrupt handler interrupts Python: [`keyboard_interrupt`].
//! - The board does other work while Python runs: [`Platform::poll`], and while Python waits: [`Platform::idle`].
//! - Rust limits the steps of a call: [`Vm::run_for`].
//! - Python is one task among others: a generator or coroutine is an iterator in Rust ([`Obj::try_iter`]), and each
//!   `next()` runs it to its next `yield`.
//!
//! On bare metal this needs an implementation of the crate `critical-section`, which the crate of the chip or of the
//! architecture has: for a Cortex-M with one core, `cortex-m` with the feature `critical-section-single-core`.
#![no_std]

mod ask;
mod bounded;
mod buffer;
mod class;
mod class_type;
mod closure;
mod error;
mod event;
mod exception;
mod ffi;
mod function;
mod heap;
mod keywords;
mod lock;
mod make;
mod object;
mod place;
mod platform;
mod repl;
mod rom;
mod root;
mod sequence;
mod shim;
mod stack;
mod text;
mod value;
mod vm;

pub use bounded::Stopped;
pub use class::{PyClass, Ref, RefMut};
pub use closure::{Arguments, FromArgs};
pub use error::{ErrorType, IntoException, Raise};
pub use event::{Event, keyboard_interrupt};
pub use exception::Exception;
pub use heap::{Heap, HeapMemory};
pub use keywords::{Keyword, Keywords};
pub use mpy_freeze_macros::{
    freeze, pyclass, pyexception, pyfunction, pymethods, pymodule, pymodule_init,
};
pub use object::{Iter, Obj};
pub use place::{FromPy, Place};
pub use platform::Platform;
pub use repl::interrupted_by;
pub use root::Root;
pub use stack::stack_above;
pub use value::{Args, IntoPy, Value};
pub use vm::{HeapInfo, StartError, Vm};

/// The items that this crate's macros expand to. They aren't part of the interface.
#[doc(hidden)]
#[allow(missing_docs, reason = "nobody reads it")]
pub mod __private {
    pub use crate::buffer::Lent;
    pub use crate::class::{Base, BaseOf, Instance, new_instance};
    pub use crate::class_type::{Class, Property, has, index, n_words, words};
    pub use crate::function::{Call, Code, Function, RawReturn, Return, Signature, SignedFunction};
    pub use crate::platform::private::*;
    pub use crate::rom::{IsMember, IsModule, Qstr, StaticObject};
}
