//! The partner's RSA key pair: read from a PEM file, with errors that say what the file holds instead.

use std::{
    fmt,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use rsa::{
    RsaPrivateKey, RsaPublicKey,
    pkcs1::DecodeRsaPrivateKey,
    pkcs1v15::{SigningKey, VerifyingKey},
    pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding},
    traits::PublicKeyParts,
};
use secrecy::{SecretString, zeroize::Zeroizing};
use sha2::Sha256;

/// Length of a new key, which is what the vendor asks for; a shorter one is refused.
const BITS: usize = 2048;

/// The longest file that is read: many times the size of any key.
const LARGEST_FILE: u64 = 64 * 1024;

/// The partner's private key. `{:?}` shows nothing of it; its numbers are wiped from memory when it goes.
#[derive(Clone)]
pub struct PrivateKey(SigningKey<Sha256>);

/// The public half, which the partner pastes into the dashboard.
#[derive(Clone, Debug)]
pub struct PublicKey(VerifyingKey<Sha256>);

/// A private key that could not be read: which file, and why.
#[derive(Debug, thiserror::Error)]
#[error("private key {}: {problem}", path.display())]
pub struct KeyError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: KeyProblem,
}

/// What is wrong with a private key. Each text names the remedy.
#[derive(Debug, thiserror::Error)]
pub enum KeyProblem {
    /// No such file.
    #[error("there is no such file; give the path in KLIKOO_PRIVATE_KEY_FILE, or make a key with `ceknomor keygen`")]
    Missing,
    /// The file is there and cannot be read.
    #[error("the file cannot be read ({0}); let the user that runs ceknomor read it")]
    Unreadable(io::Error),
    /// Nothing in it.
    #[error("the file is empty; put the key back from your copy, or make a new one with `ceknomor keygen`")]
    Empty,
    /// More than any key needs.
    #[error("the file is larger than 64 KiB, so it is no key; name the PEM file of the private key")]
    TooLarge,
    /// DER instead of PEM.
    #[error("this is binary DER, not PEM; convert it: openssl pkey -inform DER -in FILE -out key.pem")]
    Der,
    /// No PEM at all.
    #[error("this is no PEM file: there is no -----BEGIN PRIVATE KEY----- in it; name the file that `keygen` wrote")]
    NotPem,
    /// A public key.
    #[error("this is a public key; name the file of the private key, which begins with -----BEGIN PRIVATE KEY-----")]
    PublicKey,
    /// A certificate, or a request for one.
    #[error("this is a certificate; name the file of the private key that belongs to it")]
    Certificate,
    /// A key under a passphrase.
    #[error("this key is encrypted; take the passphrase off: openssl pkey -in FILE -out key.pem (then chmod 600)")]
    Encrypted,
    /// OpenSSH's own format.
    #[error("this is a key in OpenSSH's format; convert a copy of it: ssh-keygen -p -N '' -m PEM -f COPY")]
    OpenSsh,
    /// A key, but not for RSA.
    #[error("this key is not an RSA key; make one with `ceknomor keygen` and register it in the dashboard")]
    NotRsa,
    /// Something else in PEM.
    #[error("this PEM file holds {0:?}, not a private key; name the file that begins with -----BEGIN PRIVATE KEY-----")]
    Other(String),
    /// The right label with something unreadable under it.
    #[error("the key is damaged (cut off or altered); put it back from your copy, or make a new one with `keygen`")]
    Damaged,
    /// Shorter than the vendor asks for.
    #[error("the key has {0} bits, fewer than 2048; make one with `ceknomor keygen` and register it in the dashboard")]
    TooShort(usize),
}

impl PrivateKey {
    /// Reads a key from a file: PEM, PKCS#8 or PKCS#1.
    ///
    /// # Errors
    /// Says which file it is, what it holds instead, and the remedy.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let key = read_bounded(path).and_then(|content| Self::from_pem(&content));
        key.map_err(|problem| KeyError { path: path.to_owned(), problem })
    }

    /// Reads a key from the content of a file: PEM, PKCS#8 or PKCS#1.
    ///
    /// # Errors
    /// What the content is instead, and the remedy.
    pub fn from_pem(content: &[u8]) -> Result<Self, KeyProblem> {
        let Some(block) = PemBlock::find(content) else { return Err(what_is_not_pem(content)) };
        let key = match block.label {
            "PRIVATE KEY" => from_pkcs8(&block.der()?)?,
            "RSA PRIVATE KEY" => RsaPrivateKey::from_pkcs1_der(&block.der()?).map_err(|_| KeyProblem::Damaged)?,
            label => return Err(what_is_labelled(label)),
        };
        let bits = key.n().bits();
        if bits < BITS { Err(KeyProblem::TooShort(bits)) } else { Ok(Self(SigningKey::new(key))) }
    }

    /// Makes a new key of 2048 bits. It takes a good part of a second: not for an async thread.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn generate() -> Result<Self, rsa::Error> {
        RsaPrivateKey::new(&mut rand::thread_rng(), BITS).map(|key| Self(SigningKey::new(key)))
    }

    /// The key as PKCS#8 PEM, to be written to a file that its owner alone can read.
    ///
    /// # Errors
    /// When the key cannot be encoded, which no key that was read or generated does.
    pub fn to_pem(&self) -> Result<SecretString, rsa::pkcs8::Error> {
        let pem = self.0.to_pkcs8_pem(LineEnding::LF)?;
        Ok(SecretString::from(pem.as_str()))
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(rsa::signature::Keypair::verifying_key(&self.0))
    }

    pub(super) fn signing_key(&self) -> &SigningKey<Sha256> {
        &self.0
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(..)")
    }
}

