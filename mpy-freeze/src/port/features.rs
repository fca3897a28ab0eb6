//! The parts of MicroPython that a firmware has or leaves out: a row each.
//!
//! A row is all that there is to say of a feature in code. It makes the variant of [`Feature`], with what the pipeline
//! has to know, and the method of [`Build`](crate::Build), whose documentation it has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use mpy_freeze_core::Source;

use super::constants::Constants;
use super::folder::stems;
use super::level::RomLevel;
use crate::context::Packaged;
use crate::error::{Problem, Result};

/// Hands the rows to the macro `$make`. They have the form of the methods that they make, with the facts for a body:
/// the fields of [`Facts`] that aren't empty.
macro_rules! with_features {
    ($make:ident) => {
        $make! {
            /// Turns `asyncio` on or off. Its Python half is frozen too, by the crate's `freeze!`, where that doesn't freeze
            /// an `asyncio` of its own.
            pub fn asyncio(Asyncio) {
                switch: "MICROPY_PY_ASYNCIO",
                needs: &[Feature::Select, Feature::Time],
                python: Python::Package("extmod/asyncio"),
            }

            /// Turns `binascii` on or off.
            pub fn binascii(Binascii) {
                switch: "MICROPY_PY_BINASCII",
                libraries: &[Library::included("lib/uzlib")],
            }

            /// Turns `cryptolib` on or off, with AES in the modes ECB, CBC and CTR. The cipher is mbedTLS's, whose sources the
            /// build needs: [`mbedtls`](Self::mbedtls) says where it looks for them.
            pub fn cryptolib(Cryptolib) {
                switch: "MICROPY_PY_CRYPTOLIB",
                also: &["MICROPY_PY_CRYPTOLIB_CONSTS", "MICROPY_PY_CRYPTOLIB_CTR", MBEDTLS],
            }

            /// Turns `deflate` on or off, with compression.
            pub fn deflate(Deflate) {
                switch: "MICROPY_PY_DEFLATE",
                also: &["MICROPY_PY_DEFLATE_COMPRESS"],
                needs: &[Feature::Io],
                libraries: &[Library::included("lib/uzlib")],
            }

            /// Turns `errno` on or off.
            pub fn errno(Errno) {
                switch: "MICROPY_PY_ERRNO",
            }

            /// Turns `vfs.VfsFat` on or off, the FAT file systems of cards and sticks, with long names.
            pub fn fat(Fat) {
                switch: "MICROPY_VFS_FAT",
                also: &[FINALISER],
                needs: &[Feature::Vfs],
                libraries: &[Library::compiled("lib/oofatfs", "", "vfs_fat")],
            }

            /// Turns `framebuf` on or off.
            pub fn framebuf(Framebuf) {
                switch: "MICROPY_PY_FRAMEBUF",
            }

            /// Turns `hashlib` on or off, with MD5, SHA-1 and SHA-256, all of them mbedTLS's, whose sources the build needs:
            /// [`mbedtls`](Self::mbedtls) says where it looks for them. Where it isn't set, there is SHA-256 alone, from
            /// [`RomLevel::ExtraFeatures`] on, and without mbedTLS too.
            ///
            /// [`RomLevel::ExtraFeatures`]: crate::RomLevel::ExtraFeatures
            pub fn hashlib(Hashlib) {
                switch: "MICROPY_PY_HASHLIB",
                also: &["MICROPY_PY_HASHLIB_MD5", "MICROPY_PY_HASHLIB_SHA1", MBEDTLS],
                libraries: &[Library::included("lib/crypto-algorithms")],
            }

            /// Turns `heapq` on or off.
            pub fn heapq(Heapq) {
                switch: "MICROPY_PY_HEAPQ",
            }

            /// Turns `io` on or off, and `open` with it.
            pub fn io(Io) {
                switch: "MICROPY_PY_IO",
            }

            /// Turns `json` on or off.
            pub fn json(Json) {
                switch: "MICROPY_PY_JSON",
            }

            /// Turns `vfs.VfsLfs1` on or off, the first version of littlefs, for what was written with it.
            pub fn littlefs1(Littlefs1) {
                switch: "MICROPY_VFS_LFS1",
                also: &[FINALISER],
                needs: &[Feature::Vfs],
                libraries: &[Library::compiled("lib/littlefs", "lfs1", "vfs_lfs1")],
            }

            /// Turns `vfs.VfsLfs2` on or off, littlefs, which survives a loss of power.
            pub fn littlefs(Littlefs) {
                switch: "MICROPY_VFS_LFS2",
                also: &[FINALISER],
                needs: &[Feature::Vfs],
                libraries: &[Library::compiled("lib/littlefs", "lfs2", "vfs_lfs2")],
            }

            /// Turns the import of `.mpy` files from a file system on or off.
            pub fn load_mpy(LoadMpy) {
                switch: "MICROPY_PERSISTENT_CODE_LOAD",
            }

            /// Turns `machine` on or off: `mem8`, `mem16` and `mem32`, `reset`, `idle`, `disable_irq`, `time_pulse_us`,
            /// `PinBase`, `Signal`, `SoftI2C`, `SoftSPI` and `Timer`.
            ///
            /// No interrupt serves timers: their callables are called between the program's instructions, and while it waits.
            /// A pin is an instance of a Python class that derives from `PinBase` and has a method `value`, which may call
            /// Rust. `mem8` and its like read and write any address, whatever lies there: a program with `machine` can do
            /// what `unsafe` can.
            pub fn machine(Machine) {
                switch: "MICROPY_PY_MACHINE",
                libraries: &[
                    Library::compiled("drivers/bus", "softspi", "machine_softspi"),
                    Library::compiled("shared/runtime", "softtimer", "machine_timer"),
                ],
            }

            /// Turns `_onewire` on or off, which works on the pins of [`machine`](Self::machine).
            pub fn onewire(Onewire) {
                switch: "MICROPY_PY_ONEWIRE",
                needs: &[Feature::Machine],
            }

            /// Turns `os` on or off, with `uname`. What it has for files comes with [`vfs`](Self::vfs).
            pub fn os(Os) {
                switch: "MICROPY_PY_OS",
                also: &["MICROPY_PY_OS_UNAME"],
            }

            /// Turns `platform` on or off.
            pub fn platform(Platform) {
                switch: "MICROPY_PY_PLATFORM",
            }

            /// Turns `random` on or off.
            pub fn random(Random) {
                switch: "MICROPY_PY_RANDOM",
            }

            /// Turns `re` on or off.
            pub fn re(Re) {
                switch: "MICROPY_PY_RE",
                libraries: &[Library::included("lib/re1.5")],
            }

            /// Turns `vfs.VfsRom` on or off, files that are read in place from an image in memory.
            pub fn romfs(Romfs) {
                switch: "MICROPY_VFS_ROM",
                needs: &[Feature::Vfs],
            }

            /// Turns `select` on or off, for the board's console, sockets and streams written in Python.
            pub fn select(Select) {
                switch: "MICROPY_PY_SELECT",
                needs: &[Feature::Io],
            }

            /// Turns `ssl` and `tls` on or off, with TLS 1.2 and, from [`RomLevel::ExtraFeatures`] on, DTLS 1.2. They wrap any
            /// stream, of a driver in Rust or written in Python. The Python half, `ssl`, is frozen too, by the crate's `freeze!`,
            /// where that doesn't freeze one of its own.
            ///
            /// The build needs mbedTLS's sources: [`mbedtls`](Self::mbedtls) says where it looks for them. The board needs
            /// entropy, `Platform::entropy`, without which no context can be made, and to check certificates the time,
            /// `Platform::now`: where the board has none it is the year 2000, and every certificate is one of the future.
            /// Connections take Python's heap, 24 KiB each, and a call wants 7.5 KiB of stack.
            ///
            /// [`RomLevel::ExtraFeatures`]: crate::RomLevel::ExtraFeatures
            pub fn ssl(Ssl) {
                switch: "MICROPY_PY_SSL",
                also: &[MBEDTLS],
                needs: &[Feature::Io],
                libraries: &[Library::included("lib/mbedtls_errors")],
                python: Python::Port("tls", "ssl.py"),
            }

            /// Turns `time` on or off, with the time of day and the calendar; it tells what the board's `Platform::now` does.
            /// Without this setting there are `sleep` and the ticks alone, from [`RomLevel::BasicFeatures`] on.
            ///
            /// [`RomLevel::BasicFeatures`]: crate::RomLevel::BasicFeatures
            pub fn time(Time) {
                switch: "MICROPY_PY_TIME",
                also: &["MICROPY_PY_TIME_GMTIME_LOCALTIME_MKTIME", "MICROPY_PY_TIME_TIME_TIME_NS"],
            }

            /// Turns `uctypes` on or off. It reads and writes any address, as [`machine`](Self::machine) does.
            pub fn uctypes(Uctypes) {
                switch: "MICROPY_PY_UCTYPES",
            }

            /// Turns file systems on or off: the module `vfs`, `open`, and the functions of `os` for files. Those written in
            /// Python can be mounted; others have methods of their own here. Modules are imported from them too.
            pub fn vfs(Vfs) {
                switch: "MICROPY_VFS",
                needs: &[Feature::Io],
            }

            /// Turns `websocket` on or off.
            pub fn websocket(Websocket) {
                switch: "MICROPY_PY_WEBSOCKET",
                needs: &[Feature::Io],
            }
        }
    };
}
pub(crate) use with_features;

