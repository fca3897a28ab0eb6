//! The type objects of Rust classes: their slots, and the contents of these.

use core::ffi::c_void;

use crate::function::Code;
use crate::rom::Qstr;

/// A class's capabilities. Those up to `LOCALS` are slots, in their order in the type object.
pub mod has {
    /// It has a constructor.
    pub const MAKE_NEW: u16 = 1 << 0;
    /// `__str__` or `__repr__`.
    pub const PRINT: u16 = 1 << 1;
    /// `__call__`.
    pub const CALL: u16 = 1 << 2;
    /// Operators of one operand. MicroPython asks every class for its hash.
    pub const UNARY: u16 = 1 << 3;
    /// Operators of two operands.
    pub const BINARY: u16 = 1 << 4;
    /// Attributes that aren't in its dict.
    pub const ATTR: u16 = 1 << 5;
    /// Items.
    pub const SUBSCR: u16 = 1 << 6;
    /// `__iter__`.
    pub const ITER: u16 = 1 << 7;
    /// A base.
    pub const PARENT: u16 = 1 << 8;
    /// A dict.
    pub const LOCALS: u16 = 1 << 9;
    /// `__next__`.
    pub const NEXT: u16 = 1 << 10;
    /// `__eq__`.
    pub const EQ: u16 = 1 << 11;
    /// `__ne__`.
    pub const NE: u16 = 1 << 12;

    /// The capabilities that a derived class has from its base.
    pub const INHERITED: u16 = !(MAKE_NEW | PARENT | LOCALS);
    /// The capabilities that are slots.
    pub(super) const SLOTS: u16 = (LOCALS << 1) - 1;
}

/// An attribute that Rust reads and writes, laid out as `mpyf_property_t`.
#[derive(Debug)]
#[repr(C)]
pub struct Property {
    get: Option<Code>,
    set: Option<Code>,
    name: usize,
}

impl Property {
    /// A property of this name.
    ///
    /// # Safety
    ///
    /// `get` reads one argument and `set` reads two, of any types.
    pub const unsafe fn new(name: Qstr, get: Option<Code>, set: Option<Code>) -> Self {
        Self {
            get,
            set,
            name: name.number() as usize,
        }
    }
}

/// The parts of a class besides its dict, laid out as `mpyf_class_t`.
#[derive(Debug)]
#[repr(C)]
pub struct Class {
    construct: *const (),
    methods: *const Property,
    n_methods: usize,
    fields: *const Property,
    n_fields: usize,
}

// SAFETY: the addresses are of statics that nobody writes to.
unsafe impl Sync for Class {}

impl Class {
    /// A class whose constructor is this function object, or null.
    pub const fn new(
        construct: *const (),
        methods: &'static [Property],
        fields: &'static [Property],
    ) -> Self {
        Self {
            construct,
            methods: methods.as_ptr(),
            n_methods: methods.len(),
            fields: fields.as_ptr(),
            n_fields: fields.len(),
        }
    }
}

unsafe extern "C" {
    fn mpyf_class_make_new();
    fn mpyf_class_print();
    fn mpyf_class_call();
    fn mpyf_class_unary_op();
    fn mpyf_class_binary_op();
    fn mpyf_class_attr();
    fn mpyf_class_subscr();
    fn mpyf_class_iter();
    fn mpyf_class_next();
}

/// Returns `true` if the slot of this bit is filled. Iterators and iterables share one.
const fn is_filled(has: u16, slot: u16) -> bool {
    let iterates = slot == has::ITER && has & has::NEXT != 0;
    has & slot & has::SLOTS != 0 || iterates
}

/// Returns the number of words behind the type object's fixed part: the class, which is no slot of MicroPython's, and
/// the filled slots.
pub const fn n_words(has: u16) -> usize {
    let mut count = 1;
    let mut slot = 1;
    while slot <= has::LOCALS {
        count += is_filled(has, slot) as usize;
        slot <<= 1;
    }
    count
}

/// Returns the number of a slot in the type object. It is zero for an empty slot, and the position counted from one
/// otherwise; the class has the first position.
pub const fn index(has: u16, slot: u16) -> u8 {
    if !is_filled(has, slot) {
        return 0;
    }
    let mut index = 2;
    let mut before = 1;
    while before < slot {
        index += is_filled(has, before) as u8;
        before <<= 1;
    }
    index
}

/// Returns the words behind the fixed part.
pub const fn words<const N: usize>(
    has: u16,
    class: &'static Class,
    parent: *const (),
    locals: *const (),
) -> [*const c_void; N] {
    let mut words: [*const c_void; N] = [core::ptr::null(); N];
    words[0] = (&raw const *class).cast();
    let mut at = 1;
    let mut slot = 1;
    while slot <= has::LOCALS {
        if is_filled(has, slot) {
            words[at] = handler(has, slot, parent, locals);
            at += 1;
        }
        slot <<= 1;
    }
    words
}

const fn handler(has: u16, slot: u16, parent: *const (), locals: *const ()) -> *const c_void {
    let function: unsafe extern "C" fn() = match slot {
        has::MAKE_NEW => mpyf_class_make_new,
        has::PRINT => mpyf_class_print,
        has::CALL => mpyf_class_call,
        has::UNARY => mpyf_class_unary_op,
        has::BINARY => mpyf_class_binary_op,
        has::ATTR => mpyf_class_attr,
        has::SUBSCR => mpyf_class_subscr,
        // An iterator needs no `__iter__`: MicroPython takes the object itself. Where there is one, it is called,
        // and `__next__` is found as a method.
        has::ITER if has & has::ITER != 0 => mpyf_class_iter,
        has::ITER => mpyf_class_next,
        has::PARENT => return parent.cast(),
        _ => return locals.cast(),
    };
    function as *const c_void
}

/// Slots follow the class without gaps.
const _: () = {
    let has = has::LOCALS | has::UNARY | has::MAKE_NEW | has::NEXT;
    assert!(n_words(has) == 5);
    assert!(index(has, has::MAKE_NEW) == 2 && index(has, has::UNARY) == 3);
    assert!(index(has, has::ITER) == 4 && index(has, has::LOCALS) == 5);
    assert!(index(has, has::PRINT) == 0);
};
