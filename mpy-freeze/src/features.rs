//! The builder's methods for the parts of MicroPython that a firmware has or leaves out.

use crate::build::Build;
use crate::port::Feature;

/// # Modules and file systems
///
/// What isn't set is as the ROM level has it. A feature that is turned on brings along what it needs, and nothing
/// that isn't used costs ROM but the module's own table: docs/features.md says how much each takes, and which
/// licence its sources have.
impl Build {
    /// Whether there is `asyncio`. Its Python half is frozen too, by the crate's `freeze!`, where that doesn't freeze
    /// an `asyncio` of its own.
    pub fn asyncio(&mut self, asyncio: bool) -> &mut Self {
        self.feature(Feature::Asyncio, asyncio)
    }

    /// Whether there is `binascii`.
    pub fn binascii(&mut self, binascii: bool) -> &mut Self {
        self.feature(Feature::Binascii, binascii)
    }

    /// Whether there is `cryptolib`, with AES in the modes ECB, CBC and CTR. The cipher is mbedTLS's, whose sources the
    /// build needs: [`mbedtls`](Self::mbedtls) says where it looks for them.
    pub fn cryptolib(&mut self, cryptolib: bool) -> &mut Self {
        self.feature(Feature::Cryptolib, cryptolib)
    }

    /// Whether there is `deflate`, with compression.
    pub fn deflate(&mut self, deflate: bool) -> &mut Self {
        self.feature(Feature::Deflate, deflate)
    }

    /// Whether there is `errno`.
    pub fn errno(&mut self, errno: bool) -> &mut Self {
        self.feature(Feature::Errno, errno)
    }

    /// Whether there is `vfs.VfsFat`, the FAT file systems of cards and sticks, with long names.
    pub fn fat(&mut self, fat: bool) -> &mut Self {
        self.feature(Feature::Fat, fat)
    }

    /// Whether there is `framebuf`.
    pub fn framebuf(&mut self, framebuf: bool) -> &mut Self {
        self.feature(Feature::Framebuf, framebuf)
    }

    /// Whether there is `hashlib`, with MD5, SHA-1 and SHA-256, all of them mbedTLS's, whose sources the build needs:
    /// [`mbedtls`](Self::mbedtls) says where it looks for them. Where it isn't set, there is SHA-256 alone, from
    /// [`RomLevel::ExtraFeatures`] on, and without mbedTLS too.
    ///
    /// [`RomLevel::ExtraFeatures`]: crate::RomLevel::ExtraFeatures
    pub fn hashlib(&mut self, hashlib: bool) -> &mut Self {
        self.feature(Feature::Hashlib, hashlib)
    }

    /// Whether there is `heapq`.
    pub fn heapq(&mut self, heapq: bool) -> &mut Self {
        self.feature(Feature::Heapq, heapq)
    }

    /// Whether there is `io`, and `open` with it.
    pub fn io(&mut self, io: bool) -> &mut Self {
        self.feature(Feature::Io, io)
    }

    /// Whether there is `json`.
    pub fn json(&mut self, json: bool) -> &mut Self {
        self.feature(Feature::Json, json)
    }

    /// Whether there is `vfs.VfsLfs2`, littlefs, which survives a loss of power.
    pub fn littlefs(&mut self, littlefs: bool) -> &mut Self {
        self.feature(Feature::Littlefs, littlefs)
    }

    /// Whether there is `vfs.VfsLfs1`, the first version of littlefs, for what was written with it.
    pub fn littlefs1(&mut self, littlefs1: bool) -> &mut Self {
        self.feature(Feature::Littlefs1, littlefs1)
    }

    /// Whether the firmware imports `.mpy` files, from a file system.
    pub fn load_mpy(&mut self, load_mpy: bool) -> &mut Self {
        self.feature(Feature::LoadMpy, load_mpy)
    }

