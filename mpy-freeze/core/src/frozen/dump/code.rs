//! Shows functions: their arguments, the lines that they come from, and their code.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::Module;
use super::opcode::{self, Argument, Instruction};
use crate::frozen::mpy::{Kind, Prelude, RawCode, Unmanaged};

/// Bytes to a line of machine code and other data.
const ROW: usize = 16;

/// The number of bytes at which a name or a constant of an instruction is cut off, and the path of a function ends. The
/// tables before show names and constants in full, but a damaged file can refer to a long one in each instruction.
const LONGEST: usize = 1000;

const SCOPE_FLAG_VARKEYWORDS: u32 = 0x02;
const SCOPE_FLAG_VARARGS: u32 = 0x04;

/// Shows a function and those inside it, outer ones first.
pub(super) fn functions(text: &mut String, module: &Module<'_>, body: &RawCode) {
    let mut waiting = vec![(short(name(module, body)).into_owned(), body)];
    while let Some((path, code)) = waiting.pop() {
        function(text, module, &path, code);
        // The last to be pushed comes next, so the first of the functions inside is pushed last.
        for child in code.children.iter().rev() {
            let path = match path.len() < LONGEST {
                true => format!("{path}: {}", short(name(module, child))),
                false => path.clone(),
            };
            waiting.push((path, child));
        }
    }
}

/// Returns a text, or only the start of a long one.
fn short(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return text.into();
    }
    let start = text.char_indices().take_while(|(at, _)| *at < LONGEST);
    let start: String = start.map(|(_, c)| c).collect();
    format!("{start}...").into()
}

/// Returns a function's own name.
fn name<'a>(module: &'a Module<'_>, code: &RawCode) -> &'a str {
    match &code.kind {
        Kind::Bytecode(prelude) | Kind::Native { prelude, .. } => qstr(module, prelude.name),
        Kind::Viper(_) => "<viper>",
        Kind::Asm { .. } => "<asm>",
    }
}

fn qstr<'a>(module: &'a Module<'_>, index: u32) -> &'a str {
    let name = usize::try_from(index)
        .ok()
        .and_then(|index| module.names.get(index));
    name.map_or("<no such name>", String::as_str)
}

fn function(text: &mut String, module: &Module<'_>, path: &str, code: &RawCode) {
    let kind = match code.kind {
        Kind::Bytecode(_) => "bytecode",
        Kind::Native { .. } => "native code",
        Kind::Viper(_) => "viper code",
        Kind::Asm { .. } => "assembler code",
    };
    let (size, offset) = (code.data.len(), code.offset);
    // Writing to a String can't fail, here and below.
    let _ = writeln!(text, "\n{path}: {size} bytes of {kind} at byte {offset}");
    match &code.kind {
        Kind::Bytecode(prelude) => {
            signature(text, module, prelude, &code.data, 0);
            bytecode(text, module, prelude, code);
        }
        Kind::Native {
            prelude_offset,
            prelude,
        } => {
            let start = *prelude_offset as usize;
            signature(text, module, prelude, &code.data, start);
            hex(text, code.data.get(..start).unwrap_or_default());
        }
        Kind::Viper(unmanaged) => {
            data(text, unmanaged);
            hex(text, &code.data);
        }
        Kind::Asm {
            code: unmanaged,
            n_pos_args,
            type_sig,
        } => {
            let _ = writeln!(text, "  arguments: {n_pos_args}, types {type_sig:#x}");
            data(text, unmanaged);
            hex(text, &code.data);
        }
    }
}

