use gradus::model::*;
use gradus::rebuild::Rebuilder;
use gradus::seal::*;
use gradus::source::Touched;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;
fn main() {
    let root = PathBuf::from(std::env::args().nth(1).unwrap())
        .canonicalize()
        .unwrap();
    let today: Date = "2026-11-22".parse().unwrap();
    let mut r = Rebuilder::new(root.clone(), None);
    let store = MemoryStore::default();
    let key = SiteKey::generate();
    let mut state = SealState::default();
    let file = std::env::args().nth(2).map(|f| root.join(f));
    for i in 0..6 {
        let touched = if i == 0 {
            Touched::Everything
        } else {
            let f = file.clone().unwrap();
            let t = std::fs::read_to_string(&f).unwrap();
            std::fs::write(&f, t.replacen("the", "teh", 1) + "\nx\n").unwrap();
            Touched::Paths(BTreeSet::from([f]))
        };
        let t0 = Instant::now();
        let ch = r.look(&touched, today).unwrap();
        let t1 = Instant::now();
        if r.report().has_errors() {
            println!("{:?}", r.report().diagnostics.first());
        }
        let input = gradus::pipeline::seal_input(
            r.organisation().unwrap(),
            key.clone(),
            1_800_000_000,
            false,
        );
        let sealer = Sealer::after(std::mem::take(&mut state), &input, &store);
        let seal = std::env::args().nth(3).is_some();
        let o = r
            .draw(b"x", |s, c| {
                if seal {
                    sealer.add_section(s, c)?;
                }
                Ok(())
            })
            .unwrap()
            .unwrap();
        let t2 = Instant::now();
        for p in o.plain.iter() {
            sealer.add_plain(&p.path, &p.bytes).unwrap();
        }
        let (site, st) = sealer.finish_for_now().unwrap();
        state = st;
        let t3 = Instant::now();
        println!(
            "{i}: look {:?} draw {:?} finish {:?} files {:?} sections {} pages {} written {}",
            t1 - t0,
            t2 - t1,
            t3 - t2,
            ch.len(),
            o.sections,
            o.pages,
            site.written
        );
    }
}
