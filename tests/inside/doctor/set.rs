//! A folder with a CA, a server and a client, and the ways to spoil it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hello_mtls::instruments::doctor::{ChainSource, SetupFiles, SideFiles};
use hello_mtls::narration::Side;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CrlDistributionPoint,
    CrlIssuingDistributionPoint, CrlScope, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SanType, SerialNumber,
    SignatureAlgorithm, date_time_ymd,
};
use rustls::pki_types::{ServerName, UnixTime};

/// 2030-01-01: all is judged then, so that no test ages.
pub(crate) const NOW: u64 = 1_893_456_000;

pub(crate) struct Set {
    pub(crate) dir: PathBuf,
    pub(crate) root: Issuer<'static, KeyPair>,
    pub(crate) case: SetupFiles,
}

pub(crate) type Params = CertificateParams;

pub(crate) fn params(name: &str) -> Params {
    let mut params = Params::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2125, 1, 1);
    params
}

pub(crate) fn ca_params(name: &str) -> Params {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

pub(crate) fn leaf_params(side: Side) -> Params {
    let mut params = params(if side == Side::Server {
        "localhost"
    } else {
        "my-client"
    });
    params.serial_number = Some(SerialNumber::from(if side == Side::Server {
        11
    } else {
        12
    }));
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    (params.subject_alt_names, params.extended_key_usages) = match side {
        Side::Server => (
            vec![
                SanType::DnsName("localhost".try_into().unwrap()),
                SanType::IpAddress([127, 0, 0, 1].into()),
            ],
            vec![ExtendedKeyUsagePurpose::ServerAuth],
        ),
        Side::Client => (
            vec![SanType::URI(
                "spiffe://hello-mtls/my-client".try_into().unwrap(),
            )],
            vec![ExtendedKeyUsagePurpose::ClientAuth],
        ),
    };
    params
}

pub(crate) fn server_name(name: &str) -> ServerName<'static> {
    ServerName::try_from(name.to_owned()).unwrap()
}

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/doctor")
            .join(name),
    )
    .unwrap()
}

impl Set {
    pub(crate) fn new(name: &str) -> Set {
        Set::of(name, &rcgen::PKCS_ECDSA_P256_SHA256)
    }

