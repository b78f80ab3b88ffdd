//! Keys of readers.

use age::x25519;
use x25519_dalek::{PublicKey, StaticSecret};

use super::codes;
use super::complaints::Complaints;
use super::table::At;

/// The length in bytes of an X25519 public key.
const KEY_BYTES: usize = 32;

/// Complains where a text is not an X25519 recipient in canonical form.
pub(super) fn check(complaints: &Complaints, text: &At<&str>) {
    let Some(help) = fault(text.value) else {
        return;
    };
    complaints
        .about(codes::BAD_RECIPIENT, text.place.clone(), "this is not an age recipient")
        .help(help);
}

/// What is wrong with a recipient; nothing where it is right.
fn fault(text: &str) -> Option<String> {
    if text.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") {
        return Some(
            "this is a SECRET key: take it out of the tree, make a new one, and write its `age1…` here".into(),
        );
    }
    match text.parse::<x25519::Recipient>() {
        Ok(recipient) if recipient.to_string() != text => {
            Some(format!("write it in lower case: `{recipient}`"))
        }
        Ok(_) if !is_contributory(text) => Some("everyone can open what is sealed to this key".into()),
        Ok(_) => None,
        Err(_) => Some("recipients are `age1` and 58 characters; `gradus keys new` makes one".into()),
    }
}

/// Whether an agreement with the key depends on the other side's secret at all.
fn is_contributory(recipient: &str) -> bool {
    let Ok((_, bytes)) = bech32::decode(recipient) else {
        return false;
    };
    let Ok(key) = <[u8; KEY_BYTES]>::try_from(bytes.as_slice()) else {
        return false;
    };
    let any_secret = StaticSecret::from([1; KEY_BYTES]);
    any_secret.diffie_hellman(&PublicKey::from(key)).was_contributory()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "age1584rpekhtqzqs0f2scq8qjt7ztwl6plghnu3qzshdn8qv32mf4vssqw7sz";

    #[test]
    fn only_canonical_x25519_recipients_pass() {
        assert_eq!(fault(GOOD), None);
        let bad = [
            "",
            "age1qqq",
            "ssh-ed25519 AAAA",
            &GOOD.to_uppercase(),
            &GOOD.replace("sz", "sx"),
            "AGE-SECRET-KEY-1QQQQ",
        ];
        for bad in bad {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn a_key_that_everyone_can_open_is_refused() {
        let hrp = bech32::Hrp::parse("age").unwrap_or_else(|e| panic!("{e}"));
        let zero = bech32::encode::<bech32::Bech32>(hrp, &[0; 32]).unwrap_or_else(|e| panic!("{e}"));
        assert!(fault(&zero).is_some());
    }
}
