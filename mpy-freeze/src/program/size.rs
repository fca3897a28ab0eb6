//! `mpy-freeze size`: the parts of an image, read from its symbols and sections.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use object::read::archive::ArchiveFile;
use object::{
    Object as _, ObjectSection as _, ObjectSymbol as _, SectionFlags, SectionIndex, SymbolKind, elf,
};

use crate::fs;

/// Prints the report of an image.
pub(super) fn run(words: Vec<OsString>) -> Result<ExitCode> {
    let (mut image, mut library) = (None, None);
    let mut words = lexopt::Parser::from_args(words);
    while let Some(word) = words.next()? {
        match word {
            lexopt::Arg::Long("library") => library = Some(PathBuf::from(words.value()?)),
            lexopt::Arg::Value(file) if image.is_none() => image = Some(PathBuf::from(file)),
            other => return Err(other.unexpected().into()),
        }
    }
    let image = image.context("name a firmware's ELF file")?;
    let report = Report::read(&image, library.as_deref())?;
    // A reader that closes the pipe early, such as `head`, has seen enough.
    let _ = write!(std::io::stdout(), "{report}");
    Ok(ExitCode::SUCCESS)
}

/// The owner of a symbol's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Bytecode,
    Native,
    Constants,
    Qstrs,
    Tables,
    /// Modules that are frozen as text.
    Sources,
    Library,
    Rust,
}

/// The parts of an image, in bytes.
#[derive(Debug, Default)]
pub struct Report {
    /// The paths of the frozen modules.
    modules: Vec<String>,
    bytecode: u64,
    native: u64,
    constants: u64,
    qstrs: u64,
    tables: u64,
    sources: u64,
    /// `libmicropython.a`. Without the archive its share is unknown, and is among Rust's.
    library: Option<u64>,
    rust: u64,
    /// String literals, literal pools and padding, which no symbol covers.
    unnamed: u64,
    /// Initial values of RAM, which take room in ROM too.
    data: u64,
    bss: u64,
}

/// A symbol with a size, in a section that is loaded.
struct Piece<'data> {
    name: &'data str,
    start: u64,
    end: u64,
    in_rom: bool,
}

impl Report {
    /// Reads an image, and the archive that went into it.
    ///
    /// # Errors
    ///
    /// When a file can't be read or isn't what it should be.
    pub fn read(image: &Path, library: Option<&Path>) -> Result<Self> {
        let bytes = fs::read(image)?;
        let theirs = match library {
            Some(path) => {
                let bytes = fs::read(path)?;
                let names = archive_symbols(&bytes)
                    .with_context(|| format!("{} isn't an archive", path.display()))?;
                Some(names)
            }
            None => None,
        };
        Self::parse(&bytes, theirs.as_ref())
            .with_context(|| format!("{} isn't a firmware image", image.display()))
    }

    fn parse(bytes: &[u8], theirs: Option<&HashSet<String>>) -> Result<Self> {
        let file = object::File::parse(bytes)?;
        let mut report = Self {
            library: theirs.map(|_| 0),
            ..Self::default()
        };
        let rom = report.add_sections(&file);
        let mut named = 0;
        for piece in pieces(&file) {
            if piece.name == "mp_frozen_names" {
                report.modules = module_names(symbol_bytes(&file, piece.name).unwrap_or_default());
            }
            if piece.in_rom {
                let size = piece.end - piece.start;
                named += size;
                report.add(owner(piece.name, theirs), size);
            }
        }
        report.unnamed = rom.saturating_sub(named);
        Ok(report)
    }

    /// Adds up the loaded sections; returns the bytes in ROM, initial values of RAM left out.
    fn add_sections(&mut self, file: &object::File<'_>) -> u64 {
        let mut rom = 0;
        for section in file.sections() {
            match place(section.flags()) {
                Place::Rom => rom += section.size(),
                Place::Data => self.data += section.size(),
                Place::Bss => self.bss += section.size(),
                Place::None => {}
            }
        }
        rom
    }