    pub(crate) fn of(name: &str, algorithm: &'static SignatureAlgorithm) -> Set {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("doctor")
            .join(name);
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        let key = || KeyPair::generate_for(algorithm).unwrap();
        let party = |side: Side| SideFiles {
            side,
            certificate: ChainSource::File(dir.join(format!("{side}.crt"))),
            key: Some(dir.join(format!("{side}.key"))),
        };
        let case = SetupFiles {
            authorities: Some(dir.join("ca.crt")),
            parties: vec![party(Side::Server), party(Side::Client)],
            now: UnixTime::since_unix_epoch(Duration::from_secs(NOW)),
            ..SetupFiles::default()
        };
        let mut set = Set {
            dir,
            root: Issuer::new(ca_params("my-ca"), key()),
            case,
        };
        set.write_root(ca_params("my-ca"), key());
        for side in [Side::Server, Side::Client] {
            set.leaf_with(side, &key(), |_| ());
        }
        set
    }

    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        fs::write(self.dir.join(name), contents).unwrap();
        if name.ends_with(".key") {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(self.dir.join(name), fs::Permissions::from_mode(0o600)).unwrap();
        }
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.dir.join(name)).unwrap()
    }

    pub(crate) fn edit(&self, name: &str, change: impl FnOnce(String) -> String) {
        self.write(name, change(self.read(name)));
    }

    pub(crate) fn copy(&self, from: &str, to: &str) {
        self.write(to, fs::read(self.dir.join(from)).unwrap());
    }

    pub(crate) fn fixture(&self, from: &str, to: &str) {
        self.write(to, fixture(from));
    }

    pub(crate) fn write_root(&mut self, params: Params, key: KeyPair) {
        self.write("ca.crt", params.self_signed(&key).unwrap().pem());
        self.root = Issuer::new(params, key);
    }

    /// Another root in its place, and both leaves from it.
    pub(crate) fn with_root(&mut self, change: impl FnOnce(&mut Params)) {
        let mut params = ca_params("my-ca");
        change(&mut params);
        self.write_root(params, p256());
        self.leaf(Side::Server, |_| ());
        self.leaf(Side::Client, |_| ());
    }

    pub(crate) fn leaf(&self, side: Side, change: impl FnOnce(&mut Params)) {
        self.leaf_with(side, &p256(), change);
    }

    pub(crate) fn leaf_with(&self, side: Side, key: &KeyPair, change: impl FnOnce(&mut Params)) {
        let pem = self.signed(side, key, &self.root, change);
        self.write(&format!("{side}.crt"), pem);
    }

    /// The leaf's certificate; its key is written.
    pub(crate) fn signed(
        &self,
        side: Side,
        key: &KeyPair,
        by: &Issuer<'_, KeyPair>,
        change: impl FnOnce(&mut Params),
    ) -> String {
        let mut params = leaf_params(side);
        change(&mut params);
        self.write(&format!("{side}.key"), key.serialize_pem());
        params.signed_by(key, by).unwrap().pem()
    }

    /// The server's leaf from an intermediate: both certificates, not written into a chain yet.
    pub(crate) fn below(
        &self,
        change: impl FnOnce(&mut Params),
    ) -> (String, String, Issuer<'static, KeyPair>) {
        let (mut params, key) = (ca_params("my-intermediate"), p256());
        change(&mut params);
        let intermediate = params.signed_by(&key, &self.root).unwrap().pem();
        let issuer = Issuer::new(params, key);
        (
            self.signed(Side::Server, &p256(), &issuer, |_| ()),
            intermediate,
            issuer,
        )
    }

    /// The server with a chain of two.
    pub(crate) fn chain(&self, change: impl FnOnce(&mut Params)) -> Issuer<'static, KeyPair> {
        let (leaf, intermediate, issuer) = self.below(change);
        self.write("server.crt", leaf + &intermediate);
        issuer
    }

    /// One side only, with files of openssl's: certificate, key and CA.
    pub(crate) fn openssl(&mut self, certificate: &str, key: &str, ca: &str) {
        self.case.parties.truncate(1);
        fs::remove_file(self.dir.join("client.key")).unwrap();
        for (from, to) in [
            (certificate, "server.crt"),
            (key, "server.key"),
            (ca, "ca.crt"),
        ] {
            self.fixture(from, to);
        }
    }

    pub(crate) fn crl(
        &mut self,
        name: &str,
        by: &Issuer<'_, KeyPair>,
        until: i32,
        revoked: &[u64],
    ) {
        self.scoped_crl(name, by, until, revoked, None);
    }

    /// A list that is for some certificates only.
    pub(crate) fn scoped_crl(
        &mut self,
        name: &str,
        by: &Issuer<'_, KeyPair>,
        until: i32,
        revoked: &[u64],
        scope: Option<CrlIssuingDistributionPoint>,
    ) {
        let entry = |serial: &u64| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(2029, 6, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2029, 1, 1),
            next_update: date_time_ymd(until, 1, 1),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: scope,
            revoked_certs: revoked.iter().map(entry).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        self.write(name, list.signed_by(by).unwrap().pem().unwrap());
        self.case.crls.push(self.dir.join(name));
    }

    pub(crate) fn roots_crl(&mut self, until: i32, revoked: &[u64]) {
        self.crl("ca.crl", &self.same_root(), until, revoked);
    }

    pub(crate) fn same_root(&self) -> Issuer<'static, KeyPair> {
        Issuer::new(ca_params("my-ca"), same_key(self.root.key()))
    }

    /// The client's certificate says that its list is to be had at `uri`.
    pub(crate) fn point(&self, uri: &str) {
        let uris = vec![uri.to_owned()];
        self.leaf(Side::Client, |params| {
            params.crl_distribution_points = vec![CrlDistributionPoint { uris }]
        });
    }

    pub(crate) fn host(&mut self, name: &str) {
        self.case.host = server_name(name);
    }
}

