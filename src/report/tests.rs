//! What reports promise: files that Excel reads as they are meant, and a picture that can be read.

use std::{fs, io::Read, path::Path};

use chrono::{DateTime, Utc};
use tempfile::TempDir;

use super::{Cell, CheckWords, Column, Error, Format, Headings, Table, busiest_hours, columns, row};
use crate::{
    store::Record,
    value::{
        ChatId, Customer, CustomerName, CustomerNumber, Outcome, Provider, Reference, ResponseCode, Rupiah, UserId,
        Verdict,
    },
};

const HEADINGS: Headings<'_> = Headings {
    time: "Waktu (WIB)",
    agent: "Agen",
    product: "Produk",
    provider: "Layanan",
    number: "Nomor",
    nominal: "Nominal",
    name: "Nama",
    power: "Tarif/Daya",
    total: "Total",
    status: "Status",
    code: "Kode",
    reference: "Ref",
};

/// 14:05:06 WIB on 22 November 2026.
fn moment() -> DateTime<Utc> {
    "2026-11-22T07:05:06.789Z".parse().unwrap()
}

fn record(name: &str) -> Record {
    Record {
        at: moment(),
        chat: ChatId(1),
        agent: UserId(2),
        product: "PLN20".to_owned(),
        provider: Provider::Pln,
        number: CustomerNumber::from_record("01105691111").unwrap(),
        nominal: None,
        outcome: Outcome {
            verdict: Verdict::Found(Customer {
                name: CustomerName::new(name),
                power: None,
                total: Some(Rupiah(20_546)),
            }),
            code: ResponseCode::new("200990000"),
            reference: Reference::parse("0b5e2ba4-9d3a-4c39-8f2c-7f1f6a1b2c3d").unwrap(),
        },
    }
}

const WORDS: CheckWords<'_> = CheckWords { agent: "Ani", name: "BUDI SANTOSO", power: "R1/1300VA", status: "SUKSES" };

fn column() -> [Column; 1] {
    [Column { heading: "Nama".to_owned(), width: 10 }]
}

/// A file of one column with these texts, as it is on disk.
fn written(format: Format, texts: &[&str]) -> Vec<u8> {
    let dir = TempDir::new().unwrap();
    let mut table = Table::create(format, dir.path(), &column()).unwrap();
    for text in texts {
        table.push(&[Cell::from(*text)]).unwrap();
    }
    fs::read(table.finish().unwrap().path()).unwrap()
}

/// The first sheet of a workbook.
fn sheet(workbook: &Path) -> String {
    let mut parts = zip::ZipArchive::new(fs::File::open(workbook).unwrap()).unwrap();
    let mut sheet = String::new();
    parts.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut sheet).unwrap();
    sheet
}

mod csv {
    use super::*;

    #[test]
    fn a_check_is_a_line_that_indonesian_excel_reads() {
        let dir = TempDir::new().unwrap();
        let mut table = Table::create(Format::Csv, dir.path(), &columns(&HEADINGS)).unwrap();
        table.push(&row(&record("BUDI SANTOSO"), WORDS)).unwrap();
        let unknown = Outcome { verdict: Verdict::NotFound, code: None, reference: Reference::none() };
        let unknown = Record { nominal: Some(Rupiah(50_000)), outcome: unknown, ..record("") };
        table.push(&row(&unknown, CheckWords { name: "", power: "", status: "GAGAL", ..WORDS })).unwrap();
        let file = fs::read_to_string(table.finish().unwrap().path()).unwrap();
        assert_eq!(
            file,
            "\u{feff}Waktu (WIB);Agen;Produk;Layanan;Nomor;Nominal;Nama;Tarif/Daya;Total;Status;Kode;Ref\r\n\
             2026-11-22 14:05:06;Ani;PLN20;PLN;\"=\"\"01105691111\"\"\";;BUDI SANTOSO;R1/1300VA;20546;SUKSES;\
             \"=\"\"200990000\"\"\";\"=\"\"0b5e2ba4-9d3a-4c39-8f2c-7f1f6a1b2c3d\"\"\"\r\n\
             2026-11-22 14:05:06;Ani;PLN20;PLN;\"=\"\"01105691111\"\"\";50000;;;;GAGAL;;\
             \"=\"\"00000000-0000-0000-0000-000000000000\"\"\"\r\n"
        );
    }

    #[test]
    fn no_text_is_carried_out_as_a_formula() {
        for sign in ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"] {
            let file = String::from_utf8(written(Format::Csv, &[&format!("{sign}CMD()")])).unwrap();
            let line = file.split_once("\r\n").unwrap().1.trim_start_matches('"');
            assert!(line.starts_with(&format!("'{sign}")), "{line:?}");
        }
        // What begins like a number is made a formula by us: nothing in it may end its text.
        let file = String::from_utf8(written(Format::Csv, &["1\"&CMD()&\"", "1;2"])).unwrap();
        assert_eq!(file, "\u{feff}Nama\r\n\"1\"\"&CMD()&\"\"\"\r\n\"1;2\"\r\n");
    }

    #[test]
    fn a_text_cannot_break_out_of_its_cell() {
        let file = String::from_utf8(written(Format::Csv, &["A;B", "A \"B\" C", "A\r\nB", "ÅÉ"])).unwrap();
        assert_eq!(file, "\u{feff}Nama\r\n\"A;B\"\r\n\"A \"\"B\"\" C\"\r\n\"A\r\nB\"\r\nÅÉ\r\n");
    }
}

mod xlsx {
    use super::*;

