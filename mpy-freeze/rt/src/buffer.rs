//! The bytes of Python objects, lent to a Rust function in place.

use core::marker::PhantomData;

use crate::error::{ErrorType, Raise};
use crate::exception::Exception;
use crate::ffi;

/// The address of an argument's bytes, before they are lent.
#[derive(Debug, Clone, Copy)]
pub struct RawBuffer<'a> {
    data: *mut u8,
    len: usize,
    mutable: bool,
    lent: PhantomData<&'a [u8]>,
}

impl RawBuffer<'_> {
    /// Bytes that stay where they are until Python runs next.
    pub(crate) fn new(data: *mut u8, len: usize, mutable: bool) -> Self {
        Self {
            data,
            len,
            mutable,
            lent: PhantomData,
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        let (start, other_start) = (self.data as usize, other.data as usize);
        start < other_start + other.len && other_start < start + self.len
    }
}

/// The buffers of one call. As long as it lives, Python can't run, so that nothing changes or frees them.
#[derive(Debug)]
pub struct Lent<'a, const N: usize> {
    buffers: [RawBuffer<'a>; N],
}

impl<'a, const N: usize> Lent<'a, N> {
    /// Lends buffers that were taken one after the other without running Python in between.
    ///
    /// # Errors
    ///
    /// `ValueError` if Rust could write to bytes that another argument has too.
    #[inline]
    pub fn new(buffers: [RawBuffer<'a>; N]) -> Result<Self, Exception<'a>> {
        for (index, one) in buffers.iter().enumerate() {
            for other in buffers.iter().skip(index + 1) {
                if (one.mutable || other.mutable) && one.overlaps(other) {
                    let shared = "two arguments share bytes that are written to";
                    return Err(Raise::new(ErrorType::VALUE_ERROR, shared).exception());
                }
            }
        }
        // SAFETY: the VM runs on this thread, since it has called, and nobody has a reference to the count. Dropping
        // the result takes it back.
        unsafe { ffi::mpyf_outside += 1 }
        Ok(Self { buffers })
    }

    /// The bytes of a buffer.
    #[inline]
    pub fn slice(&self, index: usize) -> &[u8] {
        match self.buffers.get(index) {
            // SAFETY: the bytes are there and don't change while Python doesn't run, and no other buffer of this
            // call that is written to has any of them.
            Some(buffer) if buffer.len > 0 => unsafe {
                core::slice::from_raw_parts(buffer.data, buffer.len)
            },
            _ => &[],
        }
    }

    /// The bytes of a buffer, to be written to.
    ///
    /// # Safety
    ///
    /// The buffer was asked for as one to write to, and is taken once.
    #[allow(
        clippy::mut_from_ref,
        reason = "each of the buffers is another, and each is taken once"
    )]
    #[inline]
    pub unsafe fn slice_mut(&self, index: usize) -> &mut [u8] {
        match self.buffers.get(index) {
            // SAFETY: as for `slice`, and nobody else has these bytes.
            Some(buffer) if buffer.len > 0 => unsafe {
                core::slice::from_raw_parts_mut(buffer.data, buffer.len)
            },
            _ => &mut [],
        }
    }
}

impl<const N: usize> Drop for Lent<'_, N> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: as in `new`, which has counted.
        unsafe { ffi::mpyf_outside -= 1 }
    }
}
