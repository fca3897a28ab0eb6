//! Items in ROM, as the tables of modules and classes name them.
//!
//! A table believes what these say. So only unsafe code makes them, which is the expansion of the attributes: a constant
//! that is written by hand in the place of one of theirs has no value to begin with.

use core::marker::PhantomData;

/// A name of the firmware's.
#[derive(Debug, Clone, Copy)]
pub struct Qstr(u16);

impl Qstr {
    /// The name of this number.
    ///
    /// # Safety
    ///
    /// The firmware has a qstr of this number.
    pub const unsafe fn new(number: u16) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u16 {
        self.0
    }
}

/// Marks an item that `freeze!` can list.
#[derive(Debug)]
pub struct IsModule;

/// Marks an item that stands in a module only.
#[derive(Debug)]
pub struct IsMember;

/// An object of MicroPython's in ROM. `K` says whether it is a module.
#[derive(Debug)]
pub struct StaticObject<K> {
    address: *const (),
    kind: PhantomData<K>,
}

impl<K> StaticObject<K> {
    /// The object at this address.
    ///
    /// # Safety
    ///
    /// There is one, for ever, that nobody writes to, and it is a module where `K` says so. What Rust code it leads to
    /// reads the arguments that the object's type lets through, and no others.
    pub const unsafe fn new(address: *const ()) -> Self {
        Self {
            address,
            kind: PhantomData,
        }
    }

    /// The address.
    pub const fn address(self) -> *const () {
        self.address
    }
}

impl<K> Clone for StaticObject<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for StaticObject<K> {}
