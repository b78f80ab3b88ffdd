//! As written → the valid model, or every complaint at once.

