//! A client whose connection stays open, and files of a CA with dates to choose.

use std::fs;
use std::io::{self, Read, Write};
use std::time::{Duration, SystemTime};

use hello_mtls::client::{Url, dial};
use hello_mtls::credentials::{identity, trust};
use hello_mtls::handshake::{self, ClientSetup, TlsMax, client_config};
use hello_mtls::narration::{Narrator, Side};
use hello_mtls::transport::Deadline;
use rcgen::{
    CertificateParams, CertificateRevocationListParams, ExtendedKeyUsagePurpose, Issuer,
    KeyIdMethod, KeyPair, SanType, SerialNumber,
};
use rustls::{ClientConnection, HandshakeKind, StreamOwned};

use crate::common::{Folder, Server};

/// The client of a folder, with `certs/NAME.crt` and its key.
pub(super) fn client(folder: &Folder, name: &str) -> ClientSetup {
    let file = |name: &str| folder.path(&format!("certs/{name}"));
    let own = identity(&file(&format!("{name}.crt")), &file(&format!("{name}.key")));
    let servers = trust(&file("ca.crt"), &[]).unwrap();
    let silent = Narrator::silent(Side::Client);
    client_config(&servers, Some(own.unwrap()), TlsMax::Tls13, silent).unwrap()
}

/// A connection that stays open between requests.
pub(super) struct Open(StreamOwned<ClientConnection, Deadline>);

impl Open {
    pub(super) fn to(server: &Server, client: &ClientSetup) -> io::Result<Open> {
        let url = Url::parse(&server.url("/")).unwrap();
        let failed = |error: &dyn std::fmt::Debug| io::Error::other(format!("{error:?}"));
        let mut transport = dial(client, &url, 1).map_err(|error| failed(&error))?;
        let connection = handshake::connect(client, url.server_name, &mut transport);
        let connection = connection.map_err(|error| failed(&error))?;
        transport_patience(&mut transport);
        Ok(Open(StreamOwned::new(connection, transport)))
    }

    /// The whole answer to one more request: it comes as one record.
    pub(super) fn ask(&mut self) -> io::Result<String> {
        transport_patience(&mut self.0.sock);
        self.0
            .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
        let mut answer = [0; 4096];
        let length = self.0.read(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer[..length]).into_owned())
    }

    /// The certificate that the server has shown.
    pub(super) fn leaf(&self) -> Vec<u8> {
        self.0.conn.peer_certificates().unwrap()[0].to_vec()
    }

    pub(super) fn is_resumed(&self) -> bool {
        self.0.conn.handshake_kind() == Some(HandshakeKind::Resumed)
    }
}

fn transport_patience(transport: &mut Deadline) {
    use hello_mtls::transport::Transport;
    transport.set_deadline(Duration::from_secs(20));
}

fn issuer(folder: &Folder) -> Issuer<'static, KeyPair> {
    let key = KeyPair::from_pem(&folder.read("certs/ca.key")).unwrap();
    Issuer::from_ca_cert_pem(&folder.read("certs/ca.crt"), key).unwrap()
}

/// Writes `certs/NAME.crt` and its key: a client's, whose certificate ends so many seconds from now.
pub(super) fn short_lived(folder: &Folder, name: &str, seconds: u64) {
    let mut params = CertificateParams::default();
    let now = SystemTime::now();
    params.not_before = (now - Duration::from_secs(3600)).into();
    params.not_after = (now + Duration::from_secs(seconds)).into();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.subject_alt_names = vec![SanType::DnsName(name.try_into().unwrap())];
    let key = KeyPair::generate().unwrap();
    let signed = params.signed_by(&key, &issuer(folder)).unwrap();
    folder.write(&format!("certs/{name}.crt"), signed.pem());
    folder.write(&format!("certs/{name}.key"), key.serialize_pem());
}

/// Writes an empty list of the CA, whose nextUpdate is so many seconds from now.
pub(super) fn list(folder: &Folder, name: &str, seconds: i64) {
    let now = SystemTime::now();
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let next = if seconds < 0 {
        now - distance
    } else {
        now + distance
    };
    let made = CertificateRevocationListParams {
        this_update: (now - Duration::from_secs(7200)).into(),
        next_update: next.into(),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    }
    .signed_by(&issuer(folder))
    .unwrap();
    folder.write(&format!("certs/{name}.new"), made.pem().unwrap());
    fs::rename(
        folder.path(&format!("certs/{name}.new")),
        folder.path(&format!("certs/{name}")),
    )
    .unwrap();
}
