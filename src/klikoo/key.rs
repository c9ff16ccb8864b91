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
#[allow(missing_docs, reason = "each text says what was found")]
pub enum KeyProblem {
    #[error("there is no such file; give the path in KLIKOO_PRIVATE_KEY_FILE, or make a key with `ceknomor keygen`")]
    Missing,
    #[error("this is a directory; name the file of the private key in it")]
    Directory,
    #[error("the file cannot be read ({0}); let the user that runs ceknomor read it")]
    Unreadable(io::Error),
    #[error("the file is empty; put the key back from your copy, or make a new one with `ceknomor keygen`")]
    Empty,
    #[error("the file is larger than 64 KiB, so it is no key; name the PEM file of the private key")]
    TooLarge,
    #[error("this is binary DER, not PEM; convert it: openssl pkey -inform DER -in FILE -out key.pem")]
    Der,
    #[error("this is no PEM file: there is no -----BEGIN PRIVATE KEY----- in it; name the file that `keygen` wrote")]
    NotPem,
    #[error("this is a public key; name the file of the private key, which begins with -----BEGIN PRIVATE KEY-----")]
    PublicKey,
    #[error("this is a certificate; name the file of the private key that belongs to it")]
    Certificate,
    #[error("this key is encrypted; take the passphrase off: openssl pkey -in FILE -out key.pem (then chmod 600)")]
    Encrypted,
    #[error("this is a key in OpenSSH's format; convert a copy of it: ssh-keygen -p -N '' -m PEM -f COPY")]
    OpenSsh,
    #[error("this key is not an RSA key; make one with `ceknomor keygen` and register it in the dashboard")]
    NotRsa,
    #[error(
        "its line breaks are written as \\n, as in a JSON file; make real ones of them: \
         sed -i 's/\\\\n/\\n/g' FILE"
    )]
    EscapedLines,
    #[error("this PEM file holds {0:?}, not a private key; name the file that begins with -----BEGIN PRIVATE KEY-----")]
    Other(String),
    #[error("the key is damaged (cut off or altered); put it back from your copy, or make a new one with `keygen`")]
    Damaged,
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
    let read = file.take(LARGEST_FILE + 1).read_to_end(&mut content).map_err(|error| match error.kind() {
        io::ErrorKind::IsADirectory => KeyProblem::Directory,
        _ => KeyProblem::Unreadable(error),
    })?;
    if read as u64 > LARGEST_FILE { Err(KeyProblem::TooLarge) } else { Ok(content) }
}

