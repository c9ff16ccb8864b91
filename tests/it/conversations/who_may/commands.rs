//! Each command, by each role, in each kind of chat: typed, as a change of an earlier message, and forwarded.

use std::collections::{HashMap, HashSet};

use ceknomor::chat::Command;

use super::{About, Class, Place, Role, Stage, Table, ask, assert_none, expected};
use crate::telegram::{Conversation, InChat, Quotable, Reply, Sent, content};

/// A command as it is typed, and how its answer may begin.
struct Row {
    typed: &'static str,
    about: About,
    answers: &'static [&'static str],
}

/// The rows of each command. A command without a row does not compile.
macro_rules! rows {
    ($($command:ident: $([$typed:literal, $about:ident, $($answer:literal)|+]),+;)*) => {
        const ROWS: &[Row] = &[$($(Row { typed: $typed, about: About::$about, answers: &[$($answer),+] }),+),*];
        const _: fn(Command) = |command| match command { $(Command::$command => {})* };
    };
}

rows! {
    Start: ["/start", Start, "👋 Cek nomor pelanggan"];
    Id: ["/id", Self_, "ID Anda: " | "Anda menulis sebagai admin anonim"];
    Privacy: ["/privasi", Self_, "🔒 Yang disimpan bot ini"];
    Help: ["/bantuan", Reading, "Tulis apa adanya"];
    Check: ["/cek", Reading, "Mau cek apa?"], ["/cek PLN20 {meter}", Checking, "✅ PLN"];
    Again: ["/ulang", Checking, "✅ PLN"];
    Products: ["/produk", Reading, "Produk yang bisa dicek"];
    History: ["/riwayat", Reading, "Riwayat cek" | "Belum ada cek di obrolan ini"];
    Export: ["/ekspor januari", Reading, "Tidak ada cek di obrolan ini pada"];
    Recap: ["/rekap", Reading, "Rekap " | "Belum ada cek di obrolan ini"];
    Save: ["/simpan busiti PLN20 01105691111", Reading, "✅ Disimpan: busiti" | "Admin anonim tidak bisa"];
    Customers: ["/pelanggan", Reading, "Pelanggan Anda (1)" | "Admin anonim tidak bisa"];
    Outages: ["/gangguan", Reading, "15 menit terakhir" | "Belum ada cek dalam 15 menit"];
    Cancel: ["/batal", Reading, "Tidak ada cek Anda yang sedang menunggu" | "Oke, tidak jadi."];
    Language: ["/bahasa", Reading, "Pilih bahasa:"], ["/bahasa id", Chat, "✅ Oke, sekarang pakai"];
    Quota: ["/kuota", Reading, "📊 Jatah cek Anda" | "👥 Jatah grup ini"],
        ["/kuota 7", Managing, "📊 Jatah 7"], ["/kuota 7 60 1000", Managing, "✅ Jatahnya sudah diubah."];
    Configure: ["/atur", Chat, "⚙️ Pengaturan obrolan ini"], ["/atur nama lengkap", Chat, "⚙️ Pengaturan obrolan ini"];
    DeleteData: ["/hapusdata", Reading, "🗑 Hapus semua data Anda" | "Admin anonim tidak punya data"],
        ["/hapusdata obrolan", Chat, "🗑 Hapus semua data grup ini?" | "🗑 Hapus semua data Anda, di sini"];
    Agents: ["/agen", Managing, "Agen ("], ["/agen tambah 7", Managing, "✅ 7 (7) sekarang agen." | "7 sudah terdaftar."];
    Invite: ["/undang", Managing, "🎟 Undangan untuk 1 orang" | "⚠️ Undangan yang terbuka"];
    Groups: ["/grup", Owning, "Grup ("];
    Status: ["/status", Owning, "ceknomor "];
    Balance: ["/saldo", Owning, "💰 Saldo Klikoo:"];
    Statistics: ["/statistik", Owning, "Statistik "];
    Audit: ["/audit", Owning, "Catatan"];
    Reload: ["/muatulang", Owning, "⚠️ Tidak ada yang diubah."];
}

