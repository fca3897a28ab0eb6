//! A class's tables in ROM: its type object, its dict, and its constants.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::constants::Constant;
use super::names::qstr;
use crate::Context;
use crate::modules::errors::combine;
use crate::modules::{Kind, Member, MemberValue, Methods};
use crate::tables;

/// Returns a member's name in the `impl` that the macros write beside the user's.
pub(super) fn member_ident(number: usize) -> Ident {
    Ident::new(&format!("__MPY_MEMBER_{number}"), Span::call_site())
}

/// The items that make a type a Python class. They stand beside its `impl`, and expect there what the macros make of
/// the methods: `__MPY_MEMBER_…`, `__MPY_NEW`, `__MPY_DEL` and `__MPY_PROPERTIES`.
///
/// # Errors
///
/// For names that have no number, and for methods that the firmware's configuration lets nobody call.
pub(super) fn class(context: &Context, methods: &Methods) -> syn::Result<TokenStream> {
    // What is written below has names like `Entry`, which a class may have too.
    let class = format_ident!("__MpyClass{}", methods.ident);
    let support = tables::common(context);
    let Members { items, entries } = members(context, methods, &class)?;
    let own = has(context, methods)?;
    let del = qstr(context, "__del__", methods.ident.span())?;
    let ty = &methods.ty;
    let allow = tables::allow();
    let kind = kind(&class);
    Ok(quote! {
        #[doc(hidden)]
        #allow
        type #class = #ty;
        #allow
        const _: () = {
            use ::mpy_freeze_rt::__private as rt;
            #support
            #(#items)*
            const FINALISED: bool = ::core::mem::needs_drop::<#class>();
            // A part of one list would bring all of it into ROM, and with it the finaliser.
            const ENTRIES: &[Entry] = if FINALISED {
                &[#(#entries,)* entry(#del, p(<#class>::__MPY_DEL))]
            } else {
                &[#(#entries,)*]
            };
            const _: () = assert!(
                !FINALISED || ffi::mpyf_cfg_finaliser != 0,
                "the type has something to drop: set MICROPY_ENABLE_FINALISER",
            );
            const BASE: rt::Base<#class> = <#class>::__MPY_BASE;
            const NAME: rt::Qstr = <#class>::__MPY_NAME;
            const HAS: u16 = {
                let mut has = rt::has::UNARY | rt::has::LOCALS | BASE.has() & rt::has::INHERITED;
                if !BASE.kind().is_null() {
                    has |= rt::has::PARENT | rt::has::ATTR;
                }
                if !<#class>::__MPY_FIELDS.is_empty() || !<#class>::__MPY_PROPERTIES.is_empty() {
                    has |= rt::has::ATTR;
                }
                #own
                has
            };
            #kind
        };
    })
}

/// The type object.
fn kind(class: &Ident) -> TokenStream {
    quote! {
        const FLAGS: u32 = {
            let mut flags = 0;
            if HAS & rt::has::EQ != 0 {
                flags |= ffi::MP_TYPE_FLAG_EQ_NOT_REFLEXIVE | ffi::MP_TYPE_FLAG_EQ_CHECKS_OTHER_TYPE;
            }
            if HAS & rt::has::NE != 0 {
                flags |= ffi::MP_TYPE_FLAG_EQ_NOT_REFLEXIVE
                    | ffi::MP_TYPE_FLAG_EQ_CHECKS_OTHER_TYPE
                    | ffi::MP_TYPE_FLAG_EQ_HAS_NEQ_TEST;
            }
            if HAS & (rt::has::ITER | rt::has::NEXT) == rt::has::NEXT {
                flags |= ffi::MP_TYPE_FLAG_ITER_IS_ITERNEXT;
            }
            flags
        };
        #[repr(C)]
        struct TypeObject<const N: usize> {
            head: ffi::mp_obj_type_t,
            slots: [*const ::core::ffi::c_void; N],
        }
        const _: () = assert!(
            ::core::mem::offset_of!(TypeObject<1>, slots) == ::core::mem::offset_of!(ffi::mp_obj_type_t, slots)
        );
        static LOCALS: Rom<ffi::mp_obj_dict_t> = Rom(dict(ENTRIES));
        static CLASS: rt::Class =
            rt::Class::new(<#class>::__MPY_NEW, <#class>::__MPY_PROPERTIES, <#class>::__MPY_FIELDS);
        static TYPE: Rom<TypeObject<{ rt::n_words(HAS) }>> = Rom(TypeObject {
            head: ffi::mp_obj_type_t {
                base: base(&raw const ffi::mp_type_type),
                flags: FLAGS as u16,
                name: NAME.number(),
                slot_index_make_new: rt::index(HAS, rt::has::MAKE_NEW),
                slot_index_print: rt::index(HAS, rt::has::PRINT),
                slot_index_call: rt::index(HAS, rt::has::CALL),
                slot_index_unary_op: rt::index(HAS, rt::has::UNARY),
                slot_index_binary_op: rt::index(HAS, rt::has::BINARY),
                slot_index_attr: rt::index(HAS, rt::has::ATTR),
                slot_index_subscr: rt::index(HAS, rt::has::SUBSCR),
                slot_index_iter: rt::index(HAS, rt::has::ITER),
                slot_index_buffer: 0,
                slot_index_protocol: 0,
                slot_index_parent: rt::index(HAS, rt::has::PARENT),
                slot_index_locals_dict: rt::index(HAS, rt::has::LOCALS),
                slots: ffi::__IncompleteArrayField::new(),
            },
            slots: rt::words(HAS, &CLASS, BASE.kind(), (&raw const LOCALS).cast()),
        });
        // SAFETY: the type object is the one above, whose functions are those of this type.
        unsafe impl ::mpy_freeze_rt::PyClass for #class {
            const TYPE: *const () = (&raw const TYPE).cast();
            const HAS: u16 = HAS;
        }
    }
}

/// The statements that add what the methods give to the class.
fn has(context: &Context, methods: &Methods) -> syn::Result<TokenStream> {
    let mut statements = Vec::new();
    let mut errors = None;
    if methods.constructor.is_some() {
        statements.push(quote!(has |= rt::has::MAKE_NEW;));
    }
    for Member {
        value, conditions, ..
    } in &methods.members
    {
        let MemberValue::Method(method) = value else {
            continue;
        };
        let Some(dunder) = method.dunder else {
            continue;
        };
        if let Some(define) = dunder.define
            && !context.qstrs.iter().any(|name| name == dunder.name)
        {
            let missing = format!(
                "this firmware's Python doesn't call `{}`: add `.define(\"{define}\", \"1\")` after `Build::new()` in \
                 build.rs",
                dunder.name,
            );
            let error = syn::Error::new(method.function.ident.span(), missing);
            if conditions.is_empty() {
                combine(&mut errors, error);
            } else {
                let error = error.into_compile_error();
                statements.push(quote!(#(#conditions)* { #error }));
            }
        }
        let bit = format_ident!("{}", dunder.has);
        let binary = ["EQ", "NE"].contains(&dunder.has);
        let binary = binary.then(|| quote!(| rt::has::BINARY));
        statements.push(quote!(#(#conditions)* { has |= rt::has::#bit #binary; }));
    }
    match errors {
        None => Ok(quote!(#(#statements)*)),
        Some(errors) => Err(errors),
    }
}

/// The entries of the class's dict, and the items that they need.
struct Members {
    items: Vec<TokenStream>,
    entries: Vec<TokenStream>,
}

fn members(context: &Context, methods: &Methods, class: &Ident) -> syn::Result<Members> {
    let mut members = Members {
        items: Vec::new(),
        entries: Vec::new(),
    };
    let mut errors = None;
    for (number, member) in methods.members.iter().enumerate() {
        if let Err(error) = members.add(context, number, member, class) {
            combine(&mut errors, error);
        }
    }
    match errors {
        None => Ok(members),
        Some(errors) => Err(errors),
    }
}

impl Members {
    fn add(
        &mut self,
        context: &Context,
        number: usize,
        member: &Member,
        class: &Ident,
    ) -> syn::Result<()> {
        let Member {
            name,
            value,
            conditions,
        } = member;
        let (at, word) = match value {
            MemberValue::Method(method) => (
                method.function.ident.span(),
                self.method(number, method.kind, class, conditions),
            ),
            MemberValue::Constant(ident, ty) => {
                let constant = Constant {
                    value: quote!(<#class>::#ident),
                    ty,
                    number,
                    conditions,
                };
                let (items, word) = constant.emit(context)?;
                self.items.extend(items);
                (ident.span(), word)
            }
        };
        let name = qstr(context, name, at)?;
        self.entries
            .push(quote!(#(#conditions)* entry(#name, #word)));
        Ok(())
    }

    /// The word of a method; one that isn't bound to the object is wrapped.
    fn method(
        &mut self,
        number: usize,
        kind: Kind,
        class: &Ident,
        conditions: &[syn::Attribute],
    ) -> TokenStream {
        let member = member_ident(number);
        let wrapper = match kind {
            Kind::Instance => return quote!(p(<#class>::#member)),
            Kind::Static => format_ident!("mp_type_staticmethod"),
            Kind::Class => format_ident!("mp_type_classmethod"),
        };
        let wrapped = format_ident!("WRAPPED_{number}");
        self.items.push(quote! {
            #(#conditions)*
            static #wrapped: Rom<ffi::mp_rom_obj_static_class_method_t> =
                Rom(ffi::mp_rom_obj_static_class_method_t {
                    base: base(&raw const ffi::#wrapper),
                    fun: p(<#class>::#member),
                });
        });
        quote!(p(&raw const #wrapped))
    }
}
