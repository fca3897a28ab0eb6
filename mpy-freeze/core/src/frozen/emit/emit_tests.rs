use super::*;
use crate::context::tests::sample;

#[test]
fn sources_below_the_crate_are_tracked_relative_to_it() {
    let text = |path: &str| track(Path::new("/crate"), Path::new(path)).to_string();
    assert!(text("/crate/app/main.py").contains("\"/app/main.py\""));
    assert!(text("/crate/app/main.py").contains("CARGO_MANIFEST_DIR"));
    assert!(!text("/crate/app/main.py").contains("/crate"));
    assert!(text("/crate/../shared/a.py").contains("\"/../shared/a.py\""));
    assert!(text("/elsewhere/a.py").contains("\"/elsewhere/a.py\""));
}

#[test]
fn sections_are_for_bare_metal() {
    let image = Image::default();
    let section = |bare_metal| {
        let context = Context {
            bare_metal,
            ..sample()
        };
        emit(&context, &image, Path::new("/crate"), &[], &[]).to_string()
    };
    assert!(section(true).contains(".rodata.mpy_freeze.bytecode"));
    assert!(!section(false).contains("link_section"));
}

#[test]
fn the_configuration_is_checked() {
    let tokens = emit(&sample(), &Image::default(), Path::new("/crate"), &[], &[]).to_string();
    assert!(tokens.contains("mpyf_cfg_mpz_dig_size as u64 == 16"));
    assert!(tokens.contains("mpyf_cfg_small_int_bits as u64 == 31"));
}
