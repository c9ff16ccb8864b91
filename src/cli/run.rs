//! `ceknomor run`: the bot.

use std::{process::ExitCode, sync::Arc};

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::{
    app::{App, Checks, Config},
    bot,
    catalog::Catalog,
    clock::SystemClock,
    config::{
        self, AccessSettings, AnswerSettings, CatalogSettings, DataSettings, FairUseSettings, KlikooSettings,
        NetworkSettings, RetentionSettings, RetrySettings, TelegramSettings, WebhookSettings,
    },
    inquiry, jobs,
    store::SledStore,
};

#[derive(clap::Args, Debug)]
#[command(next_line_help = true)]
pub(super) struct Args {
    #[command(flatten)]
    telegram: TelegramSettings,
    #[command(flatten)]
    webhook: WebhookSettings,
    #[command(flatten)]
    klikoo: KlikooSettings,
    #[command(flatten)]
    access: AccessSettings,
    #[command(flatten)]
    fair_use: FairUseSettings,
    #[command(flatten)]
    catalog: CatalogSettings,
    #[command(flatten)]
    retry: RetrySettings,
    #[command(flatten)]
    answers: AnswerSettings,
    #[command(flatten)]
    data: DataSettings,
    #[command(flatten)]
    retention: RetentionSettings,
    #[command(flatten)]
    network: NetworkSettings,
}

pub(super) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let accounts = config::Error::both(args.telegram.account(&args.network), args.klikoo.account(&args.network));
    let ((telegram, klikoo), webhook) = config::Error::both(accounts, args.webhook.webhook())?;
    let checks = Checks {
        klikoo,
        timeouts: args.klikoo.timeouts(),
        retry_window: args.retry.retry_window(),
        catalog: Catalog::load(args.catalog.file())?,
        recent: args.answers.recent(),
        bounds: inquiry::Bounds::default(),
        quotas: args.fair_use.limits(),
    };
    let config = Config {
        telegram,
        checks,
        webhook,
        access: args.access.lists(),
        keep_days: args.retention.keep_days(),
        audit_days: args.retention.audit_days(),
        bounds: jobs::Bounds { notice_after: args.answers.notice_after(), ..jobs::Bounds::default() },
        limits: bot::Limits::default(),
    };
    if config.access.owners.is_empty() {
        tracing::warn!("CEKNOMOR_OWNERS is empty: send /id to the bot, put your user id there, and start it again");
    }
    let store = SledStore::open(args.data.dir())?;
    // Dropped before the store.
    let _backups = store.serve_backups(Arc::new(SystemClock)).inspect_err(|error| {
        tracing::warn!(%error, "the bot can be backed up only when it is stopped");
    });
    let app = App::build(config, Arc::new(store.clone()), Arc::new(SystemClock))?;
    // As a task: waking one costs no system call, unlike waking what the runtime's `block_on` runs itself.
    tokio::spawn(app.run(stop_signal()?)).await??;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
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
