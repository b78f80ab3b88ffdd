//! Keys of readers.

use super::codes;
use super::complaints::Complaints;
use super::table::At;
use crate::domain::model::{KeyKind, Recipient, RecipientError};
use crate::ground::diag::Place;

/// Complains where a text is not an age recipient in canonical form. It is kept, so that rules about keys look at it.
pub(super) fn check(complaints: &Complaints, text: &At<&str>) -> bool {
    if let Some((message, help)) = fault(text.value) {
        complaints
            .about(codes::BAD_RECIPIENT, text.place.clone(), message)
            .help(help);
    }
    true
}

/// Complains where a recipient is of another kind than all are.
pub(super) fn check_kind(complaints: &Complaints, text: &str, place: &Place, kind: KeyKind) {
    if Recipient::parse(text).is_ok_and(|recipient| recipient.kind() != kind) {
        let message = format!(
            "this is no `{}…` key, as all of this site are",
            kind.prefix()
        );
        complaints
            .about(codes::OTHER_KIND, place.clone(), message)
            .help("`gradus keys new NAME` makes one, and prints it");
    }
}

/// What is wrong with a recipient and what would help; nothing where it is right.
fn fault(text: &str) -> Option<(String, String)> {
    match Recipient::parse(text) {
        Ok(recipient) if recipient.to_string() != text => Some((
            "this is not how an age public key is written".into(),
            format!("write it as `{recipient}`"),
        )),
        Ok(recipient) if !recipient.is_contributory() => Some((
            "this key protects nothing".into(),
            "everyone can open what is sealed to it; make another one".into(),
        )),
        Ok(_) => None,
        Err(error) => Some((error.to_string(), help(error).into())),
    }
}

fn help(error: RecipientError) -> &'static str {
    match error {
        RecipientError::Secret => {
            "whoever saw this file has the key: take it out and make a new one with `gradus keys new`"
        }
        _ => {
            "`gradus keys new` makes a key; its public half is `age1` and 58 characters, or `age1pq1` and 1952"
        }
    }
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
            &format!(" {GOOD}"),
            &GOOD.replace("sz", "sx"),
            "AGE-SECRET-KEY-1QQQQ",
        ];
        for bad in bad {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn a_key_that_everyone_can_open_is_refused() -> Result<(), Box<dyn std::error::Error>> {
        let hrp = bech32::Hrp::parse("age")?;
        let zero = bech32::encode::<bech32::Bech32>(hrp, &[0; 32])?;
        assert!(fault(&zero).is_some());
        Ok(())
    }
}
