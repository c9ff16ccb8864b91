//! Owners who act at the same moment, change their minds, or were away: what they decided is what stands.

use chrono::TimeDelta;

use super::{CHECK, ask, body, greeted, pressed};
use crate::{
    scene::Scene,
    telegram::{Fault, Gate, User, content},
};

#[tokio::test]
async fn whom_one_owner_blocks_another_does_not_let_in_at_that_moment() {
    let mut scene = Scene::new().await;
    scene.bounds.limits = super::unpaced();
    let (ibu, pak) = (scene.owner("Ibu Bos"), scene.owner("Pak Bos"));
    let people: Vec<User> = (0..10).map(|number| scene.telegram.user(&format!("Agus{number}"))).collect();
    let bot = scene.start();
    let (ibus, paks) = (greeted(&ibu).await, greeted(&pak).await);
    let anything = ask(&paks, "/grup").await;
    for agus in &people {
        let chat = agus.in_private();
        let offer = ask(&chat, "/start").await;
        ask(&ibus, &format!("/agen tambah {}", agus.id())).await;
        chat.reply().await;
        let step = |letter: &str| format!("gp:{letter}:{}:0:{}", agus.id(), pak.id());
        anything.press_data(&step("H"), &pak).await;
        anything.edited().await;
        chat.reply().await;
        offer.press("🙋 Minta akses", agus).await.alert().await;
        let (card, of_pak) = (ibus.reply().await, paks.reply().await);
        card.press("✅ Setujui", &ibu).await;
        anything.press_data(&step("B"), &pak).await;
        let (card, shown) = (card.edited().await, anything.edited().await);
        assert!(shown.text().contains("· diblokir"), "{shown:?}");
        let end = ask(&ibus, &format!("/agen {}", agus.id())).await;
        assert!(end.text().contains("· diblokir"), "{end:?}, {card:?}");
        // Who was an agent for a moment may be told so, if they still were one by then.
        of_pak.edited().await;
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn who_is_removed_does_not_become_an_admin_at_that_moment() {
    let mut scene = Scene::new().await;
    scene.bounds.limits = super::unpaced();
    let (ibu, pak) = (scene.owner("Ibu Bos"), scene.owner("Pak Bos"));
    let agents: Vec<User> = (0..20).map(|number| scene.agent(&format!("Agen{number}"))).collect();
    let bot = scene.start();
    let (ibus, paks) = (greeted(&ibu).await, greeted(&pak).await);
    let (a, b) = (ask(&ibus, "/agen").await, ask(&paks, "/agen").await);
    for agent in &agents {
        let chat = greeted(agent).await;
        b.press_data(&format!("gp:H:{}:0:{}", agent.id(), pak.id()), &pak).await;
        a.press_data(&format!("gp:a:{}:0:{}", agent.id(), ibu.id()), &ibu).await;
        let _ = (a.edited().await, b.edited().await);
        let end = ask(&ibus, &format!("/agen {}", agent.id())).await;
        assert!(end.text().contains("· bukan agen"), "{end:?}");
        // Whether they were an admin for a moment depends on who came first.
        chat.says("/id").await;
        while !chat.reply().await.text().contains(&agent.id().to_string()) {}
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn who_forwards_a_customer_is_no_agent_unless_the_owner_says_so() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let [gani, hadi, budi, sari] = ["Gani", "Hadi", "Budi", "Sari"].map(|name| scene.telegram.user(name));
    let bot = scene.start();
    let bos = greeted(&owner).await;
    for person in [&gani, &hadi, &budi, &sari] {
        ask(&person.in_private(), "/start").await;
    }
    let of_hadi = bos.sends(content::forwarded(hadi.id(), "Hadi", "PLN20 01105691111")).await;
    bos.reply().await;

    ask(&bos, "/agen tambah").await;
    ask(&bos, "/batal").await;
    bos.sends(content::forwarded(gani.id(), "Gani", "PLN20 01105691111")).await;
    assert_eq!(body(&bos.reply().await)[1], "BAHARRUDIN1", "after /batal it is a check");

    ask(&bos, "/agen tambah").await;
    bos.replies_to(&of_hadi, "/cek").await;
    assert_eq!(body(&bos.reply().await)[1], "BAHARRUDIN1", "a reply names nobody");
    bos.sends(content::forwarded(gani.id(), "Gani", "PLN20 01105691111")).await;
    assert_eq!(body(&bos.reply().await)[1], "BAHARRUDIN1", "a command has ended it");

    ask(&bos, "/agen tambah").await;
    bos.sends(content::forwarded(gani.id(), "Gani", "PLN20 01105691111")).await;
    let question = bos.reply().await;
    assert_eq!(question.text(), format!("Jadikan Gani ({}) agen?", gani.id()));
    assert_eq!(question.buttons(), ["Ya", "Tidak"]);
    let shown = pressed(question, &["Tidak"], &owner).await;
    assert!(shown.text().starts_with("Belum ada agen."), "{shown:?}");
    bos.sends(content::forwarded(gani.id(), "Gani", "PLN20 01105691111")).await;
    assert_eq!(body(&bos.reply().await)[1], "BAHARRUDIN1", "it was asked once");

    ask(&bos, "/agen tambah").await;
    let mut contact = content::forwarded(sari.id(), "Sari", "x");
    contact.as_object_mut().unwrap().remove("text");
    contact.as_object_mut().unwrap().extend(content::contact("Budi", "0817345544").as_object().unwrap().clone());
    contact["contact"]["user_id"] = budi.id().into();
    bos.sends(contact).await;
    let question = bos.reply().await;
    assert_eq!(question.text(), format!("Jadikan Budi ({}) agen?", budi.id()));
    let shown = pressed(question, &["Ya"], &owner).await;
    assert!(shown.text().starts_with(&format!("✅ Budi ({}) sekarang agen.", budi.id())), "{shown:?}");
    assert!(budi.in_private().reply().await.text().starts_with("✅ Anda sudah terdaftar."));
    let list = ask(&bos, "/agen").await;
    assert!(list.text().starts_with("Agen (1)\nBudi "), "{list:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn an_invitation_lets_nobody_in_whose_maker_manages_nobody_any_more() {
    let mut scene = Scene::new().await;
    let (ibu, agus) = (scene.owner("Ibu Bos"), scene.telegram.user("Agus"));
    let pak = scene.telegram.user("Pak Bos");
    scene.list_as_owner(pak.id());
    let bot = scene.start();
    let (ibus, paks) = (greeted(&ibu).await, greeted(&pak).await);
    let made = ask(&paks, "/undang 5").await;
    let token = made.text().split("start=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    bot.stop().await;
    scene.unlist_as_owner(pak.id());
    let bot = scene.start();
    let said = ask(&agus.in_private(), &format!("/start {token}")).await;
    assert_eq!(said.text(), "Undangan ini sudah tidak berlaku.");
    assert!(ask(&ibus, "/agen").await.text().starts_with("Belum ada agen."));
    scene.end(bot).await;
}

#[tokio::test]
async fn an_admins_own_quota_and_pause_are_the_owners_to_change() {
    let mut scene = Scene::new().await;
    scene.quotas.guard = true;
    let (owner, sari, dewi) = (scene.owner("Ibu Bos"), scene.agent("Sari"), scene.agent("Dewi"));
    let budi = scene.agent("Budi");
    let bot = scene.start();
    let (bos, saris) = (greeted(&owner).await, greeted(&sari).await);
    let dewis = greeted(&dewi).await;
    for (name, chat) in [("Sari", &saris), ("Dewi", &dewis)] {
        let list = ask(&bos, &format!("/agen {name}")).await;
        pressed(list, &[name, "⭐ Jadikan admin"], &owner).await;
        chat.reply().await;
    }
    for user in [&sari, &dewi, &owner] {
        for order in ["0 0", "normal"] {
            let said = ask(&saris, &format!("/kuota {} {order}", user.id())).await;
            assert_eq!(said.text(), "🔒 Admin hanya bisa diatur oleh pemilik bot.", "{order}");
        }
    }
    assert!(ask(&saris, &format!("/kuota {} 5 50", budi.id())).await.text().starts_with("✅"));
    assert!(ask(&bos, &format!("/kuota {} 5 50", dewi.id())).await.text().starts_with("✅"));

    for number in 1..12 {
        scene.pass(TimeDelta::minutes(1));
        ask(&saris, &format!("/cek PLN20 00000000{number:03}")).await;
    }
    ask(&saris, "/cek PLN20 00000000012").await;
    let card = bos.reply().await;
    let list = ask(&dewis, "/agen").await;
    let said = list.press_data(&format!("j:{}:{}", sari.id(), dewi.id()), &dewi).await.alert().await;
    assert_eq!(said.text, "🔒 Admin hanya bisa diatur oleh pemilik bot.");
    assert!(pressed(card, &["▶ Lanjutkan"], &owner).await.text().contains("bisa cek lagi"));
    saris.reply().await;
    scene.end(bot).await;
}

#[tokio::test]
async fn who_is_resumed_from_the_card_begins_anew_for_the_guard() {
    let mut scene = Scene::new().await;
    scene.quotas.guard = true;
    let (owner, budi) = (scene.owner("Ibu Bos"), scene.agent("Budi"));
    let bot = scene.start();
    let (bos, chat) = (greeted(&owner).await, greeted(&budi).await);
    let run = async |first: u32| {
        for number in first..first + 11 {
            scene.pass(TimeDelta::minutes(1));
            ask(&chat, &format!("/cek PLN20 00000000{number:03}")).await;
        }
        ask(&chat, &format!("/cek PLN20 00000000{:03}", first + 11)).await
    };
    assert!(run(1).await.text().contains("dijeda"));
    let card = bos.reply().await;
    let list = ask(&bos, "/agen").await;
    pressed(list, &["Budi", "▶ Lanjutkan"], &owner).await;
    assert_eq!(chat.reply().await.text(), "▶️ Akses cek Anda aktif lagi.");
    let pressed_late = pressed(card, &["▶ Lanjutkan"], &owner).await;
    assert!(pressed_late.text().ends_with("sudah tidak dijeda."), "{pressed_late:?}");
    let said = run(101).await;
    assert!(said.text().contains("dijeda"), "not before the twelfth: {said:?}");
    assert!(bos.reply().await.buttons().contains(&"▶ Lanjutkan"), "a second pause is news");
    scene.end(bot).await;
}

#[tokio::test]
async fn whoever_is_paused_can_be_found_and_resumed() {
    let mut scene = Scene::new().await;
    scene.quotas.guard = true;
    let (owner, budi) = (scene.owner("Ibu Bos"), scene.agent("Budi"));
    let rian = scene.telegram.user("Rian");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &rian]);
    scene.admit(&group);
    let bot = scene.start();
    let (bos, chat) = (greeted(&owner).await, greeted(&budi).await);
    let list = ask(&bos, "/agen").await;
    let shown = pressed(list, &["Budi", "⏸ Jeda", "Ya", "🗑 Hapus", "Ya"], &owner).await;
    chat.reply().await;
    chat.reply().await;
    let here = budi.in_group(&group);
    assert!(ask(&here, CHECK).await.text().contains("dijeda"));
    assert_eq!(shown.buttons(), ["✅ Jadikan agen", "⛔ Blokir", "▶ Lanjutkan", "◀ Daftar agen"]);
    pressed(shown, &["▶ Lanjutkan"], &owner).await;
    chat.reply().await;
    assert_eq!(body(&ask(&here, CHECK).await)[1], "BAHARRUDIN1");

    // A member of a group, of whom nothing else is known.
    ask(&rian.in_private(), "/start").await;
    let there = rian.in_group(&group);
    for number in 1..13 {
        scene.pass(TimeDelta::minutes(1));
        ask(&there, &format!("/cek PLN20 00000000{number:03}")).await;
    }
    bos.reply().await;
    let found = ask(&bos, &format!("/agen {}", rian.id())).await;
    let entry = format!("Rian {} · bukan agen, dijeda", rian.id());
    assert_eq!(found.text().lines().nth(1), Some(&*entry), "{found:?}");
    let shown = pressed(found, &["Rian", "▶ Lanjutkan"], &owner).await;
    assert!(shown.text().contains("· bukan agen"), "{shown:?}");
    rian.in_private().reply().await;
    assert!(!ask(&there, CHECK).await.text().contains("dijeda"));
    scene.end(bot).await;
}

#[tokio::test]
async fn the_eleventh_group_of_an_hour_is_asked_about_too() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let sari = scene.telegram.user("Sari");
    let groups: Vec<_> = (0..11).map(|n| scene.telegram.foreign_group(&format!("G{n}"), &[&sari])).collect();
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let mut cards = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        group.adds_bot(&sari);
        assert_eq!(sari.in_group(group).reply().await.text(), "Menunggu persetujuan pemilik bot.");
        if number < 10 {
            cards.push(bos.reply().await);
        }
    }
    // It can be answered without a card.
    let listed = ask(&bos, "/grup").await;
    let waiting = listed.buttons().iter().filter(|label| label.contains("Aktifkan")).count();
    assert_eq!(waiting, 8, "{listed:?}");
    let shown = pressed(listed, &["✅ Aktifkan G0"], &owner).await;
    assert!(shown.text().ends_with("✅ Diaktifkan oleh Ibu Bos"), "{shown:?}");
    assert_eq!(cards[0].edited().await.text(), shown.text());
    assert!(sari.in_group(&groups[0]).reply().await.text().starts_with("✅ Bot aktif di grup ini."));
    // And the card comes once the hour is over.
    scene.pass(TimeDelta::hours(2));
    bos.says("/cek@bot_lain").await;
    let card = bos.reply().await;
    assert!(card.text().starts_with("👥 Bot dimasukkan ke grup G10"), "{card:?}");
    bot.stop().await;
}

#[tokio::test]
async fn a_card_that_a_crash_cut_off_comes_later() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let sari = scene.telegram.user("Sari");
    let group = scene.telegram.foreign_group("Baru", &[&sari]);
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let gate = Gate::default();
    scene.telegram.fail_next_in(&owner, "sendMessage", Fault::Held(gate.clone()));
    group.adds_bot(&sari);
    sari.in_group(&group).reply().await;
    scene.telegram.called("sendMessage", 3).await;
    bot.kill().await;
    let bot = scene.start();
    scene.pass(TimeDelta::minutes(11));
    bos.says("/cek@bot_lain").await;
    assert!(bos.reply().await.text().starts_with("👥 Bot dimasukkan ke grup Baru"));
    bot.stop().await;
}

