//! The targets of `make fuzz`. Each is a line in `fuzz_targets/`; what they promise stands with the tests, which draw
//! inputs for the same functions.
#![allow(clippy::unwrap_used)]

#[path = "../../tests/common/hostile.rs"]
pub mod hostile;