fn from_pkcs8(der: &[u8]) -> Result<RsaPrivateKey, KeyProblem> {
    let info = rsa::pkcs8::PrivateKeyInfo::try_from(der).map_err(|_| KeyProblem::Damaged)?;
    if info.algorithm.oid != rsa::pkcs1::ALGORITHM_OID {
        return Err(KeyProblem::NotRsa);
    }
    RsaPrivateKey::from_pkcs8_der(der).map_err(|_| KeyProblem::Damaged)
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

    /// The bytes in it.
    fn der(&self) -> Result<Zeroizing<Vec<u8>>, KeyProblem> {
        if self.content.contains("ENCRYPTED") {
            return Err(KeyProblem::Encrypted);
        }
        if self.content.contains("\\n") {
            return Err(KeyProblem::EscapedLines);
        }
        let packed: Zeroizing<Vec<u8>> =
            Zeroizing::new(self.content.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
        let der = BASE64.decode(&*packed).map_err(|_| KeyProblem::Damaged)?;
        if self.is_whole { Ok(Zeroizing::new(der)) } else { Err(KeyProblem::Damaged) }
    }
}

/// What a file is that holds no PEM.
fn what_is_not_pem(content: &[u8]) -> KeyProblem {
    const DER_SEQUENCE: u8 = 0x30;
    let is_binary = str::from_utf8(content).is_err() || content.contains(&0);
    match content.trim_ascii().first() {
        None => KeyProblem::Empty,
        Some(&DER_SEQUENCE) if is_binary => KeyProblem::Der,
        Some(_) => KeyProblem::NotPem,
    }
}

/// What a PEM block is whose label is not that of a private key for RSA.
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

#[cfg(test)]
mod tests {
    use std::fs;

    use secrecy::ExposeSecret;

    use super::*;

    const PKCS8: &str = include_str!("../../tests/fixtures/klikoo/test-private-pkcs8.pem");
    const PKCS1: &str = include_str!("../../tests/fixtures/klikoo/test-private-pkcs1.pem");
    const PUBLIC: &str = include_str!("../../tests/fixtures/klikoo/test-public.pem");

    /// A key for elliptic curves, made for this test.
    const ELLIPTIC: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgxBrWasW2IFRa3ebu
6nnmRuBgfpNOlT86JpiJj2bMv0ShRANCAASw0/R4T16ChTbUjxsuA/mt9GiiaRFX
gjSqcaG6/lJwjc3/GXFQdQI+gxfjllaHzF+mAyhUPBPKQMOZvs3DwI2u
-----END PRIVATE KEY-----";

    fn public_half(pem: &str) -> String {
        PrivateKey::from_pem(pem.as_bytes()).unwrap().public_key().to_pem().unwrap()
    }

    /// The first words of what is said of a content that is no key.
    fn complaint(content: impl AsRef<[u8]>) -> String {
        PrivateKey::from_pem(content.as_ref()).unwrap_err().to_string()
    }

    #[test]
    fn a_key_is_read_in_both_formats_and_however_its_lines_are_broken() {
        let windows = PKCS8.replace('\n', "\r\n");
        let indented = PKCS8.replace('\n', "\n  ");
        let in_company =
            format!("Bag Attributes\n{}\n{PUBLIC}{PKCS1}", "-----BEGIN EC PARAMETERS-----\nBg==\n-----END");
        for pem in [PKCS8, PKCS1, &windows, &indented, &in_company] {
            assert_eq!(public_half(pem), PUBLIC);
        }
    }

    #[test]
    fn what_is_no_private_key_is_named_with_its_remedy() {
        let labelled = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
        let encrypted_pkcs1 = PKCS1.replacen("-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES,0\n\n", 1);
        for (content, names, remedy) in [
            (String::new(), "the file is empty", "keygen"),
            (" \n".into(), "the file is empty", "keygen"),
            ("TELOXIDE_TOKEN=…".into(), "no PEM file", "name the file"),
            (PUBLIC.into(), "a public key", "private key"),
            (labelled("RSA PUBLIC KEY"), "a public key", "private key"),
            (labelled("CERTIFICATE"), "a certificate", "private key"),
            (labelled("CERTIFICATE REQUEST"), "a certificate", "private key"),
            (labelled("ENCRYPTED PRIVATE KEY"), "encrypted", "openssl pkey"),
            (encrypted_pkcs1, "encrypted", "openssl pkey"),
            (labelled("OPENSSH PRIVATE KEY"), "OpenSSH", "ssh-keygen"),
            (labelled("EC PRIVATE KEY"), "not an RSA key", "keygen"),
            (ELLIPTIC.into(), "not an RSA key", "keygen"),
            (labelled("DH PARAMETERS"), "DH PARAMETERS", "BEGIN PRIVATE KEY"),
            (PKCS8.replace('\n', r"\n"), r"written as \n", r"sed -i 's/\\n/\n/g' FILE"),
            (format!("{:?}", PKCS1.replace('\n', "\r\n")), r"written as \n", "sed -i"),
            (labelled("PRIVATE KEY"), "damaged", "your copy"),
            (labelled("RSA PRIVATE KEY"), "damaged", "your copy"),
            (PKCS8[..900].into(), "damaged", "your copy"),
            (PKCS8.replacen("MII", "M!I", 1), "damaged", "your copy"),
        ] {
            let said = complaint(&content);
            assert!(said.contains(names) && said.contains(remedy), "{content}: {said}");
        }
    }

    #[test]
    fn binary_der_is_told_from_other_bytes() {
        assert!(complaint([0x30, 0x82, 0x04, 0xbd, 0x02, 0x01, 0x00]).contains("binary DER"));
        assert!(complaint([0xff, 0xfe, 0x00]).contains("no PEM file"));
    }

    #[test]
    fn a_short_key_is_refused() {
        let short = RsaPrivateKey::new(&mut rand::thread_rng(), 1024).unwrap().to_pkcs8_pem(LineEnding::LF).unwrap();
        assert!(complaint(short.as_bytes()).contains("1024 bits"));
    }

    #[test]
    fn an_error_names_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("klikoo.pem");
        let said = |path: &Path| PrivateKey::read(path).unwrap_err().to_string();

        assert!(said(&path).contains("klikoo.pem: there is no such file"));
        assert!(said(directory.path()).contains("this is a directory"));
        fs::write(&path, PUBLIC).unwrap();
        assert!(said(&path).contains("klikoo.pem: this is a public key"));
        fs::write(&path, "x".repeat(70_000)).unwrap();
        assert!(said(&path).contains("larger than 64 KiB"));
        fs::write(&path, PKCS1).unwrap();
        assert!(PrivateKey::read(&path).is_ok());
    }

    #[test]
    fn a_new_key_reads_back_and_shows_nothing_of_itself() {
        let key = PrivateKey::generate().unwrap();
        let again = PrivateKey::from_pem(key.to_pem().unwrap().expose_secret().as_bytes()).unwrap();
        assert_eq!(again.public_key().to_pem().unwrap(), key.public_key().to_pem().unwrap());
        assert_eq!(format!("{key:?}"), "PrivateKey(..)");
    }
}
