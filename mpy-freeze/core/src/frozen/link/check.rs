//! Checks that the firmware has what each module needs, before anything is linked.

use crate::error::Problem;
use crate::frozen::mpy::{
    self, ARCH_FLAGS_AT, FEATURES_AT, Kind, Mpy, NativeArch, Object, RawCode, SMALL_INT_BITS_AT,
};
use crate::{Arch, Context};

use super::Input;

/// Scope flags of code that can't run in place in ROM: it has relocations, or read-only data or zeroed memory of its
/// own, which only `mpy_ld.py` makes.
const RELOCATED: u32 = 0x70;

/// The lengths in bytes at which a message cuts off a name and the path of the functions around it. A damaged file can
/// have names of any length and deeply nested functions, and each message would carry all the names around one.
const LONGEST_NAME: usize = 60;
const LONGEST_PATH: usize = 240;

/// MicroPython's raw code has 8 bits for the number of an assembler function's arguments, and 24 for their types.
const MAX_ASM_ARGS: u32 = 0xff;
const MAX_ASM_TYPES: u32 = 0xff_ffff;

/// Checks a whole module.
pub(super) fn check(context: &Context, input: &Input<'_>, problems: &mut Vec<Problem>) {
    let found = u32::from(input.mpy.small_int_bits);
    if found > context.facts.small_int_bits {
        let needed = context.facts.small_int_bits;
        let problem = Problem::new(format!(
            "the module was compiled for small ints of {found} bits, and the firmware's have {needed}"
        ));
        let help = format!("compile it with -msmall-int-bits={needed}");
        problems.push(input.at(SMALL_INT_BITS_AT, problem.help(help)));
    }
    check_qstrs(context, input, problems);
    let functions = machine_code(context, input.mpy);
    match input.mpy.native {
        Some(native) => check_arch(context, input, native, &functions, problems),
        None if !functions.is_empty() || input.mpy.objects.iter().any(has_fun_table) => {
            let problem = Problem::new(format!(
                "the file's header names no architecture (0), and the file has {}",
                Function::list(&functions)
            ));
            let help = "the file is damaged: compile it again";
            problems.push(input.at(FEATURES_AT, problem.help(help)));
        }
        None => {}
    }
    for function in functions {
        if let Some(problem) = function.problem(context) {
            problems.push(input.at(function.code.offset, problem));
        }
    }
}

fn check_qstrs(context: &Context, input: &Input<'_>, problems: &mut Vec<Problem>) {
    for (index, qstr) in input.mpy.qstrs.iter().enumerate() {
        if let mpy::Qstr::Static(number) = qstr {
            let last = context.last_static_qstr;
            let known = 1..=last.min(context.qstrs.len().saturating_sub(1));
            if !known.contains(&(*number as usize)) {
                let problem = Problem::new(format!(
                    "the module refers to static name {number}, and the firmware's are 1 to {last}"
                ))
                .help("compile it with the compiler of the firmware's release");
                let offset = input.mpy.offsets.qstrs.get(index).copied();
                problems.push(input.at(offset.unwrap_or_default(), problem));
            }
        }
    }
}

/// Compares a native file's header with what the firmware runs.
fn check_arch(
    context: &Context,
    input: &Input<'_>,
    native: NativeArch,
    functions: &[Function<'_>],
    problems: &mut Vec<Problem>,
) {
    let NativeArch {
        arch,
        sub_version,
        flags,
    } = native;
    let what = Function::list(functions);
    let code = Arch::from_number(arch);
    let found = code.map_or("an unknown architecture", Arch::name);
    let mut refuse = |offset: usize, message: String, help: String| {
        problems.push(input.at(offset, Problem::new(message).help(help)));
    };
    let Some(needed) = context.native_arch else {
        let message = format!(
            "the file has {what} for {found} (architecture {arch}), and the firmware runs none"
        );
        let help = "let build.rs turn native code on with `Build::native_code(true)`, or compile the file without \
                    @micropython decorators";
        refuse(FEATURES_AT, message, help.into());
        return;
    };
    if !code.is_some_and(|code| needed.runs(code)) {
        let message = format!(
            "the file has {what} for {found} (architecture {arch}), and the firmware needs {needed} (architecture \
             {})",
            needed.number()
        );
        refuse(
            FEATURES_AT,
            message,
            format!("compile it with -march={needed}"),
        );
    } else if sub_version != context.facts.mpy_sub_version {
        let message = format!(
            "the file has {what} of .mpy sub-version {sub_version}, and the firmware needs sub-version {}",
            context.facts.mpy_sub_version
        );
        let help = format!(
            "compile it with the compiler of MicroPython {}",
            context.micropython
        );
        refuse(FEATURES_AT, message, help);
    } else if flags != 0 {
        let message = format!(
            "the file has {what} that needs optional instructions of {found} (flags {flags:#x}), and the firmware \
             promises none (flags 0x0)"
        );
        refuse(
            ARCH_FLAGS_AT,
            message,
            "compile it without -march-flags".into(),
        );
    }
}

/// Returns true if a constant is the table of runtime functions, or a tuple that holds it.
fn has_fun_table(object: &Object) -> bool {
    match object {
        Object::FunTable => true,
        Object::Tuple(items) => items.iter().any(has_fun_table),
        _ => false,
    }
}

/// A function of machine code.
struct Function<'a> {
    kind: &'static str,
    /// Its name, or that of the function around it: assembler and viper code carries no name.
    name: String,
    code: &'a RawCode,
}

