//! What was of use lately, within bounds.
//!
//! There are two halves. What is asked for comes into the young one; where that is full it becomes the old one, and
//! what nobody has asked for since the last time is forgotten.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

use ahash::RandomState;

/// Values by name that take no more than so many bytes, by what their owner says of each.
pub struct Recent<K, V> {
    young: HashMap<K, Kept<V>, RandomState>,
    old: HashMap<K, Kept<V>, RandomState>,
    /// What the young ones take.
    bytes: usize,
    /// What either half may take.
    most: usize,
}

struct Kept<V> {
    value: V,
    bytes: usize,
}

impl<K: Eq + Hash, V> Recent<K, V> {
    /// Both halves together may take so many bytes.
    pub fn new(most: usize) -> Self {
        Self {
            young: HashMap::default(),
            old: HashMap::default(),
            bytes: 0,
            most: most / 2,
        }
    }

    /// What is wanted of the value of that name.
    pub fn find<Q, T>(&mut self, name: &Q, wanted: impl Fn(&V) -> Option<T>) -> Option<T>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        if let Some(kept) = self.young.get(name) {
            return wanted(&kept.value);
        }
        let (name, kept) = self.old.remove_entry(name)?;
        let found = wanted(&kept.value);
        self.put(name, kept);
        found
    }

    /// Keeps a value, made from the one that was kept by that name, which takes so many bytes more. One that is larger
    /// than a half is not kept.
    pub fn keep(&mut self, name: K, bytes: usize, value: impl FnOnce(Option<V>) -> V) {
        let young = self.young.remove(&name);
        self.bytes -= young.as_ref().map_or(0, |kept| kept.bytes);
        let before = young.or_else(|| self.old.remove(&name));
        let taken = before.as_ref().map_or(0, |kept| kept.bytes);
        let kept = Kept {
            value: value(before.map(|kept| kept.value)),
            bytes: taken + bytes,
        };
        self.put(name, kept);
    }

    fn put(&mut self, name: K, kept: Kept<V>) {
        if kept.bytes > self.most {
            return;
        }
        if self.bytes + kept.bytes > self.most {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += kept.bytes;
        self.young.insert(name, kept);
    }
}

#[cfg(test)]
impl<K, V> Recent<K, V> {
    /// How many values there are.
    pub fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }

    /// What all of them take.
    pub fn bytes(&self) -> usize {
        let all = self.young.values().chain(self.old.values());
        all.map(|kept| kept.bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(recent: &mut Recent<usize, Vec<usize>>, name: usize) {
        recent.keep(name, 1, |before| {
            let mut values = before.unwrap_or_default();
            values.push(name);
            values
        });
    }

    fn length(recent: &mut Recent<usize, Vec<usize>>, name: usize) -> Option<usize> {
        recent.find(&name, |values| Some(values.len()))
    }

    #[test]
    fn what_is_asked_for_stays_and_what_is_not_is_forgotten() {
        let mut recent = Recent::new(20);
        for name in 0..1000 {
            keep(&mut recent, name);
            assert_eq!(length(&mut recent, 0), Some(1), "{name}");
            assert!(recent.len() <= 20 && recent.bytes() == recent.len());
        }
        assert_eq!(length(&mut recent, 500), None);
        assert_eq!(length(&mut recent, 999), Some(1));
    }

    #[test]
    fn a_value_grows_within_the_bounds() {
        let mut recent = Recent::new(20);
        for _ in 0..9 {
            keep(&mut recent, 7);
        }
        assert_eq!((length(&mut recent, 7), recent.bytes), (Some(9), 9));
        keep(&mut recent, 8);
        keep(&mut recent, 9);
        assert_eq!(recent.bytes, 1);
        // Also from the old half, and no further than a half.
        keep(&mut recent, 7);
        assert_eq!((length(&mut recent, 7), recent.bytes), (Some(10), 10));
        keep(&mut recent, 7);
        assert_eq!((length(&mut recent, 7), recent.bytes), (None, 0));
    }
}
