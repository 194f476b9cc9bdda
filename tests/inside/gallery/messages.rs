//! What people paste into the search: lines of logs as they stand there, from programs of many kinds. They were
//! collected after the words of `messages.txt`, to see whether those are found where more stands around them. A line
//! that is not found shows that a kind is missing: its stable words go into `messages.txt`, not the whole line.

use super::said_in;

const PASTED: &[(&str, &str)] = &[
    (
        "no-san",
        r#"rpc error: code = Unavailable desc = "transport: authentication handshake failed: x509: certificate relies on legacy Common Name field, use SANs or temporarily enable Common Name matching""#,
    ),
    (
        "client-unknown-issuer",
        "http: TLS handshake error from 192.0.2.7:53272: tls: failed to verify client's certificate: x509: certificate signed by unknown authority",
    ),
    (
        "client-unknown-issuer",
        "http: TLS handshake error from [::1]:40214: tls: failed to verify certificate: x509: certificate signed by unknown authority",
    ),
    (
        "not-tls-client",
        "http: TLS handshake error from 192.0.2.7:51000: tls: first record does not look like a TLS handshake",
    ),
    (
        "wrong-host",
        r#"E0630 19:20:20.357565 7383 memcache.go:265] Get "https://127.0.0.1:6443/api": tls: failed to verify certificate: x509: certificate is valid for 10.96.0.1, 10.0.0.55, not 127.0.0.1"#,
    ),
    (
        "ca-key-changed",
        r#"x509: certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate "kubernetes")"#,
    ),
    (
        "no-common-version",
        "[crit] 30807#30807: *27 SSL_do_handshake() failed (SSL: error:1417D18C:SSL routines:tls_process_client_hello:version too low) while SSL handshaking, client: 192.0.2.4, server: 0.0.0.0:443",
    ),
    (
        "no-client-certificate",
        r#"2024/02/11 09:14:55 [info] 1287#1287: *93 client sent no required SSL certificate while reading client request headers, client: 10.1.2.3, request: "GET /v1/me HTTP/1.1""#,
    ),
    (
        "client-expired",
        "[ssl:info] [pid 21] [client 192.0.2.1:55] AH02276: Certificate Verification: Error (10): certificate has expired [subject: CN=bob / issuer: CN=ca / serial: 02]",
    ),
    (
        "client-unknown-issuer",
        "LOG:  could not accept SSL connection: certificate verify failed DETAIL:  Client certificate verification failed at depth 0: unable to get local issuer certificate.",
    ),
    (
        "unknown-issuer",
        "LOG:  could not accept SSL connection: tlsv1 alert unknown ca",
    ),
    (
        "renegotiation",
        "[ssl:error] [pid 9] [client 192.0.2.1:55] AH02261: Re-negotiation handshake failed",
    ),
    (
        "chain-too-long",
        "[ssl:error] [client 127.0.0.1:40154] AH02040: Certificate Verification: Certificate Chain too long (chain has 2 certificates, but maximum allowed are only 1)",
    ),
    (
        "chain-too-long",
        "*3 client SSL certificate verify error: (22:certificate chain too long) while reading client request headers, client: 127.0.0.1",
    ),
    (
        "forbidden",
        "AH02229: access to /var/www/ failed, reason: SSL requirement expression not fulfilled",
    ),
    (
        "encrypted-key",
        "java.security.UnrecoverableKeyException: Cannot recover key",
    ),
    ("encrypted-key", "Error: mac verify failure"),
    (
        "wrong-file",
        "java.io.IOException: toDerInputStream rejects tag type 45",
    ),
    (
        "wrong-file",
        "keytool error: java.lang.Exception: Input not an X.509 certificate",
    ),
    (
        "unknown-issuer",
        "keytool error: java.lang.Exception: Failed to establish chain from reply",
    ),
    (
        "no-common-protocol",
        "rpc error: code = Unavailable desc = connection error: desc = \"transport: authentication handshake failed: credentials: cannot check peer: missing selected ALPN property\"",
    ),
    (
        "not-tls-client",
        "rpc error: code = Unavailable desc = connection error: desc = \"error reading server preface: http2: frame too large\"",
    ),
    (
        "unreadable-file",
        "OSError: Could not find a suitable TLS CA certificate bundle, invalid path: ca.pem",
    ),
    (
        "renegotiation",
        "curl: (92) HTTP/2 stream 0 was not closed cleanly: HTTP_1_1_REQUIRED (err 13)",
    ),
    (
        "wrong-host",
        "upstream SSL certificate does not match \"backend\" while SSL handshaking to upstream",
    ),
    ("unknown-sni", "HTTP/1.1 421 Misdirected Request"),
    (
        "pkcs12",
        "error:0308010C:digital envelope routines::unsupported",
    ),
    (
        "crl-missing",
        "fatal: unable to access 'https://git.example/x.git/': schannel: next InitializeSecurityContext failed: Unknown error (0x80092012) - 吊销功能无法检查证书是否吊销。",
    ),
    (
        "no-client-certificate",
        "SSL handshake failed: error:141A10F4:SSL routines:ossl_statem_client_read_transition:unexpected message: client SSL authentication might be required (after 16ms in state SSL_HANDSHAKE)",
    ),
    (
        "no-client-certificate",
        "Error: 139650:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1605:SSL alert number 116",
    ),
    (
        "client-unknown-issuer",
        "curl: (56) OpenSSL SSL_read: OpenSSL/3.0.13: error:0A000418:SSL routines::tlsv1 alert unknown ca, errno 0",
    ),
    (
        "not-tls-client",
        "nginx: SSL_do_handshake() failed (SSL: error:1408F09C:SSL routines:ssl3_get_record:http request) while SSL handshaking",
    ),
    (
        "unreadable-file",
        "curl: (77) error setting certificate verify locations: CAfile: ./ca.crt CApath: none",
    ),
    (
        "no-client-certificate",
        "*** Fatal error: A TLS fatal alert has been received. *** Received alert [116]: Certificate is required",
    ),
    (
        "client-unknown-issuer",
        "A fatal alert was received from the remote endpoint. The TLS protocol defined fatal alert code is 48.",
    ),
    (
        "server-hangs-up",
        "ssl.SSLEOFError: EOF occurred in violation of protocol (_ssl.c:2396)",
    ),
    (
        "key-mismatch",
        "ssl.SSLError: [X509: KEY_VALUES_MISMATCH] key values mismatch (_ssl.c:4065)",
    ),
    (
        "wrong-host",
        "javax.net.ssl.SSLPeerUnverifiedException: Hostname api.test not verified: certificate: sha256/AAAA= DN: CN=other",
    ),
    (
        "no-client-certificate",
        "https-jsse-nio-8222-exec-3, fatal error: 42: null cert chain",
    ),
    (
        "missing-intermediate",
        "System.Security.Authentication.AuthenticationException: The remote certificate is invalid because of errors in the certificate chain: PartialChain",
    ),
    (
        "wrong-host",
        "transport failure reason: TLS error: 268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify cert failed: verify SAN list",
    ),
    (
        "unprotected-key",
        r#"private key file "/home/u/.postgresql/postgresql.key" has group or world access; file must have permissions u=rw (0600) or less"#,
    ),
    (
        "no-client-certificate",
        "Error code: SSL_ERROR_BAD_CERT_ALERT",
    ),
    (
        "encrypted-key",
        "curl: (58) unable to set private key file: 'client.key' type PEM; error:06065064:digital envelope routines:EVP_DecryptFinal_ex:bad decrypt",
    ),
    (
        "unknown-issuer",
        r#"reqwest::Error { url: "https://localhost:8443/", source: Custom { kind: InvalidData, error: InvalidCertificate(UnknownIssuer) } }"#,
    ),
    ("expired", "该证书已于昨天过期"),
    ("wrong-host", "证书的域名与网站不匹配"),
    ("key-mismatch", "nginx 启动失败：证书和私钥不匹配"),
    ("self-signed", "自签名证书 不受信任"),
    ("client-expired", "登录失败：客户端证书已经过期了"),
];

