//! The writer: turns a module into the bytes that MicroPython's compiler writes for it.

use super::read::{FEATURE_ARCH_FLAGS, SCOPE_FLAG_VIPER_BSS, SCOPE_FLAG_VIPER_RODATA};
use super::{Kind, Mpy, NativeArch, Object, Qstr, RawCode, Unmanaged};

impl Mpy {
    /// Returns the bytes of the file, in the format of `version`.
    pub fn write(&self, version: u8) -> Vec<u8> {
        let Self {
            small_int_bits,
            native,
            qstrs,
            objects,
            code,
            offsets: _,
        } = self;
        let mut out = Writer(vec![b'M', version]);
        out.features(*native, *small_int_bits);
        out.length(qstrs.len());
        out.length(objects.len());
        for qstr in qstrs {
            out.qstr(qstr);
        }
        for object in objects {
            out.object(object);
        }
        out.raw_code(code);
        out.0
    }
}

struct Writer(Vec<u8>);

impl Writer {
    fn features(&mut self, native: Option<NativeArch>, small_int_bits: u8) {
        let Some(NativeArch {
            arch,
            sub_version,
            flags,
        }) = native
        else {
            self.0.extend([0, small_int_bits]);
            return;
        };
        let has_flags = if flags == 0 { 0 } else { FEATURE_ARCH_FLAGS };
        let features = arch << 2 | sub_version | has_flags;
        self.0.extend([features, small_int_bits]);
        if flags != 0 {
            self.uint(flags.into());
        }
    }

    /// Writes a number in groups of 7 bits, the highest first, with the top bit set in all but the last.
    fn uint(&mut self, value: u64) {
        let mut groups = [0; 10];
        let mut rest = value;
        let mut length = 0;
        for group in groups.iter_mut().rev() {
            // Seven bits fit into a byte.
            *group = (rest & 0x7f) as u8 | if length > 0 { 0x80 } else { 0 };
            length += 1;
            rest >>= 7;
            if rest == 0 {
                break;
            }
        }
        let skipped = groups.len() - length;
        self.0.extend(groups.iter().skip(skipped));
    }

    fn length(&mut self, length: usize) {
        self.uint(length as u64);
    }

    /// Writes a text with the zero byte that lets MicroPython use it in place.
    fn text(&mut self, text: &[u8]) {
        self.0.extend(text);
        self.0.push(0);
    }

    fn qstr(&mut self, qstr: &Qstr) {
        match qstr {
            Qstr::Static(number) => self.uint(u64::from(*number) << 1 | 1),
            Qstr::Text(text) => {
                self.length(text.len() << 1);
                self.text(text);
            }
        }
    }

    fn object(&mut self, object: &Object) {
        let (kind, bytes) = match object {
            Object::FunTable => (0, None),
            Object::None => (1, None),
            Object::False => (2, None),
            Object::True => (3, None),
            Object::Ellipsis => (4, None),
            Object::Str(text) => (5, Some(text)),
            Object::Bytes(text) => (6, Some(text)),
            Object::Int(text) => (7, Some(text)),
            Object::Float(text) => (8, Some(text)),
            Object::Complex(text) => (9, Some(text)),
            Object::Tuple(items) => {
                self.0.push(10);
                self.length(items.len());
                for item in items {
                    self.object(item);
                }
                return;
            }
        };
        self.0.push(kind);
        if let Some(bytes) = bytes {
            self.length(bytes.len());
            self.0.extend(bytes);
        }
        if matches!(object, Object::Str(_) | Object::Bytes(_)) {
            self.0.push(0);
        }
    }

    fn raw_code(&mut self, code: &RawCode) {
        let RawCode {
            offset: _,
            kind,
            data,
            children,
        } = code;
        let number = match kind {
            Kind::Bytecode(_) => 0,
            Kind::Native { .. } => 1,
            Kind::Viper(_) => 2,
            Kind::Asm { .. } => 3,
        };
        let has_children = u64::from(!children.is_empty());
        self.uint((data.len() as u64) << 3 | has_children << 2 | number);
        self.0.extend(data);
        let mut relocations: &[u8] = &[];
        match kind {
            Kind::Bytecode(_) => {}
            Kind::Native { prelude_offset, .. } => self.uint((*prelude_offset).into()),
            Kind::Viper(code) => {
                self.viper(code);
                relocations = &code.relocations;
            }
            Kind::Asm {
                code,
                n_pos_args,
                type_sig,
            } => {
                self.uint(code.scope_flags.into());
                self.uint((*n_pos_args).into());
                self.uint((*type_sig).into());
                relocations = &code.relocations;
            }
        }
        if !children.is_empty() {
            self.length(children.len());
            for child in children {
                self.raw_code(child);
            }
        }
        self.0.extend(relocations);
    }

    fn viper(&mut self, code: &Unmanaged) {
        let Unmanaged {
            scope_flags,
            rodata,
            bss,
            relocations: _,
        } = code;
        self.uint((*scope_flags).into());
        if scope_flags & SCOPE_FLAG_VIPER_RODATA != 0 {
            self.length(rodata.len());
        }
        if scope_flags & SCOPE_FLAG_VIPER_BSS != 0 {
            self.uint((*bss).into());
        }
        self.0.extend(rodata);
    }
}
