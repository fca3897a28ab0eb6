//! Calls of the shim: the handle that a call leaves beside its status becomes an object or an exception.

use crate::exception::Exception;
use crate::ffi;
use crate::object::Obj;

/// Makes a call that leaves an object.
///
/// # Safety
///
/// `call` calls one function of the shim, in the VM that `'vm` stands for. It passes its argument as `out`, and returns
/// the status.
#[inline]
pub(crate) unsafe fn object<'vm>(
    call: impl FnOnce(&mut u32) -> u32,
) -> Result<Obj<'vm>, Exception<'vm>> {
    let mut out = 0;
    let status = call(&mut out);
    // SAFETY: the caller's promise; the shim has handed over the handle that it left.
    let object = unsafe { Obj::from_handle(out) };
    if status == ffi::RAISED {
        Err(Exception::new(object))
    } else {
        Ok(object)
    }
}

/// Makes a call that leaves an object or nothing.
///
/// # Safety
///
/// As for [`object`].
#[inline]
pub(crate) unsafe fn optional<'vm>(
    call: impl FnOnce(&mut u32) -> u32,
) -> Result<Option<Obj<'vm>>, Exception<'vm>> {
    let mut out = 0;
    let status = call(&mut out);
    if out == 0 {
        return Ok(None);
    }
    // SAFETY: the caller's promise. The call has been made, and left this.
    unsafe {
        object(|left| {
            *left = out;
            status
        })
    }
    .map(Some)
}

/// Makes a call that leaves no object.
///
/// # Safety
///
/// As for [`object`].
#[inline]
pub(crate) unsafe fn unit<'vm>(call: impl FnOnce(&mut u32) -> u32) -> Result<(), Exception<'vm>> {
    let mut out = 0;
    if call(&mut out) == ffi::RAISED {
        // SAFETY: the caller's promise; the shim has handed over the handle that it left.
        return Err(Exception::new(unsafe { Obj::from_handle(out) }));
    }
    Ok(())
}

/// Makes a call that writes a value, whose place is the first argument of `call`.
///
/// # Safety
///
/// As for [`object`].
#[inline]
pub(crate) unsafe fn value<'vm, T: Default>(
    call: impl FnOnce(&mut T, &mut u32) -> u32,
) -> Result<T, Exception<'vm>> {
    let mut value = T::default();
    // SAFETY: the caller's promise.
    unsafe { unit(|out| call(&mut value, out)) }?;
    Ok(value)
}
