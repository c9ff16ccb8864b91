//! The partner's RSA key pair: read from a PEM file, with errors that say what the file holds instead.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use rsa::{
    RsaPrivateKey, RsaPublicKey,
    pkcs1::DecodeRsaPrivateKey,
    pkcs1v15::{SigningKey, VerifyingKey},
    pkcs8::{self, DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding, spki},
    traits::PublicKeyParts,
};
use secrecy::{SecretString, zeroize::Zeroizing};
use sha2::Sha256;

/// Length of a new key, which is what the vendor asks for; a shorter one is refused.
const BITS: usize = 2048;

/// The longest file that is read: many times the size of any key.
const LARGEST_FILE: u64 = 64 * 1024;

/// The partner's private key. `{:?}` shows nothing of it; its numbers are wiped from memory when it goes.
#[derive(Clone, derive_more::Debug)]
#[debug("PrivateKey(..)")]
pub struct PrivateKey(pub(super) SigningKey<Sha256>);

/// The public half, which the partner pastes into the dashboard.
#[derive(Clone, Debug)]
pub struct PublicKey(pub(super) VerifyingKey<Sha256>);

/// Why a private key could not be read, what there is instead, and the remedy.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct KeyError(String);

impl From<&str> for KeyError {
    fn from(problem: &str) -> Self {
        Self(problem.to_owned())
    }
}

const DAMAGED: &str =
    "the key is damaged (cut off or altered); put it back from your copy, or make a new one with `keygen`";
const ENCRYPTED: &str =
    "this key is encrypted; take the passphrase off: openssl pkey -in FILE -out key.pem (then chmod 600)";
const NOT_RSA: &str = "this key is not an RSA key; make one with `ceknomor keygen` and register it in the dashboard";

impl PrivateKey {
    /// Reads a key from a file: PEM, PKCS#8 or PKCS#1.
    ///
    /// # Errors
    /// Says which file it is, what it holds instead, and the remedy.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let key = read_bounded(path).and_then(|content| Self::from_pem(&content));
        key.map_err(|KeyError(problem)| KeyError(format!("private key {}: {problem}", path.display())))
    }

    /// Reads a key from the content of a file: PEM, PKCS#8 or PKCS#1.
    ///
    /// # Errors
    /// What the content is instead, and the remedy.
    pub fn from_pem(content: &[u8]) -> Result<Self, KeyError> {
        let key = match block(content) {
            Some(("PRIVATE KEY", block)) => {
                RsaPrivateKey::from_pkcs8_der(&der(block)?).map_err(|error| match error {
                    pkcs8::Error::PublicKey(spki::Error::OidUnknown { .. }) => NOT_RSA,
                    _ => DAMAGED,
                })?
            }
            Some(("RSA PRIVATE KEY", block)) => RsaPrivateKey::from_pkcs1_der(&der(block)?).map_err(|_| DAMAGED)?,
            Some((label, _)) => return Err(what_is_labelled(label)),
            None => return Err(what_is_not_pem(content).into()),
        };
        match key.n().bits() {
            BITS.. => Ok(Self(SigningKey::new(key))),
            bits => Err(KeyError(format!(
                "the key has {bits} bits, fewer than 2048; make one with `ceknomor keygen` and register it in the \
                 dashboard"
            ))),
        }
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
    pub fn to_pem(&self) -> Result<SecretString, pkcs8::Error> {
        self.0.to_pkcs8_pem(LineEnding::LF).map(|pem| SecretString::from(pem.as_str()))
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(rsa::signature::Keypair::verifying_key(&self.0))
    }
}

impl PublicKey {
    /// Reads a public key from PEM (`BEGIN PUBLIC KEY`).
    ///
    /// # Errors
    /// When it is not one.
    pub fn from_pem(pem: &str) -> Result<Self, spki::Error> {
        RsaPublicKey::from_public_key_pem(pem).map(|key| Self(VerifyingKey::new(key)))
    }

