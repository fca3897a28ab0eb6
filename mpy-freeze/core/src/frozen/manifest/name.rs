//! Tells manifests from other inputs.

use std::path::Path;

/// Returns true if a file's name makes it a manifest: `manifest.py` or `manifest_*.py`.
pub(crate) fn is_manifest(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.strip_prefix("manifest")?.strip_suffix(".py"))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// Returns true if a manifest is given by its path, which ends in `.py`. Anything else is its source, as upstream has
/// it.
pub(crate) fn has_python_name(manifest: &str) -> bool {
    Path::new(manifest)
        .extension()
        .is_some_and(|extension| extension == "py")
}
