//! What is taken from somebody, written into a lock: it never lets anybody read more than before.

use super::Lock;
use crate::model::{Date, PersonId, Recipient, fingerprint};

impl Lock {
    /// Takes a key out, whoever has it. Tells whether it was there.
    pub fn without_key(&mut self, recipient: &Recipient) -> bool {
        let key = fingerprint(&recipient.to_string());
        let standings = self.people.values_mut();
        let taken = standings.filter_map(|standing| standing.keys.remove(&key));
        taken.count() > 0
    }

    /// Makes a day the last on which a key of somebody counts, where it counts longer. Tells whether it did.
    pub fn ends_key(&mut self, person: &PersonId, recipient: &Recipient, last: Date) -> bool {
        let key = fingerprint(&recipient.to_string());
        let standing = self.people.get_mut(person);
        match standing.and_then(|standing| standing.keys.get_mut(&key)) {
            Some(until) if until.is_none_or(|until| last < until) => {
                *until = Some(last);
                true
            }
            _ => false,
        }
    }
}
