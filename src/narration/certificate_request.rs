//! What a server asks its client for, and what the client answers: plain data.

/// A CertificateRequest as the client read it (RFC 8446 §4.3.2, RFC 5246 §7.4.4), and the client's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateRequest {
    /// The CAs that the server names, DER, in words: `CN=my-ca; CN=other and 3 more`. Empty: it names none, and
    /// any CA may do.
    pub authorities: String,
    /// What the client sends; `None`: an empty Certificate.
    pub answer: Option<SentCertificate>,
    /// The client has a certificate and does not send it: its key can make none of the signatures that the server
    /// accepts.
    pub unfit_key: bool,
}

/// The leaf of the chain that a client sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentCertificate {
    /// The subject, safe to show.
    pub subject: String,
    /// The issuer, safe to show.
    pub issuer: String,
    /// False: the server names CAs, and none of them signed a certificate of the chain.
    pub named: bool,
    /// How many certificates of the chain are a CA's that another CA signed.
    pub intermediates: usize,
    /// The server names an intermediate of the chain and not the CA above it: both, safe to show.
    pub partial: Option<(String, String)>,
}
