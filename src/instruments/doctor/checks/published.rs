//! A certificate may say where its issuer's is published (authorityInfoAccess, RFC 5280 §4.2.2.1). Browsers and Windows
//! fetch it; rustls, OpenSSL and most others do not, so the side that shows the certificate sends its intermediates.

use std::path::Path;

use x509_parser::extensions::{GeneralName, ParsedExtension};

use crate::instruments::doctor::evidence::Cert;
use crate::instruments::doctor::in_place::{free, keep};
use crate::text;

/// The address of the issuer's certificate.
pub(super) fn issuers_url<'a>(cert: &Cert<'a>) -> Option<&'a str> {
    const LONGEST: usize = 200;
    let mut extensions = cert.x509.extensions().iter();
    let access = extensions.find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityInfoAccess(access) => Some(access),
        _ => None,
    })?;
    let mut ways = access.accessdescs.iter();
    ways.find_map(|way| match way.access_location {
        GeneralName::URI(url) if way.access_method.to_id_string() == "1.3.6.1.5.5.7.48.2" => {
            let fetched = url.starts_with("http://") || url.starts_with("https://");
            // It goes into a command: nothing that a terminal would obey.
            let plain = url.len() <= LONGEST && url.bytes().all(|byte| byte.is_ascii_graphic());
            (fetched && plain).then_some(url)
        }
        _ => None,
    })
}

/// Fetches it, in DER or PEM, and adds it to the chain.
pub(super) fn fetched(url: &str, chain: &Path) -> String {
    let new = text::shell(&free(&chain.with_extension("issuer"), ".cer"));
    let (keep, url, chain) = (keep(chain), text::shell_word(url), text::shell(chain));
    format!(
        "  {keep} && curl -gfsS -o {new} {url} && (echo; openssl x509 -inform DER -in {new} 2>/dev/null || openssl x509 -in {new}) >> {chain}"
    )
}
