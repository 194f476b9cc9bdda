//! Opens records: AEADs, nonces, sequence numbers (RFC 8446 §5.2, §5.3; TLS 1.2: RFC 5288, RFC 7905).
//!
//! Unaware of where a key comes from and of what is inside.

use std::collections::VecDeque;

use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};

use crate::instruments::fields::{Field, read_all};
use crate::instruments::wire::conversation::{Decrypted, Epoch};
use crate::instruments::wire::hkdf::Hash;
use crate::instruments::wire::names;
use crate::instruments::wire::records::{HEADER, Layout};
use crate::language::Phrase;
use crate::phrase;

/// The AEAD that a cipher suite names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aead {
    Aes128Gcm,
    Aes256Gcm,
    ChaCha20Poly1305,
}

/// What a cipher suite stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Suite {
    pub(crate) number: u16,
    pub(crate) aead: Aead,
    pub(crate) hash: Hash,
}

impl Suite {
    /// The suites of TLS 1.3 all begin with this byte, and those of TLS 1.2 never do (RFC 8446 §B.4).
    pub(crate) fn is_tls13(self) -> bool {
        self.number >> 8 == 0x13
    }
}

/// The suites that are decrypted here: those with an AEAD. How TLS 1.2 exchanged keys does not matter: a key
/// log begins after that.
#[rustfmt::skip]
const SUITES: &[Suite] = &[
    Suite { number: 0x1301, aead: Aead::Aes128Gcm, hash: Hash::Sha256 },
    Suite { number: 0x1302, aead: Aead::Aes256Gcm, hash: Hash::Sha384 },
    Suite { number: 0x1303, aead: Aead::ChaCha20Poly1305, hash: Hash::Sha256 },
    Suite { number: 0xc02b, aead: Aead::Aes128Gcm, hash: Hash::Sha256 },
    Suite { number: 0xc02c, aead: Aead::Aes256Gcm, hash: Hash::Sha384 },
    Suite { number: 0xc02f, aead: Aead::Aes128Gcm, hash: Hash::Sha256 },
    Suite { number: 0xc030, aead: Aead::Aes256Gcm, hash: Hash::Sha384 },
    Suite { number: 0xcca8, aead: Aead::ChaCha20Poly1305, hash: Hash::Sha256 },
    Suite { number: 0xcca9, aead: Aead::ChaCha20Poly1305, hash: Hash::Sha256 },
    Suite { number: 0xccaa, aead: Aead::ChaCha20Poly1305, hash: Hash::Sha256 },
    Suite { number: 0x009c, aead: Aead::Aes128Gcm, hash: Hash::Sha256 },
    Suite { number: 0x009d, aead: Aead::Aes256Gcm, hash: Hash::Sha384 },
    Suite { number: 0x00a2, aead: Aead::Aes128Gcm, hash: Hash::Sha256 },
    Suite { number: 0x00a3, aead: Aead::Aes256Gcm, hash: Hash::Sha384 },
    Suite { number: 0x00a6, aead: Aead::Aes128Gcm, hash: Hash::Sha256 },
    Suite { number: 0x00a7, aead: Aead::Aes256Gcm, hash: Hash::Sha384 },
    Suite { number: 0x00a8, aead: Aead::Aes128Gcm, hash: Hash::Sha256 },
    Suite { number: 0x00a9, aead: Aead::Aes256Gcm, hash: Hash::Sha384 },
    Suite { number: 0x00aa, aead: Aead::Aes128Gcm, hash: Hash::Sha256 },
    Suite { number: 0x00ab, aead: Aead::Aes256Gcm, hash: Hash::Sha384 },
    Suite { number: 0x00ac, aead: Aead::Aes128Gcm, hash: Hash::Sha256 },
    Suite { number: 0x00ad, aead: Aead::Aes256Gcm, hash: Hash::Sha384 },
    Suite { number: 0xccab, aead: Aead::ChaCha20Poly1305, hash: Hash::Sha256 },
    Suite { number: 0xccac, aead: Aead::ChaCha20Poly1305, hash: Hash::Sha256 },
    Suite { number: 0xccad, aead: Aead::ChaCha20Poly1305, hash: Hash::Sha256 },
    Suite { number: 0xccae, aead: Aead::ChaCha20Poly1305, hash: Hash::Sha256 },
    Suite { number: 0x009e, aead: Aead::Aes128Gcm, hash: Hash::Sha256 },
    Suite { number: 0x009f, aead: Aead::Aes256Gcm, hash: Hash::Sha384 },
];

