//! Each kind of button, pressed by each role in each kind of chat: the presser's own, and another's.

use ceknomor::{
    access::{Ruling, Standing},
    catalog::ProductCode,
    chat::{Action, Alias, AuditQuery, Choice, InviteId, Press, SearchId, Setting, Step},
    clock::Clock,
    inquiry::parse::Check,
    store::{Cursor, NamesShown},
    value::{ChatId, CustomerNumber, Provider, UpdateId, UserId},
};

use super::{About, Class, Place, Role, Stage, Table, ask, assert_none, expected, greeted};
use crate::telegram::{Answer, InChat, Press as Pressed, Reply};

/// A button, and what its press brings where it is allowed.
struct Row {
    action: Action,
    about: About,
    brings: Brings,
}

/// What a press brings, and how it may begin, with `|` between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Brings {
    /// Another text in place of the message.
    Edit(&'static str),
    /// A message of its own.
    Message(&'static str),
    /// A notice over the chat.
    Notice(&'static str),
}

/// Gives the rows of each kind of button. A kind without a row does not compile.
macro_rules! rows {
    ($($kind:pat => $([$action:expr, $about:ident, $brings:ident $begins:literal]),+;)*) => {{
        let _: fn(&Action) = |action| match action { $($kind => {})* };
        vec![$($(Row { action: $action, about: About::$about, brings: Brings::$brings($begins) }),+),*]
    }};
}

fn rows(stage: &Stage, role: Role, target: UserId) -> Vec<Row> {
    let group = ChatId(stage.group.chat_id());
    let until = stage.scene.clock.now().timestamp() + 60;
    let number = 1 + Role::ALL.iter().position(|column| *column == role).unwrap();
    let check = Check {
        code: ProductCode::new("PLN20").unwrap(),
        number: CustomerNumber::from_record(&format!("{number:011}")).unwrap(),
        nominal: None,
    };
    let mut rows = rows! {
        Action::Turn(_) => [Action::Turn(Cursor::Newest), Reading, Edit "Riwayat cek|Belum ada cek di obrolan ini"];
        Action::Find(..) => [Action::Find(SearchId(7), Cursor::Newest), Reading, Notice "Tombol ini sudah tidak berlaku."];
        Action::Customers(_) => [Action::Customers(0), Reading, Edit "Belum ada pelanggan."];
        Action::ForgetCustomer(..) =>
            [Action::ForgetCustomer(0, Alias::new("busiti").unwrap()), Reading, Edit "Tidak ada pelanggan bernama busiti"];
        Action::Choose(_) => [
            Action::Choose(Choice { provider: Some(Provider::Pln), ..Choice::default() }), Reading, Edit "⚠️ "];
        Action::Check(_) => [Action::Check(check), Checking, Message "✅ PLN"];
        Action::TurnList(..) => [Action::TurnList(UpdateId(1), 0), Reading, Notice "Tombol ini sudah tidak berlaku."];
        Action::RepeatList(_) => [Action::RepeatList(UpdateId(1)), Checking, Notice "Tombol ini sudah tidak berlaku."];
        Action::SendList(_) => [Action::SendList(UpdateId(1)), Reading, Message "Tombol ini sudah tidak berlaku."];
        Action::Cancel(_) => [Action::Cancel(UpdateId(1)), Reading, Notice "Tidak ada cek Anda"];
        Action::LiftPause(_) => [Action::LiftPause(ChatId(target.0.cast_signed())), Managing, Edit "1000"];
        Action::Set(_) =>
            [Action::Set(Setting::Names(NamesShown::Whole)), Chat, Edit "⚙️ Pengaturan obrolan ini"],
            [Action::Set(Setting::Days(None)), Chat, Edit "⚙️ Pengaturan obrolan ini"],
            [Action::Set(Setting::OwnOnly(false)), Chat, Edit "⚙️ Pengaturan obrolan ini"];
        Action::KeepData => [Action::KeepData, Reading, Edit "Tidak ada yang dihapus."];
        Action::Forget { .. } =>
            [Action::Forget { whole_chat: false, until }, Reading, Edit "🗑 Sudah dihapus:"],
            [Action::Forget { whole_chat: true, until }, Chat, Edit "🗑 Sudah dihapus:"];
        Action::Audit(..) => [Action::Audit(AuditQuery::default(), None), Owning, Edit "Catatan"];
        Action::AskForAccess => [Action::AskForAccess, ComingIn,
            Notice "Anda sudah terdaftar.|✅ Permintaan Anda sudah dikirim|Permintaan Anda sudah diteruskan"];
        Action::Answer(..) =>
            [Action::Answer(Ruling::Approve, ChatId(7)), Managing, Notice "Ini sudah dijawab"],
            [Action::Answer(Ruling::Block, ChatId(7)), Managing, Notice "Ini sudah dijawab"],
            [Action::Answer(Ruling::Approve, group), Owning, Notice "Ini sudah dijawab"],
            [Action::Answer(Ruling::Refuse, group), Owning, Notice "Ini sudah dijawab"];
        Action::Agents(_) => [Action::Agents(0), Managing, Edit "Agen ("];
        Action::Agent(..) => [Action::Agent(Step::View, target, 0), Managing, Edit "Sasaran "];
        Action::RevokeInvite(_) =>
            [Action::RevokeInvite(InviteId::new("AAAAAAAA").unwrap()), Managing, Edit "✅ Undangan dicabut."];
        Action::Groups(_) => [Action::Groups(0), Owning, Edit "Grup ("];
        Action::CloseGroup { .. } =>
            [Action::CloseGroup { group, sure: false, page: 0 }, Owning, Edit "Tutup grup "],
            [Action::CloseGroup { group: ChatId(-5), sure: true, page: 0 }, Owning, Notice "Tombol ini sudah"];
    };
    rows.extend(Step::ALL.into_iter().map(|(_, step)| {
        let (about, begins) = match step {
            Step::View | Step::Pause | Step::Resume | Step::Remove | Step::Block | Step::Unblock | Step::Grant => {
                (About::Managing, "Sasaran ")
            }
            // Nobody named them within the last minutes.
            Step::Add => (About::Managing, "100011 sudah terdaftar."),
            Step::AskPause => (About::Managing, "Jeda akses cek Sasaran?"),
            Step::AskRemove => (About::Managing, "Hapus Sasaran dari agen?"),
            Step::AskBlock => (About::Managing, "Blokir Sasaran?"),
            Step::MakeAdmin | Step::Demote => (About::Owning, "Sasaran "),
            Step::AskDemote => (About::Owning, "Cabut admin dari Sasaran?"),
        };
        Row { action: Action::Agent(step, target, 0), about, brings: Brings::Edit(begins) }
    }));
    rows
}

// The columns are those of the commands. Nobody presses in another name than their own: an anonymous administrator is
// the administrator of the group.

const PRIVATE: Table = &[
    (About::Reading, "  L . A A A L L L _ A A _ _"),
    (About::Checking, " L . P A A L L L _ A A _ _"),
    (About::Chat, "     L . A A A L L L _ A A _ _"),
    (About::Managing, " L . M M M L L L _ A A _ _"),
    (About::Owning, "   L . O O O L L L _ O A _ _"),
    (About::ComingIn, " A . A A A A A A _ A A _ _"),
    (About::Unknown, "  L . S S S L L L _ S S _ _"),
];

const PRIVATE_OTHERS: Table = &[
    (About::Reading, "  L . N N N L L L _ N N _ _"),
    (About::Checking, " L . P N N L L L _ N N _ _"),
    (About::Chat, "     L . N N N L L L _ N N _ _"),
    (About::Managing, " L . M M M L L L _ N N _ _"),
    (About::Owning, "   L . O O O L L L _ O N _ _"),
    (About::ComingIn, " L . N N N L L L _ N N _ _"),
    (About::Unknown, "  L . S S S L L L _ S S _ _"),
];

const GROUP: Table = &[
    (About::Reading, "  A . A A A A A A _ A A _ _"),
    (About::Checking, " A . P A A A A A _ A A _ _"),
    (About::Chat, "     G . G G G G G A _ G A _ _"),
    (About::Managing, " C . C C C C C C _ C C _ _"),
    (About::Owning, "   C . C C C C C C _ C C _ _"),
    (About::ComingIn, " C . C C C C C C _ C C _ _"),
    (About::Unknown, "  S . S S S S S S _ S S _ _"),
];

const GROUP_OTHERS: Table = &[
    (About::Reading, "  N . N N N N N N _ N N _ _"),
    (About::Checking, " N . P N N N N N _ N N _ _"),
    (About::Chat, "     G . G G G G G N _ G N _ _"),
    (About::Managing, " C . C C C C C C _ C C _ _"),
    (About::Owning, "   C . C C C C C C _ C C _ _"),
    (About::ComingIn, " C . C C C C C C _ C C _ _"),
    (About::Unknown, "  S . S S S S S S _ S S _ _"),
];

const OTHER_GROUP: Table = &[
    (About::Reading, "  L . L L L L L L _ L A _ _"),
    (About::Checking, " L . L L L L L L _ L A _ _"),
    (About::Chat, "     L . L L L L L L _ L A _ _"),
    (About::Managing, " L . L L L L L L _ L C _ _"),
    (About::Owning, "   L . L L L L L L _ L C _ _"),
    (About::ComingIn, " L . L L L L L L _ L C _ _"),
    (About::Unknown, "  L . L L L L L L _ L S _ _"),
];

const OTHER_GROUP_OTHERS: Table = &[
    (About::Reading, "  L . L L L L L L _ L N _ _"),
    (About::Checking, " L . L L L L L L _ L N _ _"),
    (About::Chat, "     L . L L L L L L _ L N _ _"),
    (About::Managing, " L . L L L L L L _ L C _ _"),
    (About::Owning, "   L . L L L L L L _ L C _ _"),
    (About::ComingIn, " L . L L L L L L _ L C _ _"),
    (About::Unknown, "  L . L L L L L L _ L S _ _"),
];

fn table(place: Place, is_own: bool) -> Table {
    match (place, is_own) {
        (Place::Private, true) => PRIVATE,
        (Place::Private, false) => PRIVATE_OTHERS,
        (Place::Group | Place::Topic, true) => GROUP,
        (Place::Group | Place::Topic, false) => GROUP_OTHERS,
        (Place::OtherGroup, true) => OTHER_GROUP,
        (Place::OtherGroup, false) => OTHER_GROUP_OTHERS,
    }
}

/// One press.
struct Cell {
    data: String,
    about: About,
    /// What it brings where it is allowed; `None` where no build of today knows the button.
    brings: Option<Brings>,
    /// The message with the button.
    under: Reply,
    pressed: Pressed,
}

impl Cell {
    /// What came of it, as a class and as it reads; `said`: messages that answer no other message.
    fn came(&self, answer: &Answer, right: Class, said: &mut impl Iterator<Item = Reply>) -> (Option<Class>, String) {
        let edited = self.under.edited_by_now().map(|edited| edited.text().to_owned());
        let message = matches!((self.brings, right), (Some(Brings::Message(_)), Class::Answer)).then(|| said.next());
        let message = message.flatten().map(|message| message.text().to_owned());
        let notice = Some(answer.text.clone()).filter(|notice| !notice.is_empty());
        let class = match (&edited, &message, &notice, self.brings) {
            (None, None, None, _) => Some(Class::Silence),
            (Some(text), None, None, Some(Brings::Edit(begins)))
            | (None, Some(text), None, Some(Brings::Message(begins)))
            | (None, None, Some(text), Some(Brings::Notice(begins))) => {
                Class::of_text(text, &begins.split('|').collect::<Vec<_>>())
            }
            (None, None, Some(text), _) => Class::of_text(text, &[]),
            _ => None,
        };
        (class, format!("{edited:?} {message:?} {notice:?}"))
    }
}

/// A role presses everything in a place; gives which cells are wrong.
async fn press_all(stage: &Stage, role: Role, place: Place, is_own: bool, target: UserId) -> Vec<String> {
    let Some(chat) = stage.speaker(role, place) else { return Vec::new() };
    let Some((_, user)) = stage.people.iter().find(|(someone, _)| *someone == role) else { return Vec::new() };
    let owner = if is_own { UserId(user.id()) } else { target };
    let asked_before = stage.inquiries();
    let mut cells = Vec::new();
    let rows = rows(stage, role, target).into_iter();
    let known = rows.map(|row| (Press { action: row.action, owner }.encode(), row.about, Some(row.brings)));
    let unknown = ["z:1:1", "r:<:1", "", "gp:?:1:0:1"].map(|data| (data.to_owned(), About::Unknown, None));
    for (data, about, brings) in known.chain(unknown) {
        let under = chat.said_by_bot_before("Tombol lama");
        let pressed = under.press_data(&data, user).await;
        cells.push(Cell { data, about, brings, under, pressed });
    }
    let (mut said, mut answers) = (Vec::new(), Vec::new());
    for cell in &cells {
        answers.push(cell.pressed.alert().await);
    }
    if role != Role::Blocked {
        let probe = chat.says("/id").await;
        loop {
            let reply = chat.reply().await;
            if reply.answers(&probe) {
                break;
            }
            said.push(reply);
        }
    }
    let table = table(place, is_own);
    let place = format!("{place:?}, {}", if is_own { "own" } else { "another's" });
    let (mut wrong, mut checks, mut said) = (Vec::new(), 0, said.into_iter());
    for (cell, answer) in cells.iter().zip(answers) {
        let right = expected(table, cell.about, role).unwrap();
        let (class, heard) = cell.came(&answer, right, &mut said);
        checks += u64::from(right == Class::Answer && matches!(cell.brings, Some(Brings::Message("✅ PLN"))));
        if class != Some(right) {
            wrong.push(format!("{place}: {} of {role:?}: {right:?} is right, and not {heard:?}", cell.data));
        }
    }
    wrong.extend(said.map(|said| format!("{place}: {role:?} reads besides {said:?}")));
    let reached = stage.inquiries() - asked_before;
    if reached != checks {
        wrong.push(format!("{place}: {checks} checks of {role:?}, {reached} of Klikoo"));
    }
    wrong
}

#[tokio::test]
async fn each_button_does_what_it_says_for_whom_it_is_alone() {
    let stage = Stage::new().await;
    let sasaran = stage.scene.telegram.user("Sasaran");
    let target = UserId(sasaran.id());
    stage.keep(target, "Sasaran", Standing::Guest).await;
    let bot = stage.scene.start();
    let bos = greeted(stage.person(Role::Owner)).await;
    ask(&sasaran.in_private(), "/start").await;
    let mut wrong = Vec::new();
    for place in Place::ALL {
        for is_own in [false, true] {
            for role in Role::ALL {
                wrong.extend(press_all(&stage, role, place, is_own, target).await);
                let asks = [Role::Stranger, Role::TakenOff, Role::Member, Role::GroupAdmin].contains(&role);
                if (place, is_own, asks) == (Place::Private, true, true) {
                    assert!(bos.reply().await.text().starts_with("🙋 "));
                }
            }
        }
    }
    // Of what was done to them, they were told by those alone who may.
    let told: Vec<String> = sasaran.in_private().heard_by_now().iter().map(|told| told.text().to_owned()).collect();
    let begins = ["⏸", "▶️", "✅", "⏸", "▶️", "🔒", "✅", "⭐"];
    let is_right = told.len() == begins.len() && told.iter().zip(begins).all(|(told, begins)| told.starts_with(begins));
    wrong.extend((!is_right).then(|| format!("the one whom an admin and an owner managed was told {told:?}")));
    assert_none(&wrong);
    stage.scene.end(bot).await;
}
