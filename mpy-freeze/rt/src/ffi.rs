//! The C interface of the shim, as `shim/mpyf.h` declares it.
//!
//! No function in here unwinds or jumps out: whatever Python raises comes back as [`RAISED`] with the handle
//! of the exception.

use core::ffi::{c_char, c_void};

use crate::function::{RawReturn, Return};

/// What a call returns that left an exception in its handle.
pub(crate) const RAISED: u32 = 1;

pub(crate) const HEAP_TOO_SMALL: u32 = 1;
pub(crate) const STACK_TOO_SMALL: u32 = 2;

pub(crate) const VALUE_NONE: u32 = 0;
pub(crate) const VALUE_BOOL: u32 = 1;
pub(crate) const VALUE_INT: u32 = 2;
pub(crate) const VALUE_UINT: u32 = 3;
pub(crate) const VALUE_FLOAT: u32 = 4;
pub(crate) const VALUE_STR: u32 = 5;
pub(crate) const VALUE_BYTES: u32 = 6;
pub(crate) const VALUE_OBJECT: u32 = 7;

pub(crate) const TEXT_STR: u32 = 0;
pub(crate) const TEXT_REPR: u32 = 1;
pub(crate) const TEXT_TRACEBACK: u32 = 2;

pub(crate) const ASK_LESS: u32 = 0;
pub(crate) const ASK_LESS_EQUAL: u32 = 1;
pub(crate) const ASK_EQUAL: u32 = 2;
pub(crate) const ASK_NOT_EQUAL: u32 = 3;
pub(crate) const ASK_MORE: u32 = 4;
pub(crate) const ASK_MORE_EQUAL: u32 = 5;
pub(crate) const ASK_CONTAINS: u32 = 6;
pub(crate) const ASK_INSTANCE: u32 = 7;
pub(crate) const ASK_HASH: u32 = 8;
pub(crate) const ASK_CALLABLE: u32 = 9;

pub(crate) const RETURN_NONE: u32 = 0;
pub(crate) const RETURN_BOOL: u32 = 1;
pub(crate) const RETURN_INT: u32 = 2;
pub(crate) const RETURN_OBJECT: u32 = 3;
pub(crate) const RETURN_RAISED: u32 = 4;
pub(crate) const RETURN_STOP: u32 = 5;
pub(crate) const RETURN_FLOAT: u32 = 6;
pub(crate) const RETURN_NOT_IMPLEMENTED: u32 = 7;

pub(crate) const SOURCE_STATEMENTS: u32 = 0;
pub(crate) const SOURCE_EXPRESSION: u32 = 1;

/// A Rust value on its way to Python; `kind` says which of the other fields count.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct RawValue {
    pub(crate) bits: u64,
    pub(crate) data: *const u8,
    pub(crate) len: usize,
    pub(crate) kind: u32,
    pub(crate) object: u32,
}

/// An argument by name.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct RawKeyword {
    pub(crate) name: *const u8,
    pub(crate) name_len: usize,
    pub(crate) value: RawValue,
}

#[repr(C)]
pub(crate) struct RawHeapInfo {
    pub(crate) total: usize,
    pub(crate) used: usize,
    pub(crate) free: usize,
    pub(crate) max_free_block: usize,
}

pub(crate) type CallClosure =
    unsafe extern "C" fn(*const c_void, *const c_void, usize) -> RawReturn;
pub(crate) type DropClosure = unsafe extern "C" fn(*mut c_void);
/// An event of an interrupt handler; the fields are the shim's.
#[repr(C)]
pub(crate) struct RawEvent {
    next: *mut RawEvent,
    vm: u32,
    callable: u32,
    arg: i32,
    pending: u32,
}

impl RawEvent {
    /// An event of no VM.
    pub(crate) const fn new() -> Self {
        Self {
            next: core::ptr::null_mut(),
            vm: 0,
            callable: 0,
            arg: 0,
            pending: 0,
        }
    }
}

/// What a bounded run keeps of the run around it.
#[repr(C)]
pub(crate) struct RawBound {
    pub(crate) budget: u64,
    pub(crate) given: u64,
    pub(crate) exhausted: u32,
}

pub(crate) type Write = unsafe extern "C" fn(*mut c_void, *const c_char, usize);

