//! Who may do what, where: every command and every kind of button × every role × every kind of chat, against tables
//! that are written here and know nothing of the program's own. All wrong cells are told at once.
//!
//! | | |
//! |---|---|
//! | [`commands`] | each command, typed, edited and forwarded |
//! | [`buttons`] | each kind of button, the presser's own and another's |
//! | [`hostile`] | what somebody tries who may not |
//!
//! Silence is proved by what follows: each role asks for its id in the end, which is answered after all that came
//! before; and at the end of the scene whatever nobody has read fails the test.

mod buttons;
mod commands;
mod hostile;

use std::time::Duration;

use ceknomor::{
    access::{Access, Group, GroupState, Lists, Pause, Person, Standing},
    bot::Limits,
    clock::Clock,
    value::{ChatId, UserId},
};

use super::{ask, greeted, unpaced};
use crate::{
    scene::Scene,
    telegram::{Conversation, Group as TelegramGroup, InChat, Topic, User},
};

const CHANNEL: i64 = -1_009_000_000_001;

/// Who somebody is, in the order of the tables' columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Stranger,
    Blocked,
    Paused,
    AgentOfSettings,
    AgentOfStore,
    TakenOff,
    Member,
    GroupAdmin,
    Anonymous,
    Admin,
    Owner,
    AsChannel,
    LinkedChannel,
}

impl Role {
    const ALL: [Self; 13] = [
        Self::Stranger,
        Self::Blocked,
        Self::Paused,
        Self::AgentOfSettings,
        Self::AgentOfStore,
        Self::TakenOff,
        Self::Member,
        Self::GroupAdmin,
        Self::Anonymous,
        Self::Admin,
        Self::Owner,
        Self::AsChannel,
        Self::LinkedChannel,
    ];
}

/// Where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Private,
    /// A group that is admitted.
    Group,
    /// A group that is not.
    OtherGroup,
    /// A topic of a forum that is admitted.
    Topic,
}

impl Place {
    const ALL: [Self; 4] = [Self::Private, Self::Group, Self::OtherGroup, Self::Topic];
}

/// What a command or a button is about: the rows of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// Who the bot is.
    Start,
    /// Ids, and what is kept of people.
    Self_,
    /// What a chat has.
    Reading,
    /// Asking the partner.
    Checking,
    /// How the bot behaves in a chat, and an end to all that is kept of it.
    Chat,
    /// Agents.
    Managing,
    /// The bot itself.
    Owning,
    /// To be let in.
    ComingIn,
    /// What no button of this build carries.
    Unknown,
}

/// What is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Silence,
    /// That the bot is for agents.
    StrangerLine,
    /// What was asked for.
    Answer,
    DeniedPaused,
    DeniedGroupAdmins,
    DeniedOwners,
    /// That it is for owners and their admins.
    DeniedManagers,
    DeniedPrivate,
    /// That a forwarded command is not carried out.
    Forwarded,
    NotYours,
    Stale,
}

impl Class {
    /// The class of a letter of the tables; `None` where there is no such cell.
    fn of_letter(letter: char) -> Option<Self> {
        Some(match letter {
            '.' => Self::Silence,
            'L' => Self::StrangerLine,
            'A' => Self::Answer,
            'P' => Self::DeniedPaused,
            'G' => Self::DeniedGroupAdmins,
            'O' => Self::DeniedOwners,
            'M' => Self::DeniedManagers,
            'C' => Self::DeniedPrivate,
            'F' => Self::Forwarded,
            'N' => Self::NotYours,
            'S' => Self::Stale,
            '_' => return None,
            other => panic!("no letter of the tables: {other}"),
        })
    }

    /// The class of what was said; `answers`: how what was asked for may begin. `None` where it is nothing of all this.
    fn of_text(text: &str, answers: &[&str]) -> Option<Self> {
        const REFUSALS: [(&str, Class); 9] = [
            ("🔒 Bot cek nomor pelanggan ini khusus agen terdaftar.", Class::StrangerLine),
            ("⏸ Akses cek Anda sedang dijeda. Hubungi pemilik bot.", Class::DeniedPaused),
            ("🔒 Hanya admin grup yang bisa mengubah ini.", Class::DeniedGroupAdmins),
            ("🔒 Hanya pemilik bot yang bisa memakai ini.", Class::DeniedOwners),
            ("🔒 Hanya pemilik bot dan adminnya yang bisa memakai ini.", Class::DeniedManagers),
            ("🔒 Kirim ini di obrolan pribadi dengan bot.", Class::DeniedPrivate),
            ("Perintah yang diteruskan tidak saya jalankan.", Class::Forwarded),
            ("Tombol ini untuk agen yang bertanya.", Class::NotYours),
            ("Tombol ini sudah tidak berlaku.", Class::Stale),
        ];
        if answers.iter().any(|answer| text.starts_with(answer)) {
            return Some(Self::Answer);
        }
        REFUSALS.into_iter().find(|(words, _)| text.starts_with(words)).map(|(_, class)| class)
    }
}

