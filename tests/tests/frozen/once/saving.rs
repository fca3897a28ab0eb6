//! Raw codes have more fields where the firmware can save code or trace it (`MICROPY_PERSISTENT_CODE_SAVE` and
//! `MICROPY_PY_SYS_SETTRACE`). MicroPython's own writer of `.mpy` files reads these fields: what it makes of a frozen
//! module is the file that the module was frozen from.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use mpy_freeze::{Arch, Context, MpyCross};
use mpy_freeze_tests::emulator;
use mpy_freeze_tests::programs;
use mpy_freeze_tests::project::Project;

/// A module for Python that writes a frozen module, whose tables have no lengths, as a `.mpy` file.
const SAVER: &str = r#"
#include <string.h>

#include "py/objstr.h"
#include "py/persistentcode.h"
#include "py/runtime.h"

extern const char mp_frozen_names[];
extern const mp_frozen_module_t *const mp_frozen_mpy_content[];

static mp_obj_t saver_mpy(mp_obj_t name, mp_obj_t n_qstr, mp_obj_t n_obj) {
    const char *wanted = mp_obj_str_get_str(name);
    size_t index = 0;
    for (const char *found = mp_frozen_names; strcmp(found, wanted) != 0; found += strlen(found) + 1) {
        index += 1;
    }
    const mp_frozen_module_t *frozen = mp_frozen_mpy_content[index];
    mp_module_context_t context = { .constants = frozen->constants };
    mp_compiled_module_t compiled = {
        .context = &context,
        .rc = frozen->proto_fun,
        .has_native = true,
        .n_qstr = mp_obj_get_int(n_qstr),
        .n_obj = mp_obj_get_int(n_obj),
    };
    vstr_t vstr;
    mp_print_t print;
    vstr_init_print(&vstr, 256, &print);
    mp_raw_code_save(&compiled, &print);
    return mp_obj_new_bytes_from_vstr(&vstr);
}
static MP_DEFINE_CONST_FUN_OBJ_3(saver_mpy_obj, saver_mpy);

static const mp_rom_map_elem_t saver_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_saver) },
    { MP_ROM_QSTR(MP_QSTR_mpy), MP_ROM_PTR(&saver_mpy_obj) },
};
static MP_DEFINE_CONST_DICT(saver_globals, saver_globals_table);

const mp_obj_module_t saver_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&saver_globals,
};
MP_REGISTER_MODULE(MP_QSTR_saver, saver_module);
"#;

/// Bytecode: functions in functions, and constants of most kinds.
const PLAIN: &str = r#"
def plain(n):
    total = 0
    for i in range(n):
        total += i
    return total
def outer(a, b=(1, None, "x", b"y", 12345678901234567890123), *args, c=1.5, **kw):
    def inner():
        yield a
        yield from args
    return inner
"#;

/// Every kind of machine code that all architectures have.
const NATIVE: &str = r#"
import micropython
@micropython.native
def fast(x):
    def deep(y):
        return x + y
    return deep
@micropython.native
def leaf(x):
    return x
@micropython.viper
def machine(x: int) -> int:
    return x * 3
"#;

const ASM: &str = "@micropython.asm_thumb\ndef add(r0, r1):\n    add(r0, r0, r1)\n";

/// What prints the module as the firmware writes it.
fn printing(mpy: &[u8], context: &Context) -> String {
    let module = mpy_freeze::frozen::mpy::read(mpy, context.facts.mpy_version).expect("a module");
    let (n_qstr, n_obj) = (module.qstrs.len(), module.objects.len());
    format!("import saver\nprint(saver.mpy('saved.py', {n_qstr}, {n_obj}).hex())\n")
}

/// The file that `saved.py` is frozen from, in hexadecimal digits, and what prints the firmware's.
fn expected(saved: &str, arch: Arch, bits: u8) -> (String, String) {
    let context =
        Context::load(Path::new(env!("OUT_DIR"))).expect("the tests' build left its context");
    let mpy = MpyCross::at(&context.mpy_cross)
        .arch(arch)
        .small_int_bits(bits)
        .source_name("saved.py")
        .compile(saved.as_bytes())
        .expect("the module compiles");
    let digits = mpy.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a String can't fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    });
    (digits, printing(&mpy, &context))
}

