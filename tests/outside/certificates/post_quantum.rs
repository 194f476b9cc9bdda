//! ML-DSA at another implementation: OpenSSL 3.5 or later, as a command and in Node, in both roles.

use crate::common::{Folder, have, openssl, port_in, s_server, say_skipped};

/// Reads the set's keys and certificates without TLS, and makes a CA's key of its own.
const FILES: &str = "
const crypto = require('crypto'), fs = require('fs'), read = name => fs.readFileSync('certs/' + name);
const ca = new crypto.X509Certificate(read('ca.crt')), leaf = new crypto.X509Certificate(read('server.crt'));
console.log(crypto.createPrivateKey(read('ca.key')).asymmetricKeyType, leaf.verify(ca.publicKey));
const made = crypto.generateKeyPairSync('ml-dsa-65').privateKey;
fs.writeFileSync('node.key', made.export({type: 'pkcs8', format: 'pem'}), {mode: 0o600});
";
const CLIENT: &str = "
const https = require('https'), fs = require('fs'), read = name => fs.readFileSync('certs/' + name);
const files = {ca: read('ca.crt'), cert: read('client.crt'), key: read('client.key')};
https.get('https://localhost:' + process.argv[2] + '/whoami', {...files, family: 4}, answer => {
  answer.pipe(process.stdout);
  console.log(answer.statusCode, answer.socket.getProtocol());
});
";
const SERVER: &str = "
const https = require('https'), fs = require('fs'), read = name => fs.readFileSync('certs/' + name);
const files = {ca: read('ca.crt'), cert: read('server.crt'), key: read('server.key')};
const greet = (request, answer) => answer.end('hello, ' + request.socket.getPeerCertificate().subject.CN);
const server = https.createServer({...files, requestCert: true, rejectUnauthorized: true}, greet);
server.listen(0, '127.0.0.1', () => console.log('Server running at https://localhost:' + server.address().port + '/'));
";

#[test]
fn openssl_3_5_reads_the_set_gets_in_and_lets_us_in() {
    if !have("node") {
        return;
    }
    let folder = Folder::new();
    let version = folder.run("node -p process.versions.openssl").stdout;
    let mut numbers = version
        .split('.')
        .filter_map(|part| part.parse::<u32>().ok());
    let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if (major, minor) < (3, 5) {
        say_skipped(&format!("node has OpenSSL {}: no ML-DSA", version.trim()));
        return;
    }
    for (name, script) in [
        ("files.js", FILES),
        ("client.js", CLIENT),
        ("server.js", SERVER),
    ] {
        folder.write(name, script);
    }
    folder.run("hello-mtls certs --key-type ml-dsa-65").ends(0);
    folder.run("node files.js").ends(0).says("ml-dsa-65 true");
    folder
        .run("hello-mtls inspect node.key")
        .ends(0)
        .says("id-ml-dsa-65");
    let server = folder.serve("");
    folder
        .run(&format!("node client.js {}", server.port))
        .ends(0)
        .says("200 TLSv1.3")
        .says("uri:spiffe://hello-mtls/my-client");
    let node = folder.start("exec node server.js");
    let port = port_in(&node.line_with("Server running at "));
    folder
        .run(&format!("hello-mtls get https://localhost:{port}/"))
        .ends(0)
        .prints("hello, my-client");
}

#[test]
fn the_openssl_command_reads_the_set_gets_in_and_lets_us_in() {
    match openssl() {
        Some(version) if version >= (3, 5) => {}
        Some((major, minor)) => {
            return say_skipped(&format!("openssl is {major}.{minor}: no ML-DSA"));
        }
        None => return,
    }
    let folder = Folder::new();
    folder.run("hello-mtls certs --key-type ml-dsa-65").ends(0);
    for name in ["ca", "server", "client"] {
        let line = format!("openssl pkey -in certs/{name}.key -noout -text");
        folder.run(&line).ends(0).says("ML-DSA-65 Private-Key");
    }
    folder
        .run("openssl verify -CAfile certs/ca.crt certs/server.crt certs/client.crt")
        .ends(0)
        .says("certs/client.crt: OK");
    folder
        .run("openssl req -in certs/server.csr -verify -noout")
        .ends(0)
        .says("verify OK");

    let server = folder.serve("");
    let files = "-CAfile certs/ca.crt -cert certs/client.crt -key certs/client.key";
    folder
        .run(&format!(
            "printf 'GET /whoami HTTP/1.0\\r\\n\\r\\n' | openssl s_client -connect localhost:{} {files} \
             -quiet -verify_return_error -verify_hostname localhost",
            server.port
        ))
        .ends(0)
        .says("uri:spiffe://hello-mtls/my-client");
    let theirs = s_server(&folder, "-www");
    folder
        .run(&format!("hello-mtls get {}", theirs.url("/")))
        .ends(0)
        .says("TLSv1.3");

    // A key and a request of openssl's own, which hold the seed and the expanded form.
    let asked = "openssl genpkey -algorithm ML-DSA-65 -out certs/guest.key && \
                 openssl req -new -key certs/guest.key -subj /CN=guest -out certs/guest.csr";
    folder.run(asked).ends(0);
    folder
        .run("hello-mtls certs sign guest --client guest")
        .ends(0);
    let guest = "--cacert certs/ca.crt --cert certs/guest.crt --key certs/guest.key";
    folder
        .run(&format!("hello-mtls get {guest} {}", server.url("/whoami")))
        .ends(0)
        .says("uri:spiffe://hello-mtls/guest");
}