pub(crate) fn scope(uri: &str, scope: Option<CrlScope>) -> Option<CrlIssuingDistributionPoint> {
    let uris = vec![uri.to_owned()];
    let distribution_point = CrlDistributionPoint { uris };
    Some(CrlIssuingDistributionPoint {
        distribution_point,
        scope,
    })
}

pub(crate) fn same_key(key: &KeyPair) -> KeyPair {
    KeyPair::from_pem(&key.serialize_pem()).unwrap()
}

pub(crate) fn p256() -> KeyPair {
    KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap()
}

pub(crate) fn crlf(text: String) -> String {
    text.replace('\n', "\r\n")
}

pub(crate) fn der_of(pem: &str) -> Vec<u8> {
    use rustls::pki_types::pem::{PemObject, SectionKind};
    <(SectionKind, Vec<u8>)>::from_pem_slice(pem.as_bytes())
        .unwrap()
        .1
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three
            .iter()
            .fold(0, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - three.len()));
        for place in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() {
                digit as char
            } else {
                '='
            });
        }
    }
    text
}

pub(crate) fn pem_of(label: &str, der: &[u8]) -> String {
    let text = base64(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

/// Every PEM block below a folder, without its line ends, so that a file that is written anew may count too.
pub(crate) fn blocks(dir: &Path) -> std::collections::BTreeSet<String> {
    let mut all = std::collections::BTreeSet::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let bytes = fs::read(entry.path()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for part in text.split("-----BEGIN ").skip(1) {
            if let Some((block, _)) = part.split_once("-----END ") {
                all.insert(block.chars().filter(|c| !c.is_whitespace()).collect());
            }
        }
    }
    all
}

/// Pastes commands into a plain shell, without a terminal: what asks for a passphrase gets the one of the
/// fixtures. `Err` is what the shell said.
pub(crate) fn pasted(dir: &Path, script: &str) -> Result<(), String> {
    pasted_into(&["sh"], None, dir, script)
}

/// The same into this shell, with the programs of a folder in front of all others.
pub(crate) fn pasted_into(
    shell: &[&str],
    programs: Option<&Path>,
    dir: &Path,
    script: &str,
) -> Result<(), String> {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let hello = Path::new(env!("CARGO_BIN_EXE_hello-mtls"));
    let own = std::env::var("PATH").unwrap();
    let mut path = format!("{}:{own}", hello.parent().unwrap().display());
    if let Some(programs) = programs {
        path = format!("{}:{path}", programs.display());
    }
    let mut shell = Command::new("setsid")
        .arg("-w")
        .args(shell)
        .args(["-e", "-c", script])
        .env("PATH", path)
        .env("LC_ALL", "C")
        .current_dir(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A shell that reads nothing may have closed the pipe.
    let _ = shell.stdin.take().unwrap().write_all(b"secret\n");
    let output = shell.wait_with_output().unwrap();
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// Whether the first leaf of a file is for clients, for servers, or says nothing.
pub(crate) fn purpose(path: &Path) -> Option<(bool, bool)> {
    use rustls::pki_types::pem::PemObject;
    use x509_parser::prelude::{FromDer, X509Certificate};
    let chain = rustls::pki_types::CertificateDer::pem_file_iter(path).ok()?;
    chain.flatten().find_map(|der| {
        let (_, x509) = X509Certificate::from_der(&der).ok()?;
        let usage = x509.extended_key_usage().ok().flatten()?;
        (!x509.is_ca()).then_some((usage.value.server_auth, usage.value.client_auth))
    })
}
