//! Flags and files that come from outside reach everything that they concern.

use std::path::Path;
use std::time::SystemTime;

use mpy_freeze::{Context, Float};
use mpy_freeze_tests::project::Project;

fn context(project: &Project) -> Context {
    let folder = project.built("flags");
    Context::load(folder.parent().expect("OUT_DIR")).expect("the context")
}

fn written(path: &Path) -> SystemTime {
    path.metadata()
        .and_then(|data| data.modified())
        .expect("a time")
}

#[test]
fn cflags_and_a_users_header() {
    let project = Project::host("flags");
    project.write(
        "build.rs",
        "fn main() { mpy_freeze::Build::new().c_file(\"c/mine.c\").build(); }\n",
    );
    project.write("c/mine.c", "#include \"mine.h\"\nint mine = ANSWER;\n");
    project.write("c/mine.h", "#define ANSWER 41\n");
    project.succeeds(&["build"]);
    assert_eq!(context(&project).facts.float, Float::Double);

    // An edit of a header that only the user's file includes is seen by Cargo and by the build.
    let object = project.built("flags").join("obj/user/0-mine.o");
    let before = written(&object);
    project.write("c/mine.h", "#define ANSWER 42\n");
    project.succeeds(&["build"]);
    assert!(written(&object) > before, "the object is the old one");

    // A define in CFLAGS is the compiler's and libclang's alike: the statics fit the library.
    let output = project
        .cargo(&["build"])
        .env("CFLAGS", "-DMICROPY_FLOAT_IMPL=1")
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(context(&project).facts.float, Float::Single);
}
