"""Writes what upstream's mpy-tool.py reads in .mpy files, and so would freeze, a module after the other.

Arguments: the folder of mpy-tool.py, and a file with a line `target <TAB> .mpy file` a module. A module that
mpy-tool.py itself can't read is answered with one line `refused target <TAB> reason`.
"""

import importlib.util
import struct
import sys

tools, modules = sys.argv[1:]
spec = importlib.util.spec_from_file_location("mpytool", tools + "/mpy-tool.py")
mpytool = importlib.util.module_from_spec(spec)
sys.path[:0] = [tools, tools + "/../py"]
spec.loader.exec_module(mpytool)


def bits(value):
    return "%016x" % struct.unpack("<Q", struct.pack("<d", value))[0]


def constant(value):
    if value is None:
        return "N"
    if value is False:
        return "F"
    if value is True:
        return "T"
    if value is Ellipsis:
        return "E"
    if isinstance(value, mpytool.MPFunTable):
        return "R"
    if isinstance(value, str):
        return "s" + value.encode().hex()
    if isinstance(value, (bytes, bytearray)):
        return "b" + bytes(value).hex()
    if isinstance(value, int):
        return "i%d" % value
    if isinstance(value, float):
        return "f" + bits(value)
    if isinstance(value, complex):
        return "c" + bits(value.real) + "," + bits(value.imag)
    if isinstance(value, tuple):
        return "(" + ",".join(map(constant, value)) + ")"
    raise TypeError(type(value))


def code(lines, raw):
    # Kind, generator, where the prelude is, number of arguments, types, functions inside, and the bytes.
    kind = raw.code_kind
    lines.append(
        "code %d %d %d %d %d %d %s"
        % (
            kind,
            raw.scope_flags & mpytool.MP_SCOPE_FLAG_GENERATOR,
            raw.prelude_offset if kind == mpytool.MP_CODE_NATIVE_PY else 0,
            raw.n_pos_args if kind == mpytool.MP_CODE_NATIVE_ASM else 0,
            raw.type_sig if kind == mpytool.MP_CODE_NATIVE_ASM else 0,
            len(raw.children),
            raw.fun_data.hex(),
        )
    )
    for child in raw.children:
        code(lines, child)


for line in open(modules, encoding="utf-8"):
    target, path = line.rstrip("\n").split("\t")
    mpytool.global_qstrs = mpytool.GlobalQStrList()
    mpytool.config.native_arch = mpytool.MP_NATIVE_ARCH_NONE
    mpytool.config.arch_flags = 0
    try:
        module = mpytool.read_mpy(path)
    except UnicodeDecodeError as error:
        print("refused %s\t%s" % (target, error))
        continue
    lines = ["module " + target]
    lines.append("qstrs" + "".join(" " + q.str.encode().hex() for q in module.qstr_table))
    lines.append("objs" + "".join(" " + constant(o) for o in module.obj_table))
    code(lines, module.raw_code)
    print("\n".join(lines))
