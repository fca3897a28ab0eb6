//! The tests of the runtime and of Python modules written in Rust, with the C side built for AddressSanitizer and
//! UndefinedBehaviourSanitizer.
//!
//! Cargo builds them a second time with the feature `sanitizers`. This program is part of that build too: there it has
//! deliberate mistakes in C, which must be caught.

#![cfg(target_os = "linux")]

#[cfg(not(feature = "sanitizers"))]
mod instrumented;
#[cfg(feature = "sanitizers")]
mod mistakes;
