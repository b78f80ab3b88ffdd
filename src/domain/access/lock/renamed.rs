//! What was accepted, once a person has another id.

use std::collections::BTreeMap;

use super::attachments::Linked;
use super::{Kept, Lock, Readers};
use crate::domain::model::*;

impl Lock {
    /// The same facts under the new id; a lock that does not know the old one stays as it is.
    pub fn renamed(self, from: &PersonId, to: &PersonId) -> Self {
        let renamed = Renamed { from, to };
        let people = self.people.into_iter().map(|(id, mut facts)| {
            for since in &mut facts.managers {
                since.manager = since.manager.take().map(|manager| renamed.id(manager));
            }
            (renamed.id(id), facts)
        });
        let readers = self.readers.into_iter().map(|(at, kept)| {
            let path = renamed.path(&at.path);
            (ReadersAt { path, ..at }, renamed.kept(kept))
        });
        let attachments = self.attachments.into_iter().map(|(path, linked)| {
            let texts = linked.texts.iter().map(|text| renamed.linking(text));
            let texts = texts.collect();
            (renamed.path(&path), Linked { texts, ..linked })
        });
        let questions = self.questions.into_iter();
        Self {
            people: people.collect(),
            readers: readers.collect(),
            attachments: attachments.collect(),
            hr: self.hr.into_iter().map(|id| renamed.id(id)).collect(),
            questions: questions
                .map(|(question, readers)| (question, renamed.readers(readers)))
                .collect(),
            ..self
        }
    }
}

struct Renamed<'r> {
    from: &'r PersonId,
    to: &'r PersonId,
}

impl Renamed<'_> {
    fn id(&self, id: PersonId) -> PersonId {
        if id == *self.from {
            self.to.clone()
        } else {
            id
        }
    }

    fn path(&self, path: &str) -> String {
        path_of_renamed(path, self.from, self.to)
    }

    /// The name of a file in a cycle, which may have a question behind it.
    fn linking(&self, text: &str) -> Linking {
        let (file, question) = match text.split_once('#') {
            Some((file, question)) => (file, Some(question)),
            None => (text, None),
        };
        let file = if file == format!("peer-{}.md", self.from) {
            format!("peer-{}.md", self.to)
        } else {
            file.to_owned()
        };
        match question {
            Some(question) => format!("{file}#{question}"),
            None => file,
        }
    }

    fn readers(&self, readers: Readers) -> Readers {
        let readers = readers.into_iter().map(|token| match token {
            ReaderToken::Person(id) => ReaderToken::Person(self.id(id)),
            audience => audience,
        });
        readers.collect()
    }

    fn kept(&self, kept: Kept) -> Kept {
        match kept {
            Kept::File(readers) => Kept::File(self.readers(readers)),
            Kept::Parts(parts) => {
                let parts = parts.into_iter();
                let parts = parts.map(|(text, readers)| (text, self.readers(readers)));
                Kept::Parts(parts.collect::<BTreeMap<_, _>>())
            }
        }
    }
}