    fn add(&mut self, owner: Owner, size: u64) {
        match owner {
            Owner::Bytecode => self.bytecode += size,
            Owner::Native => self.native += size,
            Owner::Constants => self.constants += size,
            Owner::Qstrs => self.qstrs += size,
            Owner::Tables => self.tables += size,
            Owner::Sources => self.sources += size,
            Owner::Library => *self.library.get_or_insert(0) += size,
            Owner::Rust => self.rust += size,
        }
    }

    fn frozen(&self) -> u64 {
        self.bytecode + self.native + self.constants + self.qstrs + self.tables + self.sources
    }

    fn rom(&self) -> u64 {
        self.frozen() + self.library.unwrap_or(0) + self.rust + self.unnamed + self.data
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "frozen modules ({}):", self.modules.len())?;
        for module in &self.modules {
            writeln!(f, "  {module}")?;
        }
        let mut row = |name: &str, size: u64| writeln!(f, "  {name:<38}{size:>9}");
        row("ROM, bytes", self.rom())?;
        row("  frozen Python", self.frozen())?;
        row("    bytecode", self.bytecode)?;
        if self.native > 0 {
            row("    native code", self.native)?;
        }
        row("    constants", self.constants)?;
        row("    qstrs and text of constants", self.qstrs)?;
        // Without such modules there is still the byte that ends the list of them.
        let end = self.sources.min(1);
        row("    tables", self.tables + end)?;
        if self.sources > end {
            row("    modules as source text", self.sources - end)?;
        }
        match self.library {
            Some(library) => {
                row("  libmicropython", library)?;
                row("  Rust", self.rust)?;
            }
            None => row("  libmicropython and Rust", self.rust)?,
        }
        row("  string literals, padding (unnamed)", self.unnamed)?;
        row("  initial values of RAM", self.data)?;
        row("RAM, bytes (stack not counted)", self.data + self.bss)?;
        row("  with initial values", self.data)?;
        row("  zeroed or left alone, heap included", self.bss)
    }
}

/// The memory that holds a section when the firmware runs.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    Rom,
    Data,
    Bss,
    None,
}

fn place(flags: SectionFlags) -> Place {
    let SectionFlags::Elf { sh_type, sh_flags } = flags else {
        return Place::None;
    };
    match (
        sh_flags.contains(elf::SHF_ALLOC),
        sh_flags.contains(elf::SHF_WRITE),
    ) {
        (false, _) => Place::None,
        (true, _) if sh_type == elf::SHT_NOBITS => Place::Bss,
        (true, true) => Place::Data,
        (true, false) => Place::Rom,
    }
}

/// The symbols that cover bytes, by address, each byte once: an alias or an overlap counts for the first.
fn pieces<'data>(file: &object::File<'data>) -> Vec<Piece<'data>> {
    let in_rom = |index: Option<SectionIndex>| {
        index
            .and_then(|index| file.section_by_index(index).ok())
            .is_some_and(|section| place(section.flags()) == Place::Rom)
    };
    let mut pieces: Vec<Piece<'data>> = file
        .symbols()
        .filter(|symbol| {
            symbol.size() > 0 && matches!(symbol.kind(), SymbolKind::Text | SymbolKind::Data)
        })
        .filter_map(|symbol| {
            // Thumb functions have their lowest address bit set.
            let thumb = u64::from(symbol.kind() == SymbolKind::Text);
            let start = symbol.address() & !thumb;
            Some(Piece {
                name: symbol.name().ok()?,
                start,
                end: start.checked_add(symbol.size())?,
                in_rom: in_rom(symbol.section_index()),
            })
        })
        .collect();
    pieces.sort_by_key(|piece| (piece.start, std::cmp::Reverse(piece.end)));
    let mut covered = 0;
    for piece in &mut pieces {
        piece.start = piece.start.max(covered).min(piece.end);
        covered = covered.max(piece.end);
    }
    pieces
}