/// Shows the prelude: the arguments, the stacks, the scope flags and the locals in cells.
fn signature(text: &mut String, module: &Module<'_>, prelude: &Prelude, data: &[u8], start: usize) {
    // The names are missing only in a file that the reader refuses.
    let arguments = arguments(data.get(start..).unwrap_or_default(), prelude).unwrap_or_default();
    let names = |names: &[u32]| {
        let names = names.iter().map(|index| short(qstr(module, *index)));
        let names: Vec<Cow<'_, str>> = names.collect();
        names.join(", ")
    };
    let positional = arguments.len().min(prelude.n_pos_args as usize);
    let (positional, keyword_only) = arguments.split_at(positional);
    if !positional.is_empty() {
        let _ = writeln!(text, "  arguments: {}", names(positional));
    }
    if !keyword_only.is_empty() {
        let _ = writeln!(text, "  keyword-only arguments: {}", names(keyword_only));
    }
    if prelude.scope_flags & SCOPE_FLAG_VARARGS != 0 {
        let _ = writeln!(text, "  takes *args");
    }
    if prelude.scope_flags & SCOPE_FLAG_VARKEYWORDS != 0 {
        let _ = writeln!(text, "  takes **kwargs");
    }
    let _ = writeln!(
        text,
        "  stack {}, exception stack {}, scope flags {:#x}, defaults {}",
        prelude.n_state, prelude.n_exc_stack, prelude.scope_flags, prelude.n_def_pos_args
    );
    let cells = data.get(prelude.line_info_top..prelude.opcodes);
    if let Some(cells) = cells.filter(|cells| !cells.is_empty()) {
        let cells: Vec<String> = cells.iter().map(u8::to_string).collect();
        let _ = writeln!(text, "  locals in cells: {}", cells.join(", "));
    }
}

/// Returns the arguments' names, as indices into the qstr table. They follow the signature, the sizes and the
/// function's own name.
fn arguments(prelude_bytes: &[u8], prelude: &Prelude) -> Option<Vec<u32>> {
    let mut rest = prelude_bytes;
    for _ in ["signature", "sizes"] {
        let last = rest.iter().position(|byte| byte & 0x80 == 0)?;
        rest = rest.get(last + 1..)?;
    }
    opcode::number(&mut rest)?;
    let mut names = Vec::new();
    for _ in 0..u64::from(prelude.n_pos_args) + u64::from(prelude.n_kwonly_args) {
        names.push(u32::try_from(opcode::number(&mut rest)?).ok()?);
    }
    Some(names)
}

/// Shows the instructions, and the source's lines where they begin.
fn bytecode(text: &mut String, module: &Module<'_>, prelude: &Prelude, code: &RawCode) {
    let mut lines = Lines::new(
        code.data
            .get(prelude.line_info..prelude.line_info_top)
            .unwrap_or_default(),
    );
    let mut rest = code.data.get(prelude.opcodes..).unwrap_or_default();
    let mut at = 0;
    while !rest.is_empty() {
        if let Some(line) = lines.beginning_at(at) {
            let _ = writeln!(text, "  line {line}");
        }
        let Some(instruction) = opcode::decode(rest) else {
            let _ = writeln!(text, "  {at:04}  no instruction from here on:");
            hex(text, rest);
            return;
        };
        let (bytes, left) = rest.split_at(instruction.size.min(rest.len()));
        let shown = show(module, code, &instruction, at);
        let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let _ = writeln!(text, "  {at:04}  {:<11}  {shown}", hex.join(" "));
        at += instruction.size;
        rest = left;
    }
}

/// Returns the text of an instruction, with the entry that it refers to.
fn show(module: &Module<'_>, code: &RawCode, instruction: &Instruction, at: usize) -> String {
    let Instruction {
        size: _,
        name: opcode,
        argument,
        extra,
    } = instruction;
    let entry = |table: &[String], index: u64| {
        let entry = usize::try_from(index)
            .ok()
            .and_then(|index| table.get(index));
        entry.map_or_else(
            || format!("<no entry {index}>"),
            |entry| short(entry).into_owned(),
        )
    };
    let mut shown = opcode.clone();
    let _ = match argument {
        Argument::None => Ok(()),
        Argument::Qstr(index) if opcode == "LOAD_CONST_STRING" => {
            write!(shown, " {}", entry(&module.strings, *index))
        }
        Argument::Qstr(index) => write!(shown, " {}", entry(module.names, *index)),
        Argument::Object(index) => write!(shown, " {}", entry(&module.objects, *index)),
        Argument::Child(index) => {
            let child = usize::try_from(*index)
                .ok()
                .and_then(|index| code.children.get(index));
            let child = child.map_or("<no such function>", |child| name(module, child));
            let child = short(child);
            write!(shown, " {index} {child}")
        }
        Argument::Number(number) => write!(shown, " {number}"),
        Argument::Int(int) => write!(shown, " {int}"),
        Argument::Jump { offset, from } => {
            let from = i64::try_from(at + from).unwrap_or(i64::MAX);
            write!(shown, " {offset} to {:04}", from.saturating_add(*offset))
        }
    };
    if let Some(extra) = extra {
        let _ = write!(shown, ", {extra}");
    }
    shown
}

