//! Where things lie, and the certificates of a run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hello_mtls::certificates::authority::Authority;
use hello_mtls::certificates::request::KeyType;
use rcgen::{
    CertificateRevocationListParams, Issuer, KeyIdMethod, KeyPair, RevokedCertParams, SerialNumber,
    date_time_ymd,
};

use crate::error::{Result, trouble};

/// The root of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new(".."))
}

/// A program of this package, which cargo built beside this one.
pub fn program(name: &str) -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    if !path.exists() {
        return trouble(format!(
            "{} is missing: `make bench` builds it",
            path.display()
        ));
    }
    Ok(path)
}

/// A folder for the files of this run, below the folder in which cargo builds. It is made when it is missing.
pub fn folder(name: &str) -> Result<PathBuf> {
    let folder = std::env::current_exe()?.with_file_name("run").join(name);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// A folder `name` with `certs/` in it, whose keys are all of `key_type`, as `hello-mtls certs` makes them.
pub fn certificates(name: &str, key_type: &str) -> Result<PathBuf> {
    let folder = folder(name)?;
    let mut certs = Command::new(program("hello-mtls")?);
    certs.args(["certs", "--force", "--key-type", key_type]);
    let done = certs.current_dir(&folder).output()?;
    if !done.status.success() {
        return trouble(String::from_utf8_lossy(&done.stderr));
    }
    Ok(folder)
}

/// A revocation list of the CA in `folder`, with `entries` serial numbers that no certificate has.
pub fn revocation_list(folder: &Path, entries: u32) -> Result<PathBuf> {
    let key = KeyPair::from_pem(&fs::read_to_string(folder.join("certs/ca.key"))?)?;
    let certificate = fs::read_to_string(folder.join("certs/ca.crt"))?;
    let issuer = Issuer::from_ca_cert_pem(&certificate, key)?;
    let revoked = |number: u32| RevokedCertParams {
        serial_number: SerialNumber::from_slice(&[&[1; 12], &number.to_be_bytes()[..]].concat()),
        revocation_time: date_time_ymd(2024, 1, 1),
        reason_code: None,
        invalidity_date: None,
    };
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2024, 1, 1),
        next_update: date_time_ymd(2049, 1, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: (0..entries).map(revoked).collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let path = folder.join(format!("{entries}.crl"));
    fs::write(&path, list.signed_by(&issuer)?.pem()?)?;
    Ok(path)
}

/// A file of `count` CAs, of which the last one is that of `folder`.
pub fn bundle(folder: &Path, count: usize) -> Result<PathBuf> {
    let mut pem = String::new();
    for number in 1..count {
        let name = format!("other-ca-{number}");
        pem += Authority::create(&name, KeyType::EcdsaP256, 365)?.certificate_pem();
    }
    pem += &fs::read_to_string(folder.join("certs/ca.crt"))?;
    let path = folder.join(format!("{count}-cas.crt"));
    fs::write(&path, pem)?;
    Ok(path)
}
