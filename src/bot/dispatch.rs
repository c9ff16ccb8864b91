//! Which handler takes which kind of update: one tree, run by teloxide's dispatcher.
//!
//! The dispatcher keeps the updates of a chat in order and runs chats side by side. A handler reads an update into our
//! own words, hands it over and returns; it waits for the store and never for a provider or for Telegram. What the
//! dispatcher does badly is worked around here:
//!
//! - A panic in a handler ends its chat's queue, and that chat's next update ends the program ("TX is dead"). So the
//!   root of the tree catches panics.
//! - A full queue of one chat holds up all chats. So a queue is as long as what can be under way in all.
//! - It logs an update that no branch takes, with all that it says. So the last handler does nothing.
//! - At its start it asks for `getMe` and gives up where that fails. [`Bot::run`](super::Bot::run) begins it again.
//! - It stops only when every handler has ended. [`Bot::run`](super::Bot::run) sets it a deadline.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    ops::ControlFlow,
    panic::AssertUnwindSafe,
    sync::Arc,
};

use futures_util::FutureExt;
use teloxide::{
    RequestError,
    dispatching::{Dispatcher, DpHandlerDescription, UpdateFilterExt, UpdateHandler},
    dptree::{self, HandlerDescription, HandlerSignature, Type, di::DependencyMap, from_fn_with_description},
    error_handlers::IgnoringErrorHandlerSafe,
    types::Update,
};

use super::{
    intake::Intake,
    updates::{Delivery, Listener, MAX_IN_FLIGHT, Pending},
};

/// The handler tree; it needs an [`Intake`]. The bot asks Telegram for the kinds of update that
/// have a branch here.
pub(super) fn tree() -> UpdateHandler<Infallible> {
    root()
        .branch(Update::filter_message().endpoint(Intake::message))
        .branch(Update::filter_callback_query().endpoint(Intake::press))
        .branch(Update::filter_my_chat_member().endpoint(Intake::membership))
        .branch(Update::filter_edited_message().endpoint(Intake::message))
        .branch(Update::filter_chat_member().endpoint(Intake::member))
    // Inline mode is off, since a check belongs to a chat, whose history has it: a branch for inline queries would
    // stand here.
}

/// Runs the handlers of a tree on what `listener` brings, until it ends.
///
/// # Errors
/// `getMe` failed; nothing was begun.
pub(super) async fn run(
    telegram: teloxide::Bot,
    tree: UpdateHandler<Infallible>,
    mut dependencies: DependencyMap,
    listener: Listener,
) -> Result<(), RequestError> {
    dependencies.insert(listener.pending.clone());
    Dispatcher::builder(telegram, tree)
        .dependencies(dependencies)
        .default_handler(|_| async {})
        .worker_queue_size(MAX_IN_FLIGHT)
        .build()
        .try_dispatch_with_listener(listener, Arc::new(IgnoringErrorHandlerSafe))
        .await
}