/// Makes the enum, and looks up what there is to know of each variant.
macro_rules! feature_enum {
    ($($(#[$doc:meta])* pub fn $method:ident($feature:ident) { $($facts:tt)* })*) => {
        /// A part that the builder has a method for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Feature {
            $($feature),*
        }

        impl Feature {
            /// All of them.
            const ALL: &[Self] = &[$(Self::$feature),*];

            #[allow(clippy::needless_update, reason = "a row may have every fact")]
            fn facts(self) -> Facts {
                match self {
                    $(Self::$feature => const {
                        Facts {
                            method: stringify!($method),
                            $($facts)*
                            ..Facts::NONE
                        }
                    }),*
                }
            }
        }
    };
}

with_features!(feature_enum);

/// The facts of a feature.
struct Facts {
    /// The builder's method.
    method: &'static str,
    /// The macro that is 1 where the firmware has it.
    switch: &'static str,
    /// Macros that are 1 as well where the builder asks for it.
    also: &'static [&'static str],
    /// The features that it needs. Of these the switches are set, and no more.
    needs: &'static [Feature],
    /// Sources from elsewhere that it brings along.
    libraries: &'static [Library],
    /// The half that is written in Python.
    python: Python,
}

impl Facts {
    /// No facts, for the fields that a row leaves open.
    const NONE: Self = Self {
        method: "",
        switch: "",
        also: &[],
        needs: &[],
        libraries: &[],
        python: Python::None,
    };
}

