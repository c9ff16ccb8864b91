//! Settings from a `.env` file.

use super::{
    child::{Place, write},
    stage::Stage,
};

#[tokio::test]
async fn a_bot_runs_on_the_settings_of_a_file_alone() {
    let mut stage = Stage::new().await;
    let settings = stage.place.clear();
    let lines: Vec<String> = settings.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    write(&stage.place.path(".env"), format!("# settings\n\n{}", lines.concat()));

    let bot = stage.run().await;
    let budi = stage.budi.in_private();
    budi.says("PLN20 01105691111").await;
    assert!(budi.reply().await.text().contains("BAHARRUDIN1"));
    stage.end(bot).await;
}

#[tokio::test]
async fn the_environment_stands_above_the_file() {
    let stage = Stage::new().await;
    write(&stage.place.path(".env"), "KLIKOO_CLIENT_SECRET=wrong\nCEKNOMOR_CHECK_TIMEOUT=0\n");
    let refused = stage.place.call(&["cek", "PLN20", "01105691111"]).await;
    assert!(refused.err.contains("from 1 to 120"), "what only the file has counts: {refused:?}");

    write(&stage.place.path(".env"), "KLIKOO_CLIENT_SECRET=wrong\n");
    assert_eq!(stage.place.call(&["cek", "PLN20", "01105691111"]).await.code, Some(0));
}

#[tokio::test]
async fn a_line_that_cannot_be_read_is_not_shown() {
    let place = Place::new();
    for content in ["KLIKOO_CLIENT_SECRET=hush hush hush\n", "hush hush\n", "KLIKOO_CLIENT_SECRET=\"hush\n"] {
        write(&place.path(".env"), content);
        for command in ["run", "doctor", "demo"] {
            let refused = place.call(&[command]).await;
            assert_eq!((refused.code, refused.out.as_str()), (Some(4), ""), "{content:?}");
            assert!(refused.err.contains("the .env file has a line that cannot be read"), "{}", refused.err);
            assert!(refused.err.contains("quote values with spaces"), "the remedy: {}", refused.err);
            assert!(!refused.err.contains("hush"), "{}", refused.err);
        }
    }
}