impl Function<'_> {
    /// Lists functions for a message: the first of them, and the number of the others.
    fn list(functions: &[Self]) -> String {
        let mut names: Vec<String> = functions
            .iter()
            .map(|function| format!("{} code in `{}`", function.kind, function.name))
            .collect();
        names.dedup();
        match &names[..] {
            [] => "native code".into(),
            [one] => one.clone(),
            [first, rest @ ..] => format!("{first} (and {} more)", rest.len()),
        }
    }

    /// Returns the problem that keeps the function out of ROM, if there is one.
    fn problem(&self, context: &Context) -> Option<Problem> {
        let (Kind::Viper(unmanaged)
        | Kind::Asm {
            code: unmanaged, ..
        }) = &self.code.kind
        else {
            return None;
        };
        let Self { kind, name, .. } = self;
        // Code without bytes would have no address.
        if self.code.data.is_empty() {
            let message = format!("the {kind} code in `{name}` has 0 bytes, and needs 1 or more");
            return Some(Problem::new(message).help("the file is damaged: compile it again"));
        }
        if unmanaged.scope_flags & RELOCATED != 0 {
            let message = format!(
                "the {kind} code in `{name}` has relocations or data of its own, and can't run in ROM"
            );
            let help = "files that mpy_ld.py makes are for loading into RAM; build their C code into the firmware";
            return Some(Problem::new(message).help(help));
        }
        match self.code.kind {
            // `check_arch` has refused the file already if the firmware runs no machine code.
            Kind::Asm { .. } if context.facts.machine_code && !context.facts.inline_asm => {
                let message = format!(
                    "the firmware has native code but no inline assembler, which `{name}` is made of"
                );
                let help = "let build.rs turn both on with `Build::native_code(true)`, and define no \
                            MICROPY_EMIT_INLINE_* as 0";
                Some(Problem::new(message).help(help))
            }
            Kind::Asm {
                n_pos_args,
                type_sig,
                ..
            } if n_pos_args > MAX_ASM_ARGS || type_sig > MAX_ASM_TYPES => {
                let message = format!(
                    "the {kind} code in `{name}` has {n_pos_args} arguments of types {type_sig:#x}"
                );
                Some(Problem::new(message).help("the file is damaged: compile it again"))
            }
            _ => None,
        }
    }
}

/// Returns every function of machine code, outer ones first.
fn machine_code<'a>(context: &Context, mpy: &'a Mpy) -> Vec<Function<'a>> {
    let mut found = Vec::new();
    collect(context, mpy, &mpy.code, "", &mut found);
    found
}

fn collect<'a>(
    context: &Context,
    mpy: &'a Mpy,
    code: &'a RawCode,
    parent: &str,
    found: &mut Vec<Function<'a>>,
) {
    let (name, kind) = match &code.kind {
        Kind::Bytecode(prelude) => (Some(prelude.name), None),
        Kind::Native { prelude, .. } => (Some(prelude.name), Some("native")),
        Kind::Viper(_) => (None, Some("viper")),
        Kind::Asm { .. } => (None, Some("assembler")),
    };
    let name = match name.and_then(|name| qstr_text(context, mpy, name as usize)) {
        Some(name) if parent.is_empty() || parent == "<module>" => name,
        Some(name) if parent.len() < LONGEST_PATH => format!("{parent}.{name}"),
        Some(_) => parent.to_string(),
        None => parent.to_string(),
    };
    if let Some(kind) = kind {
        found.push(Function {
            kind,
            name: name.clone(),
            code,
        });
    }
    for child in &code.children {
        collect(context, mpy, child, &name, found);
    }
}

/// Returns the text of an entry of a module's qstr table, for messages.
fn qstr_text(context: &Context, mpy: &Mpy, index: usize) -> Option<String> {
    let text = match mpy.qstrs.get(index)? {
        mpy::Qstr::Static(number) => context.qstrs.get(*number as usize)?.as_bytes(),
        mpy::Qstr::Text(text) => text,
    };
    Some(match text.get(..LONGEST_NAME) {
        Some(start) => format!("{}...", String::from_utf8_lossy(start)),
        None => String::from_utf8_lossy(text).into_owned(),
    })
}
