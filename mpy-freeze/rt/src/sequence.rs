//! Tuples and arrays, both ways.

use core::ffi::c_void;

use crate::exception::Exception;
use crate::ffi;
use crate::function::Return;
use crate::object::Obj;
use crate::place::{FromPy, Place};
use crate::shim;
use crate::value::{IntoPy, Value};
use crate::vm::Vm;

impl<'a> Return<'a> {
    fn tuple(items: &[Self]) -> Self {
        // SAFETY: a function is called only while the VM runs. The call takes over the items' handles and leaves an
        // object.
        Self::of(unsafe {
            shim::object(|out| ffi::mpyf_tuple_returned(items.as_ptr(), items.len(), out))
        })
    }

    fn list(items: &[Self]) -> Self {
        // SAFETY: as above.
        Self::of(unsafe {
            shim::object(|out| ffi::mpyf_list_returned(items.as_ptr(), items.len(), out))
        })
    }
}

impl<'a> Place<'a> {
    /// Returns the address of a tuple's items, of which there must be `n_items`.
    fn tuple_items(self, n_items: usize) -> Result<*const c_void, Exception<'a>> {
        let (args, index) = self.raw();
        let mut items = core::ptr::null();
        // SAFETY: the place is valid for `'a`, which is what making one has promised. The call leaves no object.
        unsafe { shim::unit(|out| ffi::mpyf_tuple_items(args, index, n_items, &mut items, out)) }?;
        Ok(items)
    }

    /// Returns an item of a tuple or list, which must have `n_items`.
    fn sequence_item(self, n_items: usize, item: usize) -> Result<Obj<'a>, Exception<'a>> {
        let (args, index) = self.raw();
        // SAFETY: as above; the call leaves an object.
        unsafe { shim::object(|out| ffi::mpyf_sequence_item(args, index, n_items, item, out)) }
    }
}

macro_rules! tuples {
    ($count:literal: $($name:ident $index:literal)*) => {
        impl<$($name: IntoPy),*> IntoPy for ($($name,)*) {
            fn into_py(self, vm: &Vm) -> Result<Obj<'_>, Exception<'_>> {
                vm.new_tuple(self)
            }

            fn into_return(self, vm: &Vm) -> Return<'_> {
                #[allow(non_snake_case, reason = "each variable has the name of its type")]
                let ($($name,)*) = self;
                Return::tuple(&[$($name.into_return(vm)),*])
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

/// Converts a tuple or list to an array. A list can lose its items while Rust has the array, so the items' types borrow
/// nothing.
impl<'a, T: for<'b> FromPy<'b>, const N: usize> FromPy<'a> for [T; N] {
    fn from_py(place: Place<'a>) -> Result<Self, Exception<'a>> {
        const { assert!(N > 0, "an array of no items says nothing") };
        let mut items = [const { None }; N];
        for (index, item) in items.iter_mut().enumerate() {
            let object = place.sequence_item(N, index)?;
            // The exception may be kept for as long as the VM runs, unlike the object.
            *item = Some(T::from_py(object.place_in_vm())?);
        }
        Ok(items.map(|item| item.expect("each item has been read")))
    }
}

/// Makes a `list`, or a `bytes` of an array of `u8`.
impl<T: IntoPy, const N: usize> IntoPy for [T; N] {
    fn into_py(self, vm: &Vm) -> Result<Obj<'_>, Exception<'_>> {
        match self.as_value() {
            Some(bytes) => vm.new_value(bytes),
            None => vm.new_list(self),
        }
    }

    #[inline]
    fn as_value(&self) -> Option<Value<'_>> {
        T::bytes(self).map(Value::from)
    }

    fn into_return(self, vm: &Vm) -> Return<'_> {
        match self.as_value() {
            Some(bytes) => Return::new_object(bytes, vm),
            None => Return::list(&self.map(|item| item.into_return(vm))),
        }
    }
}
