//! Attributes that mean something to the macros only.

use mpy_freeze::modules;
use syn::Attribute;

/// Those that an expansion must not leave behind.
const MARKS: [&str; 2] = ["py", "pymodule_export"];

/// Removes them.
pub(crate) fn remove(attributes: &mut Vec<Attribute>) {
    attributes.retain(|attribute| {
        let mut marks = MARKS.iter();
        !marks.any(|mark| modules::is_attribute(attribute, mark))
    });
}
