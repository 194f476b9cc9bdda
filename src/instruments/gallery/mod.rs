//! The gallery: every way in which TLS and mTLS fail, live, from both sides.
//!
//! | module | job |
//! | --- | --- |
//! | [`cases`] | the table: a row a failure, by step |
//! | [`pki`] | certificates as words |
//! | [`maker`] | certificates, made of words |
//! | [`run`] | a case over a real connection, and what was seen |
//! | [`stage`] | the two sides of a case, ready to meet |
//! | `meeting` | one connection, and how it ended for each |
//! | `files` | files that a side cannot use |
//! | `peers`, `between` | peers that misbehave, and somebody on the way who does |
//! | [`door`] | the server of a case, open to curl, openssl and Node |
//! | [`panels`], `wall` | what was seen, at 80 columns: of one case, and of all |
//! | [`versions`] | an outcome in words, and what is otherwise in another version of TLS |
//! | `search` | which cases somebody may have meant |
//!
//! `tests/gallery/` proves the table, and makes the page of failures of it, in English and in Chinese.
//!
//! Adding a failure is adding a row. Most rows run the product's own server and client with wrong
//! certificates; a [`Twist`] is what certificates alone cannot do.

pub mod cases;
pub mod pki;
pub mod maker;
pub mod run;
pub mod panels;
mod wall;
pub mod versions;
mod search;
pub mod stage;
pub mod door;
mod meeting;
mod files;
mod peers;
mod between;

use self::pki::{Certificate, MY_CA, MY_CLIENT, MY_SERVER, RevocationList};
pub use self::search::said_in;
use crate::error::Error;
use crate::handshake::TlsMax;
use crate::narration::{Side, Step};
use crate::text;

/// One way to fail.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Its name on the command line and in the docs.
    pub name: &'static str,
    /// What is on the stage.
    pub scene: Scene,
    /// What has to happen: in TLS 1.3, and in TLS 1.2.
    pub fails: [Outcome; 2],
    /// What is said about it.
    pub words: Words,
    /// What other programs say about it.
    pub others: Others,
}

/// What is said about a case, in one language.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// What is wrong, in a sentence.
    pub story: &'static str,
    /// Why that fails, in a sentence or two.
    pub cause: &'static str,
    /// What to do, in a line; commands and options in backquotes.
    pub remedy: &'static str,
}

/// The same failure in the words of other programs, put in the place of our client. `…` stands for what
/// differs from run to run; an empty text: this program cannot meet it.
#[derive(Clone, Copy, Debug)]
pub struct Others {
    /// curl with OpenSSL, after `curl: `, and its exit code in brackets.
    pub curl: &'static str,
    /// `openssl s_client`.
    pub openssl: &'static str,
    /// Node's `https`: code and message.
    pub node: &'static str,
    /// All three in TLS 1.2, if one of them says something else there.
    pub tls12: Option<&'static Others>,
}

/// The programs whose words are in the table, as they were seen.
pub const SEEN: [&str; 3] = ["curl 7.88.1", "OpenSSL 3.0.19", "Node 20.20.2"];

/// Two sides, and what is odd about their meeting.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// Who listens.
    pub server: Party,
    /// Who dials.
    pub client: Party,
    /// The name that the client dials, and compares.
    pub dials: &'static str,
    /// The server's `--allow`.
    pub allows: &'static [&'static str],
    /// What certificates alone cannot do.
    pub twist: Twist,
}

/// One side.
#[derive(Clone, Copy, Debug)]
pub struct Party {
    /// What it shows, leaf first. Nothing: it has no certificate.
    pub shows: &'static [Certificate],
    /// The key it signs with, if that is not the leaf's own.
    pub key: Option<&'static Certificate>,
    /// Whom it believes. Of a server, nobody: it does not ask for certificates.
    pub trusts: &'static [Certificate],
    /// What it knows to be revoked.
    pub lists: &'static [RevocationList],
    /// Days that its clock is ahead.
    pub clock: i64,
    /// It checks its own certificate before it shows it, as rustls does. Other programs do not.
    pub careful: bool,
}

