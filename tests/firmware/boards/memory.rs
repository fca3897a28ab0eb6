//! Memory for what the tests in Rust allocate: a piece that grows, and is empty again when all of it was given back.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::{Cell, UnsafeCell};
use core::ptr;

const SIZE: usize = 2 * 1024 * 1024;

struct Memory {
    bytes: UnsafeCell<[u8; SIZE]>,
    used: Cell<usize>,
    pieces: Cell<usize>,
}

// SAFETY: the firmware has one thread, and no interrupt handler that allocates.
unsafe impl Sync for Memory {}

// SAFETY: each piece lies behind those that are in use, aligned, within the bytes.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let begin = self.bytes.get().cast::<u8>();
        let free = begin.wrapping_add(self.used.get());
        let start = self.used.get() + free.align_offset(layout.align());
        if start + layout.size() > SIZE {
            return ptr::null_mut();
        }
        self.used.set(start + layout.size());
        self.pieces.set(self.pieces.get() + 1);
        begin.wrapping_add(start)
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {
        self.pieces.set(self.pieces.get() - 1);
        if self.pieces.get() == 0 {
            self.used.set(0);
        }
    }
}

#[global_allocator]
static MEMORY: Memory = Memory {
    bytes: UnsafeCell::new([0; SIZE]),
    used: Cell::new(0),
    pieces: Cell::new(0),
};
