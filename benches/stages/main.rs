//! What each stage of a build costs, beside the least that it could: `cargo bench --bench stages`.
//!
//! The tree is `example-org`; texts are made so that no cache of the program has seen them before.

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use flate2::Compression;
use flate2::write::GzEncoder;
use gradus::build::pipeline;
use gradus::domain::access::{self, Audiences, Planned};
use gradus::domain::model::*;
use gradus::sealed::publish::Publication;
use gradus::sealed::seal::{SiteKey, container, owned_files, seal_site};
use gradus::site::markdown::{self, Surroundings};
use gradus::site::{self, Theme, highlight, tree};
use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};
use syntect::parsing::{ParseState, SyntaxSet};

/// A day on which everything of the example is there.
const TODAY: &str = "2026-11-01";

/// A text of the usual kind and length, without code.
const PROSE: &str = include_str!("prose.md");

const CODE: &str = "/// Settles one batch and says what it cost.
pub fn settle(batch: &Batch, rates: &Rates) -> Result<Cost, Refused> {
    let mut cost = Cost::default();
    for line in batch.lines().filter(|line| !line.is_void()) {
        let rate = rates.on(line.day).ok_or(Refused::NoRate(line.day))?;
        cost.add(line.amount * rate, \"settled\"); // in cents
    }
    Ok(cost)
}
";

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("example-org")
}

fn today() -> Date {
    TODAY.parse().expect("a day")
}

fn organisation() -> Organisation {
    let (organisation, report) = pipeline::load(&example(), today()).expect("a tree");
    organisation.unwrap_or_else(|| panic!("{:?}", report.diagnostics))
}

/// The same code, no line of which was there before.
fn fresh(code: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let lines = code.lines().map(|line| format!("{line} // {number}\n"));
    lines.collect()
}

fn load(c: &mut Criterion) {
    let mut group = c.benchmark_group("load");
    group.bench_function("load and check example-org", |b| {
        b.iter(|| pipeline::load(black_box(&example()), today()).expect("a tree"));
    });
    group.bench_function("floor: read its files", |b| {
        b.iter(|| {
            let files = walkdir::WalkDir::new(example()).into_iter().flatten();
            let files = files.filter(|entry| entry.file_type().is_file());
            files
                .map(|file| fs::read(file.path()).map_or(0, |bytes| bytes.len()))
                .sum::<usize>()
        });
    });
}

fn prose(c: &mut Criterion) {
    let mut group = c.benchmark_group("markdown");
    group.throughput(Throughput::Bytes(PROSE.len() as u64));
    group.bench_function("prose to HTML", |b| {
        b.iter(|| {
            let around = Surroundings {
                heading: 3,
                footnotes: String::new(),
                attach: Box::new(|_| None),
                room: &std::cell::Cell::new(usize::MAX),
            };
            markdown::blocks(black_box(PROSE), &around)
        });
    });
    group.bench_function("floor: its events", |b| {
        b.iter(|| {
            pulldown_cmark::Parser::new_ext(black_box(PROSE), pulldown_cmark::Options::all())
                .count()
        });
    });
}

