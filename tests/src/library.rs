//! A small library in micropython-lib's layout, which releases of MicroPython don't carry.

use std::collections::BTreeSet;
use std::path::Path;

/// Packages of micropython-lib that manifests of the ports name, by where they lie there. Others that a manifest
/// requires are put into `python-stdlib`.
const PLACES: [(&str, &str); 9] = [
    ("bundle-networking", "micropython/bundles/bundle-networking"),
    ("aioble", "micropython/bluetooth/aioble"),
    ("onewire", "micropython/drivers/bus/onewire"),
    ("ds18x20", "micropython/drivers/sensor/ds18x20"),
    ("sdcard", "micropython/drivers/storage/sdcard"),
    ("umqtt.simple", "micropython/umqtt.simple"),
    ("ntptime", "micropython/net/ntptime"),
    ("os-path", "python-stdlib/os-path"),
    ("requests", "python-ecosys/requests"),
];

/// Makes the library in `folder`, with every package that a manifest below `ports` requires.
pub fn make(folder: &Path, manifests: &[String]) {
    let mut names: BTreeSet<String> = manifests.iter().flat_map(|text| required(text)).collect();
    names.extend(PLACES.map(|(name, _)| name.to_string()));
    for name in &names {
        let place = PLACES.iter().find(|(known, _)| known == name);
        let place = place.map_or_else(
            || format!("python-stdlib/{name}"),
            |(_, place)| (*place).to_string(),
        );
        let package = folder.join(place);
        let module = name.replace(['.', '-'], "_");
        let manifest = match name.as_str() {
            // Packages that require others, as the real ones do.
            "bundle-networking" => {
                "metadata(version='0.2.0')\nrequire('requests')\nrequire('ntptime')\n".to_string()
            }
            "aioble" => "metadata(version='0.6.1')\nfor part in ('core', 'client'):\n    \
                 package('aioble', files=[f'{part}.py'], opt=2)\n"
                .to_string(),
            "requests" => {
                "metadata(version='0.10.0', pypi='requests')\npackage('requests')\n".into()
            }
            _ => format!(
                "metadata(description='{name}', version='1.{}')\nmodule('{module}.py')\n",
                name.len()
            ),
        };
        write(&package.join("manifest.py"), &manifest);
        match name.as_str() {
            "bundle-networking" => {}
            "aioble" => {
                write(&package.join("aioble/core.py"), "x = 1\n");
                write(&package.join("aioble/client.py"), "x = 2\n");
            }
            "requests" => {
                write(&package.join("requests/__init__.py"), "x = 1\n");
                write(&package.join("requests/deep/auth.py"), "x = 1\n");
            }
            _ => write(&package.join(format!("{module}.py")), "x = 1\n"),
        }
    }
    // A package of this name is in two libraries.
    write(
        &folder.join("unix-ffi/time/manifest.py"),
        "module('time.py')\n",
    );
    write(&folder.join("unix-ffi/time/time.py"), "x = 'ffi'\n");
}

/// The names in the `require` calls of a manifest, without those of a library of its own.
fn required(manifest: &str) -> Vec<String> {
    let calls = manifest.split("require(").skip(1);
    let calls = calls
        .filter_map(|rest| rest.split_once(')'))
        .map(|(arguments, _)| arguments);
    let own = calls.filter(|arguments| !arguments.contains("library="));
    own.filter_map(|arguments| arguments.split(['"', '\'']).nth(1))
        .map(String::from)
        .collect()
}

fn write(path: &Path, text: &str) {
    let folder = path.parent().expect("a file has a folder");
    std::fs::create_dir_all(folder).expect("the folder can be made");
    std::fs::write(path, text).expect("the file can be written");
}
