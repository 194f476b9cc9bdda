//! The terms of TLS and of certificates, for the links of the steps' pages. There is no code in this module.
//!
//! [中文]: crate#in-chinese
//! [picture 1]: super::step1_client_connects#what-happens
//! [picture 2]: super::step2_server_presents_certificate#bytes
//! [picture 3]: super::step3_client_verifies_server#what-happens
//! [gallery]: crate::instruments::failures
#![doc = include_str!("../../docs/glossary.md")]
