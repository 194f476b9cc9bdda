//! The page of failures in English: what is said around the catalogue.

use hello_mtls::language::Language;

use super::page::Page;

pub(crate) const ENGLISH: Page = Page {
    language: Language::English,
    path: "docs/failures.md",
    head: HEAD,
    twin: "[中文]: zh/failures.md",
    by_alert: "\n<a id=\"by-alert\"></a>\n## By alert\n\nrustls sends these alerts. Other servers send different ones. Go and Caddy send bad_certificate for everything that is wrong with a client's certificate, even when it is missing. OpenSSL and Node send handshake_failure when it is missing in TLS 1.2. nginx sends no alert and answers 400.\n\n| alert | rustls calls it | cases |\n| --- | --- | --- |\n",
    doctor: "`hello-mtls doctor` finds this failure; the gallery has no case of it to run.",
    late: ", after it believed that it was in",
    in_tls12: "in TLS 1.2",
    remedy: "fix",
};

const HEAD: &str = "\
[中文]

# How it fails

Most people first meet mutual TLS as an error message. This page shows each failure from both sides: what the
server says, the alert on the wire, what the client says, and what other programs call the same failure.

`hello-mtls gallery CASE` runs a case for you, over a real connection with certificates made for it.
`hello-mtls gallery --all` runs all of them. `hello-mtls step --refuse CASE` goes through a case flight by flight, if
the client and the server can produce it without a third party. `hello-mtls gallery \"message\"` names the cases in
which a program prints that message.

Every failure has one name, and `hello-mtls doctor` prints the same name. Some failures have no case to run, because
the doctor finds them in files or on a live server. Their entries here are short.

This page is made from the catalogue in `src/instruments/failures` and the table in `src/instruments/gallery/cases`;
`HELLO_MTLS_BLESS=1 cargo test --test inside` writes it, and a test compares it with what really happens. `…` stands for
the parts that differ from run to run.

Before you read:

- In TLS 1.3 the client finishes the handshake before the server does. When the server refuses the client's
  certificate, the client already believes that it was accepted. The entries below call this \"after it believed
  that it was in\". The client receives the refusal with its first read, so curl exits with 56 there, and with 35,
  60 or 98 in TLS 1.2.
- OpenSSL calls most alerts \"sslv3 alert …\" or \"tlsv1 alert …\", in TLS 1.3 too. `s_client` prints
  \"Verify return code: 0 (ok)\" even when the server has refused it, because that line is only about the server's
  certificate.
- Node verifies the server after the handshake, and closes the connection without an alert. Its server only sees a
  closed connection.
- rustls says \"peer\" even when it means your own certificate.
- The messages of curl, openssl and Node come from the versions named beside them. Another version may use different
  words for the same failure.
- Two failures are missing because this program cannot produce them. With no crypto provider, or with two, rustls
  panics with \"Could not automatically determine the process-level CryptoProvider\"; `builder_with_provider` names
  one. P-521 keys fail as weak-key does with ring, and work with aws-lc-rs.
";
