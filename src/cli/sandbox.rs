//! `ceknomor sandbox`: a Klikoo of one's own on a port, for trying the bot out without an account.

use std::{io::Write, net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use anyhow::anyhow;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;

use super::{keygen::write_private, run::stop_signal};
use crate::{
    catalog::Catalog,
    clock::SystemClock,
    config::{CatalogSettings, address},
    klikoo::{Account, PrivateKey},
    sandbox::{Sandbox, Settings, scenarios},
};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Address and port to serve on, or a port alone; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8640", value_name = "ADDRESS", value_parser = address)]
    listen: SocketAddr,
    /// Private key of the one partner; made where there is none
    #[arg(long, default_value = "sandbox-private.pem", value_name = "FILE")]
    private_key_file: PathBuf,
    /// Show what every number does, and end
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    catalog: CatalogSettings,
}

pub(super) async fn sandbox(args: Args) -> anyhow::Result<ExitCode> {
    if args.list {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{:<28} WHAT HAPPENS", "METER        MOBILE")?;
        for scenario in scenarios() {
            writeln!(out, "{:<28} {}", scenario.numbers.join("  "), scenario.what)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let catalog = Catalog::load(args.catalog.file.as_deref())?;
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        anyhow!("cannot listen on {}: {error}: give another with --listen, such as 127.0.0.1:0", args.listen)
    })?;
    if !args.private_key_file.exists() {
        write_private(&args.private_key_file, PrivateKey::generate()?.to_pem()?.expose_secret())?;
    }
    let (sandbox, account) = start(listener, PrivateKey::read(&args.private_key_file)?, catalog)?;
    let stop = stop_signal()?;
    // The bot may be started in another directory.
    let key_file = std::path::absolute(&args.private_key_file)?;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "# The sandbox is up until Ctrl-C. Settings for the bot, the same at every start:
KLIKOO_BASE_URL={}
KLIKOO_CLIENT_ID={}
KLIKOO_CLIENT_SECRET={}
KLIKOO_PRIVATE_KEY_FILE={}
# `ceknomor sandbox --list` shows what every number does.",
        sandbox.base_url(),
        account.client_id,
        account.client_secret.expose_secret(),
        key_file.display(),
    )?;
    drop(out);
    stop.cancelled().await;
    sandbox.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// The one partner's client id. It and the secret never change, so that yesterday's `.env` is good today; all who reach
/// the sandbox may know them, as there is nothing behind them.
const CLIENT_ID: &str = "ceknomor-sandbox";
const CLIENT_SECRET: &str = "the-secret-of-the-sandbox";

/// A sandbox on `listener` that knows every product of the catalog, and the one partner whom it knows.
pub(super) fn start(
    listener: TcpListener,
    private_key: PrivateKey,
    catalog: Catalog,
) -> anyhow::Result<(Sandbox, Account)> {
    let (client_id, client_secret) = (CLIENT_ID.to_owned(), SecretString::from(CLIENT_SECRET));
    let settings = Settings {
        client_id: client_id.clone(),
        client_secret: client_secret.clone(),
        public_key: private_key.public_key(),
        clock: Arc::new(SystemClock),
        catalog,
        latency: Duration::ZERO,
    };
    let sandbox = Sandbox::start(listener, settings)?;
    let account = Account { base_url: sandbox.base_url().parse()?, client_id, client_secret, private_key };
    Ok((sandbox, account))
}