/// What certificates alone cannot do.
#[derive(Clone, Copy, Debug)]
pub enum Twist {
    /// Nothing is odd.
    None,
    /// This side reads its files, and one of them is not what it should be.
    Files(Side, Files),
    /// Nobody listens.
    NobodyListens,
    /// The server speaks no TLS: it says this when something has come, and hangs up.
    PlainServer(&'static [u8]),
    /// The client speaks no TLS: it says this, and waits.
    PlainClient(&'static [u8]),
    /// The two have no TLS version in common.
    Versions,
    /// The two have no cipher suite in common.
    Suites,
    /// The two have no key-exchange group in common.
    Groups,
    /// The client knows no Ed25519.
    Schemes,
    /// The two have no application protocol in common.
    Protocols,
    /// The server has a certificate for this name only.
    OneDoor(&'static str),
    /// The client shows its certificate only to servers that name its CA.
    Picky,
    /// The server's verifier has the last word on who may come in, during the handshake.
    Slam,
    /// The client comes a second time, on its ticket; only in between the server learns of its lists.
    Resumes,
    /// The client writes, says goodbye and never reads.
    NeverReads,
    /// The server ends its answer by hanging up.
    NoGoodbye,
    /// Somebody on the way flips a bit in the client's hello.
    ChangesHello,
    /// Somebody on the way flips a bit in what the server sends after the handshake.
    ChangesData,
    /// Somebody on the way cuts the line before the answer.
    Cuts,
}

/// The files of a side. What is not said is as it should be.
#[derive(Clone, Copy, Debug)]
pub struct Files {
    /// What is in the certificate file.
    pub certificate: Contents,
    /// What is in the key file.
    pub key: Contents,
    /// What is in the CA file.
    pub authorities: Contents,
    /// How rustls itself, without this program, reports it.
    pub rustls: &'static str,
}

/// What is in a file.
#[derive(Clone, Copy, Debug)]
pub enum Contents {
    /// What it should be.
    Right,
    /// These certificates.
    Certificates(&'static [Certificate]),
    /// The key of this certificate.
    Key(&'static Certificate),
    /// A request for this certificate.
    Request(&'static Certificate),
    /// What it should be, but written so.
    Written(fn(&str) -> Vec<u8>),
    /// This text.
    Text(&'static str),
}

/// What happens in a case, in one version of TLS.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Where it fails.
    pub step: Step,
    /// Who notices first. `None`: nobody.
    pub by: Option<Side>,
    /// The fatal alert on the wire: who sends it, and its number.
    pub alert: Option<(Side, u8)>,
    /// How it ends for the server.
    pub server: Ends,
    /// How it ends for the client.
    pub client: Ends,
    /// The client had reached step 7: it believed that it was in.
    pub believed: bool,
}

/// How a case ends for one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// It notices nothing.
    Well,
    /// It hears the alert.
    Alert,
    /// It notices nothing or hears the alert: which, depends on what it was about to read.
    WellOrAlert,
    /// With these words of rustls, of the system, or of ours. `…` stands for anything.
    With(&'static str),
}

impl Case {
    /// What has to happen in this version of TLS.
    pub fn expected(&self, tls_max: TlsMax) -> &Outcome {
        let [tls13, tls12] = &self.fails;
        match tls_max {
            TlsMax::Tls13 => tls13,
            TlsMax::Tls12 => tls12,
        }
    }

    /// What other programs say in this version of TLS, in the order of [`SEEN`].
    pub fn said_by(&self, tls_max: TlsMax) -> [&'static str; 3] {
        let others = match (tls_max, self.others.tls12) {
            (TlsMax::Tls12, Some(others)) => others,
            _ => &self.others,
        };
        [others.curl, others.openssl, others.node]
    }
}

impl Twist {
    /// True if two sides of TLS do it all between themselves: both speak TLS and obey it, can read their
    /// files, and nobody on the way meddles.
    pub fn is_between_two_sides(self) -> bool {
        use Twist::*;
        matches!(
            self,
            None | Versions
                | Suites
                | Groups
                | Schemes
                | Protocols
                | OneDoor(_)
                | Picky
                | Slam
                | Resumes
        )
    }
}

/// Two sides that get on with each other. Every case begins with this and spoils something.
pub const SCENE: Scene = Scene {
    server: Party {
        shows: &[MY_SERVER],
        key: None,
        trusts: &[MY_CA],
        lists: &[],
        clock: 0,
        careful: true,
    },
    client: Party {
        shows: &[MY_CLIENT],
        key: None,
        trusts: &[MY_CA],
        lists: &[],
        clock: 0,
        careful: true,
    },
    dials: "localhost",
    allows: &[],
    twist: Twist::None,
};

/// All files are as they should be.
pub const FILES: Files = Files {
    certificate: Contents::Right,
    key: Contents::Right,
    authorities: Contents::Right,
    rustls: "",
};

/// The case of this name.
///
/// # Errors
/// There is none: [`Error::Usage`], with the names that are most like it, if any is.
pub fn find(name: &str) -> Result<&'static Case, Error> {
    let case = cases::all().find(|case| case.name == name);
    case.ok_or_else(|| {
        let perhaps = match search::nearest(name)[..] {
            [] => String::new(),
            ref names => format!("{}? ", names.join(", ")),
        };
        Error::Usage {
            found: format!(
                "there is no case \"{}\" in the gallery",
                text::terminal(name)
            ),
            remedy: format!("{perhaps}`hello-mtls gallery` lists all"),
        }
    })
}

/// True if `text` has all parts of `pattern` in their order; `…` stands between them.
pub fn says(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('…').map(str::trim);
    parts
        .try_fold(text, |rest, part| Some(rest.split_once(part)?.1))
        .is_some()
}
