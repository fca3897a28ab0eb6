//! Every manifest below `ports/` of the tree under test, beside upstream's tool.

use std::path::{Path, PathBuf};

use mpy_freeze_tests::{library, micropython};

use crate::sandbox::{self, Job, Outcome};

/// The folders that a port's build would name: the board is the manifest's own folder, the port the one below
/// `ports`.
fn variables(manifest: &Path, library: &Path) -> Vec<(String, String)> {
    let tree = micropython();
    let ports = tree.join("ports");
    let below = manifest.strip_prefix(&ports).expect("it lies below ports");
    let port = ports.join(below.components().next().expect("a port"));
    let board = manifest.parent().expect("a folder");
    [
        ("MPY_DIR", tree.as_path()),
        ("MPY_LIB_DIR", library),
        ("PORT_DIR", &port),
        ("BOARD_DIR", board),
    ]
    .map(|(name, path)| (name.to_string(), path.display().to_string()))
    .into()
}

fn manifests() -> Vec<PathBuf> {
    let pattern = format!("{}/ports/**/manifest*.py", micropython().display());
    let found = glob::glob(&pattern).expect("the pattern is valid");
    found.flatten().collect()
}

#[test]
fn every_manifest_of_the_ports() {
    let folder = sandbox::fresh("ports");
    let library = folder.join("micropython-lib");
    let manifests = manifests();
    let read = |path: &PathBuf| std::fs::read_to_string(path).expect("a manifest");
    library::make(&library, &manifests.iter().map(read).collect::<Vec<_>>());
    let mut jobs = Vec::new();
    for manifest in &manifests {
        let path = manifest.display().to_string();
        let mut variables = variables(manifest, &library);
        let job = |variables: &[(String, String)]| Job {
            folder: folder.clone(),
            manifests: vec![path.clone()],
            variables: variables.to_vec(),
        };
        // Without a library, without the variables of one port's own, and with all of them.
        jobs.push(job(&variables[..1]));
        jobs.push(job(&variables));
        variables.push(("MCU_CORE".into(), "m4".into()));
        variables.push(("ARDUINO_LIB_DIR".into(), library.display().to_string()));
        jobs.push(job(&variables));
    }
    let theirs = sandbox::upstream("ports", &jobs);
    assert_eq!(theirs.len(), jobs.len());
    let (mut listed, mut failed, mut files) = (0, 0, 0);
    for (job, theirs) in jobs.iter().zip(&theirs) {
        sandbox::same(&format!("{job:?}"), &job.ours(), theirs);
        match theirs {
            Outcome::Files(lines) => {
                listed += 1;
                files += lines.len();
            }
            Outcome::Fails(_) => failed += 1,
        }
    }
    println!(
        "{} manifests, {} runs: {listed} list the same {files} files, {failed} fail for the same reason",
        manifests.len(),
        jobs.len(),
    );
    // A tree has more than eighty manifests, and most of them work with a library.
    assert!(manifests.len() > 80, "{}", manifests.len());
    assert!(listed > manifests.len() && failed > 0, "{listed} {failed}");
}