unsafe extern "C" {
    /// Is never called: a reference to it takes the shim out of the archive. Its name holds a hash of the shim's
    /// header, so that a shim of another interface fails to link.
    #[link_name = "mpy_freeze_rt_and_mpy_freeze_are_of_different_versions_7b92c5f68b18a985"]
    pub fn shim();

    pub(crate) fn mpyf_start(
        heap: *mut u8,
        heap_len: usize,
        stack_top: *mut c_void,
        stack_bytes: usize,
    ) -> u32;
    pub(crate) fn mpyf_stop();
    pub(crate) fn mpyf_collect();
    pub(crate) fn mpyf_heap_info(info: *mut RawHeapInfo);

    pub(crate) fn mpyf_release(handle: u32);

    pub(crate) fn mpyf_import(name: *const u8, name_len: usize, out: *mut u32) -> u32;
    pub(crate) fn mpyf_execute(
        source: *const u8,
        source_len: usize,
        file: *const u8,
        file_len: usize,
        kind: u32,
        out: *mut u32,
    ) -> u32;

    pub(crate) fn mpyf_new(value: *const RawValue, out: *mut u32) -> u32;
    pub(crate) fn mpyf_attr(object: u32, name: *const u8, name_len: usize, out: *mut u32) -> u32;
    pub(crate) fn mpyf_set_attr(
        object: u32,
        name: *const u8,
        name_len: usize,
        value: *const RawValue,
        out: *mut u32,
    ) -> u32;
    pub(crate) fn mpyf_attr_or_none(
        object: u32,
        name: *const u8,
        name_len: usize,
        out: *mut u32,
    ) -> u32;
    pub(crate) fn mpyf_del_attr(
        object: u32,
        name: *const u8,
        name_len: usize,
        out: *mut u32,
    ) -> u32;
    pub(crate) fn mpyf_call_with(
        object: u32,
        name: *const u8,
        name_len: usize,
        args: *const RawValue,
        n_args: usize,
        keywords: *const RawKeyword,
        n_keywords: usize,
        out: *mut u32,
    ) -> u32;
    pub(crate) fn mpyf_is(one: u32, other: u32) -> u32;
    pub(crate) fn mpyf_ask(
        object: u32,
        question: u32,
        value: *const RawValue,
        answer: *mut isize,
        out: *mut u32,
    ) -> u32;
    pub(crate) fn mpyf_call(
        callee: u32,
        args: *const RawValue,
        n_args: usize,
        out: *mut u32,
    ) -> u32;
    pub(crate) fn mpyf_call_method(
        object: u32,
        name: *const u8,
        name_len: usize,
        args: *const RawValue,
        n_args: usize,
        out: *mut u32,
    ) -> u32;

    pub(crate) fn mpyf_item(object: u32, key: *const RawValue, out: *mut u32) -> u32;
    pub(crate) fn mpyf_set_item(
        object: u32,
        key: *const RawValue,
        value: *const RawValue,
        out: *mut u32,
    ) -> u32;
    pub(crate) fn mpyf_del_item(object: u32, key: *const RawValue, out: *mut u32) -> u32;
    pub(crate) fn mpyf_len(object: u32, len: *mut usize, out: *mut u32) -> u32;
    pub(crate) fn mpyf_iter(object: u32, out: *mut u32) -> u32;
    pub(crate) fn mpyf_next(iterator: u32, out: *mut u32) -> u32;

    pub(crate) fn mpyf_is_given(args: *const c_void, index: usize) -> u32;
    pub(crate) fn mpyf_is_none(args: *const c_void, index: usize) -> u32;
    pub(crate) fn mpyf_to_bool(args: *const c_void, index: usize) -> RawReturn;
    pub(crate) fn mpyf_to_word(args: *const c_void, index: usize) -> RawReturn;
    pub(crate) fn mpyf_to_int(
        args: *const c_void,
        index: usize,
        value: *mut i64,
        out: *mut u32,
    ) -> u32;
    pub(crate) fn mpyf_to_uint(
        args: *const c_void,
        index: usize,
        value: *mut u64,
        out: *mut u32,
    ) -> u32;
    pub(crate) fn mpyf_to_double(
        args: *const c_void,
        index: usize,
        value: *mut f64,
        out: *mut u32,
    ) -> u32;
    #[cfg(not(target_pointer_width = "64"))]
    pub(crate) fn mpyf_to_single(args: *const c_void, index: usize) -> RawReturn;
    pub(crate) fn mpyf_as_str(args: *const c_void, index: usize, len: *mut usize) -> RawReturn;
    pub(crate) fn mpyf_as_bytes(args: *const c_void, index: usize, len: *mut usize) -> RawReturn;
    pub(crate) fn mpyf_as_buffer(
        args: *const c_void,
        index: usize,
        writable: u32,
        data: *mut *mut u8,
        len: *mut usize,
        out: *mut u32,
    ) -> u32;
    pub(crate) fn mpyf_as_object(args: *const c_void, index: usize, out: *mut u32) -> u32;
    pub(crate) fn mpyf_type_name(
        args: *const c_void,
        index: usize,
        data: *mut *const u8,
        len: *mut usize,
    );

    pub(crate) fn mpyf_tuple(items: *const RawValue, n_items: usize, out: *mut u32) -> u32;
    pub(crate) fn mpyf_list(items: *const RawValue, n_items: usize, out: *mut u32) -> u32;
    pub(crate) fn mpyf_dict(out: *mut u32) -> u32;
    pub(crate) fn mpyf_tuple_returned(
        items: *const Return<'_>,
        n_items: usize,
        out: *mut u32,
    ) -> u32;
    pub(crate) fn mpyf_list_returned(
        items: *const Return<'_>,
        n_items: usize,
        out: *mut u32,
    ) -> u32;
    pub(crate) fn mpyf_tuple_items(
        args: *const c_void,
        index: usize,
        n_items: usize,
        items: *mut *const c_void,
        out: *mut u32,
    ) -> u32;
    pub(crate) fn mpyf_sequence_item(
        args: *const c_void,
        index: usize,
        n_items: usize,
        item: usize,
        out: *mut u32,
    ) -> u32;

    pub(crate) fn mpyf_text_new(out: *mut u32) -> u32;
    pub(crate) fn mpyf_text_add(text: u32, piece: *const u8, len: usize, out: *mut u32) -> u32;
    pub(crate) fn mpyf_text_finish(text: u32, out: *mut u32) -> u32;
    pub(crate) fn mpyf_main(out: *mut u32) -> u32;

    pub(crate) fn mpyf_closure_new(
        state_bytes: usize,
        state: *mut *mut c_void,
        out: *mut u32,
    ) -> u32;
    pub(crate) fn mpyf_closure_set(closure: u32, call: CallClosure, drop: DropClosure);
    pub(crate) fn mpyf_check_count(n_args: usize, wanted: usize, out: *mut u32) -> u32;

    pub(crate) static mut mpyf_outside: u32;
    pub(crate) fn mpyf_new_instance(
        type_: *const c_void,
        size: usize,
        finalise: u32,
        instance: *mut *mut c_void,
        out: *mut u32,
    ) -> u32;
    pub(crate) fn mpyf_as_instance(
        args: *const c_void,
        index: usize,
        type_: *const c_void,
        keeper: *mut u32,
    ) -> RawReturn;

    pub(crate) fn mpyf_text(object: u32, kind: u32, out: *mut u32) -> u32;
    pub(crate) fn mpyf_write(
        object: u32,
        kind: u32,
        write: Write,
        context: *mut c_void,
        out: *mut u32,
    ) -> u32;
    pub(crate) fn mpyf_new_exception(
        type_: *const c_void,
        message: *const u8,
        message_len: usize,
        out: *mut u32,
    );
    pub(crate) fn mpyf_new_exception_with(
        type_: *const c_void,
        args: *const RawValue,
        n_args: usize,
        out: *mut u32,
    );
    pub(crate) fn mpyf_exception_is(object: u32, type_: *const c_void) -> u32;
    pub(crate) fn mpyf_exception_matches(object: u32, name: *const u8, name_len: usize) -> u32;

    pub(crate) fn mpyf_event_on(event: *mut RawEvent, callable: u32, out: *mut u32) -> u32;
    pub(crate) fn mpyf_event_off(event: *mut RawEvent);
    pub(crate) fn mpyf_event_fire(event: *mut RawEvent, arg: i32) -> u32;
    pub(crate) fn mpyf_keyboard_interrupt() -> u32;
    pub(crate) fn mpyf_interrupted_by(byte: u8) -> u32;
    pub(crate) fn mpyf_run_pending(out: *mut u32) -> u32;
    pub(crate) fn mpyf_repl(out: *mut u32) -> u32;

    pub(crate) fn mpyf_bound_begin(steps: u64, outer: *mut RawBound);
    pub(crate) fn mpyf_bound_end(outer: *const RawBound) -> u32;
}
