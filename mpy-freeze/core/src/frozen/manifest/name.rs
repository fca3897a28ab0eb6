//! How manifests are told from other inputs.

use std::path::Path;

/// Whether a path names a manifest by its name alone.
pub(crate) fn is_manifest(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.strip_prefix("manifest")?.strip_suffix(".py"))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// Whether a manifest is given by its path; what ends in anything else is its source, as upstream has it.
pub(crate) fn has_python_name(manifest: &str) -> bool {
    Path::new(manifest)
        .extension()
        .is_some_and(|extension| extension == "py")
}
