//! A client reports success when its own part is done. In TLS 1.3 the server refuses it only afterwards.

use std::thread;

use crate::certificates::request::KeyType;
use crate::certificates::{GeneratedFile, failed, public};
use crate::error::Error;
use crate::handshake::step6_server_authorizes_client::Allowed;
use crate::handshake::{TlsMax, Trust};
use crate::instruments::lab::bounded::Ran;
use crate::instruments::lab::draw::Draw;
use crate::instruments::lab::meeting::Server;
use crate::instruments::lab::minting::{Mint, uri};
use crate::instruments::lab::playing::{Host, Manner};
use crate::instruments::lab::program::{self, Built};
use crate::instruments::lab::tests::{BOTH, Started, Test, Verdict, in_version};
use crate::instruments::lab::{Exercise, wording};
use crate::instruments::wire::transcript::hex;
use crate::language::Phrase;
use crate::narration::{Event, Step};
use crate::phrase;

pub(super) const EXERCISE: Exercise = Exercise {
    name: "success-is-not-success",
    steps: &[
        Step::ServerVerifiesClient,
        Step::ServerAuthorizesClient,
        Step::ApplicationData,
    ],
    minutes: 20,
    texts: wording::Files {
        english: include_str!("../texts/en/success-is-not-success.md"),
        chinese: include_str!("../texts/zh/success-is-not-success.md"),
    },
    words,
    start,
    check,
};

fn words(draw: &Draw) -> Vec<(&'static str, String)> {
    vec![("client", draw.person("client"))]
}

/// The package as the learner gets it.
const PACKAGE: [(&str, &str); 4] = [
    (
        "Cargo.toml",
        include_str!("../starts/success-is-not-success/Cargo.toml.txt"),
    ),
    // The versions that this project is tested with. cargo drops those that the client does not need.
    ("Cargo.lock", include_str!("../../../../Cargo.lock")),
    (
        "src/main.rs",
        include_str!("../starts/success-is-not-success/main.rs.txt"),
    ),
    (
        "src/ask.rs",
        include_str!("../starts/success-is-not-success/ask.rs.txt"),
    ),
];

fn start(draw: &mut Draw) -> Result<Vec<GeneratedFile>, Error> {
    let ca = Mint::root("lab CA", KeyType::default(), (-30, 3650))?;
    let other = Mint::root("another CA", KeyType::default(), (-30, 3650))?;
    let mut files = ca.server(&[])?.files("server").to_vec();
    files.extend(ca.client(&draw.person("client"))?.files("client"));
    // The learner's own cargo shares what the check's cargo has compiled. A path in this file counts from the exercise's folder.
    let target = program::cargo_target();
    let target = target.map_or("../.target".to_owned(), |at| at.display().to_string());
    let config =
        format!("# The check builds in the same place.\n[build]\ntarget-dir = {target:?}\n");
    files.push(public(".cargo/config.toml".to_owned(), config, ""));
    files.push(public("ca.crt".to_owned(), ca.pem, ""));
    files.push(public("other-ca.crt".to_owned(), other.pem, ""));
    files.extend(PACKAGE.map(|(name, text)| public(name.to_owned(), text.to_owned(), "")));
    Ok(files)
}

/// What the client should report.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Report {
    Success,
    Failure,
}

/// The servers that the client meets, as they differ from one that answers 200.
struct Scene {
    name: &'static str,
    versions: &'static [TlsMax],
    /// The client's CA is not among those that the server believes.
    unknown: bool,
    /// Another client is the only one that is let in.
    forbids: bool,
    manner: Manner,
    late: bool,
    report: Report,
    step: Step,
}

/// TLS 1.2 knows no refusal after the handshake, so that there is nothing to wait for.
const NEWEST: &[TlsMax] = &[TlsMax::Tls13];

const GOOD: Scene = Scene {
    name: "good",
    versions: BOTH,
    unknown: false,
    forbids: false,
    manner: Manner::Answers,
    late: false,
    report: Report::Success,
    step: Step::ApplicationData,
};

const REFUSES: Scene = Scene {
    name: "other-ca",
    unknown: true,
    report: Report::Failure,
    step: Step::ServerVerifiesClient,
    ..GOOD
};

const SCENES: [Scene; 8] = [
    GOOD,
    REFUSES,
    Scene {
        name: "forbidden",
        forbids: true,
        report: Report::Failure,
        step: Step::ServerAuthorizesClient,
        ..GOOD
    },
    Scene {
        name: "not-found",
        manner: Manner::FindsNothing,
        report: Report::Failure,
        ..GOOD
    },
    Scene {
        name: "slow-answer",
        versions: NEWEST,
        late: true,
        ..GOOD
    },
    Scene {
        name: "slow-refusal",
        versions: NEWEST,
        late: true,
        ..REFUSES
    },
    Scene {
        name: "says-nothing",
        manner: Manner::SaysNothing,
        report: Report::Failure,
        ..GOOD
    },
    Scene {
        name: "cut-short",
        manner: Manner::CutsShort,
        report: Report::Failure,
        ..GOOD
    },
];

