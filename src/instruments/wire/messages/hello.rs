//! ClientHello, ServerHello and HelloRetryRequest (RFC 8446 §4.1; TLS 1.2: RFC 5246 §7.4.1).

use super::{
    Context, HELLO_RETRY_REQUEST, Read, extensions, named, named_list, opaque_vector, version_name,
};
use crate::instruments::fields::Reader;
use crate::instruments::wire::messages::extensions::Where;
use crate::instruments::wire::names;

pub(super) fn client_hello(reader: &mut Reader<'_>, _: &Context) -> Read {
    named(reader, 2, "legacy_version", version_name)?;
    reader.meaning("stays at TLS 1.2 forever; what counts is supported_versions");
    reader.bytes(
        32,
        "random",
        "fresh for every connection, so that no recording can be replayed",
    )?;
    opaque_vector(
        reader,
        1,
        "legacy_session_id",
        "TLS 1.2: the session to resume. TLS 1.3: noise, to look like TLS 1.2",
    )?;
    let meaning = "what protects the records, best first";
    named_list(
        reader,
        2,
        "cipher_suites",
        "cipher_suite",
        meaning,
        names::cipher_suite,
    )?;
    opaque_vector(
        reader,
        1,
        "legacy_compression_methods",
        "none: compression leaked secrets (CRIME)",
    )?;
    extensions::read(reader, Where::ClientHello)
}

pub(super) fn server_hello(reader: &mut Reader<'_>, context: &Context) -> Read {
    named(reader, 2, "legacy_version", version_name)?;
    reader.meaning("TLS 1.3 stands in supported_versions; without that, this is the version");
    let random = reader.bytes(32, "random", "the server's share of freshness")?;
    let retry = random == HELLO_RETRY_REQUEST;
    match random.get(24..) {
        _ if retry => reader.meaning("this fixed value says: a HelloRetryRequest"),
        Some(b"DOWNGRD\x01") => reader.meaning(
            "ends in DOWNGRD 01: a server that can do TLS 1.3 speaks 1.2. A client that offered 1.3 must give up (RFC 8446 §4.1.3)",
        ),
        Some(b"DOWNGRD\x00") => reader.meaning("ends in DOWNGRD 00: a server that can do better speaks TLS 1.1 or less"),
        _ => {}
    }
    let echo = if context.tls13 {
        "echoes the client's, to look like a resumption of TLS 1.2"
    } else {
        "names the session"
    };
    opaque_vector(reader, 1, "legacy_session_id_echo", echo)?;
    named(reader, 2, "cipher_suite", names::cipher_suite)?;
    reader.u8("legacy_compression_method", "none")?;
    extensions::read(
        reader,
        if retry {
            Where::HelloRetryRequest
        } else {
            Where::ServerHello
        },
    )
}