/// How a command comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Typed,
    /// In place of an earlier message.
    Edited,
    Forwarded,
}

// The columns: stranger, blocked, paused, agent of the settings, agent of the store, taken off, member, administrator
// of the group, anonymous administrator, admin, owner, somebody who writes as a channel, post of the linked channel.
// What each letter stands for is in `Class::of_letter`.

/// Who is told once that they are no agent is not told again for each command.
const PRIVATE: Table = &[
    (About::Start, "    L . A A A L L L _ A A _ _"),
    (About::Self_, "    A . A A A A A A _ A A _ _"),
    (About::Reading, "  . . A A A . . . _ A A _ _"),
    (About::Checking, " . . P A A . . . _ A A _ _"),
    (About::Chat, "     . . A A A . . . _ A A _ _"),
    (About::Managing, " . . M M M . . . _ A A _ _"),
    (About::Owning, "   . . O O O . . . _ O A _ _"),
];

/// A stranger who edits is told nothing.
const PRIVATE_EDITED: Table = &[
    (About::Start, "    . . A A A . . . _ A A _ _"),
    (About::Self_, "    . . A A A . . . _ A A _ _"),
    (About::Reading, "  . . A A A . . . _ A A _ _"),
    (About::Checking, " . . P A A . . . _ A A _ _"),
    (About::Chat, "     . . A A A . . . _ A A _ _"),
    (About::Managing, " . . M M M . . . _ A A _ _"),
    (About::Owning, "   . . O O O . . . _ O A _ _"),
];

/// Checks of others may be forwarded; what changes something for others, or shows it, counts only where it is typed.
const PRIVATE_FORWARDED: Table = &[
    (About::Start, "    L . A A A L L L _ A A _ _"),
    (About::Self_, "    A . A A A A A A _ A A _ _"),
    (About::Reading, "  . . A A A . . . _ A A _ _"),
    (About::Checking, " . . P A A . . . _ A A _ _"),
    (About::Chat, "     . . F F F . . . _ F F _ _"),
    (About::Managing, " . . F F F . . . _ F F _ _"),
    (About::Owning, "   . . F F F . . . _ F F _ _"),
];

/// An owner's command of a member is most likely for another bot of the group.
const GROUP: Table = &[
    (About::Start, "    A . A A A A A A A A A . ."),
    (About::Self_, "    A . A A A A A A A A A . ."),
    (About::Reading, "  A . A A A A A A A A A . ."),
    (About::Checking, " A . P A A A A A A A A . ."),
    (About::Chat, "     G . G G G G G A A G A . ."),
    (About::Managing, " . . . . . . . . . C C . ."),
    (About::Owning, "   . . . . . . . . . . C . ."),
];

const GROUP_FORWARDED: Table = &[
    (About::Start, "    A . A A A A A A A A A . ."),
    (About::Self_, "    A . A A A A A A A A A . ."),
    (About::Reading, "  A . A A A A A A A A A . ."),
    (About::Checking, " A . P A A A A A A A A . ."),
    (About::Chat, "     . . . . . . . . . . . . ."),
    (About::Managing, " . . . . . . . . . . . . ."),
    (About::Owning, "   . . . . . . . . . . . . ."),
];

const OTHER_GROUP: Table = &[
    (About::Start, "    . . . . . . . . . . A . ."),
    (About::Self_, "    A . A A A A A A A A A . ."),
    (About::Reading, "  . . . . . . . . . . A . ."),
    (About::Checking, " . . . . . . . . . . A . ."),
    (About::Chat, "     . . . . . . . . . . A . ."),
    (About::Managing, " . . . . . . . . . . C . ."),
    (About::Owning, "   . . . . . . . . . . C . ."),
];

const OTHER_GROUP_EDITED: Table = &[
    (About::Start, "    . . . . . . . . . . A . ."),
    (About::Self_, "    . . . . . . . . . . A . ."),
    (About::Reading, "  . . . . . . . . . . A . ."),
    (About::Checking, " . . . . . . . . . . A . ."),
    (About::Chat, "     . . . . . . . . . . A . ."),
    (About::Managing, " . . . . . . . . . . C . ."),
    (About::Owning, "   . . . . . . . . . . C . ."),
];

