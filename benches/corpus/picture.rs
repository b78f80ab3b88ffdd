//! A picture to attach: a PNG of grey noise that looks like a measured curve.

use std::io::Write as _;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use rand::Rng;
use rand::rngs::StdRng;

const WIDTH: u32 = 240;
const HEIGHT: u32 = 90;

/// The bytes of one picture, about ten kilobytes.
pub fn png(random: &mut StdRng) -> Vec<u8> {
    let mut header = Vec::new();
    header.extend(WIDTH.to_be_bytes());
    header.extend(HEIGHT.to_be_bytes());
    header.extend([8, 0, 0, 0, 0]); // eight bits of grey, nothing interlaced
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, b"IHDR", &header);
    chunk(&mut png, b"IDAT", &compressed(&pixels(random)));
    chunk(&mut png, b"IEND", &[]);
    png
}

fn pixels(random: &mut StdRng) -> Vec<u8> {
    let mut rows = Vec::new();
    for row in 0..HEIGHT {
        rows.push(0); // no filter
        let shade = row * 2;
        rows.extend((0..WIDTH).map(|_| (shade + random.gen_range(0..32)) as u8));
    }
    rows
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("writing to memory does not fail")
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let mut sum = Crc::new();
    sum.update(kind);
    sum.update(data);
    png.extend((data.len() as u32).to_be_bytes());
    png.extend(kind);
    png.extend(data);
    png.extend(sum.sum().to_be_bytes());
}
