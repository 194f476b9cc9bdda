//! The chain of a server, drawn: the leaf above, what signed it below, and the verdict.

use std::io;

use rustls::pki_types::CertificateDer;

use super::chain::{End, Link, Signature, Signer, links, path};
use super::summary::summary;
use crate::certificates::summary::shown_names;
use crate::clock::Moment;
use crate::error::Diagnosis;
use crate::instruments::page::{BOLD, DIM, GREEN, Page, RED, YELLOW};
use crate::instruments::x509::Kind;
use crate::language::Phrase;
use crate::phrase;

/// What one handshake showed of a server.
#[derive(Clone, Debug)]
pub struct Sent {
    /// `localhost:3000`.
    pub place: String,
    /// The name that the certificate was judged for.
    pub host: String,
    /// What the server sent, the leaf first.
    pub chain: Vec<CertificateDer<'static>>,
    /// The CAs that this side judges by.
    pub judge: Judge,
    /// The names of the CAs in the server's request for a certificate, DER; none for any CA. `Some(None)`: it does not ask.
    /// `None`: the client did not come so far.
    pub asks: Option<Option<Vec<Vec<u8>>>>,
    /// What this side's verifier found; `None`: it accepted the server.
    pub refusal: Option<Diagnosis>,
    /// The server was accepted, and the handshake ended before its end all the same.
    pub ended: Option<Diagnosis>,
}

/// The CAs by which a chain is judged.
#[derive(Clone, Debug)]
pub enum Judge {
    /// These.
    Of {
        /// Their certificates.
        anchors: Vec<CertificateDer<'static>>,
        /// Where they come from.
        from: From,
        /// The user named them. False: they are those that lie at hand.
        named: bool,
    },
    /// There are none, or none that can be used: why.
    None(Phrase),
}

/// Where CAs come from.
#[derive(Clone, Debug)]
pub enum From {
    /// A file, its name safe to show.
    File(String),
    /// What this system trusts.
    System,
}

impl From {
    /// As a noun.
    pub fn phrase(&self) -> Phrase {
        match self {
            From::File(name) => name.into(),
            From::System => phrase!("the CAs of this system"),
        }
    }
}

/// What a server asks for: the names of its CAs, DER; `None`: nothing.
fn asks(place: &str, names: Option<&[Vec<u8>]>) -> Phrase {
    match names {
        None => phrase!("{place} does not ask for a client certificate", place),
        Some([]) => phrase!("{place} asks for a client certificate, of any CA", place),
        Some(names) => {
            let names: Vec<&[u8]> = names.iter().map(|name| &name[..]).collect();
            let names = shown_names(&names);
            phrase!(
                "{place} asks for a client certificate of {names}",
                place,
                names
            )
        }
    }
}

impl Sent {
    /// Where the issuer of each certificate is.
    pub fn links(&self) -> Vec<Link> {
        links(&self.chain, self.anchors())
    }

    fn anchors(&self) -> &[CertificateDer<'static>] {
        match &self.judge {
            Judge::Of { anchors, .. } => anchors,
            Judge::None(_) => &[],
        }
    }

    fn is_judged(&self) -> bool {
        matches!(self.judge, Judge::Of { .. })
    }

    /// What is missing between the leaf and a CA that this side trusts, and what was sent for nothing.
    pub fn missing(&self) -> Vec<Phrase> {
        let links = self.links();
        let (passed, end) = path(&links, &self.chain, self.anchors());
        let mut said = Vec::new();
        match &end {
            End::Trusted | End::Unknown => {}
            End::OwnRoot(root) if self.is_judged() => said.push(phrase!(
                "the root {root} is not among the CAs that this side trusts",
                root
            )),
            End::OwnRoot(_) => {}
            End::Missing(ca) if self.is_judged() => said.push(phrase!(
                "the certificate of {ca} was not sent, and this side does not have it: an intermediate that the server should send, or a root that this side does not trust",
                ca
            )),
            End::Missing(ca) => said.push(phrase!(
                "the certificate of {ca} was not sent: right for a root, which the client has to have; an intermediate should be sent",
                ca
            )),
        }
        let spare = (0..links.len()).filter(|place| !passed.contains(place));
        let spare: Vec<String> = spare.map(|place| (place + 1).to_string()).collect();
        if !spare.is_empty() && end != End::Unknown {
            said.push(phrase!(
                "not needed for the path from the leaf: {numbers}",
                numbers = spare.join(", ")
            ));
        }
        let ordered = passed
            .iter()
            .enumerate()
            .all(|(number, place)| number == *place);
        if !ordered {
            said.push(phrase!(
                "the chain is out of order: each certificate should stand behind the one that it signed (RFC 5246 §7.4.2)"
            ));
        }
        said
    }