/// The suite with this number, if it is one that is decrypted here.
pub(crate) fn suite(number: u16) -> Option<Suite> {
    SUITES.iter().find(|suite| suite.number == number).copied()
}

impl Aead {
    fn algorithm(self) -> &'static aead::Algorithm {
        match self {
            Aead::Aes128Gcm => &aead::AES_128_GCM,
            Aead::Aes256Gcm => &aead::AES_256_GCM,
            Aead::ChaCha20Poly1305 => &aead::CHACHA20_POLY1305,
        }
    }

    pub(crate) fn key_len(self) -> usize {
        self.algorithm().key_len()
    }

    /// TLS 1.2: how many bytes of nonce come out of the key block. GCM sends the other eight.
    pub(crate) fn fixed_iv_len(self) -> usize {
        match self {
            Aead::ChaCha20Poly1305 => 12,
            Aead::Aes128Gcm | Aead::Aes256Gcm => 4,
        }
    }
}

/// The key of one direction and epoch.
#[derive(Debug)]
pub(crate) struct RecordDecrypter {
    epoch: Epoch,
    key: LessSafeKey,
    iv: Vec<u8>,
    /// The number of the next record under this key.
    sequence: u64,
    /// Records that did not open before any did. They may have had this key, or one before it.
    missed: u64,
}

/// The keys of one direction in the order of their use; the first is in use.
#[derive(Debug, Default)]
pub(crate) struct KeyQueue(VecDeque<RecordDecrypter>);

impl KeyQueue {
    /// Decrypts a record with the key in use. A side may have taken the next key unseen, where a record
    /// before could not be read or early data was refused: then the next keys are tried too.
    pub(crate) fn open(&mut self, record: &[u8]) -> Option<(Decrypted, Layout)> {
        let mut tried = self.0.iter().enumerate();
        let fitting = tried.find_map(|(index, key)| Some((index, key.open(record)?)));
        let (index, opened) = fitting.unzip();
        self.0.drain(..index.unwrap_or(0));
        let key = self.0.front_mut()?;
        key.count(opened.as_ref());
        let layout = if key.explicit_nonce() {
            Layout::SealedWithNonce
        } else {
            Layout::Sealed
        };
        opened.map(|decrypted| (decrypted, layout))
    }

    /// True when the key in use has opened a record.
    pub(crate) fn has_opened(&self) -> bool {
        self.0.front().is_some_and(|key| key.sequence > 0)
    }

    /// True when no key is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A key that comes after all others.
    pub(crate) fn add(&mut self, key: Option<RecordDecrypter>) {
        self.0.extend(key);
    }

    /// A key that is in use now, before all others.
    pub(crate) fn add_first(&mut self, key: RecordDecrypter) {
        self.0.push_front(key);
    }

    /// Forgets all keys but those of `epoch`.
    pub(crate) fn keep_only(&mut self, epoch: Epoch) {
        self.0.retain(|key| key.epoch == epoch);
    }

    /// From here on this side writes with the key of `epoch`.
    pub(crate) fn advance(&mut self, epoch: Epoch) {
        while self.0.front().is_some_and(|key| key.epoch < epoch) {
            self.0.pop_front();
        }
    }
}

impl RecordDecrypter {
    /// `None` when key or IV have not the length that the AEAD wants.
    pub(crate) fn new(epoch: Epoch, aead: Aead, key: &[u8], iv: &[u8]) -> Option<RecordDecrypter> {
        let key = LessSafeKey::new(UnboundKey::new(aead.algorithm(), key).ok()?);
        let wanted = if epoch == Epoch::Tls12 {
            aead.fixed_iv_len()
        } else {
            12
        };
        (iv.len() == wanted).then(|| RecordDecrypter {
            epoch,
            key,
            iv: iv.to_vec(),
            sequence: 0,
            missed: 0,
        })
    }

