#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let folder = std::env::temp_dir().join(format!("hello-mtls-fuzz-{}", std::process::id()));
    let _ = std::fs::create_dir(&folder);
    hello_mtls_fuzz::hostile::doctor(&folder, bytes);
});