    /// The key as PEM; base64 of this text is what the dashboard takes.
    ///
    /// # Errors
    /// When the key cannot be encoded, which no key that was read or generated does.
    pub fn to_pem(&self) -> Result<String, spki::Error> {
        self.0.to_public_key_pem(LineEnding::LF)
    }
}

fn read_bounded(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut content = Zeroizing::new(Vec::new());
    let read = File::open(path).and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut content));
    let read = read.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            "there is no such file; give the path in KLIKOO_PRIVATE_KEY_FILE, or make a key with `ceknomor keygen`"
                .into()
        }
        io::ErrorKind::IsADirectory => "this is a directory; name the file of the private key in it".into(),
        _ => KeyError(format!("the file cannot be read ({error}); let the user that runs ceknomor read it")),
    })?;
    if read as u64 > LARGEST_FILE {
        return Err("the file is larger than 64 KiB, so it is no key; name the PEM file of the private key".into());
    }
    Ok(content)
}

/// Label and rest of a PEM file's block with a private key, or else of its first block: keys often stand behind
/// parameters or certificates.
fn block(content: &[u8]) -> Option<(&str, &str)> {
    let text = str::from_utf8(content).ok()?;
    let blocks = || text.split("-----BEGIN ").skip(1).filter_map(|block| block.split_once("-----"));
    blocks().find(|(label, _)| label.ends_with("PRIVATE KEY")).or_else(|| blocks().next())
}

/// The bytes in a block. Lines of any width, and spaces in them, do no harm.
fn der(block: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let (content, _) = block.split_once("-----END").unwrap_or((block, ""));
    if content.contains("ENCRYPTED") {
        return Err(ENCRYPTED.into());
    }
    if content.contains("\\n") {
        let remedy = r"make real ones of them: sed -i 's/\\n/\n/g' FILE";
        return Err(KeyError(format!(r"its line breaks are written as \n, as in a JSON file; {remedy}")));
    }
    let packed = Zeroizing::new(content.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<_>>());
    Ok(Zeroizing::new(BASE64.decode(&*packed).map_err(|_| DAMAGED)?))
}

/// What a file is that holds no PEM.
fn what_is_not_pem(content: &[u8]) -> &'static str {
    let is_binary = str::from_utf8(content).is_err() || content.contains(&0);
    match content.trim_ascii().first() {
        None => "the file is empty; put the key back from your copy, or make a new one with `ceknomor keygen`",
        // How a DER sequence begins.
        Some(0x30) if is_binary => {
            "this is binary DER, not PEM; convert it: openssl pkey -inform DER -in FILE -out key.pem"
        }
        Some(_) => {
            "this is no PEM file: there is no -----BEGIN PRIVATE KEY----- in it; name the file that `keygen` wrote"
        }
    }
}

/// What a PEM block is whose label is not that of a private key for RSA.
fn what_is_labelled(label: &str) -> KeyError {
    let problem = match label {
        "ENCRYPTED PRIVATE KEY" => ENCRYPTED,
        "OPENSSH PRIVATE KEY" => {
            "this is a key in OpenSSH's format; convert a copy of it: ssh-keygen -p -N '' -m PEM -f COPY"
        }
        _ if label.ends_with("PUBLIC KEY") => {
            "this is a public key; name the file of the private key, which begins with -----BEGIN PRIVATE KEY-----"
        }
        _ if label.contains("CERTIFICATE") => {
            "this is a certificate; name the file of the private key that belongs to it"
        }
        _ if label.ends_with("PRIVATE KEY") => NOT_RSA,
        _ => {
            let label: String = label.chars().take(40).collect();
            let remedy = "name the file that begins with -----BEGIN PRIVATE KEY-----";
            return KeyError(format!("this PEM file holds {label:?}, not a private key; {remedy}"));
        }
    };
    problem.into()
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
