//! What goes out into the world: uploads, pipelines, packages, and whatever the documentation shows.

mod architecture;
mod beginning;
mod bundling;
mod demo;
mod docs;
mod package;
mod pipelines;
mod portable;
mod uploads;
mod workshop;
