//! The life of a key: what the guide says of each occasion, done as it says, over built sites.

mod guide;
mod life;
mod opened;
mod safety;
