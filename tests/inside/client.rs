//! URLs of any shape: what is parsed and printed again is the same, and nothing panics.

use std::net::Ipv6Addr;

use arbtest::arbitrary::{Result, Unstructured};
use hello_mtls::client::Url;

use crate::common::properties::{below, rounds};

fn host(random: &mut Unstructured<'_>) -> Result<String> {
    Ok(match below(random, 3)? {
        0 => Ipv6Addr::from(random.arbitrary::<u128>()?).to_string(),
        1 => {
            let [a, b, c, d] = random.arbitrary::<[u8; 4]>()?;
            format!("{a}.{b}.{c}.{d}")
        }
        _ => {
            let label = *random.choose(&["a", "localhost", "xn--fiqs8s", "a-b", "example"])?;
            let domain = *random.choose(&["", ".test", ".example.com"])?;
            format!("{label}{domain}")
        }
    })
}

#[test]
fn a_url_that_is_printed_is_parsed_to_the_same_url() {
    rounds(500, |_, random| {
        let host = host(random)?;
        let in_url = if host.contains(':') {
            format!("[{host}]")
        } else {
            host.clone()
        };
        let port = random.int_in_range(1..=u16::MAX)?;
        let path = below(random, 12)?;
        let letters: Vec<char> = (0..path)
            .map(|_| {
                random
                    .choose(&['a', 'Z', '0', '/', '?', '%', '~', '&', ':', '@'])
                    .copied()
            })
            .collect::<Result<_>>()?;
        let path: String = letters.into_iter().collect();
        let url = Url::parse(&format!("https://{in_url}:{port}/{path}")).unwrap();
        assert_eq!((&url.host, url.port), (&host, port));
        assert_eq!(url.target, format!("/{path}"));
        let printed = format!("https://{}{}", url.place, url.target);
        assert_eq!(Url::parse(&printed).unwrap(), url);
        // A default port is left out of the Host field, and only that one.
        let short = format!("https://{}{}", url.host_field, url.target);
        assert_eq!(Url::parse(&short).unwrap(), url);
        Ok(())
    });
}

#[test]
fn any_text_is_a_url_or_is_refused() {
    rounds(2_000, |_, random| {
        let text: String = random.arbitrary()?;
        let _ = Url::parse(&text);
        if let Ok(url) = Url::parse(&format!("https://{text}")) {
            let printed = format!("https://{}{}", url.place, url.target);
            assert_eq!(Url::parse(&printed).unwrap(), url, "{text:?}");
        }
        Ok(())
    });
}