fn check(started: &Started<'_>) -> Result<Vec<Test>, Error> {
    let builds = |verdict, found| Test {
        verdict,
        ..Test::look("builds", Step::ApplicationData, Err(found))
    };
    if started.hurry && !program::was_built(started.folder) {
        let found = phrase!("it is not built yet, which takes minutes the first time");
        return Ok(vec![builds(Verdict::NotChecked, found)]);
    }
    let client = match program::build(started.folder) {
        Built::Program(program) => program,
        Built::Refused(found) => return Ok(vec![builds(Verdict::Failed, found)]),
        Built::NotHere(found) => return Ok(vec![builds(Verdict::NotChecked, found)]),
    };
    let server = Server {
        identity: started.identity("server.crt", "server.key")?,
        clients: None,
        allowed: Vec::new(),
    };
    let (ca, other) = (
        started.trust("ca.crt", &[])?,
        started.trust("other-ca.crt", &[])?,
    );
    let visit = |address: std::net::SocketAddr| {
        client
            .run(started.folder, &address.to_string())
            .map_err(|error| failed("run the client", &error))
    };
    // Each server has a thread of its own: the slow ones keep no other waiting.
    let played: Vec<Result<Test, Error>> = thread::scope(|scope| {
        let scenes = SCENES.iter().map(|scene| {
            let (server, ca, other) = (&server, &ca, &other);
            scope.spawn(move || {
                scene.play(|version, word| {
                    let host = scene.host(
                        server,
                        if scene.unknown { other } else { ca },
                        version,
                        word,
                    )?;
                    let (ran, events) = host.receive(visit)?;
                    Ok((ran?, events))
                })
            })
        });
        let scenes: Vec<_> = scenes.collect();
        let joined = scenes.into_iter().map(|scene| scene.join());
        joined
            .map(|played| played.unwrap_or_else(|_| Err(failed("play a server", &"a panic"))))
            .collect()
    });
    let built = Test::look("builds", Step::ApplicationData, Ok(()));
    std::iter::once(Ok(built)).chain(played).collect()
}

impl Scene {
    fn host(
        &self,
        server: &Server,
        clients: &Trust,
        version: TlsMax,
        word: &str,
    ) -> Result<Host, Error> {
        let mut server = server.clone();
        server.clients = Some(clients.clone());
        if self.forbids {
            let other = Allowed::parse(&format!("uri:{}", uri("another")));
            server.allowed = vec![other.map_err(|error| failed("allow a client", &error))?];
        }
        Ok(Host {
            server,
            version,
            manner: self.manner,
            late: self.late,
            word: word.to_owned(),
        })
    }

    /// Lets the client meet this server in each version. The first run that is not as it should be is shown.
    fn play(
        &self,
        meet: impl Fn(TlsMax, &str) -> Result<(Ran, Vec<Event>), Error>,
    ) -> Result<Test, Error> {
        let mut test = Test::look(self.name, self.step, Ok(()));
        test.expected = match self.report {
            Report::Success => {
                phrase!("the client prints the server's answer, and ends with exit code 0")
            }
            Report::Failure => phrase!("the client reports a failure, and ends with exit code 1"),
        };
        for version in self.versions {
            let mut word = [0; 8];
            aws_lc_rs::rand::fill(&mut word).map_err(|error| failed("draw a word", &error))?;
            let word = format!("the word is {}", hex(&word));
            let (ran, events) = meet(*version, &word)?;
            if let Err(found) = self.report.judge(&ran, &word) {
                test.verdict = Verdict::Failed;
                test.found = in_version(*version, found);
                test.events = events;
                break;
            }
        }
        Ok(test)
    }
}

impl Report {
    /// Exit code and output decide, and nothing else.
    fn judge(self, ran: &Ran, word: &str) -> Result<(), Phrase> {
        let line = ran.first_line();
        match (self, ran.code) {
            (_, None) => Err(phrase!(
                "the client did not end by itself; it printed: {line}",
                line
            )),
            (Report::Success, Some(0)) if printed(&ran.stdout, word) => Ok(()),
            (Report::Success, Some(0)) => Err(phrase!(
                "the client ends with exit code 0, but did not print success: and the body of the answer; it printed: {line}",
                line
            )),
            (Report::Failure, Some(code @ 0)) | (Report::Success, Some(code)) => Err(phrase!(
                "the client ends with exit code {code}; it printed: {line}",
                code,
                line
            )),
            (Report::Failure, Some(_)) => Ok(()),
        }
    }
}

/// The line `success: WORD`. Other lines may stand beside it.
fn printed(output: &str, word: &str) -> bool {
    let mut bodies = output
        .lines()
        .filter_map(|line| line.strip_prefix("success:"));
    bodies.any(|body| body.trim() == word)
}