/// The macro that is 1 where objects are finalised: files are then closed by the collector where Python forgets to.
const FINALISER: &str = "MICROPY_ENABLE_FINALISER";

/// The macro that is 1 where mbedTLS is part of the firmware.
const MBEDTLS: &str = "MICROPY_SSL_MBEDTLS";

/// Sources in a folder of the tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Library {
    pub(crate) folder: &'static str,
    /// The prefix of the C files' names, and the constant of the configuration that isn't 0 where they are compiled.
    compiled: Option<(&'static str, &'static str)>,
}

impl Library {
    /// Files that MicroPython's own include.
    const fn included(folder: &'static str) -> Self {
        Self {
            folder,
            compiled: None,
        }
    }

    /// Files whose names begin with `prefix`, which are compiled where the configuration's `constant` isn't 0: a
    /// `mpconfigport.h` of the firmware's own can turn on what they are for as well.
    const fn compiled(folder: &'static str, prefix: &'static str, constant: &'static str) -> Self {
        Self {
            folder,
            compiled: Some((prefix, constant)),
        }
    }

    /// Returns the prefix of the names of the files that this configuration needs.
    pub(crate) fn needed(self, constants: &Constants) -> Option<&'static str> {
        let (prefix, constant) = self.compiled?;
        constants.on(constant).then_some(prefix)
    }
}

/// The libraries of all features.
pub(crate) fn libraries() -> impl Iterator<Item = Library> {
    let features = Feature::ALL.iter();
    features.flat_map(|feature| feature.facts().libraries.iter().copied())
}

/// The half of a feature that is written in Python, which `freeze!` adds to what it is given.
enum Python {
    /// There is none.
    None,
    /// A package in a folder of the tree.
    Package(&'static str),
    /// A file of the port's: its room, and its name.
    Port(&'static str, &'static str),
}

impl Python {
    /// The files. The port's own are in the folder `port`.
    fn files(&self, source: &Source, port: &Path) -> Result<Vec<Packaged>> {
        match *self {
            Self::None => Ok(Vec::new()),
            Self::Package(folder) => package(source, folder),
            Self::Port(room, name) => Ok(vec![Packaged {
                path: port.join(room).join(name),
                target: name.into(),
            }]),
        }
    }
}

/// The files of a package below `extmod`.
fn package(source: &Source, folder: &str) -> Result<Vec<Packaged>> {
    // The first is in C, and the second says what the package is made of.
    let wanted = |name: &str| !["task", "manifest"].contains(&name);
    let names = stems(&source.root, folder, "py", wanted)?;
    let package = folder.trim_start_matches("extmod/");
    let files = names.iter().map(|name| Packaged {
        path: source.join(&format!("{folder}/{name}.py")),
        target: match name.as_str() {
            // The package's name of earlier releases is a module beside it.
            "uasyncio" => "uasyncio.py".into(),
            _ => format!("{package}/{name}.py"),
        },
    });
    Ok(files.collect())
}

/// The builder's settings of features. One that isn't in here is as the ROM level has it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Features(BTreeMap<Feature, bool>);

impl Features {
    pub(crate) fn set(&mut self, feature: Feature, on: bool) {
        self.0.insert(feature, on);
    }

