//! The disassembly says what upstream's `mpy-tool.py -d` says of the same file, for each function.

use std::path::{Path, PathBuf};

use mpy_freeze::{Arch, Dump};
use mpy_freeze_tests::mpy_cross::{ours, sources};
use mpy_freeze_tests::{micropython, oracle, work_folder};

/// One function as both show it.
#[derive(Debug, Default, PartialEq)]
struct Function {
    name: String,
    size: usize,
    /// Whether it lies in a viper function, where the tool doesn't look.
    hidden: bool,
    /// The prelude's numbers, where both show them.
    prelude: Vec<u32>,
    /// The bytes of each instruction, and its name with its argument.
    instructions: Vec<(String, String)>,
}

/// What `mpy-tool.py -d` printed about one file. A name with a line break in it goes on in the next line.
fn theirs(printed: &str) -> Vec<Function> {
    let mut functions: Vec<Function> = Vec::new();
    // Not `lines`, which takes a carriage return for a part of the line's end.
    let mut ended = false;
    for line in printed.split('\n') {
        if let Some(name) = line.strip_prefix("simple_name: ") {
            functions.push(Function {
                name: name.to_string(),
                ..Function::default()
            });
            ended = false;
            continue;
        }
        let Some(function) = functions.last_mut() else {
            continue;
        };
        let size = line
            .strip_prefix("  raw bytecode: ")
            .or_else(|| line.strip_prefix("  raw data: "));
        if let Some(size) = size {
            let size = size.split(' ').next().expect("a word");
            function.size = size.parse().expect("a size");
        } else if let Some(prelude) = line.strip_prefix("  prelude: ") {
            function.prelude = numbers(prelude);
        } else if let Some(instruction) = instruction(line) {
            function.instructions.push(instruction);
        } else if line.starts_with("  children: ") {
            ended = true;
        } else if !ended && let Some((_, text)) = function.instructions.last_mut() {
            *text += "\n";
            *text += line;
        }
    }
    functions
}

/// All numbers in a text.
fn numbers(text: &str) -> Vec<u32> {
    text.split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect()
}

/// `  52:00       LOAD_NAME x` as bytes and text; machine code has bytes alone.
fn instruction(line: &str) -> Option<(String, String)> {
    let line = line.strip_prefix("  ")?;
    let (bytes, text) = line.split_once(' ')?;
    let is_hex = |byte: &str| byte.len() == 2 && byte.chars().all(|c| c.is_ascii_hexdigit());
    let text = text.trim_start();
    let is_name = text.starts_with(|c: char| c.is_ascii_uppercase());
    (bytes.split(':').all(is_hex) && is_name).then(|| (bytes.replace(':', " "), text.to_string()))
}

/// What our dump shows of one file, in the other's words.
fn ours_in_their_words(dump: &str) -> Vec<Function> {
    let mut functions: Vec<Function> = Vec::new();
    for line in dump.lines() {
        if let Some(function) = head(line) {
            functions.push(function);
            continue;
        }
        let Some(function) = functions.last_mut() else {
            continue;
        };
        if let Some(listed) = line.strip_prefix("  arguments: ") {
            function.prelude[3] = listed.split(", ").count() as u32;
        } else if let Some(listed) = line.strip_prefix("  keyword-only arguments: ") {
            function.prelude[4] = listed.split(", ").count() as u32;
        } else if line.starts_with("  stack ") {
            let mut words = line.trim().split(", ").map(|part| {
                let number = part.rsplit(' ').next().expect("a word");
                match number.strip_prefix("0x") {
                    Some(digits) => u32::from_str_radix(digits, 16).expect("a number"),
                    None => number.parse().expect("a number"),
                }
            });
            for index in [0, 1, 2, 5] {
                function.prelude[index] = words.next().expect("four numbers");
            }
        } else if let Some((at, rest)) = line.trim_start().split_once("  ")
            && at.len() >= 4
            && at.chars().all(|c| c.is_ascii_digit())
            && let Some((bytes, text)) = rest.split_once("  ")
        {
            let text = match bytes.contains(' ') {
                true => in_their_words(text.trim_start()),
                // The tool puts a blank after the name even where nothing follows.
                false => format!("{} ", text.trim_start()),
            };
            function.instructions.push((bytes.to_string(), text));
        }
    }
    functions.retain(|function| !function.hidden);
    functions
}

/// `<module>: f: 11 bytes of bytecode at byte 38`
fn head(line: &str) -> Option<Function> {
    let (path, rest) = line.rsplit_once(": ")?;
    let (size, kind) = rest.split_once(" bytes of ")?;
    kind.contains(" at byte ").then(|| Function {
        name: path.rsplit(": ").next().unwrap_or(path).to_string(),
        size: size.parse().expect("a size"),
        hidden: path.contains("<viper>: "),
        prelude: vec![0; 6],
        instructions: Vec::new(),
    })
}

/// An instruction without what we show beyond them: a jump's destination, a function's name, an extra byte.
fn in_their_words(text: &str) -> String {
    let (name, argument) = text.split_once(' ').unwrap_or((text, ""));
    let argument = if ["MAKE_", "JUMP", "SETUP_", "FOR_ITER"]
        .iter()
        .any(|part| name.contains(part))
    {
        let first = argument.split([' ', ',']).next();
        first.unwrap_or_default().to_string()
    } else if quoted(argument) && name != "LOAD_CONST_OBJ" {
        unescape(argument)
    } else {
        argument.to_string()
    };
    format!("{name} {argument}")
}

