//! An option that there isn't.
mpy_freeze_rt::freeze!(module = [missing]);

fn main() {}
