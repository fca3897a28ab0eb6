//! A conversation with the VM in which manifests run.

use std::io::{BufReader, BufWriter};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::failure::{Failure, Raise};
use super::functions::{Answer, FUNCTIONS, Manifests};
use super::inclusion::Inclusions;
use super::paths::{self, utf8};
use super::wire::{self, Call, Heard, Raised, Said};
use crate::error::{Error, Problem, Result};
use crate::fs;

/// The longest manifest that is read, in bytes.
const LONGEST: u64 = 4 * 1024 * 1024;

/// The reason why a manifest didn't run to its end.
enum Stop {
    /// The manifest raised an exception.
    Failed(Failure),
    /// The VM is gone.
    Fatal(Box<Error>),
}

/// The reason why an inclusion failed.
enum Ended {
    Raise(Raise),
    /// The exception of the included manifest passes on unchanged.
    Again,
    Fatal(Box<Error>),
}

/// A running VM.
pub(super) struct Session<'a> {
    program: &'a Path,
    child: Child,
    to: Option<BufWriter<ChildStdin>>,
    from: Option<BufReader<ChildStdout>>,
    manifests: &'a mut Manifests,
    /// The error that a function raised last, to be recognised when it leaves a manifest.
    last: Option<Raise>,
    /// The outermost manifest, if it is a file.
    top: Option<String>,
    inclusions: Inclusions,
}

