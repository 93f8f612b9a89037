//! Lines and code as a PNG: one bit a dot, as a printer of receipts takes it.

use font8x8::UnicodeFonts as _;
use qrcode::{Color, EcLevel, QrCode};

use crate::text::WIDTH;

/// Dots of a character: 8 by 8, each twice.
const ZOOM: usize = 2;
const CELL: usize = 8 * ZOOM;
/// Dots around everything.
const MARGIN: usize = 16;
/// Dots of paper, side to side.
const PAPER: usize = WIDTH * CELL + 2 * MARGIN;
/// White modules around a code.
const QUIET: usize = 4;

/// No picture can be made of it.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The code's text is too long for any code.
    #[error("the text is too long for a QR code: {0}")]
    TooLong(qrcode::types::QrError),
    /// The picture could not be written.
    #[error("the picture could not be made: {0}")]
    Png(#[from] png::EncodingError),
}

/// Dots, row by row; true is black.
struct Dots {
    height: usize,
    black: Vec<bool>,
}

impl Dots {
    fn new(height: usize) -> Self {
        Self { height, black: vec![false; PAPER * height] }
    }

    fn square(&mut self, (x, y): (usize, usize), side: usize) {
        for row in y..y + side {
            for place in x..x + side {
                if let Some(dot) = self.black.get_mut(row * PAPER + place).filter(|_| place < PAPER)
                {
                    *dot = true;
                }
            }
        }
    }

    fn line(&mut self, text: &str, y: usize) {
        for (column, letter) in text.chars().enumerate() {
            let glyph =
                font8x8::BASIC_FONTS.get(letter).or_else(|| font8x8::LATIN_FONTS.get(letter));
            let glyph = glyph.or_else(|| font8x8::BASIC_FONTS.get('?')).unwrap_or_default();
            for (row, bits) in glyph.iter().enumerate() {
                for bit in (0..8).filter(|bit| bits >> bit & 1 == 1) {
                    self.square((MARGIN + column * CELL + bit * ZOOM, y + row * ZOOM), ZOOM);
                }
            }
        }
    }

    fn png(&self) -> Result<Vec<u8>, PictureError> {
        let mut bytes = Vec::new();
        let size = |dots: usize| u32::try_from(dots).unwrap_or(u32::MAX);
        let mut encoder = png::Encoder::new(&mut bytes, size(PAPER), size(self.height));
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let mut writer = encoder.write_header()?;
        let packed = |row: &[bool]| {
            let byte = |dots: &[bool]| {
                dots.iter()
                    .enumerate()
                    .fold(0, |byte, (place, black)| byte | u8::from(!black) << (7 - place))
            };
            row.chunks(8).map(byte).collect::<Vec<u8>>()
        };
        let rows: Vec<u8> = self.black.chunks(PAPER).flat_map(packed).collect();
        writer.write_image_data(&rows)?;
        writer.finish()?;
        Ok(bytes)
    }
}

/// The lines, and the code below them where there is one.
///
/// # Errors
/// The code is too long, or memory ran out.
pub fn png(lines: &[String], code: Option<&str>) -> Result<Vec<u8>, PictureError> {
    let code = code.map(|text| QrCode::with_error_correction_level(text, EcLevel::L));
    let code = code.transpose().map_err(PictureError::TooLong)?;
    let line_height = CELL + CELL / 4;
    let text_height = lines.len() * line_height;
    let modules = code.as_ref().map_or(0, |code| code.width() + 2 * QUIET);
    // Dots of a module: as large as the paper takes.
    let zoom = PAPER.checked_div(modules).map_or(0, |dots| dots.max(1));
    let mut dots = Dots::new(2 * MARGIN + text_height + modules * zoom);
    for (number, line) in lines.iter().enumerate() {
        dots.line(line, MARGIN + number * line_height);
    }
    if let Some(code) = code {
        let left = (PAPER.saturating_sub(modules * zoom)) / 2 + QUIET * zoom;
        let top = MARGIN + text_height + QUIET * zoom;
        let width = code.width();
        for (place, color) in code.to_colors().into_iter().enumerate() {
            if color == Color::Dark {
                dots.square((left + place % width * zoom, top + place / width * zoom), zoom);
            }
        }
    }
    dots.png()
}
