//! Expands the attributes: an item in, the item and its tables out.
//!
//! The items that one expansion writes are found by another under names that begin with `__MPY_`. All of them are
//! written in this folder.

mod class;
mod class_tables;
mod constants;
mod exception;
mod function;
mod methods;
mod module;
mod module_tables;
mod names;
pub mod strip;
mod types;

pub use class::expand as class;
pub use exception::expand as exception;
pub use function::{expand as function, expand_init as init};
pub use methods::expand as methods;
pub use module::expand as module;