    /// Whether there is `machine`: `mem8`, `mem16` and `mem32`, `reset`, `idle`, `disable_irq`, `time_pulse_us`,
    /// `PinBase`, `Signal`, `SoftI2C`, `SoftSPI` and `Timer`.
    ///
    /// No interrupt serves timers: their callables are called between the program's instructions, and while it waits.
    /// A pin is an instance of a Python class that derives from `PinBase` and has a method `value`, which may call
    /// Rust. `mem8` and its like read and write any address, whatever lies there: a program with `machine` can do
    /// what `unsafe` can.
    pub fn machine(&mut self, machine: bool) -> &mut Self {
        self.feature(Feature::Machine, machine)
    }

    /// Whether there is `_onewire`, which works on the pins of [`machine`](Self::machine).
    pub fn onewire(&mut self, onewire: bool) -> &mut Self {
        self.feature(Feature::Onewire, onewire)
    }

    /// Whether there is `os`, with `uname`. What it has for files comes with [`vfs`](Self::vfs).
    pub fn os(&mut self, os: bool) -> &mut Self {
        self.feature(Feature::Os, os)
    }

    /// Whether there is `platform`.
    pub fn platform(&mut self, platform: bool) -> &mut Self {
        self.feature(Feature::Platform, platform)
    }

    /// Whether there is `random`.
    pub fn random(&mut self, random: bool) -> &mut Self {
        self.feature(Feature::Random, random)
    }

    /// Whether there is `re`.
    pub fn re(&mut self, re: bool) -> &mut Self {
        self.feature(Feature::Re, re)
    }

    /// Whether there is `vfs.VfsRom`, files that are read in place from an image in memory.
    pub fn romfs(&mut self, romfs: bool) -> &mut Self {
        self.feature(Feature::Romfs, romfs)
    }

    /// Whether there is `select`, for the board's console, sockets and streams written in Python.
    pub fn select(&mut self, select: bool) -> &mut Self {
        self.feature(Feature::Select, select)
    }

    /// Whether there are `ssl` and `tls`, with TLS 1.2 and, from [`RomLevel::ExtraFeatures`] on, DTLS 1.2. They wrap any
    /// stream, of a driver in Rust or written in Python. The Python half, `ssl`, is frozen too, by the crate's `freeze!`,
    /// where that doesn't freeze one of its own.
    ///
    /// The build needs mbedTLS's sources: [`mbedtls`](Self::mbedtls) says where it looks for them. The board needs
    /// entropy, `Platform::entropy`, without which no context can be made, and to check certificates the time,
    /// `Platform::now`: where the board has none it is the year 2000, and every certificate is one of the future.
    /// Connections take Python's heap, 24 KiB each, and a call wants 7.5 KiB of stack.
    ///
    /// [`RomLevel::ExtraFeatures`]: crate::RomLevel::ExtraFeatures
    pub fn ssl(&mut self, ssl: bool) -> &mut Self {
        self.feature(Feature::Ssl, ssl)
    }

    /// Whether there is `time`, with the time of day and the calendar; it tells what the board's `Platform::now` does.
    /// Where it isn't set, there are `sleep` and the ticks alone, from [`RomLevel::BasicFeatures`] on.
    ///
    /// [`RomLevel::BasicFeatures`]: crate::RomLevel::BasicFeatures
    pub fn time(&mut self, time: bool) -> &mut Self {
        self.feature(Feature::Time, time)
    }

    /// Whether there is `uctypes`. It reads and writes any address, as [`machine`](Self::machine) does.
    pub fn uctypes(&mut self, uctypes: bool) -> &mut Self {
        self.feature(Feature::Uctypes, uctypes)
    }

    /// Whether there are file systems: the module `vfs`, `open`, and the functions of `os` for files. Those written in
    /// Python can be mounted; others have methods of their own here. Modules are imported from them too.
    pub fn vfs(&mut self, vfs: bool) -> &mut Self {
        self.feature(Feature::Vfs, vfs)
    }

    /// Whether there is `websocket`.
    pub fn websocket(&mut self, websocket: bool) -> &mut Self {
        self.feature(Feature::Websocket, websocket)
    }

    fn feature(&mut self, feature: Feature, on: bool) -> &mut Self {
        self.config.features.set(feature, on);
        self
    }
}
