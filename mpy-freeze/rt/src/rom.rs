//! Items in ROM, as the tables of modules and classes name them.
//!
//! The tables rely on these. So only unsafe code makes them, which is in the expansion of the attributes: safe code has
//! no value for a constant in the place of one of theirs.

use core::marker::PhantomData;

/// A qstr of the firmware.
#[derive(Debug, Clone, Copy)]
pub struct Qstr(u16);

impl Qstr {
    /// The qstr of this number.
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

/// Marks an item that belongs in a module.
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
    /// The object is there for ever, nobody writes to it, and it is a module if `K` says so. Its Rust code reads those
    /// arguments that the object's type lets through, and no others.
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
