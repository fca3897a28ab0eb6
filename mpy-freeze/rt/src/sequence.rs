//! Tuples and arrays, both ways.

use core::ffi::c_void;

use crate::class::PyClass;
use crate::error::Raise;
use crate::exception::Exception;
use crate::ffi;
use crate::function::{IntoReturn, Return};
use crate::object::{Obj, finish, finish_empty};
use crate::place::{FromPy, Place};

impl Return<'_> {
    fn of_handle(status: u32, handle: u32) -> Self {
        if status == ffi::RAISED {
            Self::raised_handle(handle)
        } else {
            Self::object_handle(handle)
        }
    }

    fn tuple(items: &[Self]) -> Self {
        let mut out = 0;
        // SAFETY: a function is called only while the VM runs. The call takes over the items' handles and leaves one
        // in `out`.
        let status = unsafe { ffi::mpyf_tuple_returned(items.as_ptr(), items.len(), &mut out) };
        Self::of_handle(status, out)
    }

    fn list(items: &[Self]) -> Self {
        let mut out = 0;
        // SAFETY: as above.
        let status = unsafe { ffi::mpyf_list_returned(items.as_ptr(), items.len(), &mut out) };
        Self::of_handle(status, out)
    }
}

impl<'a> Place<'a> {
    /// Where the items of a tuple lie, which must be `n_items`.
    fn tuple_items(self, n_items: usize) -> Result<*const c_void, Exception<'a>> {
        let (args, index) = self.raw();
        let (mut items, mut out) = (core::ptr::null(), 0);
        // SAFETY: the place is valid for `'a`, which is what making one has promised. The call leaves an exception in
        // `out` or nothing.
        unsafe {
            let status = ffi::mpyf_tuple_items(args, index, n_items, &mut items, &mut out);
            finish_empty(status, out)?;
        }
        Ok(items)
    }

    /// An item of a tuple or list, which must have `n_items`.
    fn sequence_item(self, n_items: usize, item: usize) -> Result<Obj<'a>, Exception<'a>> {
        let (args, index) = self.raw();
        let mut out = 0;
        // SAFETY: as above; the call leaves a handle in `out`.
        unsafe {
            let status = ffi::mpyf_sequence_item(args, index, n_items, item, &mut out);
            finish(status, out)
        }
    }
}

macro_rules! tuples {
    ($count:literal: $($name:ident $index:literal)*) => {
        impl<'a, $($name: IntoReturn<'a>),*> IntoReturn<'a> for ($($name,)*) {
            fn into_return(self, raise: Raise<'a>) -> Return<'a> {
                #[allow(non_snake_case, reason = "each variable has the name of its type")]
                let ($($name,)*) = self;
                Return::tuple(&[$($name.into_return(raise)),*])
            }
        }

        impl<'a, $($name: FromPy<'a>),*> FromPy<'a> for ($($name,)*) {
            fn from_py(place: Place<'a>) -> Result<Self, Exception<'a>> {
                let items = place.tuple_items($count)?;
                // SAFETY: there are so many items, and a tuple keeps them where they are for as long as it lives,
                // which it does for `'a`.
                Ok(($($name::from_py(unsafe { Place::of_argument(items, $index) })?,)*))
            }
        }
    };
}

tuples!(1: A 0);
tuples!(2: A 0 B 1);
tuples!(3: A 0 B 1 C 2);
tuples!(4: A 0 B 1 C 2 D 3);
tuples!(5: A 0 B 1 C 2 D 3 E 4);
tuples!(6: A 0 B 1 C 2 D 3 E 4 F 5);
tuples!(7: A 0 B 1 C 2 D 3 E 4 F 5 G 6);
tuples!(8: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);

/// Arrays of what has a value of its own, from a tuple or list: a list can lose its items while Rust has the array, so
/// that nothing of it can be borrowed.
impl<'a, T: for<'b> FromPy<'b>, const N: usize> FromPy<'a> for [T; N] {
    fn from_py(place: Place<'a>) -> Result<Self, Exception<'a>> {
        const { assert!(N > 0, "an array of no items says nothing") };
        let mut items = [const { None }; N];
        for (index, item) in items.iter_mut().enumerate() {
            let object = place.sequence_item(N, index)?;
            // What is raised may be told of for as long as the VM runs, unlike the object.
            *item = Some(T::from_py(object.place_in_vm())?);
        }
        Ok(items.map(|item| item.expect("each item has been read")))
    }
}

macro_rules! arrays {
    ($($item:ty)*) => {$(
        impl<'a, const N: usize> IntoReturn<'a> for [$item; N] {
            fn into_return(self, raise: Raise<'a>) -> Return<'a> {
                Return::list(&self.map(|item| item.into_return(raise)))
            }
        }
    )*};
}

// An array of `u8` is a `bytes`.
arrays!(bool i8 i16 u16 i32 u32 i64 u64 isize usize f32 f64 &str);

impl<'a, T: PyClass, const N: usize> IntoReturn<'a> for [T; N]
where
    T: IntoReturn<'a>,
{
    fn into_return(self, raise: Raise<'a>) -> Return<'a> {
        Return::list(&self.map(|item| item.into_return(raise)))
    }
}

impl<'a, const N: usize> IntoReturn<'a> for [Obj<'a>; N] {
    fn into_return(self, raise: Raise<'a>) -> Return<'a> {
        Return::list(&self.map(|item| item.into_return(raise)))
    }
}