    /// The verdict of webpki in a sentence.
    pub fn verdict(&self) -> Phrase {
        let host = &self.host;
        let by = match &self.judge {
            Judge::None(why) => return phrase!("not judged: {why}", why),
            Judge::Of { from, .. } => from.phrase(),
        };
        match &self.refusal {
            None => phrase!("webpki accepts it for \"{host}\", by {by}", host, by),
            Some(refusal) => phrase!(
                "webpki refuses it for \"{host}\", by {by}: {found}",
                host,
                by,
                found = &refusal.found
            ),
        }
    }

    /// Why it was judged by CAs that were not named.
    fn whose_choice(&self) -> Option<Phrase> {
        match &self.judge {
            Judge::Of {
                from, named: false, ..
            } => Some(match from {
                From::File(name) => phrase!(
                    "No CA was named, and {name} is there. --cacert FILE names another one",
                    name
                ),
                From::System => phrase!(
                    "No CA was named, and a public name is judged by those of this system. --cacert FILE names another one"
                ),
            }),
            _ => None,
        }
    }

    /// Draws it. Fails only where the page's output fails.
    ///
    /// # Errors
    /// Those of the page's output.
    pub fn write(&self, page: &mut Page<'_>) -> io::Result<()> {
        let count = self.chain.len();
        let place = &self.place;
        let title = match count {
            1 => phrase!("{place} sends 1 certificate", place),
            _ => phrase!("{place} sends {count} certificates", place, count),
        };
        page.paragraph("", &page.paint.words(&title), BOLD)?;
        page.blank()?;
        for (number, (link, der)) in self.links().iter().zip(&self.chain).enumerate() {
            self.certificate(page, number + 1, link, der)?;
        }
        page.blank()?;
        for missing in self.missing() {
            page.paragraph("! ", &page.paint.words(&missing), YELLOW)?;
        }
        let colour = match (self.is_judged(), &self.refusal) {
            (false, _) => DIM,
            (true, None) => GREEN,
            (true, Some(_)) => RED,
        };
        page.paragraph("", &page.paint.words(&self.verdict()), colour)?;
        if let Some(choice) = self.whose_choice() {
            page.paragraph("", &page.paint.words(&choice), DIM)?;
        }
        if let Some(names) = &self.asks {
            let asks = asks(&self.place, names.as_deref());
            page.paragraph("", &page.paint.words(&asks), "")?;
        }
        if let Some(ended) = &self.ended {
            let then = phrase!("then the handshake ended: {found}", found = &ended.found);
            page.paragraph("", &page.paint.words(&then), YELLOW)?;
        }
        Ok(())
    }

    fn certificate(
        &self,
        page: &mut Page<'_>,
        number: usize,
        link: &Link,
        der: &CertificateDer<'_>,
    ) -> io::Result<()> {
        let head = format!("{number:3}  ");
        let Some(subject) = &link.subject else {
            let unread = phrase!("{count} bytes, not read", count = der.len());
            return page.paragraph(&head, &page.paint.words(&unread), RED);
        };
        page.paragraph(&head, subject, BOLD)?;
        let summary = summary(Kind::Certificate, der, Moment::now().unix());
        page.paragraph("  │  ", &page.paint.words(&summary.unwrap_or_default()), "")?;
        let (mark, words, colour) = self.signed(link);
        page.paragraph(mark, &page.paint.words(&words), colour)
    }

    fn signed(&self, link: &Link) -> (&'static str, Phrase, &'static str) {
        let issuer = &link.issuer;
        let by = |signature, by: Phrase| match signature {
            Signature::Fits => ("  ▼  ", phrase!("signed by {by}", by), ""),
            Signature::NotChecked => (
                "  ▼  ",
                phrase!(
                    "says that it is signed by {by}; the algorithm is not checked here",
                    by
                ),
                "",
            ),
            Signature::DoesNotFit => (
                "  ✗  ",
                phrase!("names {by} as its issuer, but that key did not sign it", by),
                RED,
            ),
        };
        match link.signer {
            Signer::Sent(number, signature) => {
                by(signature, phrase!("certificate {number}", number))
            }
            Signer::Trusted(signature) => {
                let from = match &self.judge {
                    Judge::Of {
                        from: From::File(from),
                        ..
                    } => phrase!("{issuer}, a CA of {from}", issuer, from),
                    _ => phrase!("{issuer}, a CA that this system trusts", issuer),
                };
                by(signature, from)
            }
            Signer::Itself(signature) => {
                let (_, words, colour) = by(signature, phrase!("itself: a root"));
                ("  ■  ", words, colour)
            }
            Signer::Missing => (
                "  ?  ",
                phrase!("signed by {issuer}, which was not sent", issuer),
                YELLOW,
            ),
            Signer::Unknown => ("  ?  ", Phrase::empty(), ""),
        }
    }
}
