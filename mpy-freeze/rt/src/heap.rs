//! Memory for Python objects.

use core::cell::UnsafeCell;
use core::fmt;
use core::mem::MaybeUninit;

/// `N` bytes for Python's heap, for a `static` without any `unsafe`.
///
/// ```no_run
/// use mpy_freeze_rt::{Heap, Vm};
///
/// static HEAP: Heap<{ 64 * 1024 }> = Heap::new();
///
/// let result = Vm::run(&HEAP, |vm| vm.import("main").is_ok());
/// ```
#[repr(C, align(16))]
pub struct Heap<const N: usize>(UnsafeCell<[MaybeUninit<u8>; N]>);

// SAFETY: the bytes are reached only by `Vm::run`, which holds the lock of the one VM while it uses them.
unsafe impl<const N: usize> Sync for Heap<N> {}

impl<const N: usize> Heap<N> {
    /// Makes an unused heap. A `static` of it lies in `.bss` and takes no room in the image.
    pub const fn new() -> Self {
        Self(UnsafeCell::new([MaybeUninit::uninit(); N]))
    }
}

impl<const N: usize> fmt::Debug for Heap<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Heap<{N}>")
    }
}

impl<const N: usize> Default for Heap<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// Memory for [`Vm::run`](crate::Vm::run): a mutable slice or array of bytes, initialised or not, or a [`Heap`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no memory for Python's heap",
    note = "take `&HEAP` of a `static HEAP: Heap<65536>`, or a `&mut` slice or array of bytes"
)]
pub trait HeapMemory: private::Memory {}

impl<T: private::Memory> HeapMemory for T {}

mod private {
    use super::Heap;
    use core::mem::MaybeUninit;

    #[diagnostic::on_unimplemented(
        message = "`{Self}` is no memory for Python's heap",
        note = "take `&HEAP` of a `static HEAP: Heap<65536>`, or a `&mut` slice or array of bytes"
    )]
    pub trait Memory {
        /// The memory's first byte and its length. The memory belongs to the caller alone for as long as
        /// `self` lives and the caller holds the lock of the one VM.
        fn region(&mut self) -> (*mut u8, usize);
    }

    impl Memory for &mut [u8] {
        fn region(&mut self) -> (*mut u8, usize) {
            (self.as_mut_ptr(), self.len())
        }
    }

    impl Memory for &mut [MaybeUninit<u8>] {
        fn region(&mut self) -> (*mut u8, usize) {
            (self.as_mut_ptr().cast(), self.len())
        }
    }

    impl<const N: usize> Memory for &mut [u8; N] {
        fn region(&mut self) -> (*mut u8, usize) {
            (self.as_mut_ptr(), N)
        }
    }

    impl<const N: usize> Memory for &mut [MaybeUninit<u8>; N] {
        fn region(&mut self) -> (*mut u8, usize) {
            (self.as_mut_ptr().cast(), N)
        }
    }

    impl<const N: usize> Memory for &Heap<N> {
        fn region(&mut self) -> (*mut u8, usize) {
            (self.0.get().cast(), N)
        }
    }
}
