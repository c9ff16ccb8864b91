//! Owners and their admins manage agents from the phone: `/agen`, what agents are told, and who may do what.

use super::{CHECK, ask, body, greeted, pressed};
use crate::{
    scene::Scene,
    telegram::{Reply, User, content},
};

/// Opens the card of somebody in a list of people, and gives the list, in whose place it stands, and the card.
async fn card(list: &Reply, name: &str, by: &User) -> Reply {
    list.press(name, by).await;
    list.edited().await
}

#[tokio::test]
async fn an_agent_is_paused_resumed_and_removed_and_told_of_it() {
    let mut scene = Scene::new().await;
    let (owner, budi) = (scene.owner("Ibu Bos"), scene.agent("Budi"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    scene.admit(&group);
    let bot = scene.start();
    let (bos, chat) = (greeted(&owner).await, greeted(&budi).await);
    let list = ask(&bos, "/agen").await;
    let entry = format!("Budi {} · agen, dari .env", budi.id());
    assert_eq!(list.text().lines().take(2).collect::<Vec<_>>(), ["Agen (1)", &entry]);

    let shown = pressed(card(&list, "Budi", &owner).await, &["⏸ Jeda"], &owner).await;
    assert_eq!(shown.text(), "Jeda akses cek Budi? Riwayat masih bisa dilihatnya.");
    let shown = pressed(shown, &["Tidak", "⏸ Jeda", "Ya"], &owner).await;
    assert!(shown.text().ends_with("agen, dari .env, dijeda"), "{shown:?}");
    assert_eq!(chat.reply().await.text(), "⏸ Akses cek Anda dijeda oleh pemilik bot.");
    assert_eq!(ask(&chat, CHECK).await.text(), "⏸ Akses cek Anda sedang dijeda. Hubungi pemilik bot.");
    assert!(ask(&chat, "/riwayat").await.text().starts_with("Belum ada cek"));

    let shown = pressed(shown, &["▶ Lanjutkan"], &owner).await;
    assert_eq!(chat.reply().await.text(), "▶️ Akses cek Anda aktif lagi.");
    assert_eq!(body(&ask(&chat, CHECK).await)[1], "BAHARRUDIN1");

    let shown = pressed(shown, &["🗑 Hapus"], &owner).await;
    assert_eq!(shown.text(), "Hapus Budi dari agen? Dia masih bisa cek di grup yang diizinkan.");
    let shown = pressed(shown, &["Ya"], &owner).await;
    assert_eq!(shown.buttons(), ["✅ Jadikan agen", "⛔ Blokir", "◀ Daftar agen"]);
    let told = "🔒 Anda sudah tidak terdaftar sebagai agen. Di grup yang diizinkan Anda masih bisa cek.";
    assert_eq!(chat.reply().await.text(), told);
    assert!(ask(&chat, CHECK).await.text().starts_with("🔒 Bot cek nomor pelanggan ini"));
    assert_eq!(body(&ask(&budi.in_group(&group), CHECK).await)[1], "BAHARRUDIN1");
    bot.stop().await;

    let bot = scene.start();
    assert_eq!(ask(&bos, "/agen").await.text(), "Belum ada agen. Tambah dengan /agen tambah atau /undang");
    let found = ask(&bos, &format!("/agen {}", budi.id())).await;
    pressed(card(&found, "Budi", &owner).await, &["✅ Jadikan agen"], &owner).await;
    assert!(chat.reply().await.text().starts_with("✅ Anda sudah terdaftar."));
    assert_eq!(body(&ask(&chat, CHECK).await)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_blocked_agent_meets_silence_until_the_block_is_lifted() {
    let mut scene = Scene::new().await;
    let (owner, budi) = (scene.owner("Ibu Bos"), scene.agent("Budi"));
    let bot = scene.start();
    let (bos, chat) = (greeted(&owner).await, greeted(&budi).await);
    let shown = card(&ask(&bos, "/agen").await, "Budi", &owner).await;
    let shown = pressed(shown, &["⛔ Blokir", "Ya"], &owner).await;
    assert!(shown.text().contains("· diblokir\n"), "{shown:?}");
    chat.says(CHECK).await;
    chat.says("/start").await;
    assert!(ask(&bos, &format!("/agen tambah {}", budi.id())).await.text().contains("diblokir. Buka dulu"));
    pressed(shown, &["Buka blokir"], &owner).await;
    assert!(ask(&chat, "/start").await.text().starts_with("🔒"), "they may ask again, and are no agent");
    scene.end(bot).await;
}

#[tokio::test]
async fn an_admin_manages_agents_and_neither_admins_nor_owners() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let (sari, dewi, budi) = (scene.agent("Sari"), scene.agent("Dewi"), scene.agent("Budi"));
    let bot = scene.start();
    let (bos, saris) = (greeted(&owner).await, greeted(&sari).await);
    let (dewis, budis) = (greeted(&dewi).await, greeted(&budi).await);
    assert_eq!(ask(&saris, "/agen").await.text(), "🔒 Hanya pemilik bot dan adminnya yang bisa memakai ini.");
    for (name, chat) in [("Sari", &saris), ("Dewi", &dewis)] {
        let shown = card(&ask(&bos, "/agen").await, name, &owner).await;
        pressed(shown, &["⭐ Jadikan admin"], &owner).await;
        assert_eq!(chat.reply().await.text(), "⭐ Anda sekarang admin bot ini: bisa mengatur agen. Lihat /bantuan");
    }
    let list = ask(&saris, "/agen").await;
    let of_dewi = card(&list, "Dewi", &sari).await;
    assert_eq!(of_dewi.buttons(), ["◀ Daftar agen"], "of an admin it shows nothing to do");
    for step in ["P", "H", "B", "C"] {
        let forged = format!("gp:{step}:{}:0:{}", dewi.id(), sari.id());
        let said = of_dewi.press_data(&forged, &sari).await.alert().await;
        let by = if step == "C" { "🔒 Hanya pemilik bot" } else { "🔒 Admin hanya bisa diatur" };
        assert!(said.text.starts_with(by), "{step}: {said:?}");
    }
    let make_admin = format!("gp:a:{}:0:{}", budi.id(), sari.id());
    let said = of_dewi.press_data(&make_admin, &sari).await.alert().await;
    assert_eq!(said.text, "🔒 Hanya pemilik bot yang bisa memakai ini.");
    let of_owner = format!("gp:B:{}:0:{}", owner.id(), sari.id());
    assert!(!of_dewi.press_data(&of_owner, &sari).await.alert().await.text.is_empty());
    assert_eq!(ask(&saris, "/grup").await.text(), "🔒 Hanya pemilik bot yang bisa memakai ini.");
    // Agents are theirs to manage.
    pressed(of_dewi, &["◀ Daftar agen"], &sari).await;
    let shown = card(&ask(&saris, "/agen budi").await, "Budi", &sari).await;
    pressed(shown, &["🗑 Hapus", "Ya"], &sari).await;
    assert!(budis.reply().await.text().starts_with("🔒 Anda sudah tidak terdaftar"));
    // Until an owner says otherwise.
    let shown = card(&ask(&bos, "/agen sari").await, "Sari", &owner).await;
    let shown = pressed(shown, &["Cabut admin", "Ya"], &owner).await;
    assert!(shown.text().contains("· agen\n"), "{shown:?}");
    assert_eq!(ask(&saris, "/agen").await.text(), "🔒 Hanya pemilik bot dan adminnya yang bisa memakai ini.");
    scene.end(bot).await;
}

#[tokio::test]
async fn an_agent_is_added_by_id_by_picker_by_contact_and_by_a_forwarded_message() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let people: Vec<User> =
        ["Ani", "Budi", "Citra", "Dedi", "Eko", "Fitri"].iter().map(|name| scene.telegram.user(name)).collect();
    let bot = scene.start();
    let bos = greeted(&owner).await;
    for person in &people {
        assert!(ask(&person.in_private(), "/start").await.text().starts_with("🔒"));
    }
    let is_in = async |person: &User, said: &Reply| {
        assert!(said.text().contains("sekarang agen."), "{said:?}");
        let chat = person.in_private();
        assert!(chat.reply().await.text().starts_with("✅ Anda sudah terdaftar."));
        assert_eq!(body(&ask(&chat, CHECK).await)[1], "BAHARRUDIN1");
    };
    let [ani, budi, citra, dedi, eko, fitri] = people.as_slice() else { unreachable!("there are six") };
    is_in(ani, &ask(&bos, &format!("/agen tambah {}", ani.id())).await).await;

    assert!(ask(&bos, "/agen tambah").await.text().starts_with("Siapa yang jadi agen?"));
    bos.picks(&[budi, ani]).await;
    let said = bos.reply().await;
    assert!(said.text().contains("Ani sudah terdaftar."), "{said:?}");
    is_in(budi, &said).await;

    let forwarded = bos.sends(content::forwarded(citra.id(), "Citra", "mau jadi agen kak")).await;
    bos.reply().await;
    bos.replies_to(&forwarded, "/agen tambah").await;
    is_in(citra, &pressed(bos.reply().await, &["Ya"], &owner).await).await;

    ask(&bos, "/agen tambah").await;
    bos.sends(content::forwarded_hidden("Dedi", "PLN20 01105691111")).await;
    assert!(bos.reply().await.text().starts_with("⚠️ Orang itu menyembunyikan akunnya"));
    bos.sends(content::forwarded(dedi.id(), "Dedi", "PLN20 01105691111")).await;
    is_in(dedi, &pressed(bos.reply().await, &["Ya"], &owner).await).await;

    ask(&bos, "/agen tambah").await;
    let mut contact = content::contact("Eko", "0817345544");
    contact["contact"]["user_id"] = eko.id().into();
    bos.sends(contact).await;
    is_in(eko, &pressed(bos.reply().await, &["Ya"], &owner).await).await;

    // Somebody who asked for it has it answered so.
    let offer = ask(&fitri.in_private(), "/start").await;
    offer.press("🙋 Minta akses", fitri).await.alert().await;
    let card = bos.reply().await;
    let said = ask(&bos, &format!("/agen tambah {}", fitri.id())).await;
    assert!(card.edited().await.text().ends_with("✅ Disetujui oleh Ibu Bos"));
    is_in(fitri, &said).await;

    let checked = scene.klikoo.calls().inquiries;
    bos.sends(content::forwarded(7, "Gani", "PLN20 01105691111")).await;
    assert_eq!(body(&bos.reply().await)[1], "BAHARRUDIN1", "nobody is about to be named, so it is a check");
    assert_eq!(scene.klikoo.calls().inquiries, checked + 1);
    for typed in ["/agen tambah 777000", "/agen tambah budi", "/agen tambah -5"] {
        assert!(ask(&bos, typed).await.text().starts_with("⚠️ Itu bukan ID orang."), "{typed}");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn a_command_that_was_forwarded_is_not_carried_out() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let agus = scene.telegram.user("Agus");
    let bot = scene.start();
    let bos = greeted(&owner).await;
    for typed in [format!("/agen tambah {}", agus.id()), "/undang 100 30 hari".to_owned(), "/grup".to_owned()] {
        bos.sends(content::forwarded(agus.id(), "Agus", &typed)).await;
        assert_eq!(bos.reply().await.text(), "Perintah yang diteruskan tidak saya jalankan. Ketik sendiri ya.");
    }
    assert!(ask(&agus.in_private(), CHECK).await.text().starts_with("🔒"));
    scene.end(bot).await;
}

#[tokio::test]
async fn the_list_has_pages_and_is_searched_by_name_and_id() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let agents: Vec<User> = (0..11).map(|number| scene.agent(&format!("Agen {number}x"))).collect();
    let bot = scene.start();
    let bos = greeted(&owner).await;
    for agent in &agents {
        ask(&agent.in_private(), "/id").await;
    }
    let first = ask(&bos, "/agen").await;
    assert!(first.text().starts_with("Agen (11)\n") && first.buttons().len() == 9, "{first:?}");
    let second = pressed(first, &["Berikutnya ▶"], &owner).await;
    assert_eq!(second.buttons(), ["Agen 8x", "Agen 9x", "Agen 10x", "◀ Sebelumnya"]);
    let shown = card(&second, "Agen 9x", &owner).await;
    assert_eq!(pressed(shown, &["◀ Daftar agen"], &owner).await.buttons()[0], "Agen 8x", "back on its page");
    let found = ask(&bos, "/agen AGEN 1").await;
    assert_eq!(found.buttons(), ["Agen 1x", "Agen 10x"]);
    let by_id = ask(&bos, &format!("/agen {}", agents[3].id())).await;
    assert_eq!(by_id.buttons(), ["Agen 3x"]);
    let many = ask(&bos, "/agen agen").await;
    assert!(many.text().ends_with("dan 3 lagi. Tulis nama yang lebih lengkap."), "{many:?}");
    assert!(ask(&bos, "/agen <b>siti").await.text().starts_with("Tidak ada yang cocok dengan “<b>siti”."));
    scene.end(bot).await;
}

#[tokio::test]
async fn an_admin_has_their_menu_until_they_are_none_any_more() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let sari = scene.agent("Sari");
    let bot = scene.start();
    let (bos, chat) = (greeted(&owner).await, greeted(&sari).await);
    let shown = ask(&bos, &format!("/agen {}", sari.id())).await;
    let card = pressed(shown, &["Sari", "⭐ Jadikan admin"], &owner).await;
    assert!(chat.reply().await.text().contains("admin"));
    // Six of all, the owner's, and this one.
    let menus = scene.telegram.called("setMyCommands", 8).await;
    let of_admin = menus.iter().find(|call| call.body["scope"]["chat_id"] == sari.id()).unwrap();
    let commands = of_admin.body["commands"].as_array().unwrap();
    assert_eq!(commands.last().unwrap()["command"], "undang");
    ask(&chat, "/start").await;
    scene.telegram.called("setMyCommands", 9).await;
    assert!(scene.telegram.calls("deleteMyCommands").is_empty());
    pressed(card, &["Cabut admin", "Ya"], &owner).await;
    let taken = scene.telegram.called("deleteMyCommands", 1).await;
    assert_eq!(taken[0].body["scope"], serde_json::json!({ "type": "chat", "chat_id": sari.id() }));
    scene.end(bot).await;
}

#[tokio::test]
async fn help_and_menu_show_what_the_reader_may_do() {
    let mut scene = Scene::new().await;
    let (owner, budi) = (scene.owner("Ibu Bos"), scene.agent("Budi"));
    let (sari, dewi) = (scene.telegram.user("Sari"), scene.telegram.user("Dewi"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&sari, &dewi]);
    scene.admit(&group);
    group.promotes(&dewi, true);
    let bot = scene.start();
    let bos = ask(&owner.in_private(), "/bantuan").await;
    assert!(bos.text().contains("Mengatur agen: /agen") && bos.text().contains("Pemilik: /grup"), "{bos:?}");
    for text in [ask(&budi.in_private(), "/bantuan").await, ask(&sari.in_group(&group), "/bantuan").await] {
        assert!(!text.text().contains("/agen ") && !text.text().contains("Admin grup"), "{text:?}");
    }
    let admin = ask(&dewi.in_group(&group), "/bantuan").await;
    assert!(admin.text().ends_with("Admin grup: /atur · /bahasa id|en · /hapusdata obrolan"), "{admin:?}");

    let menus = scene.telegram.called("setMyCommands", 7).await;
    let own = menus.iter().find(|call| call.body["scope"]["type"] == "chat").unwrap();
    assert_eq!(own.body["scope"]["chat_id"], owner.id());
    let names = own.body["commands"].as_array().unwrap().iter().map(|command| command["command"].as_str().unwrap());
    assert!(names.collect::<Vec<_>>().ends_with(&[
        "agen",
        "undang",
        "grup",
        "status",
        "saldo",
        "statistik",
        "audit",
        "muatulang"
    ]));
    scene.end(bot).await;
}
