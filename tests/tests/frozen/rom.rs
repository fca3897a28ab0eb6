//! Frozen data lies in flash and stays there: nothing of it is writable, copied at start or copied by import.

use mpy_freeze_tests::emulator;
use mpy_freeze_tests::project::Project;
use object::{Object, ObjectSection, ObjectSegment, ObjectSymbol, SectionFlags};

/// Symbols of frozen data that every image has.
const REQUIRED: [&str; 5] = [
    "mp_qstr_frozen_const_pool",
    "mp_frozen_names",
    "mp_frozen_mpy_content",
    "mp_frozen_str_sizes",
    "mpy_freeze_bytecode",
];

/// Where the board's flash is.
const FLASH: std::ops::Range<u64> = 0..0x40_0000;

fn is_frozen(name: &str) -> bool {
    name.starts_with("mpy_freeze_") || name.starts_with("mp_frozen_") || name == REQUIRED[0]
}

#[test]
fn no_frozen_data_is_writable_or_copied_at_start() {
    let project = Project::firmware("rom");
    let image = project.firmware_image();
    let bytes = std::fs::read(image).expect("the image is there");
    let elf = object::File::parse(&*bytes).expect("the image is an ELF file");
    let symbols: Vec<_> = elf
        .symbols()
        .filter(|symbol| symbol.name().is_ok_and(is_frozen))
        .collect();
    for required in REQUIRED {
        let found = symbols.iter().any(|symbol| symbol.name() == Ok(required));
        assert!(found, "{required} is not in the image");
    }
    for symbol in symbols {
        let name = symbol.name().expect("a name");
        let index = symbol.section_index().expect("a section");
        let section = elf.section_by_index(index).expect("the section");
        let SectionFlags::Elf { sh_flags, .. } = section.flags() else {
            panic!("the image is an ELF file");
        };
        let writable = sh_flags & object::elf::SHF_WRITE == object::elf::SHF_WRITE;
        assert!(
            !writable,
            "{name} lies in the writable section {:?}",
            section.name()
        );
        assert!(
            FLASH.contains(&symbol.address()),
            "{name} is at {:#x}",
            symbol.address()
        );
        // A section that the start-up code copies is loaded at one address and used at another.
        let segment = elf
            .segments()
            .find(|segment| {
                let start = segment.address();
                (start..start + segment.size()).contains(&symbol.address())
            })
            .unwrap_or_else(|| panic!("{name} lies in no segment"));
        let (offset, _) = segment.file_range();
        let physical = physical_address(&bytes, offset);
        assert_eq!(
            physical,
            Some(segment.address()),
            "{name} is copied at start"
        );
    }
}

/// The load address of the segment that begins at a file offset.
fn physical_address(bytes: &[u8], offset: u64) -> Option<u64> {
    use object::read::elf::{FileHeader, ProgramHeader};
    let header = object::elf::FileHeader32::<object::Endianness>::parse(bytes).ok()?;
    let endian = header.endian().ok()?;
    let segments = header.program_headers(endian, bytes).ok()?;
    let segment = segments.iter().find(|segment| {
        segment.p_type(endian) == object::elf::PT_LOAD
            && u64::from(segment.p_offset(endian)) == offset
    })?;
    Some(segment.p_paddr(endian).into())
}

/// A firmware that measures what the same modules take of the heap, from ROM and from source.
const MEASURE: &str = r#"
#![no_std]
#![no_main]

mod board;

use board::Board;
use cortex_m_rt::entry;
use mpy_freeze_rt::{Exception, Heap, Vm};

mpy_freeze_rt::freeze!("app/");
mpy_freeze_rt::platform!(Board);

static HEAP: Heap<{ 256 * 1024 }> = Heap::new();

const SOURCES: [(&str, &str); 2] = [
    ("one.py", include_str!("../app/one.py")),
    ("two.py", include_str!("../app/two.py")),
];

#[entry]
fn main() -> ! {
    Board::init();
    let frozen = Vm::run(&HEAP, |vm| used_by(vm, |vm| {
        vm.import("one")?;
        vm.import("two")?;
        Ok(())
    }));
    let compiled = Vm::run(&HEAP, |vm| used_by(vm, |vm| {
        for (name, source) in SOURCES {
            vm.exec(source, name)?;
        }
        Ok(())
    }));
    println!("frozen {} compiled {}", frozen.unwrap(), compiled.unwrap());
    Board::exit(true)
}

fn used_by<'vm>(vm: &'vm Vm, load: impl Fn(&'vm Vm) -> Result<(), Exception<'vm>>) -> usize {
    vm.collect();
    let before = vm.heap_info().used;
    if let Err(exception) = load(vm) {
        println!("{exception}");
        Board::exit(false)
    }
    vm.collect();
    vm.heap_info().used - before
}
"#;

/// A module of functions that use many constants, so that its code is large and its names are few.
fn module(seed: usize) -> String {
    let mut text = String::new();
    for function in 0..40 {
        // Source is executed in one namespace, so the names must differ for both modules to stay alive.
        text += &format!("def f{seed}_{function}(x):\n");
        for line in 0..12 {
            let number = seed * 1000 + function * 17 + line;
            text += &format!(
                "    x = (x + {number}) ^ (x * {}) - x // {}\n",
                number + 3,
                line + 2
            );
        }
        text += "    return x\n";
    }
    text + &format!("print('loaded', f{seed}_0(1))\n")
}

#[test]
fn importing_frozen_modules_copies_no_code() {
    let project = Project::firmware("heap");
    project.remove("app");
    project.write("app/one.py", module(1));
    project.write("app/two.py", module(2));
    project.write("src/main.rs", MEASURE);
    let image = project.firmware_image();
    let run = emulator::run(&image);
    assert_eq!(run.status, Some(0), "{}", run.console);
    assert_eq!(run.console.matches("loaded").count(), 4, "{}", run.console);
    let line = run.console.lines().last().expect("a line");
    let mut words = line.split(' ').filter_map(|word| word.parse::<u64>().ok());
    let (frozen, compiled) = (
        words.next().expect("a number"),
        words.next().expect("a number"),
    );

    let bytes = std::fs::read(image).expect("the image is there");
    let elf = object::File::parse(&*bytes).expect("the image is an ELF file");
    let bytecode = elf
        .symbol_by_name("mpy_freeze_bytecode")
        .expect("the bytecode")
        .size();
    println!("bytecode {bytecode}, heap of frozen modules {frozen}, of compiled ones {compiled}");
    assert!(
        bytecode > 10_000,
        "the modules have {bytecode} bytes of code only"
    );
    assert!(
        frozen + bytecode <= compiled,
        "{bytecode} bytes of code are in ROM, yet frozen modules take {frozen} bytes of heap \
         and compiled ones {compiled}"
    );
    // What is left are the function objects and the modules' dictionaries.
    assert!(
        frozen < bytecode / 2,
        "frozen modules take {frozen} bytes of heap"
    );
}
