//! Tiny organisations for tests.
