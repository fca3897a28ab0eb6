//! The ROM level: how much of Python a firmware has.

/// The ROM level of the firmware: one of MicroPython's own levels (`MICROPY_CONFIG_ROM_LEVEL` in
/// `py/mpconfig.h`), each with everything of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum RomLevel {
    /// Nothing that isn't necessary.
    Minimum,
    /// The core for very small controllers.
    CoreFeatures,
    /// The commonly used part.
    BasicFeatures,
    /// The level for a microcontroller with 256 KiB of flash or more.
    #[default]
    ExtraFeatures,
    /// All features with a more modest gain for their size.
    FullFeatures,
    /// Everything, for a PC.
    Everything,
}

impl RomLevel {
    /// The macro that stands for the level.
    pub(crate) fn macro_name(self) -> &'static str {
        match self {
            Self::Minimum => "MICROPY_CONFIG_ROM_LEVEL_MINIMUM",
            Self::CoreFeatures => "MICROPY_CONFIG_ROM_LEVEL_CORE_FEATURES",
            Self::BasicFeatures => "MICROPY_CONFIG_ROM_LEVEL_BASIC_FEATURES",
            Self::ExtraFeatures => "MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES",
            Self::FullFeatures => "MICROPY_CONFIG_ROM_LEVEL_FULL_FEATURES",
            Self::Everything => "MICROPY_CONFIG_ROM_LEVEL_EVERYTHING",
        }
    }
}