/// Lines from programs that have another trouble.
const OF_OTHER_TROUBLES: &[&str] = &[
    "Segmentation fault (core dumped)",
    "404 Not Found",
    "500 Internal Server Error",
    "401 Unauthorized",
    "Error: listen EADDRINUSE: address already in use :::3000",
    "Permission denied (publickey).",
    "TypeError: Cannot read properties of undefined (reading 'map')",
    "No space left on device",
    "java.lang.NullPointerException at com.example.Main.main(Main.java:12)",
    "bash: gcc: command not found",
    "fatal: not a git repository (or any of the parent directories): .git",
    "error[E0382]: borrow of moved value: `x`",
    "ModuleNotFoundError: No module named 'requests'",
    "Out of memory: Killed process 1234 (java)",
    "SyntaxError: Unexpected token '<', \"<!DOCTYPE\" is not valid JSON",
    "hello",
    "数据库连接失败",
    "会话已过期，请重新登录",
];

#[test]
fn a_line_of_a_log_leads_to_its_failure_first() {
    let mut wrong = Vec::new();
    for (failure, line) in PASTED {
        let found = said_in(line).failures;
        let first = found.first().map(|failure| failure.name.as_str());
        if first != Some(failure) {
            wrong.push(format!("{first:?} instead of {failure}: {line}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_line_about_something_else_leads_nowhere() {
    for line in OF_OTHER_TROUBLES {
        let found = said_in(line).failures;
        let names: Vec<&str> = found.iter().map(|failure| failure.name.as_str()).collect();
        assert!(names.is_empty(), "{line}: {names:?}");
    }
}