const OTHER_GROUP_FORWARDED: Table = &[
    (About::Start, "    . . . . . . . . . . A . ."),
    (About::Self_, "    A . A A A A A A A A A . ."),
    (About::Reading, "  . . . . . . . . . . A . ."),
    (About::Checking, " . . . . . . . . . . A . ."),
    (About::Chat, "     . . . . . . . . . . . . ."),
    (About::Managing, " . . . . . . . . . . . . ."),
    (About::Owning, "   . . . . . . . . . . . . ."),
];

fn table(place: Place, way: Way) -> Table {
    match (place, way) {
        (Place::Private, Way::Typed) => PRIVATE,
        (Place::Private, Way::Edited) => PRIVATE_EDITED,
        (Place::Private, Way::Forwarded) => PRIVATE_FORWARDED,
        (Place::Group | Place::Topic, Way::Typed | Way::Edited) => GROUP,
        (Place::Group | Place::Topic, Way::Forwarded) => GROUP_FORWARDED,
        (Place::OtherGroup, Way::Typed) => OTHER_GROUP,
        (Place::OtherGroup, Way::Edited) => OTHER_GROUP_EDITED,
        (Place::OtherGroup, Way::Forwarded) => OTHER_GROUP_FORWARDED,
    }
}

/// One command of one role.
struct Cell {
    role: Role,
    row: &'static Row,
    sent: Sent,
    /// What was said to it.
    heard: Vec<String>,
    /// The answer to the message that was edited.
    first: Option<Reply>,
}

/// What everybody says in one kind of chat in one way.
struct Round<'a> {
    stage: &'a Stage,
    place: Place,
    way: Way,
    speakers: Vec<(Role, Conversation)>,
    cells: Vec<Cell>,
    /// Whose message in which chat is of which cell.
    of_message: HashMap<(i64, i64), usize>,
    wrong: Vec<String>,
}

impl<'a> Round<'a> {
    fn new(stage: &'a Stage, place: Place, way: Way) -> Self {
        let speakers = Role::ALL.into_iter().filter_map(|role| Some((role, stage.speaker(role, place)?))).collect();
        let (cells, of_message, wrong) = (Vec::new(), HashMap::new(), Vec::new());
        Self { stage, place, way, speakers, cells, of_message, wrong }
    }

    /// Has everybody say everything; gives which cells are wrong.
    async fn walk(mut self) -> Vec<String> {
        let asked_before = self.stage.inquiries();
        for (role, chat) in self.speakers.clone() {
            for row in ROWS {
                let typed = typed(row, role);
                let sent = match self.way {
                    Way::Typed => chat.says(&typed).await,
                    Way::Edited => chat.says(if typed == "/id" { "/privasi" } else { "/id" }).await,
                    Way::Forwarded => chat.sends(content::forwarded(7, "Agus", &typed)).await,
                };
                self.of_message.insert((sent.chat_id(), sent.message_id()), self.cells.len());
                self.cells.push(Cell { role, row, sent, heard: Vec::new(), first: None });
            }
        }
        self.listen().await;
        if self.way == Way::Edited {
            self.edit().await;
        }
        let reached = self.stage.inquiries() - asked_before;
        self.compare(reached);
        self.wrong
    }

    /// Each changes what they said; what was answered to it before is answered no more.
    async fn edit(&mut self) {
        for Cell { role, row, sent, heard, .. } in &mut self.cells {
            heard.clear();
            let (_, chat) = self.speakers.iter().find(|(speaker, _)| speaker == role).unwrap();
            chat.edits(sent, &typed(row, *role)).await;
        }
        self.listen().await;
        for Cell { row, heard, first, .. } in &mut self.cells {
            // What is a file, or does something, is said anew.
            let is_anew = ["/rekap", "/statistik", "/ekspor januari", "/batal"].contains(&row.typed);
            if !is_anew && !heard.is_empty() {
                heard.push("not in place of the answer before".to_owned());
            }
            let edited = first.as_ref().and_then(Reply::edited_by_now);
            heard.extend(edited.map(|edited| edited.text().to_owned()));
        }
    }

