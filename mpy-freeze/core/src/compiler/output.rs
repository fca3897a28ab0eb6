//! What mpy-cross printed, as a file or as a problem with its place.

use std::path::Path;
use std::process::Output;

use crate::error::Problem;

/// The `.mpy` file, or what the compiler said about the source `file`.
pub(super) fn result(
    output: &Output,
    source: &[u8],
    file: &Path,
    heap: u64,
) -> Result<Vec<u8>, Problem> {
    if output.status.success() && !output.stdout.is_empty() {
        return Ok(output.stdout.clone());
    }
    let printed = Printed {
        status: &output.status.to_string(),
        errors: &String::from_utf8_lossy(&output.stderr),
        usage: output.stdout.starts_with(b"usage: "),
    };
    Err(printed.rejection(&String::from_utf8_lossy(source), file, heap))
}

/// What a compiler left that made no file.
struct Printed<'a> {
    status: &'a str,
    errors: &'a str,
    /// Whether it explained its options, which is its answer to one that it doesn't know.
    usage: bool,
}

impl Printed<'_> {
    /// What it said: `File "...", line N` and, last, the exception.
    fn rejection(&self, source: &str, file: &Path, heap: u64) -> Problem {
        let mut lines = self.errors.lines().map(str::trim);
        let Some(message) = lines.rfind(|line| !line.is_empty()) else {
            return self.silence(heap).file(file);
        };
        let mut problem = Problem::new(message).file(file);
        if let Some(line) = self.errors.lines().rev().find_map(traceback_line) {
            let index = usize::try_from(line)
                .unwrap_or(usize::MAX)
                .saturating_sub(1);
            problem = problem.line(line, source.lines().nth(index).map(String::from));
        }
        if message.starts_with("MemoryError") {
            problem = problem.help(format!(
                "the compiler had {}: split the module into smaller ones",
                size(heap)
            ));
        } else if message.ends_with("name too long") {
            problem = problem.help("MicroPython's names end at 255 bytes");
        }
        problem
    }

    fn silence(&self, heap: u64) -> Problem {
        if self.usage {
            return Problem::new("MicroPython's compiler doesn't know one of its options")
                .help("the option needs a newer release of MicroPython");
        }
        Problem::new(format!(
            "MicroPython's compiler ended with {} and said nothing",
            self.status
        ))
        .help(format!(
            "that is how it ends with a heap that it can't have or use, and its heap was {}",
            size(heap)
        ))
    }
}

/// A number of bytes in the largest unit that it is a multiple of.
fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes % (1 << 20) == 0 => format!("{} MiB", bytes >> 20),
        bytes if bytes % (1 << 10) == 0 => format!("{} KiB", bytes >> 10),
        bytes => format!("{bytes} bytes"),
    }
}

/// The number in a traceback's `File "main.py", line 3` or `File "main.py", line 3, in f`.
fn traceback_line(line: &str) -> Option<u32> {
    let rest = line.trim_start().strip_prefix("File ")?;
    let (_, rest) = rest.rsplit_once("\", line ")?;
    let digits = rest.split(',').next()?;
    digits.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_numbers_of_tracebacks() {
        assert_eq!(traceback_line("  File \"<stdin>\", line 3"), Some(3));
        assert_eq!(
            traceback_line("  File \"a, line 9.py\", line 12, in f"),
            Some(12)
        );
        assert_eq!(traceback_line("Traceback (most recent call last):"), None);
    }

    fn rejected(errors: &str, usage: bool) -> String {
        let printed = Printed {
            status: "exit status: 1",
            errors,
            usage,
        };
        let problem = printed.rejection("x = 1\ndef f(:\n", Path::new("app/main.py"), 512 << 20);
        problem.to_string()
    }

    #[test]
    fn a_syntax_error_shows_the_source() {
        let errors = "Traceback (most recent call last):\n  File \"<stdin>\", line 2\n\
                      SyntaxError: invalid syntax\n";
        assert_eq!(
            rejected(errors, false),
            "app/main.py:2: SyntaxError: invalid syntax\n  2 | def f(:"
        );
    }

    #[test]
    fn a_line_that_is_not_there_is_shown_without_text() {
        let errors = "  File \"<stdin>\", line 4\nSyntaxError: invalid syntax\n";
        assert_eq!(
            rejected(errors, false),
            "app/main.py:4: SyntaxError: invalid syntax"
        );
    }

    #[test]
    fn other_failures_say_what_to_do() {
        let memory = "MemoryError: memory allocation failed\n";
        assert!(rejected(memory, false).contains("512 MiB"));
        assert!(rejected("RuntimeError: name too long\n", false).contains("255 bytes"));
        let silent = rejected("", false);
        assert!(silent.contains("exit status: 1") && silent.contains("512 MiB"));
        assert!(rejected("", true).contains("newer release"));
    }

    #[test]
    fn sizes_are_round_where_they_can_be() {
        let sizes = [1, 2048, 3 << 20].map(size);
        assert_eq!(sizes, ["1 bytes", "2 KiB", "3 MiB"]);
    }
}
