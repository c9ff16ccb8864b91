//! The busiest hours as a picture: a bar for each hour of the day.
//!
//! It is drawn here, being no more than rectangles and letters. The background is part of the picture: Telegram makes
//! a JPEG of it, in which a transparent one turns black or white. All sizes are such that the picture can be read at a
//! third of its size, which is how wide a phone shows it.

use ab_glyph::{Font, FontRef, PxScaleFont, ScaleFont, point};

use super::cell::Error;

/// Inter, cut down to Latin letters; its licence is beside it.
const FONT: &[u8] = include_bytes!("../../assets/inter/Inter-Medium-latin.otf");

type Colour = [u8; 3];

// Each stands out from the background at least 4.5 : 1 (WCAG 2.2, 1.4.3) where it carries meaning.
const BACKGROUND: Colour = [0x1b, 0x26, 0x36];
const LINE: Colour = [0x3a, 0x47, 0x5a];
const TEXT: Colour = [0xf2, 0xf5, 0xf9];
const LABEL: Colour = [0xb8, 0xc4, 0xd4];
const BAR: Colour = [0x5b, 0xa7, 0xf7];
const BUSIEST: Colour = [0xff, 0xb5, 0x47];

// In pixels.
const WIDTH: usize = 1280;
const HEIGHT: usize = 720;
const MARGIN: usize = 56;
/// Where the bars stand, and how high the highest is.
const GROUND: usize = 620;
const HIGHEST: usize = 420;
/// Where the first hour begins: the numbers of the lines stand before it.
const LEFT: usize = 150;
const SLOT: usize = (WIDTH - MARGIN - LEFT) / HOURS;
const BAR_WIDTH: usize = SLOT * 3 / 4;
const TITLE_SIZE: f32 = 54.0;
const LABEL_SIZE: f32 = 40.0;

const HOURS: usize = 24;

/// Draws how many checks there were in each hour of the day, from 0 to 23, as a PNG of at most 60 KB.
///
/// The busiest hours stand out, and the first of them bears its count and its hour. A `title` that is too long is cut;
/// letters that are not Latin are left out.
///
/// # Errors
/// The picture cannot be written.
pub fn busiest_hours(title: &str, counts: &[u64; HOURS]) -> Result<Vec<u8>, Error> {
    let font = FontRef::try_from_slice(FONT)?;
    let (title_font, label_font) = (font.as_scaled(TITLE_SIZE), font.as_scaled(LABEL_SIZE));
    let mut canvas = Canvas::new();
    let title = fit(title, &title_font, (WIDTH - 2 * MARGIN) as f32);
    canvas.text(&title, MARGIN as f32, 96.0, &title_font, TEXT);

    let most = counts.iter().copied().max().unwrap_or_default();
    let height_of = |count: u64| (count as f64 / most.max(1) as f64 * HIGHEST as f64).round() as usize;
    let step = step(most);
    for line in (0..=4).map(|number| step.saturating_mul(number)).take_while(|line| *line <= most) {
        let y = GROUND - height_of(line);
        canvas.fill(LEFT, y, WIDTH - MARGIN - LEFT, 2, LINE);
        let number = line.to_string();
        let x = ((LEFT - 16) as f32 - width(&number, &label_font)).max(0.0);
        canvas.text(&number, x, y as f32 + LABEL_SIZE * 0.35, &label_font, LABEL);
    }
    let first_busiest = counts.iter().position(|count| *count == most).unwrap_or_default();
    for (hour, count) in counts.iter().enumerate() {
        let left = LEFT + hour * SLOT + (SLOT - BAR_WIDTH) / 2;
        let middle = (left + BAR_WIDTH / 2) as f32;
        let is_busiest = *count == most && most > 0;
        // An hour with a single check among thousands is not an hour with none.
        let height = height_of(*count).max(if *count > 0 { 4 } else { 0 });
        canvas.fill(left, GROUND - height, BAR_WIDTH, height, if is_busiest { BUSIEST } else { BAR });
        let ground = GROUND as f32 + 52.0;
        if is_busiest && first_busiest == hour {
            canvas.centred(&count.to_string(), middle, (GROUND - height) as f32 - 14.0, &label_font, BUSIEST);
            canvas.centred(&format!("{hour:02}"), middle, ground, &label_font, BUSIEST);
        } else if hour % 3 == 0 && (most == 0 || hour.abs_diff(first_busiest) > 1) {
            canvas.centred(&format!("{hour:02}"), middle, ground, &label_font, LABEL);
        }
    }
    canvas.into_png()
}

