//! `ceknomor run`: the bot.

use std::{process::ExitCode, sync::Arc};

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::{
    app::{App, Checks, Config},
    bot,
    catalog::Catalog,
    chat::Conversation,
    clock::SystemClock,
    config::{self, EnvFile, Reload, Settings},
    inquiry, jobs,
    store::SledStore,
};

pub(super) async fn run(settings: Settings, env_file: EnvFile) -> anyhow::Result<ExitCode> {
    let Settings { telegram, webhook, klikoo, access, fair_use, catalog, answers, data, retention, owners, network } =
        settings;
    let (account, partner, webhook) = match (telegram.account(&network), klikoo.account(&network), webhook.webhook()) {
        (Ok(account), Ok(partner), Ok(webhook)) => (account, partner, webhook),
        (account, partner, webhook) => {
            return Err(config::Error::all([account.err(), partner.err(), webhook.err()]).into());
        }
    };
    let checks = Checks {
        klikoo: partner,
        timeouts: klikoo.timeouts(),
        retry_window: answers.retry_window,
        catalog: Catalog::load(catalog.file.as_deref())?,
        recent: answers.recent,
        bounds: inquiry::Bounds::default(),
        quotas: fair_use.limits(),
    };
    let config = Config {
        telegram: account,
        checks,
        webhook,
        access: access.lists(),
        keep_days: retention.keep_days,
        audit_days: retention.audit_days,
        board: owners.board(&data),
        settings: Some(Arc::new(Reload::new(env_file, access.lists(), catalog.file))),
        bounds: jobs::Bounds { notice_after: answers.notice_after, ..jobs::Bounds::default() },
        limits: bot::Limits::default(),
    };
    if config.access.owners.is_empty() {
        tracing::warn!("CEKNOMOR_OWNERS is empty: send /id to the bot, put your user id there, and reload (SIGHUP)");
    }
    let store = SledStore::open(&data.dir)?;
    // Dropped before the store.
    let _backups = store.serve_backups(Arc::new(SystemClock)).inspect_err(|error| {
        tracing::warn!(%error, "the bot can be backed up only when it is stopped");
    });
    let app = App::build(config, Arc::new(store.clone()), Arc::new(SystemClock))?;
    reload_on_hangup(app.conversation().clone())?;
    // As a task: waking one costs no system call, unlike waking what the runtime's `block_on` runs itself.
    tokio::spawn(app.run(stop_signal()?)).await??;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Reads catalog and lists anew at each SIGHUP.
fn reload_on_hangup(conversation: Arc<Conversation>) -> anyhow::Result<()> {
    let mut hangup = signal(SignalKind::hangup()).context("cannot listen for SIGHUP")?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            // What came of it stands in the log.
            let _ = conversation.reload(None).await;
        }
    });
    Ok(())
}

/// Cancelled by SIGTERM or Ctrl-C; a second one ends the process at once, as shells say of one that Ctrl-C has ended.
pub(super) fn stop_signal() -> anyhow::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    let stop = CancellationToken::new();
    let cancel = stop.clone();
    tokio::spawn(async move {
        for first in [true, false] {
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
            if first {
                tracing::info!("stopping: finishing what is under way");
                cancel.cancel();
            }
        }
        tracing::warn!("ending at once: not waiting for what is under way");
        std::process::exit(130);
    });
    Ok(stop)
}
