//! The page of failures in English: what is said around the catalogue.

use hello_mtls::language::Language;

use super::page::Page;

pub(crate) const ENGLISH: Page = Page {
    language: Language::English,
    path: "docs/failures.md",
    head: HEAD,
    twin: "[中文]: zh/failures.md",
    by_alert: "\n<a id=\"by-alert\"></a>\n## By alert\n\nrustls chooses these alerts. Other servers choose otherwise: Go and Caddy send bad_certificate for everything that is wrong with a client's certificate, a missing one too; OpenSSL and Node send handshake_failure for a missing one in TLS 1.2; nginx sends no alert and answers 400.\n\n| alert | rustls calls it | cases |\n| --- | --- | --- |\n",
    doctor: "`hello-mtls doctor` finds it; there is no case to run.",
    late: ", after it believed that it was in",
    in_tls12: "in TLS 1.2",
    remedy: "fix",
};

const HEAD: &str = "\
[中文]

# How it fails

Most people meet mutual TLS as an error message. Here is each of them from both sides: what the server
says, the alert on the wire, what the client says, and what the same failure is called elsewhere.

`hello-mtls gallery CASE` runs a case for you, over a real connection with certificates made for it.
`hello-mtls gallery --all` runs them all. `hello-mtls step --refuse CASE` moves one flight by flight, if two
sides of TLS can do it alone. `hello-mtls gallery \"message\"` names the cases in which somebody says so.

Every failure has one name, and `hello-mtls doctor` prints the same one. Some failures have no case to run: the
doctor finds them in files, or on a live server. They are short entries here.

This page is made from the catalogue in `src/instruments/failures` and the table in `src/instruments/gallery/cases`;
`HELLO_MTLS_BLESS=1 cargo test --test inside` writes it, and a test compares it with what really happens. `…` stands for
what differs from run to run.

Before you read:

- In TLS 1.3 the client is done first. When the server refuses its certificate, it believes already that
  it is in: \"after it believed that it was in\" below. The refusal comes with its first read, so curl exits
  with 56 there, and with 35, 60 or 98 in TLS 1.2.
- OpenSSL calls most alerts \"sslv3 alert …\" or \"tlsv1 alert …\", in TLS 1.3 too. `s_client` prints
  \"Verify return code: 0 (ok)\" even when the server has refused it: that line is about the server's
  certificate alone.
- Node verifies the server after the handshake, and leaves without an alert. Its server sees a closed
  connection.
- rustls says \"peer\" also where it means your own certificate.
- The words of curl, openssl and Node are those of the versions beside them; another version may word the
  same failure otherwise.
- Not here, since nothing of this program can do it: no crypto provider or two (rustls panics with \"Could not
  automatically determine the process-level CryptoProvider\"; `builder_with_provider` names one), and P-521
  keys, which fail as weak-key does with ring and work with aws-lc-rs.
";
