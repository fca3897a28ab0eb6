//! `cargo xtask repl`: MicroPython's interactive prompt on a board, in this terminal.

use std::process::ExitCode;

use anyhow::Result;

use crate::firmware::{self, Console, Program};
use crate::setup::{self, Wanted};
use crate::{flash, shell};

/// The chore.
pub fn main(words: lexopt::Parser) -> Result<ExitCode> {
    let (mut recipe, yes) = flash::read_words(words)?;
    recipe.program = Program::Repl;
    let mut wanted = Wanted::prompt(recipe.board, recipe.release);
    wanted.yes = yes;
    setup::prepare(&wanted)?;
    let built = firmware::build(&recipe)?;
    let command = firmware::command(recipe.board, &built.image, Console::Serial);
    println!(
        "repl: for a program such as mpremote, QEMU gives the board a serial port: {}",
        shell::line(&command)
    );
    println!(
        "repl: {} in this terminal; every key is the board's, but Ctrl-] and then x, which leaves\n",
        recipe.board.name
    );
    let status = shell::status(&mut firmware::command(
        recipe.board,
        &built.image,
        Console::Terminal,
    ))?;
    println!();
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
