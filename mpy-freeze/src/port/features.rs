//! The parts of MicroPython that a firmware has or leaves out: what each is called in C, and what it can't do without.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::config::RomLevel;
use super::source::Source;
use super::units;
use crate::context::Packaged;
use crate::error::{Problem, Result};

/// A part that the builder has a method for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Feature {
    Asyncio,
    Binascii,
    Cryptolib,
    Deflate,
    Errno,
    Fat,
    Framebuf,
    Hashlib,
    Heapq,
    Io,
    Json,
    Littlefs,
    Littlefs1,
    LoadMpy,
    Machine,
    Onewire,
    Os,
    Platform,
    Random,
    Re,
    Romfs,
    Select,
    Ssl,
    Time,
    Uctypes,
    Vfs,
    Websocket,
}

/// What there is to know of a feature.
struct Facts {
    /// The builder's method.
    method: &'static str,
    /// The macro that is 1 where the firmware has it.
    switch: &'static str,
    /// Macros that are 1 as well where the builder asks for it.
    also: &'static [&'static str],
    /// What it needs. Of these the switches are set, and no more.
    needs: &'static [Feature],
}

/// The macro that is 1 where mbedTLS is part of the firmware.
const MBEDTLS: &str = "MICROPY_SSL_MBEDTLS";

impl Feature {
    fn facts(self) -> Facts {
        use Feature::{Io, Machine, Select, Time, Vfs};
        let facts = |method, switch, also, needs| Facts {
            method,
            switch,
            also,
            needs,
        };
        // Files are closed by the collector where Python forgets to.
        const FINALISER: &[&str] = &["MICROPY_ENABLE_FINALISER"];
        const MODES: &[&str] = &[
            "MICROPY_PY_CRYPTOLIB_CONSTS",
            "MICROPY_PY_CRYPTOLIB_CTR",
            MBEDTLS,
        ];
        const HASHES: &[&str] = &["MICROPY_PY_HASHLIB_MD5", "MICROPY_PY_HASHLIB_SHA1", MBEDTLS];
        const NAMES: &[&str] = &["MICROPY_PY_OS_UNAME"];
        const COMPRESS: &[&str] = &["MICROPY_PY_DEFLATE_COMPRESS"];
        const CALENDAR: &[&str] = &[
            "MICROPY_PY_TIME_GMTIME_LOCALTIME_MKTIME",
            "MICROPY_PY_TIME_TIME_TIME_NS",
        ];
        match self {
            Self::Asyncio => facts("asyncio", "MICROPY_PY_ASYNCIO", &[], &[Select, Time]),
            Self::Binascii => facts("binascii", "MICROPY_PY_BINASCII", &[], &[]),
            Self::Cryptolib => facts("cryptolib", "MICROPY_PY_CRYPTOLIB", MODES, &[]),
            Self::Deflate => facts("deflate", "MICROPY_PY_DEFLATE", COMPRESS, &[Io]),
            Self::Errno => facts("errno", "MICROPY_PY_ERRNO", &[], &[]),
            Self::Fat => facts("fat", "MICROPY_VFS_FAT", FINALISER, &[Vfs]),
            Self::Framebuf => facts("framebuf", "MICROPY_PY_FRAMEBUF", &[], &[]),
            Self::Hashlib => facts("hashlib", "MICROPY_PY_HASHLIB", HASHES, &[]),
            Self::Heapq => facts("heapq", "MICROPY_PY_HEAPQ", &[], &[]),
            Self::Io => facts("io", "MICROPY_PY_IO", &[], &[]),
            Self::Json => facts("json", "MICROPY_PY_JSON", &[], &[]),
            Self::Littlefs => facts("littlefs", "MICROPY_VFS_LFS2", FINALISER, &[Vfs]),
            Self::Littlefs1 => facts("littlefs1", "MICROPY_VFS_LFS1", FINALISER, &[Vfs]),
            Self::LoadMpy => facts("load_mpy", "MICROPY_PERSISTENT_CODE_LOAD", &[], &[]),
            Self::Machine => facts("machine", "MICROPY_PY_MACHINE", &[], &[]),
            Self::Onewire => facts("onewire", "MICROPY_PY_ONEWIRE", &[], &[Machine]),
            Self::Os => facts("os", "MICROPY_PY_OS", NAMES, &[]),
            Self::Platform => facts("platform", "MICROPY_PY_PLATFORM", &[], &[]),
            Self::Random => facts("random", "MICROPY_PY_RANDOM", &[], &[]),
            Self::Re => facts("re", "MICROPY_PY_RE", &[], &[]),
            Self::Romfs => facts("romfs", "MICROPY_VFS_ROM", &[], &[Vfs]),
            Self::Select => facts("select", "MICROPY_PY_SELECT", &[], &[Io]),
            Self::Ssl => facts("ssl", "MICROPY_PY_SSL", &[MBEDTLS], &[Io]),
            Self::Time => facts("time", "MICROPY_PY_TIME", CALENDAR, &[]),
            Self::Uctypes => facts("uctypes", "MICROPY_PY_UCTYPES", &[], &[]),
            Self::Vfs => facts("vfs", "MICROPY_VFS", &[], &[Io]),
            Self::Websocket => facts("websocket", "MICROPY_PY_WEBSOCKET", &[], &[Io]),
        }
    }
}

/// What the builder says of features. One that isn't in here is as the ROM level has it.
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

    /// What can't be: features without the language that they are written for, and without those that they need.
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

    /// The Python halves of features, which `freeze!` adds to what it is given. The port's own are in its folder `port`.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] where the tree doesn't have them.
    pub(crate) fn python(&self, source: &Source, port: &Path) -> Result<Vec<Packaged>> {
        let mut packaged = Vec::new();
        if self.is_on(Feature::Asyncio) {
            packaged = asyncio(source)?;
        }
        if self.is_on(Feature::Ssl) {
            packaged.push(Packaged {
                path: port.join("ssl.py"),
                target: "ssl.py".into(),
            });
        }
        Ok(packaged)
    }
}

/// The Python half of asyncio.
fn asyncio(source: &Source) -> Result<Vec<Packaged>> {
    // The first is in C, and the second says what the package is made of.
    let wanted = |name: &str| !["task", "manifest"].contains(&name);
    let names = units::stems(&source.root, "extmod/asyncio", "py", wanted)?;
    let files = names.iter().map(|name| Packaged {
        path: source.join(&format!("extmod/asyncio/{name}.py")),
        target: match name.as_str() {
            "uasyncio" => "uasyncio.py".into(),
            _ => format!("asyncio/{name}.py"),
        },
    });
    Ok(files.collect())
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
