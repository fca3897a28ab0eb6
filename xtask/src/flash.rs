//! `cargo xtask flash`: build the firmware, show what was frozen, run it, and end as the application does.

use std::process::ExitCode;

use anyhow::Result;
use mpy_freeze::program::size::Report;

use crate::boards::{self, BOARDS};
use crate::firmware::{self, Program, Recipe};
use crate::releases;
use crate::setup::{self, Wanted};

/// The chore.
pub fn main(words: lexopt::Parser) -> Result<ExitCode> {
    let (recipe, yes) = read_words(words)?;
    // Before anything is fetched that would be of no use.
    recipe.board.check_room(recipe.program)?;
    let mut wanted = Wanted::firmware(recipe.board, recipe.release);
    wanted.yes = yes;
    setup::prepare(&wanted)?;
    let built = firmware::build(&recipe)?;
    let report = Report::read(&built.image, built.library.as_deref())?;
    print!("{report}");
    println!("flash: running on {}\n", recipe.board.name);
    let status = firmware::run(recipe.board, &built.image)?;
    // A status that is none of the application's own, as after a signal, is a failure.
    let code = status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1);
    println!("\nflash: the application ended with status {code}");
    Ok(ExitCode::from(code))
}

/// The words after `flash`, and `--yes` among them; `repl` has the same.
pub fn read_words(mut words: lexopt::Parser) -> Result<(Recipe, bool)> {
    use lexopt::{Arg, ValueExt as _};
    let mut recipe = Recipe {
        board: &BOARDS[0],
        program: Program::Application,
        release: None,
        debug: false,
        extras: None,
    };
    let mut yes = false;
    while let Some(word) = words.next()? {
        match word {
            Arg::Long("board") => recipe.board = boards::find(&words.value()?.string()?)?,
            Arg::Long("micropython") => {
                recipe.release = Some(releases::find(&words.value()?.string()?)?)
            }
            Arg::Long("debug") => recipe.debug = true,
            Arg::Long("release") => recipe.debug = false,
            Arg::Long("yes") | Arg::Short('y') => yes = true,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok((recipe, yes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let read = |words: &[&str]| read_words(lexopt::Parser::from_args(words));
        let (recipe, yes) = read(&[]).unwrap();
        assert!(
            !yes && !recipe.debug
                && recipe.release.is_none()
                && recipe.board.name == BOARDS[0].name
        );
        let (recipe, _) = read(&[
            "--board",
            "mps2-an385",
            "--micropython",
            "1.25.0",
            "--debug",
        ])
        .unwrap();
        assert!(
            recipe.debug
                && recipe
                    .release
                    .is_some_and(|release| release.version == "1.25.0")
        );
        assert!(read(&["--board", "toaster"]).is_err());
        assert!(read(&["image.elf"]).is_err());
    }
}