impl PublicKey {
    /// Reads a public key from PEM (`BEGIN PUBLIC KEY`).
    ///
    /// # Errors
    /// When it is not one.
    pub fn from_pem(pem: &str) -> Result<Self, rsa::pkcs8::spki::Error> {
        RsaPublicKey::from_public_key_pem(pem).map(|key| Self(VerifyingKey::new(key)))
    }

    /// The key as PEM; base64 of this text is what the dashboard takes.
    ///
    /// # Errors
    /// When the key cannot be encoded, which no key that was read or generated does.
    pub fn to_pem(&self) -> Result<String, rsa::pkcs8::spki::Error> {
        self.0.to_public_key_pem(LineEnding::LF)
    }

    pub(super) fn verifying_key(&self) -> &VerifyingKey<Sha256> {
        &self.0
    }
}

fn read_bounded(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyProblem> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => KeyProblem::Missing,
        _ => KeyProblem::Unreadable(error),
    })?;
    let mut content = Zeroizing::new(Vec::new());
    let read = file.take(LARGEST_FILE + 1).read_to_end(&mut content).map_err(KeyProblem::Unreadable)?;
    if read as u64 > LARGEST_FILE { Err(KeyProblem::TooLarge) } else { Ok(content) }
}

/// One block of a PEM file. Lines of any width, spaces and text around it do no harm.
struct PemBlock<'a> {
    label: &'a str,
    content: &'a str,
    is_whole: bool,
}

impl<'a> PemBlock<'a> {
    /// The first block with a private key, or else the first block: keys often stand behind parameters or certificates.
    fn find(content: &'a [u8]) -> Option<Self> {
        let text = str::from_utf8(content).ok()?;
        let blocks = || text.split("-----BEGIN ").skip(1).filter_map(Self::read);
        blocks().find(|block| block.label.ends_with("PRIVATE KEY")).or_else(|| blocks().next())
    }

    fn read(text: &'a str) -> Option<Self> {
        let (label, rest) = text.split_once("-----")?;
        let end = rest.find("-----END");
        let content = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
        Some(Self { label, content, is_whole: end.is_some() })
    }

    fn der(&self) -> Result<Zeroizing<Vec<u8>>, KeyProblem> {
        if self.content.contains("ENCRYPTED") {
            return Err(KeyProblem::Encrypted);
        }
        let packed: Zeroizing<Vec<u8>> =
            Zeroizing::new(self.content.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
        let der = BASE64.decode(&*packed).map_err(|_| KeyProblem::Damaged)?;
        if self.is_whole { Ok(Zeroizing::new(der)) } else { Err(KeyProblem::Damaged) }
    }
}

fn from_pkcs8(der: &[u8]) -> Result<RsaPrivateKey, KeyProblem> {
    let info = rsa::pkcs8::PrivateKeyInfo::try_from(der).map_err(|_| KeyProblem::Damaged)?;
    if info.algorithm.oid != rsa::pkcs1::ALGORITHM_OID {
        return Err(KeyProblem::NotRsa);
    }
    RsaPrivateKey::from_pkcs8_der(der).map_err(|_| KeyProblem::Damaged)
}

fn what_is_not_pem(content: &[u8]) -> KeyProblem {
    const DER_SEQUENCE: u8 = 0x30;
    let is_binary = str::from_utf8(content).is_err() || content.contains(&0);
    match content.trim_ascii().first() {
        None => KeyProblem::Empty,
        Some(&DER_SEQUENCE) if is_binary => KeyProblem::Der,
        Some(_) => KeyProblem::NotPem,
    }
}

fn what_is_labelled(label: &str) -> KeyProblem {
    match label {
        "ENCRYPTED PRIVATE KEY" => KeyProblem::Encrypted,
        "OPENSSH PRIVATE KEY" => KeyProblem::OpenSsh,
        _ if label.ends_with("PUBLIC KEY") => KeyProblem::PublicKey,
        _ if label.contains("CERTIFICATE") => KeyProblem::Certificate,
        _ if label.ends_with("PRIVATE KEY") => KeyProblem::NotRsa,
        _ => KeyProblem::Other(label.chars().take(40).collect()),
    }
}
