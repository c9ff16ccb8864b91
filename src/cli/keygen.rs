//! `ceknomor keygen`: the partner's key pair.

use std::{
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use secrecy::ExposeSecret;

use super::shared::{cannot_write, create_private};
use crate::klikoo::PrivateKey;

#[derive(clap::Args, Debug)]
#[command(after_help = "The line to paste, once more, of a key that is there already:

  openssl pkey -in klikoo-private.pem -pubout | openssl base64 -A")]
pub(super) struct Args {
    /// Where to write the private key; an existing file is never overwritten
    #[arg(default_value = "klikoo-private.pem", value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn keygen(args: &Args) -> anyhow::Result<ExitCode> {
    let key = PrivateKey::generate()?;
    write_private(&args.file, key.to_pem()?.expose_secret())?;
    let public = BASE64.encode(key.public_key().to_pem()?);
    // The bot may be started in another directory.
    let file = std::path::absolute(&args.file).unwrap_or_else(|_| args.file.clone());
    let file = file.display();
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "The private key is in {file}, readable by you alone. Keep a copy in a safe place; give it to nobody.

1. Paste this line into Klikoo's dashboard, Pengaturan → Konfigurasi API, as the public key:

{public}

2. Set the bot's key, in its environment or in .env:

KLIKOO_PRIVATE_KEY_FILE={file}

3. Run `ceknomor doctor`."
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a key that its owner alone can read, into a file that was not there.
pub(super) fn write_private(file: &Path, pem: &str) -> anyhow::Result<()> {
    let mut opened = create_private(file, OpenOptions::new().create_new(true))?;
    opened.write_all(pem.as_bytes()).and_then(|()| opened.sync_all()).map_err(|error| cannot_write(file, &error))
}
