#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hello_mtls_fuzz::hostile::proxy_header(bytes));
