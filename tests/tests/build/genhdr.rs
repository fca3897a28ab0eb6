//! The generated headers say what upstream's own scripts make of the same sources.

use std::path::{Path, PathBuf};
use std::process::Command;

use mpy_freeze::Build;
use mpy_freeze_tests::{micropython, oracle, work_folder};

/// The lines that mean something: no comments, no blank lines, no continuation marks.
fn content(header: &str) -> Vec<String> {
    let lines = header
        .lines()
        .map(|line| line.trim_end_matches('\\').trim());
    lines
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .map(str::to_string)
        .collect()
}

/// The files that were looked through, as the build's own record of each names them.
fn sources(out: &Path) -> Vec<PathBuf> {
    let collected = out.join("collected");
    let pattern = format!("{}/**/*.txt", collected.display());
    let records = glob::glob(&pattern)
        .expect("the pattern is valid")
        .flatten();
    let source = |record: PathBuf| {
        let name = record
            .strip_prefix(&collected)
            .expect("below the folder")
            .with_extension("c");
        if name.starts_with("port") {
            // A unit of the port's own carries its room before a dash.
            out.join(name.to_string_lossy().replacen('-', "/", 1))
        } else {
            micropython().join(name)
        }
    };
    records.map(source).collect()
}

#[test]
fn headers_match_upstreams_scripts() {
    let folder = work_folder().join("genhdr");
    let _ = std::fs::remove_dir_all(&folder);
    let built = Build::new()
        .micropython(micropython())
        .target("x86_64-unknown-linux-gnu")
        .host("x86_64-unknown-linux-gnu")
        .out_dir(&folder)
        .try_build()
        .unwrap_or_else(|error| panic!("{error}"));
    let out = &built.folder;
    let py = micropython().join("py");
    let theirs = folder.join("upstream");
    std::fs::create_dir_all(&theirs).expect("the folder can be made");

    let mut flags = vec!["-std=gnu99".to_string(), "-DNDEBUG".into()];
    for include in [
        out.join("config"),
        out.join("port"),
        micropython(),
        out.clone(),
    ] {
        flags.push(format!("-I{}", include.display()));
    }
    let preprocessed = theirs.join("all.i");
    let mut args = vec!["pp", "cc", "-E", "output"]
        .into_iter()
        .map(String::from)
        .collect::<Vec<_>>();
    args.push(preprocessed.display().to_string());
    args.push("cflags".into());
    args.extend(flags.iter().cloned());
    args.push("-DNO_QSTR".into());
    args.extend(["cxxflags".to_string(), "sources".into()]);
    let sources = sources(out);
    assert!(sources.len() > 150, "only {} sources", sources.len());
    args.extend(sources.iter().map(|path| path.display().to_string()));
    args.extend(["dependencies".to_string(), "changed_sources".into()]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    oracle::script(&theirs, &py.join("makeqstrdefs.py"), &args);

    for (mode, collected) in [
        ("qstr", "qstrdefs.collected.h"),
        ("module", "moduledefs.collected"),
        ("root_pointer", "root_pointers.collected"),
        ("compress", "compressed.collected"),
    ] {
        let (pieces, collected) = (theirs.join(mode), theirs.join(collected));
        let (pieces, collected) = (
            pieces.display().to_string(),
            collected.display().to_string(),
        );
        let input = preprocessed.display().to_string();
        let script = py.join("makeqstrdefs.py");
        oracle::script(&theirs, &script, &["split", mode, &input, &pieces, "_"]);
        oracle::script(&theirs, &script, &["cat", mode, "_", &pieces, &collected]);
    }
    preprocess_definitions(&py, &theirs, &flags);
    for (script, input, header) in [
        (
            "makeqstrdata.py",
            "qstrdefs.preprocessed.h",
            "qstrdefs.generated.h",
        ),
        ("makemoduledefs.py", "moduledefs.collected", "moduledefs.h"),
        (
            "make_root_pointers.py",
            "root_pointers.collected",
            "root_pointers.h",
        ),
        (
            "makecompresseddata.py",
            "compressed.collected",
            "compressed.data.h",
        ),
    ] {
        let expected = oracle::script(&theirs, &py.join(script), &[input]);
        let ours = std::fs::read_to_string(out.join("genhdr").join(header)).expect("a header");
        assert_eq!(content(&ours), content(&expected), "{header} differs");
        assert!(content(&ours).len() > 3, "{header} is empty");
    }
}

/// What upstream's makefile does with `cat`, `sed` and the preprocessor.
fn preprocess_definitions(py: &Path, theirs: &Path, flags: &[String]) {
    let mut text = std::fs::read_to_string(py.join("qstrdefs.h")).expect("the definitions");
    text += &std::fs::read_to_string(theirs.join("qstrdefs.collected.h")).expect("the names");
    let quote = |line: &str| match line.rfind(')') {
        Some(end) if line.starts_with("Q(") => {
            format!("\"{}\"{}\n", &line[..=end], &line[end + 1..])
        }
        _ => format!("{line}\n"),
    };
    let quoted: String = text.lines().map(quote).collect();
    std::fs::write(theirs.join("quoted.h"), quoted).expect("the file can be written");
    let output = Command::new("cc")
        .args(["-E", "-x", "c", "quoted.h"])
        .args(flags)
        .current_dir(theirs)
        .output()
        .expect("cc runs");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let unquote = |line: &str| {
        let inner = line
            .strip_prefix("\"Q(")
            .and_then(|line| line.strip_suffix(")\""));
        inner.map_or_else(|| format!("{line}\n"), |inner| format!("Q({inner})\n"))
    };
    let unquoted: String = text.lines().map(unquote).collect();
    std::fs::write(theirs.join("qstrdefs.preprocessed.h"), unquoted)
        .expect("the file can be written");
}
