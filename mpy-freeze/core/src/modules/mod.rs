//! Python modules written in Rust: reads the items that have attributes, and expands them.
//!
//! The macros and the build script read the same sources with the same code. The build script collects the `names`,
//! so that the tables can have their numbers, and writes [stubs](stub) for editors. The macros [expand] the items into
//! functions and tables in ROM.

mod attributes;
mod class;
mod dunder;
mod errors;
mod exception;
pub mod expand;
mod function;
mod methods;
mod module;
mod names;
mod signature;
pub mod stub;

pub use class::{Class, ClassOptions, Field};
pub use dunder::Dunder;
pub use exception::ExceptionClass;
pub use function::{Function, Param, Receiver, Role};
pub use methods::{Kind, MARKS, Member, MemberValue, Method, Methods, Property};
pub use module::{Entry, Export, Module};
pub use names::names;
pub use signature::{Default, Named, Signature};