/// The root of the tree: takes the update over from the listener, and acknowledges it when its handler has ended,
/// however that was.
fn root() -> UpdateHandler<Infallible> {
    let signature = HandlerSignature::Other {
        obligations: BTreeMap::new(),
        guaranteed_outcomes: BTreeSet::from([Type::of::<Delivery>()]),
        conditional_outcomes: BTreeSet::new(),
        continues: true,
    };
    let handle = |mut dependencies: DependencyMap, branches: dptree::Cont<'static, Result<(), Infallible>>| async move {
        let (update, pending): (Arc<Update>, Arc<Arc<Pending>>) = (dependencies.get(), dependencies.get());
        let Some(delivery) = pending.take(update.id.0) else { return ControlFlow::Break(Ok(())) };
        dependencies.insert(delivery.clone());
        match AssertUnwindSafe(branches(dependencies)).catch_unwind().await {
            Ok(flow) => flow,
            Err(_) => {
                // The panic hook has logged where it was. Whether the bot was spoken to is not known, so nothing is
                // said.
                tracing::error!(update = delivery.update.0, "a handler panicked; the update was passed over");
                ControlFlow::Break(Ok(()))
            }
        }
    };
    from_fn_with_description(DpHandlerDescription::entry(), handle, signature)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::Router;
    use serde_json::{json, value::RawValue};
    use teloxide::types::{AllowedUpdate, Message};
    use tokio::{net::TcpListener, sync::mpsc};

    use super::*;
    use crate::bot::{
        Account,
        updates::{Received, channel, read, tests::Room},
        wire::connect,
    };

    /// A bot whose Telegram knows `getMe` alone.
    async fn bot() -> teloxide::Bot {
        let me = json!({
            "id": 1, "is_bot": true, "first_name": "Cek Nomor", "username": "ceknomorbot", "can_join_groups": true,
            "can_read_all_group_messages": false, "supports_inline_queries": false, "has_main_web_app": false,
        });
        let answer = json!({ "ok": true, "result": me }).to_string();
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api_url = Some(format!("http://{}", server.local_addr().unwrap()).parse().unwrap());
        let router = Router::new().fallback(|| async { answer });
        tokio::spawn(async move { axum::serve(server, router).await });
        connect(&Account { token: "1:a".into(), api_url }).unwrap()
    }

    async fn nothing() -> Result<(), Infallible> {
        Ok(())
    }

    fn message(update: u64, text: &str) -> Received {
        let chat = json!({ "id": -5, "type": "group", "title": "Agen" });
        let message = json!({ "message_id": 1, "date": 1, "chat": chat, "text": text });
        let update = json!({ "update_id": update, "message": message }).to_string();
        let (_, received) = read(&serde_json::from_str::<Box<RawValue>>(&update).unwrap());
        received.unwrap()
    }

    #[tokio::test]
    async fn a_handler_that_panics_costs_neither_its_chat_nor_the_acknowledgement() {
        let (sender, mut heard) = mpsc::unbounded_channel();
        let tree = root().branch(Update::filter_message().endpoint(move |message: Message| {
            let sender = sender.clone();
            async move {
                assert_ne!(message.text(), Some("boom"));
                sender.send(message.text().unwrap().to_owned()).unwrap();
                Ok(())
            }
        }));
        let (inbox, listener, _kinds) = channel(Arc::new(Room(true)));
        let running = tokio::spawn(run(bot().await, tree, dptree::deps![], listener));
        for batch in [vec![message(1, "boom"), message(2, "boom")], vec![message(3, "halo")]] {
            let delivered = tokio::time::timeout(Duration::from_secs(10), inbox.deliver(batch, false)).await;
            assert!(matches!(delivered, Ok(Some(()))), "it is not acknowledged");
        }
        assert_eq!(heard.recv().await.as_deref(), Some("halo"));
        drop(inbox);
        running.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn an_update_that_no_branch_takes_is_acknowledged() {
        let tree = root().branch(Update::filter_callback_query().endpoint(nothing));
        let (inbox, listener, _kinds) = channel(Arc::new(Room(true)));
        tokio::spawn(run(bot().await, tree, dptree::deps![], listener));
        assert!(inbox.deliver(vec![message(1, "halo")], false).await.is_some());
    }

    #[tokio::test]
    async fn the_bot_asks_for_the_kinds_of_update_that_have_a_branch() {
        let tree = root()
            .branch(Update::filter_message().endpoint(nothing))
            .branch(Update::filter_my_chat_member().endpoint(nothing));
        let (_inbox, listener, kinds) = channel(Arc::new(Room(true)));
        tokio::spawn(run(bot().await, tree, dptree::deps![], listener));
        let kinds = kinds.await.unwrap();
        assert_eq!(kinds.len(), 2);
        assert!(kinds.contains(&AllowedUpdate::Message) && kinds.contains(&AllowedUpdate::MyChatMember));
    }
}
