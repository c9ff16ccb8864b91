//! PEM, read leniently, and what a file that should hold a private key holds instead.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use secrecy::zeroize::Zeroizing;

use super::KeyProblem;

/// One block of a PEM file. Lines of any width, spaces and text around it do no harm.
pub(super) struct PemBlock<'a> {
    pub(super) label: &'a str,
    content: &'a str,
    is_whole: bool,
}

impl<'a> PemBlock<'a> {
    /// The first block with a private key, or else the first block: keys often stand behind parameters or certificates.
    pub(super) fn find(content: &'a [u8]) -> Option<Self> {
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
    pub(super) fn der(&self) -> Result<Zeroizing<Vec<u8>>, KeyProblem> {
        if self.content.contains("ENCRYPTED") {
            return Err(KeyProblem::Encrypted);
        }
        let packed: Zeroizing<Vec<u8>> =
            Zeroizing::new(self.content.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
        let der = BASE64.decode(&*packed).map_err(|_| KeyProblem::Damaged)?;
        if self.is_whole { Ok(Zeroizing::new(der)) } else { Err(KeyProblem::Damaged) }
    }
}

/// What a file is that holds no PEM.
pub(super) fn what_is_not_pem(content: &[u8]) -> KeyProblem {
    const DER_SEQUENCE: u8 = 0x30;
    let is_binary = str::from_utf8(content).is_err() || content.contains(&0);
    match content.trim_ascii().first() {
        None => KeyProblem::Empty,
        Some(&DER_SEQUENCE) if is_binary => KeyProblem::Der,
        Some(_) => KeyProblem::NotPem,
    }
}

/// What a PEM block is whose label is not that of a private key for RSA.
pub(super) fn what_is_labelled(label: &str) -> KeyProblem {
    match label {
        "ENCRYPTED PRIVATE KEY" => KeyProblem::Encrypted,
        "OPENSSH PRIVATE KEY" => KeyProblem::OpenSsh,
        _ if label.ends_with("PUBLIC KEY") => KeyProblem::PublicKey,
        _ if label.contains("CERTIFICATE") => KeyProblem::Certificate,
        _ if label.ends_with("PRIVATE KEY") => KeyProblem::NotRsa,
        _ => KeyProblem::Other(label.chars().take(40).collect()),
    }
}
