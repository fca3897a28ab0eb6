//! A module that isn't there, and one that is none.
mod plain {}

mpy_freeze_rt::freeze!(modules = [missing, plain]);

fn main() {}