#[tokio::test]
async fn an_owner_who_comes_later_finds_who_waits() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let [agus, beni] = ["Agus", "Beni"].map(|name| scene.telegram.user(name));
    let bot = scene.start();
    let bos = greeted(&owner).await;
    for person in [&agus, &beni] {
        let offer = ask(&person.in_private(), "/start").await;
        scene.telegram.fail_next_in(&owner, "sendMessage", Fault::Blocked);
        offer.press("🙋 Minta akses", person).await.alert().await;
    }
    scene.telegram.called("sendMessage", 5).await;
    bos.says("/start").await;
    let said = [bos.reply().await, bos.reply().await, bos.reply().await];
    let cards = said.iter().filter(|said| said.text().contains("minta akses")).count();
    assert_eq!(cards, 2, "{said:?}");
    let of_beni = said.into_iter().find(|said| said.text().contains("🙋 Beni")).unwrap();

    let list = ask(&bos, "/agen").await;
    let waits = format!("Menunggu jawaban (2)\n1. Agus {}\n2. Beni {}", agus.id(), beni.id());
    assert!(list.text().ends_with(&waits), "{list:?}");
    assert_eq!(list.buttons()[..3], ["1. ✅ Setujui", "1. Tolak", "1. ⛔ Blokir"]);
    let shown = pressed(list, &["2. ✅ Setujui"], &owner).await;
    assert!(shown.text().ends_with("✅ Disetujui oleh Ibu Bos"), "{shown:?}");
    assert_eq!(of_beni.edited().await.text(), shown.text());
    assert!(beni.in_private().reply().await.text().starts_with("✅ Anda sudah terdaftar."));
    bot.stop().await;
}

#[tokio::test]
async fn no_forwarded_command_changes_anything() {
    let mut scene = Scene::new().await;
    let (owner, budi) = (scene.owner("Ibu Bos"), scene.agent("Budi"));
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let kuota = format!("/kuota {} 0 0", budi.id());
    for typed in ["/atur nama samar", "/atur", "/bahasa en", "/hapusdata grup", "/status", &kuota] {
        bos.sends(content::forwarded(budi.id(), "Budi", typed)).await;
        let said = bos.reply().await;
        assert_eq!(said.text(), "Perintah yang diteruskan tidak saya jalankan. Ketik sendiri ya.", "{typed}");
    }
    for typed in ["/riwayat", "/kuota", "/bantuan", CHECK] {
        bos.sends(content::forwarded(budi.id(), "Budi", typed)).await;
        let said = bos.reply().await;
        assert!(!said.text().contains("diteruskan"), "{typed}: {said:?}");
    }
    scene.end(bot).await;
}