    /// Decrypts a record, header included. `None`: the seal is broken, or the key is another one.
    pub(crate) fn open(&self, record: &[u8]) -> Option<Decrypted> {
        let missed = (self.sequence == 0 && self.missed > 0).then_some(self.missed);
        self.open_as(self.sequence, record)
            .or_else(|| self.open_as(missed?, record))
    }

    /// Takes note of how the next record came out.
    fn count(&mut self, opened: Option<&Decrypted>) {
        match opened {
            Some(decrypted) => self.sequence = decrypted.sequence.saturating_add(1),
            None if self.sequence == 0 => self.missed += 1,
            None => self.sequence = self.sequence.saturating_add(1),
        }
    }

    fn open_as(&self, sequence: u64, record: &[u8]) -> Option<Decrypted> {
        let (header, payload) = record.split_at_checked(HEADER)?;
        let sealed_from = if self.explicit_nonce() { 8 } else { 0 };
        let (explicit, sealed) = payload.split_at_checked(sealed_from)?;
        let (nonce, nonce_formula) = self.nonce(sequence, explicit);
        let additional_data = match self.epoch {
            Epoch::Tls12 => {
                let length = u16::try_from(sealed.len().checked_sub(16)?).ok()?;
                [
                    &sequence.to_be_bytes()[..],
                    header.get(..3)?,
                    &length.to_be_bytes(),
                ]
                .concat()
            }
            _ => header.to_vec(),
        };
        let mut buffer = sealed.to_vec();
        let one_time = Nonce::try_assume_unique_for_key(&nonce).ok()?;
        let plaintext = self
            .key
            .open_in_place(one_time, Aad::from(&additional_data), &mut buffer)
            .ok()?
            .to_vec();
        let content = match self.epoch {
            Epoch::Tls12 => plaintext.len(),
            // The last byte that is not zero is the type; a record of nothing but zeros has none.
            _ => plaintext.iter().rposition(|byte| *byte != 0).unwrap_or(0),
        };
        let epoch = self.epoch;
        Some(Decrypted {
            epoch,
            sequence,
            nonce,
            nonce_formula,
            additional_data,
            plaintext,
            // Named when it is sure that a view shows it.
            fields: Field::default(),
            content,
        })
    }

    /// GCM in TLS 1.2: eight bytes of the nonce stand in each record (RFC 5288 §3).
    fn explicit_nonce(&self) -> bool {
        self.iv.len() == 4
    }

    fn nonce(&self, sequence: u64, explicit: &[u8]) -> (Vec<u8>, Phrase) {
        if self.explicit_nonce() {
            return (
                [&self.iv, explicit].concat(),
                phrase!(
                    "write IV (4 bytes, never sent), then the explicit nonce (8 bytes of the record)"
                ),
            );
        }
        let sequence = [&[0; 4][..], &sequence.to_be_bytes()].concat();
        let nonce = self
            .iv
            .iter()
            .zip(&sequence)
            .map(|(iv, number)| iv ^ number)
            .collect();
        (nonce, phrase!("write IV XOR sequence number"))
    }
}

/// What each byte of a plaintext is.
pub(crate) fn inner_fields(open: &Decrypted) -> Field {
    let (label, source) = match open.epoch {
        Epoch::Tls12 => ("plaintext", "RFC 5246 §6.2.1"),
        _ => ("TLSInnerPlaintext", "RFC 8446 §5.2"),
    };
    let meaning = phrase!("what the AEAD gave back");
    read_all(&open.plaintext, label, source, meaning, |reader| {
        if open.content > 0 {
            reader.bytes(open.content, "content", "")?;
        }
        if open.epoch != Epoch::Tls12 {
            let kind = reader.u8(
                "type",
                phrase!("the true content type; the header says application_data of everything"),
            )?;
            reader.value(names::CONTENT_TYPES.name(kind));
            reader.rest("zeros", phrase!("padding, to hide the true length"))?;
        }
        Ok(())
    })
}
