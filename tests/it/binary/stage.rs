//! The binary between a strict Telegram and a strict Klikoo, set up as an operator sets it up: by environment
//! variables.

use std::{fs::Permissions, os::unix::fs::PermissionsExt, sync::Arc, time::Duration};

use ceknomor::{
    clock::{Clock, FixedClock, SystemClock},
    sandbox::Sandbox,
};

use super::child::{Ended, Place, Process};
use crate::{
    scene::{CLIENT_ID, CLIENT_SECRET, key_file, sandbox_that_takes},
    telegram::{FakeTelegram, Group, User},
};

/// The owner's user id.
const OWNER: u64 = 100_777;

/// All that the binary needs, and the binary's place with the settings for it.
pub(super) struct Stage {
    pub(super) telegram: FakeTelegram,
    pub(super) klikoo: Sandbox,
    /// Klikoo's clock. It stands at the moment when the stage was set: near enough for a test.
    pub(super) klikoo_clock: Arc<FixedClock>,
    pub(super) place: Place,
    /// Budi owns the bot.
    pub(super) budi: User,
}

impl Stage {
    pub(super) async fn new() -> Self {
        Self::with_klikoo_that_takes(Duration::ZERO).await
    }

    /// The same, with a Klikoo whose answers take their time.
    pub(super) async fn with_klikoo_that_takes(latency: Duration) -> Self {
        let klikoo_clock = Arc::new(FixedClock::at(SystemClock.now()));
        let telegram = FakeTelegram::start().await;
        let klikoo = sandbox_that_takes(klikoo_clock.clone(), latency).await;
        let budi = telegram.user_with_id(OWNER, "Budi");
        let mut place = Place::new();
        // As `keygen` leaves it: for its owner alone.
        let key = place.path("klikoo-private.pem");
        std::fs::copy(key_file(), &key).unwrap();
        std::fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
        for (name, value) in [
            ("TELOXIDE_TOKEN", telegram.token()),
            ("TELOXIDE_API_URL", telegram.url()),
            ("KLIKOO_BASE_URL", klikoo.base_url()),
            ("KLIKOO_CLIENT_ID", CLIENT_ID),
            ("KLIKOO_CLIENT_SECRET", CLIENT_SECRET),
            ("KLIKOO_PRIVATE_KEY_FILE", key.to_str().unwrap()),
            ("CEKNOMOR_OWNERS", &OWNER.to_string()),
            // The same number is asked often in these tests, and each time for real.
            ("CEKNOMOR_RECENT", "0"),
            // The sandbox's numbers stand in a row.
            ("CEKNOMOR_GUARD", "off"),
        ] {
            place.set(name, value);
        }
        Self { telegram, klikoo, klikoo_clock, place, budi }
    }

    /// Lets everyone inside a group check.
    pub(super) fn admit(&mut self, group: &Group) {
        self.place.set("CEKNOMOR_CHATS", group.id().to_string());
    }

    /// Starts the bot, and waits until it answers.
    pub(super) async fn run(&self) -> Process {
        let mut bot = self.place.start(&["run"]);
        bot.logs("answering").await;
        bot
    }

    /// Ends the bot as a service manager does, then the stage: everything that the bot said must have been read.
    pub(super) async fn end(self, bot: Process) -> Ended {
        bot.signal("TERM");
        let ended = bot.ended().await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        self.telegram.finish().await;
        ended
    }
}