    /// Reads all that is said, until everybody who gets an answer to it knows their id.
    async fn listen(&mut self) {
        let ids = table(self.place, Way::Typed);
        let mut probes = HashMap::new();
        for (role, chat) in &self.speakers {
            if expected(ids, About::Self_, *role) == Some(Class::Answer) {
                let probe = chat.says("/id").await;
                let (_, awaited) = probes.entry(chat.chat_id()).or_insert_with(|| (chat.clone(), HashSet::new()));
                awaited.insert(probe.message_id());
            }
        }
        for (_, (chat, mut awaited)) in probes {
            while !awaited.is_empty() {
                let reply = chat.reply().await;
                if !reply.replies_to().is_some_and(|asked| awaited.remove(&asked)) {
                    self.note(reply);
                }
            }
        }
    }

    fn note(&mut self, reply: Reply) {
        let asked = reply.replies_to().and_then(|asked| self.of_message.get(&(reply.chat_id(), asked)));
        let Some(cell) = asked else {
            self.wrong.push(format!("{:?} {:?}: nobody asked for {reply:?}", self.place, self.way));
            return;
        };
        let cell = &mut self.cells[*cell];
        if self.place == Place::Topic && !reply.is_in(&self.stage.topic) {
            cell.heard.push("outside of the topic".to_owned());
        }
        cell.heard.push(reply.text().to_owned());
        cell.first.get_or_insert(reply);
    }

    fn compare(&mut self, reached: u64) {
        let mut checks = 0;
        for Cell { role, row, heard, .. } in &self.cells {
            let right = expected(table(self.place, self.way), row.about, *role);
            checks += u64::from(row.about == About::Checking && right == Some(Class::Answer));
            let classes: Vec<Option<Class>> = heard.iter().map(|text| Class::of_text(text, row.answers)).collect();
            let is_right = match right {
                Some(Class::Silence) => classes.is_empty(),
                right => classes == [right],
            };
            if !is_right {
                let cell = format!("{:?} {:?}: {} of {role:?}", self.place, self.way, row.typed);
                let right = right.unwrap_or_else(|| panic!("{cell}: the table has no such cell"));
                let heard: Vec<&str> = heard.iter().map(|text| text.lines().next().unwrap_or_default()).collect();
                self.wrong.push(format!("{cell}: {right:?} is right, and not {heard:?}"));
            }
        }
        if reached != checks {
            self.wrong.push(format!("{:?} {:?}: {checks} checks, {reached} of Klikoo", self.place, self.way));
        }
    }
}

/// Each role checks a number of its own, so that no two checks are one.
fn typed(row: &Row, role: Role) -> String {
    let number = 1 + Role::ALL.iter().position(|column| *column == role).unwrap();
    row.typed.replace("{meter}", &format!("{number:011}"))
}

#[tokio::test]
async fn each_command_is_answered_by_who_asks_and_where() {
    let stage = Stage::new().await;
    let agus = stage.scene.telegram.user_with_id(7, "Agus").in_private();
    let bot = stage.scene.start();
    ask(&agus, "/start").await;
    let mut wrong = Vec::new();
    for way in [Way::Typed, Way::Edited, Way::Forwarded] {
        for place in Place::ALL {
            // In a topic the same is decided as in its group, however the command comes.
            if (place, way) == (Place::Topic, Way::Typed) || place != Place::Topic {
                wrong.extend(Round::new(&stage, place, way).walk().await);
            }
        }
    }
    let told = agus.heard_by_now();
    let is_told_once = matches!(told.as_slice(), [told] if told.text().starts_with("✅ Anda sudah terdaftar."));
    wrong.extend((!is_told_once).then(|| format!("who was added is told {told:?}")));
    assert_none(&wrong);
    stage.scene.end(bot).await;
}