const BUILD: &str = r#"
fn main() {
    LINKER
    mpy_freeze::Build::new()
        .native_code(true)
        .define("MICROPY_PERSISTENT_CODE_SAVE", "(1)")
        .define("MICROPY_PY_SYS_SETTRACE", "(1)")
        .c_file("c/saver.c")
        .build();
}
"#;

const HOST: &str = r#"
use mpy_freeze_rt::{Platform, Vm};

mpy_freeze_rt::freeze!("app");

struct Host;

impl Platform for Host {
    fn write(bytes: &[u8]) {
        use std::io::Write as _;
        std::io::stdout().write_all(bytes).expect("the output");
    }

    fn ticks_us() -> u64 {
        0
    }

    fn stack_limit() -> usize {
        512 * 1024
    }
}

mpy_freeze_rt::platform!(Host);

fn main() {
    let mut heap = vec![0; 1 << 20];
    let ran = Vm::run(heap.as_mut_slice(), |vm| {
        if let Err(exception) = vm.import("main") {
            println!("{exception}");
        }
    });
    ran.expect("the VM starts");
}
"#;

/// Traces frozen functions, and the same ones compiled by the firmware itself from `source`. The line that a call comes
/// with is left out: upstream's frozen modules don't say where a function is defined, and ours don't either.
const TRACED: &str = r#"
import saved, sys
live = {"__name__": "saved"}
exec(source, live)
def traced(module):
    events = []
    def trace(frame, event, arg):
        if frame.f_globals is module and event != "call":
            events.append((frame.f_code.co_name, event, frame.f_lineno))
        return trace
    sys.settrace(trace)
    module["plain"](2)
    list(module["outer"](1, 2, 3)())
    sys.settrace(None)
    return events
frozen = traced(saved.__dict__)
print(len(frozen) > 10, frozen == traced(live))
print(saved.fast(1)(2), saved.leaf(3), saved.machine(4), list(saved.outer(1, 2, 3)()))
"#;

#[test]
fn a_pc_saves_and_traces_what_is_frozen() {
    let project = Project::host("saving");
    let saved = format!("{PLAIN}{NATIVE}");
    let (digits, printing) = expected(&saved, Arch::X64, 63);
    project.write("c/saver.c", SAVER);
    project.write("build.rs", BUILD.replace("LINKER", ""));
    project.remove("src/lib.rs");
    project.write("src/main.rs", HOST);
    project.write("app/saved.py", saved);
    let main = format!("{printing}source = {PLAIN:?}\n{TRACED}");
    project.write("app/main.py", main);
    project.succeeds(&["build"]);
    let output = Command::new(project.target_dir.join("debug/saving"))
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(printed, format!("{digits}\nTrue True\n3 3 12 [1, 3]\n"));
}

#[test]
fn a_cortex_m_saves_what_is_frozen() {
    let saved = format!("{PLAIN}{NATIVE}{ASM}");
    // The code is the same for both; MicroPython takes every CPU with Thumb-2 for one of ARMv7E-M.
    let (digits, printing) = expected(&saved, Arch::Armv7em, 31);
    let project = programs::firmware("saving-armv7m", &[], &["main"]);
    project.write("c/saver.c", SAVER);
    let linker = r#"println!("cargo::rustc-link-search={}/boards/mps2-an385", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-link-arg-bins=-Tlink.x");"#;
    project.write("build.rs", BUILD.replace("LINKER", linker));
    project.write("app/saved.py", saved);
    project.write(
        "app/main.py",
        format!("{printing}import saved\nprint(saved.add(40, 2), saved.fast(1)(2), saved.leaf(3), saved.machine(4))\n"),
    );
    let image = project.firmware_image_for("thumbv7m-none-eabi");
    let run = emulator::run_on("mps2-an385", &image);
    let printed = programs::printed(&run.console, "main").expect("the program ends");
    assert_eq!(printed, format!("{digits}\n42 3 3 12\n"));
}
