//! ML-DSA at another implementation: Node on OpenSSL 3.5 or later, in both roles.

use crate::common::{Folder, have, port_in, say_skipped};

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