fn quoted(argument: &str) -> bool {
    argument.starts_with(['\'', '"'])
}

/// The text of a Python string literal.
fn unescape(literal: &str) -> String {
    let inner = &literal[1..literal.len() - 1];
    let mut text = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        let escape = chars.next().expect("something after a backslash");
        let digits = match escape {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let code: String = chars.by_ref().take(digits).collect();
        text.push(match escape {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'x' | 'u' | 'U' => u32::from_str_radix(&code, 16)
                .ok()
                .and_then(char::from_u32)
                .expect("a character"),
            other => other,
        });
    }
    text
}

/// What `mpy-tool.py -d` prints of files that it can read: one text a file.
fn disassemble(files: &[PathBuf]) -> Vec<Option<String>> {
    let tool = micropython().join("tools").join("mpy-tool.py");
    let mut words = vec![tool.display().to_string(), "-d".to_string()];
    words.extend(files.iter().map(|file| file.display().to_string()));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let output = oracle::python(&work_folder(), &words);
    if !output.status.success() {
        // One of them is beyond it, such as a string with half of a surrogate pair.
        return match files {
            [_] => vec![None],
            files => files
                .iter()
                .flat_map(|file| disassemble(std::slice::from_ref(file)))
                .collect(),
        };
    }
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let texts: Vec<_> = text.split("mpy_source_file: ").skip(1).collect();
    assert_eq!(texts.len(), files.len());
    texts
        .into_iter()
        .map(|text| Some(text.to_string()))
        .collect()
}

/// Whether two arguments are the same constant. Python writes some floats with other digits than mpy-cross.
fn same_constant(ours: &str, theirs: &str) -> bool {
    let tokens = |text: &str| -> Vec<String> {
        // The sign of an exponent parts nothing.
        let text = text.replace("e+", "e");
        let split = text.split_inclusive([' ', '(', ')', ',', '+', 'j']);
        split
            .map(|token| {
                match token
                    .trim_end_matches([' ', '(', ')', ',', '+', 'j'])
                    .parse::<f64>()
                {
                    Ok(number) => format!("{:x}", number.to_bits()),
                    Err(_) => token.to_string(),
                }
            })
            .collect()
    };
    // An instruction shows the first thousand bytes of a constant; the table before has all of it.
    let cut = ours.strip_suffix("...");
    let start = cut.filter(|start| start.len() > 1000);
    ours == theirs
        || tokens(ours) == tokens(theirs)
        || start.is_some_and(|start| theirs.starts_with(start))
}

fn compare(name: &str, ours: &[Function], theirs: &[Function]) -> usize {
    let mut instructions = 0;
    assert_eq!(ours.len(), theirs.len(), "{name}: the number of functions");
    for (ours, theirs) in ours.iter().zip(theirs) {
        // The tool has no name for viper and assembler functions, nor do they have a prelude.
        if !ours.name.starts_with("<viper>") && !ours.name.starts_with("<asm>") {
            assert_eq!(ours.name, theirs.name, "{name}");
            assert_eq!(ours.prelude, theirs.prelude, "{name}: {}", ours.name);
        }
        assert_eq!(ours.size, theirs.size, "{name}: {}", ours.name);
        assert_eq!(
            ours.instructions.len(),
            theirs.instructions.len(),
            "{name}: {}",
            ours.name
        );
        for (ours, theirs) in ours.instructions.iter().zip(&theirs.instructions) {
            let same = ours.0 == theirs.0 && same_constant(&ours.1, &theirs.1);
            assert!(same, "{name}: {ours:?} and {theirs:?}");
            instructions += 1;
        }
    }
    instructions
}

#[test]
fn every_function_is_disassembled_as_by_mpy_tool() {
    let folder = work_folder().join("dump");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let mut compiler = ours();
    compiler.arch(Arch::Armv7m);
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    for (name, source) in sources() {
        let Ok(mpy) = compiler.source_name(&name).compile_file(&source) else {
            continue;
        };
        let file = folder.join(format!("{}.mpy", name.replace('/', "+")));
        std::fs::write(&file, mpy).expect("the file can be written");
        files.push((name, file));
    }
    let dump = Dump::of_tree(micropython()).unwrap_or_else(|error| panic!("{error}"));
    let (mut compared, mut functions, mut instructions) = (0, 0, 0);
    for batch in files.chunks(40) {
        let paths: Vec<PathBuf> = batch.iter().map(|(_, file)| file.clone()).collect();
        for ((name, file), text) in batch.iter().zip(disassemble(&paths)) {
            let bytes = std::fs::read(file).expect("the file is there");
            let shown = dump.text(Path::new(name), &bytes);
            let shown = shown.unwrap_or_else(|error| panic!("{error}"));
            let Some(text) = text else {
                continue;
            };
            let (ours, theirs) = (ours_in_their_words(&shown), theirs(&text));
            instructions += compare(name, &ours, &theirs);
            functions += ours.len();
            compared += 1;
        }
    }
    println!(
        "{compared} of {} files, {functions} functions, {instructions} instructions",
        files.len()
    );
    assert!(
        compared > 1000 && compared + 20 > files.len(),
        "only {compared} of {}",
        files.len()
    );
}