    fn is_on(&self, feature: Feature) -> bool {
        self.0.get(&feature) == Some(&true)
    }

    /// The macros to define, in the order of their names.
    pub(crate) fn defines(&self) -> BTreeMap<&'static str, bool> {
        let mut defines = BTreeMap::new();
        for (feature, on) in &self.0 {
            let facts = feature.facts();
            defines.insert(facts.switch, *on);
            if *on {
                defines.extend(facts.also.iter().map(|name| (*name, true)));
                let needs = self.needs(*feature);
                defines.extend(needs.iter().map(|need| (need.facts().switch, true)));
            }
        }
        defines
    }

    /// All that a feature needs, and what that needs in turn.
    fn needs(&self, feature: Feature) -> BTreeSet<Feature> {
        let mut all = BTreeSet::new();
        let mut open = feature.facts().needs.to_vec();
        while let Some(need) = open.pop() {
            if all.insert(need) {
                open.extend(need.facts().needs);
            }
        }
        all
    }

    /// The builder's methods that need mbedTLS and are called, in words; nothing where there are none.
    pub(crate) fn wants_mbedtls(&self) -> Option<String> {
        let on = self.0.keys().filter(|feature| self.is_on(**feature));
        let wants: Vec<String> = on
            .map(|feature| feature.facts())
            .filter(|facts| facts.also.contains(&MBEDTLS))
            .map(|facts| format!("Build::{}", facts.method))
            .collect();
        (!wants.is_empty()).then(|| wants.join(", "))
    }

    /// Returns a problem for each feature that lacks the language that it is written for, or another that it needs.
    pub(crate) fn problems(&self, level: RomLevel) -> Vec<Problem> {
        let mut problems = Vec::new();
        for feature in self.0.keys().filter(|feature| self.is_on(**feature)) {
            let method = feature.facts().method;
            if level == RomLevel::Minimum {
                problems.push(
                    Problem::new(format!(
                        "Build::{method} needs more of Python than RomLevel::Minimum has"
                    ))
                    .help("use Build::rom_level with RomLevel::CoreFeatures or more"),
                );
            }
            let missing = self.needs(*feature).into_iter();
            for need in missing.filter(|need| self.0.get(need) == Some(&false)) {
                let need = need.facts().method;
                problems.push(
                    Problem::new(format!(
                        "Build::{method} needs what Build::{need} turns off"
                    ))
                    .help(format!(
                        "remove Build::{need}(false) or Build::{method}(true) from build.rs"
                    )),
                );
            }
        }
        problems
    }

    /// The Python halves of the features that are on. The port's own are in its folder `port`.
    ///
    /// # Errors
    ///
    /// [`Error::Source`](crate::Error::Source) where the tree doesn't have them.
    pub(crate) fn python(&self, source: &Source, port: &Path) -> Result<Vec<Packaged>> {
        let on = self.0.keys().filter(|feature| self.is_on(**feature));
        let halves = on.map(|feature| feature.facts().python.files(source, port));
        Ok(halves.collect::<Result<Vec<_>>>()?.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(settings: &[(Feature, bool)]) -> Features {
        Features(settings.iter().copied().collect())
    }

    #[test]
    fn what_a_feature_needs_comes_along() {
        let defines = features(&[(Feature::Fat, true)]).defines();
        let expected = [
            ("MICROPY_ENABLE_FINALISER", true),
            ("MICROPY_PY_IO", true),
            ("MICROPY_VFS", true),
            ("MICROPY_VFS_FAT", true),
        ];
        assert_eq!(defines, expected.into());
    }

    #[test]
    fn the_calendar_comes_only_where_it_is_asked_for() {
        const CALENDAR: &str = "MICROPY_PY_TIME_TIME_TIME_NS";
        let needed = features(&[(Feature::Asyncio, true)]).defines();
        assert_eq!(needed.get("MICROPY_PY_TIME"), Some(&true));
        assert_eq!(needed.get(CALENDAR), None);
        let wanted = features(&[(Feature::Time, true)]).defines();
        assert_eq!(wanted.get(CALENDAR), Some(&true));
        let unwanted = features(&[(Feature::Time, false)]).defines();
        assert_eq!(unwanted, [("MICROPY_PY_TIME", false)].into());
    }

    #[test]
    fn a_feature_without_what_it_needs_is_a_problem() {
        let settings = features(&[(Feature::Littlefs, true), (Feature::Io, false)]);
        let problems = settings.problems(RomLevel::ExtraFeatures);
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(texts.len(), 1);
        assert!(
            texts[0].contains("Build::littlefs needs what Build::io turns off"),
            "{}",
            texts[0]
        );
        assert!(settings.problems(RomLevel::Minimum).len() > 1);
    }
}
