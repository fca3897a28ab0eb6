//! The room on the stack.

/// Returns the bytes of stack between the caller and `end`, less `reserve` for interrupt handlers.
///
/// `end` is the lowest address that the stack may reach. The result is meant for
/// [`Platform::stack_limit`](crate::Platform::stack_limit).
///
/// The linker knows the end. With `cortex-m-rt` (from 0.7.4 on) it is this:
///
/// ```no_run
/// unsafe extern "C" {
///     static _stack_end: u32;
/// }
///
/// fn stack_limit() -> usize {
///     mpy_freeze_rt::stack_above(&raw const _stack_end, 4 * 1024)
/// }
/// ```
///
/// If the stack is an array, or that of an operating system's task, its end is the address of its first byte. The
/// result is zero if nothing is left.
#[inline(never)]
pub fn stack_above<T>(end: *const T, reserve: usize) -> usize {
    let here = 0u8;
    let here = core::hint::black_box(&raw const here).addr();
    here.saturating_sub(end.addr()).saturating_sub(reserve)
}