    #[test]
    fn a_check_is_a_row_of_texts_amounts_and_a_time() {
        let dir = TempDir::new().unwrap();
        let mut table = Table::create(Format::Xlsx, dir.path(), &columns(&HEADINGS)).unwrap();
        table.push(&row(&record("BUDI <SANTOSO>"), CheckWords { name: "BUDI <SANTOSO>", ..WORDS })).unwrap();
        let file = table.finish().unwrap();
        let sheet = sheet(file.path());
        let text = |cell: &str, text: &str| format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
        assert!(sheet.contains(&text("E2", "01105691111")), "{sheet}");
        assert!(sheet.contains(&text("G2", "BUDI &lt;SANTOSO&gt;")), "{sheet}");
        assert!(sheet.contains(">20546</v>"), "{sheet}");
        // Day 46,348 of Excel's calendar is 22 November 2026.
        assert!(sheet.contains("<v>46348.586"), "{sheet}");
        assert!(sheet.contains("ySplit=\"1\"") && sheet.contains("state=\"frozen\""), "{sheet}");
        assert!(sheet.contains("numberStoredAsText=\"1\""), "{sheet}");
        assert!(sheet.contains("<col min=\"5\" max=\"5\" width=\"16."), "{sheet}");
    }

    #[test]
    fn no_text_is_carried_out_as_a_formula() {
        let dir = TempDir::new().unwrap();
        let mut table = Table::create(Format::Xlsx, dir.path(), &column()).unwrap();
        table.push(&["=CMD()".into()]).unwrap();
        let file = table.finish().unwrap();
        let sheet = sheet(file.path());
        assert!(sheet.contains("<t>=CMD()</t>") && !sheet.contains("<f>"), "{sheet}");
    }

    #[test]
    fn a_text_that_is_too_long_for_excel_is_cut() {
        let dir = TempDir::new().unwrap();
        let mut table = Table::create(Format::Xlsx, dir.path(), &column()).unwrap();
        table.push(&["é".repeat(40_000).as_str().into()]).unwrap();
        let file = table.finish().unwrap();
        assert_eq!(sheet(file.path()).matches('é').count(), 32_767);
    }
}

mod files {
    use super::*;

    #[test]
    fn a_file_is_in_its_directory_alone_and_goes_with_its_handle() {
        for format in [Format::Csv, Format::Xlsx] {
            let dir = TempDir::new().unwrap();
            let file = Table::create(format, dir.path(), &column()).unwrap().finish().unwrap();
            let names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
            assert_eq!(names, [file.path()]);
            drop(file);
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn a_directory_that_is_missing_is_an_error() {
        let dir = TempDir::new().unwrap();
        for format in [Format::Csv, Format::Xlsx] {
            let refused = Table::create(format, &dir.path().join("missing"), &column()).err();
            assert!(matches!(refused, Some(Error::Write(_) | Error::Workbook(_))), "{refused:?}");
        }
    }
}

mod picture {
    use super::*;

    /// The colour at a place of the picture.
    fn colour(png: &[u8], x: usize, y: usize) -> [u8; 3] {
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (1280, 720));
        let at = (y * 1280 + x) * 3;
        pixels[at..at + 3].try_into().unwrap()
    }

    #[test]
    fn bars_are_as_high_as_their_counts_and_the_busiest_stands_out() {
        let mut counts = [0; 24];
        (counts[9], counts[19]) = (50, 100);
        let png = busiest_hours("Jam tersibuk", &counts).unwrap();
        let empty = colour(&png, 10, 10);
        let [nine, ten, nineteen] = [9, 10, 19].map(|hour| 150 + hour * 44 + 22);
        assert_ne!(colour(&png, nine, 600), empty);
        assert_ne!(colour(&png, nine, 600), colour(&png, nineteen, 600));
        assert_eq!(colour(&png, nineteen, 210), colour(&png, nineteen, 600), "as high as it gets");
        assert_eq!(colour(&png, nine, 420), colour(&png, nine, 600), "half as high");
        assert_eq!(colour(&png, nine, 400), empty);
        assert_eq!(colour(&png, ten, 600), empty);
    }

    #[test]
    fn a_picture_is_small_whatever_it_shows() {
        let mut hills = [0; 24];
        for (hour, count) in (0..).zip(&mut hills) {
            *count = hour * 7919 % 1009;
        }
        let title = "Jam tersibuk 1–30 Nov 2026 ĞŒ".repeat(20) + &"W\u{202e}\u{1f914}".repeat(100);
        for (title, counts) in [("", [0; 24]), (title.as_str(), [u64::MAX; 24]), ("Jam tersibuk", hills)] {
            let png = busiest_hours(title, &counts).unwrap();
            assert!(png.len() <= 60_000, "{} bytes", png.len());
        }
    }
}

/// Run it alone: `cargo test --lib report::tests::memory -- --ignored`.
#[test]
#[ignore = "measures the memory of the whole process: to be run alone"]
fn memory_hardly_grows_with_100_000_rows() {
    fn highest_kib() -> u64 {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }
    let record = record("BUDI SANTOSO");
    let dir = TempDir::new_in(env!("CARGO_MANIFEST_DIR")).unwrap();
    for format in [Format::Csv, Format::Xlsx] {
        let before = highest_kib();
        let mut table = Table::create(format, dir.path(), &columns(&HEADINGS)).unwrap();
        for _ in 0..100_000 {
            table.push(&row(&record, WORDS)).unwrap();
        }
        let _file = table.finish().unwrap();
        let grown = highest_kib() - before;
        assert!(grown <= 16 * 1024, "{format:?} grew by {grown} KiB");
    }
}
