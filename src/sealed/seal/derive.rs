//! HKDF and HMAC over unambiguous inputs.

use hkdf::Hkdf;
use hkdf::hmac::{Hmac, Mac};
use sha2::Sha256;

/// `gradus/1 ` and the label, then each part with its length before it, so that no two lists of
/// parts give the same bytes.
pub fn info(label: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut info = format!("gradus/1 {label}").into_bytes();
    for part in parts {
        let length = u32::try_from(part.len()).expect("parts are ids and keys, far below 4 GiB");
        info.extend(length.to_be_bytes());
        info.extend(*part);
    }
    info
}

/// HKDF-SHA-256 without salt.
pub fn hkdf<const N: usize>(secret: &[u8], info: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    let expanded = Hkdf::<Sha256>::new(None, secret).expand(info, &mut out);
    expanded.expect("what is derived is far shorter than HKDF's limit");
    out
}

/// HMAC-SHA-256 over the texts, one after the other.
pub fn hmac(key: &[u8], texts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    texts.iter().for_each(|text| mac.update(text));
    mac.finalize().into_bytes().into()
}
