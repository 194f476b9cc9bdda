//! The numbers of TLS that the code compares with, by name. What a reader sees of a number is in `names`.

/// The type of a record (RFC 8446 §5.1). A peer may send any number, so it is no enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentType(pub u8);

#[rustfmt::skip]
#[allow(missing_docs)]
impl ContentType {
    pub const CHANGE_CIPHER_SPEC: ContentType = ContentType(0x14);
    pub const ALERT: ContentType = ContentType(0x15);
    pub const HANDSHAKE: ContentType = ContentType(0x16);
    pub const APPLICATION_DATA: ContentType = ContentType(0x17);
    pub const HEARTBEAT: ContentType = ContentType(0x18);
}

/// The type of a handshake message (RFC 8446 §4; those of TLS 1.2 alone: RFC 5246 §7.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandshakeType(pub u8);

#[rustfmt::skip]
#[allow(missing_docs)]
impl HandshakeType {
    pub const HELLO_REQUEST: HandshakeType = HandshakeType(0x00);
    pub const CLIENT_HELLO: HandshakeType = HandshakeType(0x01);
    pub const SERVER_HELLO: HandshakeType = HandshakeType(0x02);
    pub const NEW_SESSION_TICKET: HandshakeType = HandshakeType(0x04);
    pub const END_OF_EARLY_DATA: HandshakeType = HandshakeType(0x05);
    pub const ENCRYPTED_EXTENSIONS: HandshakeType = HandshakeType(0x08);
    pub const CERTIFICATE: HandshakeType = HandshakeType(0x0b);
    pub const SERVER_KEY_EXCHANGE: HandshakeType = HandshakeType(0x0c);
    pub const CERTIFICATE_REQUEST: HandshakeType = HandshakeType(0x0d);
    pub const SERVER_HELLO_DONE: HandshakeType = HandshakeType(0x0e);
    pub const CERTIFICATE_VERIFY: HandshakeType = HandshakeType(0x0f);
    pub const CLIENT_KEY_EXCHANGE: HandshakeType = HandshakeType(0x10);
    pub const FINISHED: HandshakeType = HandshakeType(0x14);
    pub const CERTIFICATE_STATUS: HandshakeType = HandshakeType(0x16);
    pub const KEY_UPDATE: HandshakeType = HandshakeType(0x18);
    pub const COMPRESSED_CERTIFICATE: HandshakeType = HandshakeType(0x19);
    /// Never sent: it stands for the first ClientHello in the transcript hash (RFC 8446 §4.4.1).
    pub const MESSAGE_HASH: HandshakeType = HandshakeType(0xfe);
}

/// TLS 1.2, as in `legacy_version`.
pub const TLS12: u16 = 0x0303;
/// TLS 1.3, as in supported_versions.
pub const TLS13: u16 = 0x0304;

/// The group whose key shares are two keys side by side (draft-ietf-tls-ecdhe-mlkem).
pub const X25519_MLKEM768: u16 = 0x11ec;

/// Alerts (RFC 8446 §6).
#[rustfmt::skip]
#[allow(missing_docs)]
pub mod alert {
    pub const WARNING: u8 = 0x01;
    pub const FATAL: u8 = 0x02;
    pub const CLOSE_NOTIFY: u8 = 0x00;
    pub const HANDSHAKE_FAILURE: u8 = 0x28;
    pub const DECRYPT_ERROR: u8 = 0x33;
    pub const USER_CANCELED: u8 = 0x5a;
    pub const BAD_CERTIFICATE_STATUS_RESPONSE: u8 = 0x71;
    pub const CERTIFICATE_REQUIRED: u8 = 0x74;
}

/// Extensions whose contents are taken apart (RFC 8446 §4.2, and the registry of IANA).
#[rustfmt::skip]
#[allow(missing_docs)]
pub mod extension {
    pub const SERVER_NAME: u16 = 0x0000;
    pub const MAX_FRAGMENT_LENGTH: u16 = 0x0001;
    pub const STATUS_REQUEST: u16 = 0x0005;
    pub const SUPPORTED_GROUPS: u16 = 0x000a;
    pub const EC_POINT_FORMATS: u16 = 0x000b;
    pub const SIGNATURE_ALGORITHMS: u16 = 0x000d;
    pub const ALPN: u16 = 0x0010;
    pub const SIGNED_CERTIFICATE_TIMESTAMP: u16 = 0x0012;
    pub const CLIENT_CERTIFICATE_TYPE: u16 = 0x0013;
    pub const SERVER_CERTIFICATE_TYPE: u16 = 0x0014;
    pub const PADDING: u16 = 0x0015;
    pub const ENCRYPT_THEN_MAC: u16 = 0x0016;
    pub const EXTENDED_MASTER_SECRET: u16 = 0x0017;
    pub const COMPRESS_CERTIFICATE: u16 = 0x001b;
    pub const RECORD_SIZE_LIMIT: u16 = 0x001c;
    pub const DELEGATED_CREDENTIAL: u16 = 0x0022;
    pub const SESSION_TICKET: u16 = 0x0023;
    pub const PRE_SHARED_KEY: u16 = 0x0029;
    pub const EARLY_DATA: u16 = 0x002a;
    pub const SUPPORTED_VERSIONS: u16 = 0x002b;
    pub const COOKIE: u16 = 0x002c;
    pub const PSK_KEY_EXCHANGE_MODES: u16 = 0x002d;
    pub const CERTIFICATE_AUTHORITIES: u16 = 0x002f;
    pub const OID_FILTERS: u16 = 0x0030;
    pub const POST_HANDSHAKE_AUTH: u16 = 0x0031;
    pub const SIGNATURE_ALGORITHMS_CERT: u16 = 0x0032;
    pub const KEY_SHARE: u16 = 0x0033;
    pub const APPLICATION_SETTINGS_OLD: u16 = 0x4469;
    pub const APPLICATION_SETTINGS: u16 = 0x44cd;
    pub const ENCRYPTED_CLIENT_HELLO: u16 = 0xfe0d;
    pub const RENEGOTIATION_INFO: u16 = 0xff01;
}
