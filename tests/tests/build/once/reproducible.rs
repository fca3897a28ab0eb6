//! The same input gives the same bytes, wherever and however often it is built.

use std::collections::BTreeMap;

use mpy_freeze::Context;
use mpy_freeze::frozen::Freeze;
use mpy_freeze_tests::project::Project;
use object::{Object, ObjectSection, SectionKind};

/// Everything that goes onto the board: the contents of each section that is loaded, by name.
fn loaded(image: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let elf = object::File::parse(image).expect("the image is an ELF file");
    let sections = elf.sections().filter(|section| {
        let kinds = [
            SectionKind::Text,
            SectionKind::ReadOnlyData,
            SectionKind::Data,
        ];
        kinds.contains(&section.kind()) && section.address() + section.size() > 0
    });
    sections
        .map(|section| {
            let name = section.name().expect("a name").to_string();
            (name, section.data().expect("contents").to_vec())
        })
        .collect()
}

/// What a clean build in a folder of its own gave.
struct Built {
    archive: Vec<u8>,
    statics: String,
    sections: BTreeMap<String, Vec<u8>>,
}

fn build(name: &str) -> Built {
    let project = Project::firmware(name).with_own_target_dir();
    let image = std::fs::read(project.firmware_image_compiled()).expect("the image");
    let folder = project.built("example-firmware");
    let out_dir = folder.parent().expect("OUT_DIR");
    let context = Context::load(out_dir).expect("the context");
    let mut freeze = Freeze::new(&context, &project.root);
    freeze.cache(&project.root.join("cache")).input("app/");
    let frozen = freeze.run().unwrap_or_else(|error| panic!("{error}"));
    let built = Built {
        archive: std::fs::read(folder.join("libmicropython.a")).expect("the archive"),
        statics: frozen.tokens.to_string(),
        sections: loaded(&image),
    };
    // Both folders hold a build of everything, which is not to pile up.
    project.remove("target");
    built
}

#[test]
fn two_clean_builds_in_different_folders_are_identical() {
    let one = build("reproducible-one");
    let two = build("reproducible-another-and-longer");
    assert!(one.archive.len() > 100_000 && one.statics.len() > 10_000);
    assert!(one.archive == two.archive, "the archives differ");
    assert!(one.statics == two.statics, "the statics differ");
    assert_eq!(
        one.sections.keys().collect::<Vec<_>>(),
        two.sections.keys().collect::<Vec<_>>()
    );
    for (name, contents) in &one.sections {
        assert!(
            contents == &two.sections[name],
            "the section {name} differs"
        );
    }
    assert!(one.sections[".text"].len() > 100_000);
}
