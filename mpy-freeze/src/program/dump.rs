//! `mpy-freeze dump`: the contents of `.mpy` files.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::{Dump, fs};

/// Prints each file's contents. A file that can't be shown doesn't keep the others from it.
pub(super) fn run(files: Vec<OsString>) -> Result<ExitCode> {
    if files.is_empty() {
        bail!("name .mpy files to dump, or `-` for standard input");
    }
    let dump = crate::tools::dump();
    let mut code = ExitCode::SUCCESS;
    for (index, file) in files.iter().enumerate() {
        match text(&dump, Path::new(file)) {
            Ok(text) => {
                let blank = if index > 0 { "\n" } else { "" };
                let printed = io::stdout().write_all(format!("{blank}{text}").as_bytes());
                if printed.is_err() {
                    // A reader that closes the pipe early, such as `head`, has seen enough.
                    break;
                }
            }
            Err(error) => {
                eprintln!("error: {error:#}");
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

fn text(dump: &Dump, file: &Path) -> Result<String> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes)?;
        return Ok(dump.text("<stdin>", &bytes)?);
    }
    let bytes = fs::read(file)?;
    Ok(dump.text(file, &bytes)?)
}