/// The distance of the lines: 1, 2 or 5 with zeros, so that there are at most five.
fn step(most: u64) -> u64 {
    let mut power: u64 = 1;
    loop {
        let fitting = [1, 2, 5].map(|digit| power.saturating_mul(digit)).into_iter().find(|step| most / step < 5);
        match fitting {
            Some(step) => return step,
            None => power = power.saturating_mul(10),
        }
    }
}

fn width(text: &str, font: &PxScaleFont<&FontRef<'_>>) -> f32 {
    text.chars().map(|letter| font.h_advance(font.glyph_id(letter))).sum()
}

/// Cuts a text, with `…` at its end, to at most so many pixels.
fn fit(text: &str, font: &PxScaleFont<&FontRef<'_>>, most: f32) -> String {
    let known = text.chars().filter(|letter| font.glyph_id(*letter).0 != 0);
    let mut fitting = String::new();
    for letter in known {
        fitting.push(letter);
        if width(&fitting, font) > most {
            while width(&fitting, font) + width("…", font) > most && fitting.pop().is_some() {}
            fitting.push('…');
            break;
        }
    }
    fitting
}

struct Canvas {
    pixels: Vec<Colour>,
}

impl Canvas {
    fn new() -> Self {
        Self { pixels: vec![BACKGROUND; WIDTH * HEIGHT] }
    }

    fn fill(&mut self, left: usize, top: usize, width: usize, height: usize, colour: Colour) {
        for row in self.pixels.chunks_exact_mut(WIDTH).skip(top).take(height) {
            for pixel in row.iter_mut().skip(left).take(width) {
                *pixel = colour;
            }
        }
    }

    /// Writes with the first letter at `x` and all standing on `y`.
    fn text(&mut self, text: &str, mut x: f32, y: f32, font: &PxScaleFont<&FontRef<'_>>, colour: Colour) {
        for letter in text.chars() {
            let mut glyph = font.scaled_glyph(letter);
            glyph.position = point(x, y);
            x += font.h_advance(glyph.id);
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            outline.draw(|across, down, cover| {
                // Sixteen shades are as smooth to the eye, and half the file.
                let cover = (cover * 15.0).round() / 15.0;
                let (across, down) = (corner.x as usize + across as usize, corner.y as usize + down as usize);
                let row = self.pixels.chunks_exact_mut(WIDTH).nth(down);
                let Some(pixel) = row.and_then(|row| row.get_mut(across)) else { return };
                for (part, ink) in pixel.iter_mut().zip(colour) {
                    *part = (f32::from(*part) * (1.0 - cover) + f32::from(ink) * cover).round() as u8;
                }
            });
        }
    }

    fn centred(&mut self, text: &str, middle: f32, y: f32, font: &PxScaleFont<&FontRef<'_>>, colour: Colour) {
        // A long count at the edge stays within the picture.
        let half = width(text, font) / 2.0;
        let x = (middle - half).clamp(0.0, (WIDTH as f32 - 2.0 * half).max(0.0));
        self.text(text, x, y, font, colour);
    }

    fn into_png(self) -> Result<Vec<u8>, Error> {
        let mut png = Vec::new();
        let mut encoder = png::Encoder::new(&mut png, WIDTH as u32, HEIGHT as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        // Of flat areas the rows as they are make the smaller file.
        encoder.set_filter(png::Filter::NoFilter);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(self.pixels.as_flattened())?;
        writer.finish()?;
        Ok(png)
    }
}
