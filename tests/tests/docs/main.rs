//! What users read: the documentation, the macros' errors, and stubs.

mod once {
    mod readme;
    mod reference;
    mod stubs;
    mod ui;
}