/// One letter for each role, in the order of [`Role::ALL`].
type Table = &'static [(About, &'static str)];

/// What a table says of a cell.
fn expected(table: Table, about: About, role: Role) -> Option<Class> {
    let (_, letters) = table.iter().find(|(row, _)| *row == about).unwrap_or_else(|| panic!("no row for {about:?}"));
    let letters: Vec<char> = letters.split_whitespace().map(|letter| letter.chars().next().unwrap()).collect();
    assert_eq!(letters.len(), Role::ALL.len(), "{about:?}: {letters:?}");
    Class::of_letter(letters[Role::ALL.iter().position(|column| *column == role).unwrap()])
}

/// Everybody, everywhere, before anything is said.
struct Stage {
    scene: Scene,
    /// Everybody who is a person.
    people: Vec<(Role, User)>,
    group: TelegramGroup,
    other: TelegramGroup,
    forum: TelegramGroup,
    topic: Topic,
}

impl Stage {
    async fn new() -> Self {
        let mut scene = Scene::new().await;
        scene.bounds.limits = Limits { strangers: 10_000, stranger_period: Duration::from_millis(1), ..unpaced() };
        let mut people = Vec::new();
        for role in Role::ALL {
            let name = format!("{role:?}");
            people.push((
                role,
                match role {
                    Role::Anonymous | Role::AsChannel | Role::LinkedChannel => continue,
                    Role::Owner => scene.owner(&name),
                    // That the settings name somebody counts for less than what was said of them since.
                    Role::AgentOfSettings | Role::Paused | Role::Blocked | Role::TakenOff => scene.agent(&name),
                    _ => scene.telegram.user(&name),
                },
            ));
        }
        let everybody: Vec<&User> = people.iter().map(|(_, user)| user).collect();
        let group = scene.telegram.supergroup("Agen Jaya", &everybody);
        let other = scene.telegram.supergroup("Grup lain", &everybody);
        let forum = scene.telegram.forum("Forum agen", &everybody);
        let topic = forum.topic("Token");
        scene.admit(&group);
        scene.admit(&forum);
        let of = |wanted| people.iter().find(|(role, _)| *role == wanted).map(|(_, user)| user.clone()).unwrap();
        for group in [&group, &forum, &other] {
            group.promotes(&of(Role::GroupAdmin), true);
            // It sees all that is said there.
            group.promotes_bot(&of(Role::Owner));
        }
        let stage = Self { scene, people, group, other, forum, topic };
        stage.keep_standings().await;
        stage
    }

    async fn keep_standings(&self) {
        for (role, standing) in [
            (Role::Blocked, Standing::Blocked),
            (Role::AgentOfStore, Standing::Agent),
            (Role::TakenOff, Standing::Guest),
            (Role::Admin, Standing::Admin),
        ] {
            self.keep(UserId(self.person(role).id()), &format!("{role:?}"), standing).await;
        }
        let access = self.access();
        let pause = Some(Pause { until: None, by_guard: false });
        access.people.set_pause(ChatId(self.person(Role::Paused).in_private().chat_id()), pause).await.unwrap();
        // Owners were asked about it, and have not answered.
        let asked = Group {
            state: GroupState::Asked,
            title: "Grup lain".to_owned(),
            since: self.scene.clock.now(),
            by: None,
            untold: false,
        };
        access.people.change_group(ChatId(self.other.chat_id()), |_| Some(asked.clone())).await.unwrap();
    }

    async fn keep(&self, user: UserId, name: &str, standing: Standing) {
        let person = Person { standing, name: name.to_owned(), since: self.scene.clock.now(), by: None, untold: false };
        self.access().people.change_person(user, |_| Some(person.clone())).await.unwrap();
    }

    /// What is kept of people and groups, while no bot runs.
    fn access(&self) -> Access {
        Access::new(Lists::default(), self.scene.store(), self.scene.clock.clone())
    }

    fn person(&self, wanted: Role) -> &User {
        &self.people.iter().find(|(role, _)| *role == wanted).unwrap().1
    }

    /// A role in a place; `None` where there is no such thing.
    fn speaker(&self, role: Role, place: Place) -> Option<Conversation> {
        let group = match place {
            Place::Private => {
                let person = self.people.iter().find(|(someone, _)| *someone == role);
                return person.map(|(_, user)| user.in_private());
            }
            Place::Group => &self.group,
            Place::OtherGroup => &self.other,
            Place::Topic => &self.forum,
        };
        let speaker = match role {
            Role::Anonymous => group.as_anonymous_admin(),
            Role::AsChannel => group.as_channel(CHANNEL),
            Role::LinkedChannel => group.as_linked_channel(CHANNEL),
            role => self.person(role).in_group(group),
        };
        Some(if place == Place::Topic { speaker.in_topic(&self.topic) } else { speaker })
    }

    /// How many checks reached the partner.
    fn inquiries(&self) -> u64 {
        self.scene.klikoo.calls().inquiries
    }
}

/// Fails with all that is wrong.
fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
