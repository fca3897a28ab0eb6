//! Manifests list what upstream's `tools/manifestfile.py` says, and do no harm.

mod hostile;
mod meaning;
mod ports;
mod sandbox;

mod once {
    mod frozen_manifests;
}