/// The parts of the frozen content are told by the names that `freeze!` gives its statics.
fn owner(name: &str, theirs: Option<&HashSet<String>>) -> Owner {
    match name {
        "mp_qstr_frozen_const_pool" => Owner::Qstrs,
        "mp_frozen_names" | "mp_frozen_mpy_content" | "mp_frozen_str_sizes" => Owner::Tables,
        "mp_frozen_str_content" => Owner::Sources,
        _ => match name.strip_prefix("mpy_freeze_") {
            Some(part) => frozen_owner(part),
            None if theirs.is_some_and(|theirs| theirs.contains(name)) => Owner::Library,
            None => Owner::Rust,
        },
    }
}

/// The word after the prefix is the part.
fn frozen_owner(name: &str) -> Owner {
    match name.split('_').next() {
        Some("bytecode") => Owner::Bytecode,
        Some("native") => Owner::Native,
        Some("constants") => Owner::Constants,
        Some("qstrs") => Owner::Qstrs,
        _ => Owner::Tables,
    }
}

/// The names that an archive's objects define, static ones included.
fn archive_symbols(bytes: &[u8]) -> Result<HashSet<String>> {
    let archive = ArchiveFile::parse(bytes)?;
    let mut names = HashSet::new();
    for member in archive.members() {
        let data = member?.data(bytes)?;
        let Ok(object) = object::File::parse(data) else {
            // An archive may carry members that are no objects, such as an index of its own kind.
            continue;
        };
        names.extend(
            object
                .symbols()
                .filter(|symbol| symbol.is_definition())
                .filter_map(|symbol| symbol.name().ok())
                .map(str::to_owned),
        );
    }
    Ok(names)
}

/// The bytes that a symbol names.
fn symbol_bytes<'data>(file: &object::File<'data>, name: &str) -> Option<&'data [u8]> {
    let symbol = file.symbol_by_name(name)?;
    let section = file.section_by_index(symbol.section_index()?).ok()?;
    section.data_range(symbol.address(), symbol.size()).ok()?
}

/// The names in MicroPython's table of them: each ends with a zero byte, and an empty one ends the table.
fn module_names(bytes: &[u8]) -> Vec<String> {
    bytes
        .split(|byte| *byte == 0)
        .take_while(|name| !name.is_empty())
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_at_the_empty_one() {
        assert_eq!(
            module_names(b"main.py\0node/__init__.py\0\0junk\0"),
            ["main.py", "node/__init__.py"]
        );
        assert!(module_names(b"").is_empty());
    }

    #[test]
    fn owners_by_name() {
        let theirs: HashSet<String> = ["mp_init".to_owned()].into();
        assert_eq!(owner("mp_init", Some(&theirs)), Owner::Library);
        assert_eq!(owner("mp_init", None), Owner::Rust);
        assert_eq!(owner("_RNvCs1_4main", Some(&theirs)), Owner::Rust);
        assert_eq!(owner("mpy_freeze_bytecode", None), Owner::Bytecode);
        assert_eq!(owner("mpy_freeze_native", None), Owner::Native);
        assert_eq!(
            owner("mpy_freeze_constants_tuples_3", None),
            Owner::Constants
        );
        assert_eq!(owner("mpy_freeze_qstrs_text", None), Owner::Qstrs);
        assert_eq!(owner("mpy_freeze_tables_qstrs", None), Owner::Tables);
        assert_eq!(owner("mp_frozen_str_content", None), Owner::Sources);
    }

    #[test]
    fn sections_by_flags() {
        let flags = |sh_type, sh_flags| SectionFlags::Elf { sh_type, sh_flags };
        let (alloc, write) = (elf::SHF_ALLOC, elf::SHF_WRITE);
        assert_eq!(place(flags(elf::SHT_PROGBITS, alloc)), Place::Rom);
        assert_eq!(place(flags(elf::SHT_PROGBITS, alloc | write)), Place::Data);
        assert_eq!(place(flags(elf::SHT_NOBITS, alloc | write)), Place::Bss);
        assert_eq!(place(flags(elf::SHT_PROGBITS, write)), Place::None);
    }
}
