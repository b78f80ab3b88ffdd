//! Sealing, reading and publishing, from outside of the crate.

mod age_program;
mod c2sp;
mod hybrid;
mod publishing;
mod sealing;
mod vectors;