/// The table of line numbers. Each entry is a number of bytes of code, and the number of lines to advance after them.
struct Lines<'a> {
    table: &'a [u8],
    line: usize,
    /// The offset in the code from which the next entry counts.
    next: usize,
    started: bool,
}

impl<'a> Lines<'a> {
    fn new(table: &'a [u8]) -> Self {
        Self {
            table,
            line: 1,
            next: 0,
            started: false,
        }
    }

    /// Returns the line that begins at `at`, if a new one begins there. Calls must be in ascending order of `at`.
    fn beginning_at(&mut self, at: usize) -> Option<usize> {
        let before = self.line;
        let mut passed = false;
        while let Some((bytes, lines, rest)) = line_entry(self.table) {
            if self.next + bytes > at {
                break;
            }
            self.next += bytes;
            self.line += lines;
            self.table = rest;
            passed = true;
        }
        let first = !std::mem::replace(&mut self.started, true);
        (first || (passed && self.line != before)).then_some(self.line)
    }
}

/// Reads the first entry of a table of line numbers, and returns it with the rest (`mp_bytecode_decode_lineinfo`).
fn line_entry(table: &[u8]) -> Option<(usize, usize, &[u8])> {
    let (first, rest) = table.split_first()?;
    let first = usize::from(*first);
    if first & 0x80 == 0 {
        return Some((first & 0x1f, first >> 5, rest));
    }
    let (second, rest) = rest.split_first()?;
    Some((first & 0xf, first << 4 & 0x700 | usize::from(*second), rest))
}

/// Shows the parts of viper and assembler code besides the machine code.
fn data(text: &mut String, unmanaged: &Unmanaged) {
    let Unmanaged {
        scope_flags,
        rodata,
        bss,
        relocations,
    } = unmanaged;
    let _ = writeln!(text, "  scope flags {scope_flags:#x}");
    if *bss > 0 {
        let _ = writeln!(text, "  zeroed memory: {bss} bytes");
    }
    for (title, bytes) in [("constant data", rodata), ("relocations", relocations)] {
        if !bytes.is_empty() {
            let _ = writeln!(text, "  {title}: {} bytes", bytes.len());
            hex(text, bytes);
            let _ = writeln!(text, "  code:");
        }
    }
}

fn hex(text: &mut String, bytes: &[u8]) {
    for (index, row) in bytes.chunks(ROW).enumerate() {
        let row: Vec<String> = row.iter().map(|byte| format!("{byte:02x}")).collect();
        let _ = writeln!(text, "  {:04x}  {}", index * ROW, row.join(" "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(short("name"), "name");
        let long = "\u{fc}".repeat(LONGEST);
        assert_eq!(short(&long), format!("{}...", "\u{fc}".repeat(LONGEST / 2)));
    }

    #[test]
    fn lines_begin_where_the_table_says() {
        // Line 3 at 0, line 4 from 5 on, line 1004 from 20 on.
        let table = [0x40, 0x25, 0x80 | 0x30 | 15, 0xe8];
        let mut lines = Lines::new(&table);
        assert_eq!(lines.beginning_at(0), Some(3));
        assert_eq!(lines.beginning_at(2), None);
        assert_eq!(lines.beginning_at(6), Some(4));
        assert_eq!(lines.beginning_at(20), Some(1004));
        assert_eq!(lines.beginning_at(21), None);
        assert_eq!(Lines::new(&[]).beginning_at(0), Some(1));
    }
}