fn code(c: &mut Criterion) {
    let mut group = c.benchmark_group("highlight");
    group.throughput(Throughput::Bytes(CODE.len() as u64));
    group.bench_function("a block of new lines to HTML", |b| {
        b.iter_batched(
            || fresh(CODE),
            |code| highlight::html("rust", &code),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("a block of lines that were there before", |b| {
        b.iter(|| highlight::html("rust", black_box(CODE)));
    });
    let set: SyntaxSet = two_face::syntax::extra_newlines();
    let rust = set.find_syntax_by_token("rust").expect("it is there");
    group.bench_function("floor: its regular expressions", |b| {
        b.iter_batched(
            || fresh(CODE),
            |code| {
                let mut state = ParseState::new(rust);
                let lines = code.split_inclusive('\n');
                lines
                    .map(|line| state.parse_line(line, &set).map_or(0, |ops| ops.len()))
                    .sum::<usize>()
            },
            BatchSize::SmallInput,
        );
    });
}

/// The section of one person with everything that it is drawn from.
struct Scene {
    organisation: Organisation,
    commons: Commons,
    theme: Theme,
    planned: Planned,
}

impl Scene {
    fn new() -> Self {
        let organisation = organisation();
        let commons = access::commons(&organisation, today());
        let access = access::plan(&organisation, today());
        let mut sections = access.sections.into_iter();
        let planned = sections.find(|planned| planned.section.id == SectionId::new("person/ada"));
        Self {
            theme: Theme::new(BTreeMap::new()).expect("the default theme is in order"),
            planned: planned.expect("ada has a section"),
            commons,
            organisation,
        }
    }

    fn draw(&self) -> SectionDraw {
        access::draw(&Audiences::new(&self.organisation, today()), &self.planned)
    }

    fn content(&self) -> SectionContent {
        site::render(&self.commons, &self.theme, &self.draw()).expect("the theme is in order")
    }
}

fn pages(c: &mut Criterion) {
    let scene = Scene::new();
    let (draw, content) = (scene.draw(), scene.content());
    let html: Vec<String> = content
        .pages
        .iter()
        .map(|page| tree::to_html(&page.tree.node()).to_string())
        .collect();
    let bytes: usize = html.iter().map(String::len).sum();
    let mut group = c.benchmark_group("pages");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("template: all pages of a person", |b| {
        b.iter(|| {
            site::render(&scene.commons, &scene.theme, black_box(&draw))
                .expect("the theme is in order")
        });
    });
    group.bench_function(
        "tree: their HTML parsed, checked and written as JSON",
        |b| {
            let files = |_: &str| Some("image/png");
            b.iter(|| {
                html.iter()
                    .map(|page| {
                        tree::parse(black_box(page), &files)
                            .expect("it was a tree")
                            .as_json()
                            .len()
                    })
                    .sum::<usize>()
            });
        },
    );
    group.bench_function("floor: the HTML's tokens", |b| {
        b.iter(|| {
            let tokens = html
                .iter()
                .map(|page| Tokenizer::new_with_emitter(black_box(page), ends_of_tags()));
            tokens.map(|tokens| tokens.flatten().count()).sum::<usize>()
        });
    });
}

/// Takes tokens, and keeps nothing but how many tags end.
fn ends_of_tags() -> CallbackEmitter<impl Callback<(), ()>, ()> {
    CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| {
        matches!(event, CallbackEvent::EndTag { .. }).then_some(())
    })
}

fn sealing(c: &mut Criterion) {
    let scene = Scene::new();
    let content = scene.content();
    let json: Vec<u8> = content
        .pages
        .iter()
        .flat_map(|page| page.tree.as_json().as_bytes().to_vec())
        .collect();
    let reader = Identity::generate().recipient();
    let mut group = c.benchmark_group("seal");
    group.throughput(Throughput::Bytes(json.len() as u64));
    group.bench_function("a section's pages packed", |b| {
        b.iter(|| container::pack(black_box(&json)).expect("it is small enough"))
    });
    group.bench_function("floor: gzip of them", |b| {
        b.iter(|| {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::new(6));
            std::io::Write::write_all(&mut gzip, black_box(&json)).expect("memory takes it");
            gzip.finish().expect("memory takes it").len()
        });
    });
    let packed = container::pack(&json).expect("it is small enough");
    group.throughput(Throughput::Bytes(packed.len() as u64));
    group.bench_function("the package encrypted to its key", |b| {
        b.iter(|| gradus::sealed::seal::age_file::seal(&reader, black_box(&packed)))
    });
    group.bench_function("floor: two agreements by X25519", |b| {
        let secret = x25519_dalek::StaticSecret::from([7; 32]);
        let public = x25519_dalek::PublicKey::from(&secret);
        b.iter(|| {
            let mine = x25519_dalek::StaticSecret::from(black_box([9; 32]));
            (
                x25519_dalek::PublicKey::from(&mine),
                mine.diffie_hellman(&public),
            )
        });
    });
}

fn publishing(c: &mut Criterion) {
    let place = tempfile::tempdir().expect("a folder can be made");
    let files: Vec<PlainFile> = (0..500)
        .map(|number| PlainFile {
            path: format!("assets/{number}.css"),
            bytes: vec![b'a'; 10_000],
        })
        .collect();
    let mut group = c.benchmark_group("publish");
    group.sample_size(20);
    let input = gradus::build::pipeline::seal_input(
        &organisation(),
        SiteKey::generate(),
        1_800_000_000,
        true,
    );
    let count = AtomicUsize::new(0);
    let next = || {
        place
            .path()
            .join(count.fetch_add(1, Ordering::Relaxed).to_string())
    };
    group.bench_function("500 files of 10 kB as a site", |b| {
        b.iter_batched(
            next,
            |folder| {
                let signer = input.site_key.signer();
                let proven = |out: &Path| {
                    owned_files(&gradus::sealed::seal::Folder(out.to_owned()), &signer)
                };
                let publication =
                    Publication::begin(&folder.join("public"), &folder, proven).expect("a stage");
                let site = seal_site(&input, &publication, &[], &files, &[]).expect("a site");
                publication
                    .commit(&site, &mut |_| ())
                    .expect("it is published");
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("floor: written into a folder", |b| {
        b.iter_batched(
            next,
            |folder| {
                fs::create_dir_all(folder.join("assets")).expect("a folder");
                for file in &files {
                    fs::write(folder.join(&file.path), &file.bytes).expect("a file");
                }
            },
            BatchSize::PerIteration,
        );
    });
}

criterion_group!(stages, load, prose, code, pages, sealing, publishing);
criterion_main!(stages);