impl<'a> Session<'a> {
    /// Starts a VM.
    ///
    /// # Errors
    ///
    /// [`Error::Inputs`] where the program doesn't run.
    pub(super) fn start(program: &'a Path, manifests: &'a mut Manifests) -> Result<Self> {
        let mut child = Command::new(program)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| {
                Error::Inputs(vec![
                    Problem::new(format!("can't run the VM for manifests: {error}"))
                        .file(program)
                        .help("the build script builds it; run `cargo clean` and build again"),
                ])
            })?;
        Ok(Self {
            program,
            to: child.stdin.take().map(BufWriter::new),
            from: child.stdout.take().map(BufReader::new),
            child,
            manifests,
            last: None,
            top: None,
            inclusions: Inclusions::default(),
        })
    }

    /// Runs a manifest that is given by its path.
    ///
    /// # Errors
    ///
    /// [`Error::Inputs`] with what went wrong in it.
    pub(super) fn file(&mut self, path: &str) -> Result<()> {
        self.top = Some(self.manifests.places.resolve(path));
        match self.include(path, false, &[]) {
            Ok(()) => Ok(()),
            Err(Ended::Fatal(error)) => Err(*error),
            Err(Ended::Raise(raise)) => {
                // The report of the outermost manifest says no more than its cause, if there is one.
                let failure = raise.cause.map_or_else(
                    || Failure {
                        raised: Raised {
                            catchable: true,
                            type_name: raise.type_name.into(),
                            message: raise.message,
                            places: Vec::new(),
                        },
                        help: raise.help,
                        cause: None,
                    },
                    |cause| *cause,
                );
                Err(self.failed(&failure))
            }
            Err(Ended::Again) => Err(self.died()),
        }
    }

    /// Runs a manifest that is given by its source.
    ///
    /// # Errors
    ///
    /// [`Error::Inputs`] with what went wrong in it.
    pub(super) fn source(&mut self, source: &str) -> Result<()> {
        self.top = None;
        match self.run("<manifest>", source, &[]) {
            Ok(()) => Ok(()),
            Err(Stop::Fatal(error)) => Err(*error),
            Err(Stop::Failed(failure)) => Err(self.failed(&failure)),
        }
    }

    fn failed(&self, failure: &Failure) -> Error {
        failure.error(self.top.as_deref(), &self.manifests.places)
    }

    /// Runs source and answers its calls until it ends.
    fn run(
        &mut self,
        file: &str,
        source: &str,
        options: &[String],
    ) -> std::result::Result<(), Stop> {
        let options = options.iter().map(String::as_str).collect();
        self.say(&Said::Run {
            file,
            functions: &FUNCTIONS,
            options,
            source,
        })
        .map_err(Stop::Fatal)?;
        loop {
            match self.hear().map_err(Stop::Fatal)? {
                Heard::Done => return Ok(()),
                Heard::Failed(raised) => return Err(Stop::Failed(self.failure(raised))),
                Heard::Call(call) => self.answer(call).map_err(Stop::Fatal)?,
                Heard::Quits(why) => return Err(Stop::Fatal(Box::new(self.quit(&why)))),
            }
        }
    }

    /// Returns the failure of a manifest that an exception left, with the help text and the cause if a function raised
    /// it.
    fn failure(&mut self, raised: Raised) -> Failure {
        let last = self
            .last
            .take()
            .filter(|last| last.type_name == raised.type_name && last.message == raised.message);
        let (help, cause) = last.map_or((None, None), |last| (last.help, last.cause));
        Failure {
            raised,
            help,
            cause,
        }
    }

    fn answer(&mut self, call: Call) -> std::result::Result<(), Box<Error>> {
        let answer = self.manifests.call(call).map_err(Ended::Raise);
        let ended = match answer {
            Ok(Answer::Nothing) => Ok(Said::Nothing),
            Ok(Answer::Fields(fields)) => Ok(Said::Fields(fields)),
            Ok(Answer::Include {
                manifests,
                package,
                options,
            }) => {
                let mut manifests = manifests.iter();
                manifests
                    .try_for_each(|manifest| self.include(manifest, package, &options))
                    .map(|()| Said::Nothing)
            }
            Err(ended) => Err(ended),
        };
        match ended {
            Ok(said) => self.say(&said),
            Err(Ended::Again) => self.say(&Said::RaiseAgain),
            Err(Ended::Fatal(error)) => Err(error),
            Err(Ended::Raise(raise)) => {
                let said = self.say(&Said::Raise {
                    type_name: raise.type_name,
                    message: &raise.message,
                });
                self.last = Some(raise);
                said
            }
        }
    }

    /// Includes a manifest, unless it was included before.
    fn include(
        &mut self,
        manifest: &str,
        package: bool,
        options: &[String],
    ) -> std::result::Result<(), Ended> {
        let path = self.manifests.places.manifest(manifest);
        let first = self.inclusions.visit(&path, package);
        if !first.map_err(Ended::Raise)? {
            return Ok(());
        }
        if package {
            self.manifests.packages.open();
        }
        let (text, folder) = self.open(&path).map_err(|raise| reported(&path, raise))?;
        let begun = self.inclusions.begin(&path, package);
        begun.map_err(|raise| reported(&path, raise))?;
        let before = self.manifests.places.enter(folder);
        let ended = self.run(&path, &text, options);
        self.manifests.places.enter(before);
        let outermost = self.inclusions.end();
        match ended {
            Ok(()) => {
                if package {
                    self.manifests.packages.close();
                }
                Ok(())
            }
            Err(Stop::Fatal(error)) => Err(Ended::Fatal(error)),
            Err(Stop::Failed(failure)) if failure.raised.catchable || outermost => {
                let mut raise = Raise::manifest(failure.raised.message.clone());
                raise.cause = Some(Box::new(failure));
                Err(reported(&path, raise))
            }
            Err(Stop::Failed(_)) => Err(Ended::Again),
        }
    }

    /// Reads a manifest. Returns its text and the folder at which its paths start.
    fn open(&mut self, path: &str) -> std::result::Result<(String, String), Raise> {
        let failed = |error| Raise::os_error(path, &error);
        let metadata = fs::raw::metadata(path).map_err(failed)?;
        // Reading anything but a file may never end: a device has no end, and a named pipe waits for a writer.
        if !metadata.is_file() {
            return Err(Raise::manifest("it isn't a file").help("a manifest is a file of text"));
        }
        if metadata.len() > LONGEST {
            return Err(Raise::manifest(format!("it has more than {LONGEST} bytes"))
                .help("a manifest is a list of files: is this one?"));
        }
        let text = fs::raw::read(path).map_err(failed)?;
        self.manifests.read.push(path.into());
        let text = String::from_utf8(text).map_err(|error| {
            let offset = error.utf8_error().valid_up_to();
            Raise::manifest(format!("the file isn't UTF-8 at byte {offset}"))
                .help("save it as UTF-8")
        })?;
        if text.starts_with('\u{feff}') {
            let reason = "the file starts with a byte order mark, which Python rejects";
            return Err(Raise::manifest(reason).help("save it as UTF-8 without a byte order mark"));
        }
        let folder = fs::raw::canonicalize(paths::folder(path)).map_err(failed)?;
        utf8(folder).map(|folder| (text, folder))
    }

    fn say(&mut self, said: &Said<'_>) -> std::result::Result<(), Box<Error>> {
        let said = self.to.as_mut().map(|to| wire::say(to, said));
        match said {
            Some(Ok(())) => Ok(()),
            _ => Err(Box::new(self.died())),
        }
    }

    fn hear(&mut self) -> std::result::Result<Heard, Box<Error>> {
        match self.from.as_mut().map(wire::hear) {
            Some(Ok(heard)) => Ok(heard),
            _ => Err(Box::new(self.died())),
        }
    }

    /// Returns the error for a VM that gave up, as it does where it can't raise an exception in the manifest.
    fn quit(&self, why: &str) -> Error {
        let problem = if why == "budget" {
            Problem::new("the manifest computes without end and was stopped").help(
                "a manifest lists files, which takes few steps: look for a loop that doesn't end",
            )
        } else {
            Problem::new(format!("the VM for manifests gave up: {why}"))
        };
        Error::Inputs(vec![self.at_top(problem)])
    }

    fn died(&mut self) -> Error {
        self.to = None;
        self.from = None;
        let status = self.child.wait();
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        let problem = Problem::new(format!("the VM for manifests ended early: {status}"))
            .file(self.program)
            .help("look for expressions that lie very deep in one another, which is more than its stack holds");
        Error::Inputs(vec![self.at_top(problem)])
    }

    fn at_top(&self, problem: Problem) -> Problem {
        match &self.top {
            Some(top) => problem.file(top),
            None => problem,
        }
    }
}

/// Turns the error of the manifest at `path` into the one that the including manifest raises.
fn reported(path: &str, raise: Raise) -> Ended {
    let message = format!("Error in manifest file: {path}: {}", raise.message);
    Ended::Raise(Raise {
        type_name: "ManifestFileError",
        message,
        ..raise
    })
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        // The VM ends when its input ends. It is killed in case it doesn't listen, since it has nothing to lose.
        self.to = None;
        self.from = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
