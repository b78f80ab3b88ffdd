//! What holds of whole sections and public pages.

use super::fixture::*;
use super::*;

fn theme() -> Theme {
    Theme::new(Default::default()).unwrap()
}

fn text_of(tree: &Tree) -> String {
    words_of(&tree.node())
}

fn words_of(node: &Node) -> String {
    match node {
        Node::Text(text) => text.clone(),
        Node::Element(element) => {
            let texts: Vec<String> = element.children.iter().map(words_of).collect();
            texts.join(" ")
        }
    }
}

fn org() -> SectionContent {
    let draw = section_draw("org", SectionKind::Org, Draw::Org(Box::default()));
    render(&commons(), &theme(), &draw).unwrap()
}

fn page<'p>(content: &'p SectionContent, route: &str) -> &'p PagePart {
    let found = content.pages.iter().find(|page| page.route == route);
    found.unwrap_or_else(|| panic!("no page {route}"))
}

#[test]
fn the_org_section_has_the_rubric_the_cycles_and_recognition() {
    let routes: Vec<String> = org().pages.into_iter().map(|page| page.route).collect();
    for route in [
        "cycles",
        "org",
        "rubric",
        "rubric/ic",
        "rubric/ic/l4",
        "rubric/manager/m3",
    ] {
        assert!(
            routes.iter().any(|r| r == route),
            "{route} is missing in {routes:?}"
        );
    }
}

/// Two cycles: the first judged by a rubric as it stood, public in track `ic` or not.
fn with_an_older_version(public: bool) -> Commons {
    let mut commons = commons();
    let mut old = commons.rubric.clone();
    let track = old.tracks.get_mut("ic").unwrap();
    track.public = public;
    track.competencies[5].id = id!(CompetencyId, "mentoring");
    track.competencies[5].title = "Mentoring".to_owned();
    for level in &mut track.levels {
        if let Some(cell) = level.cells.remove("leadership") {
            level.cells.insert(id!(CompetencyId, "mentoring"), cell);
        }
    }
    let cell = track.levels[2].cells.get_mut("operations").unwrap();
    cell.text = prose("Leads incidents; writes about causes and noise.");
    track.levels[4].cells.remove("quality");
    let new = commons.rubric.tracks.get_mut("ic").unwrap();
    new.competencies[5].was = vec![id!(CompetencyId, "mentoring")];
    let first = Cycle {
        id: id!(CycleId, "2026-h1"),
        title: "H1 2026".to_owned(),
        rubric: Some("rubrics-old".to_owned()),
        ..commons.cycles[0].clone()
    };
    commons.cycles.insert(0, first);
    commons.pinned = [("rubrics-old".to_owned(), old)].into();
    commons
}

#[test]
fn what_changed_between_versions_is_shown_cell_by_cell_and_word_by_word() {
    let draw = section_draw("org", SectionKind::Org, Draw::Org(Box::default()));
    let content = render(&with_an_older_version(false), &theme(), &draw).unwrap();
    let track = tree::to_html(&page(&content, "rubric/ic").tree.node()).to_string();
    for shown in [
        "rubrics-old",
        "In force",
        "H1 2026",
        "H2 2026",
        "/rubric/ic/changes/1",
    ] {
        assert!(track.contains(shown), "{shown} in {track}");
    }
    assert!(
        track.contains("1 area renamed, 1 cell reworded, 1 cell new"),
        "{track}"
    );
    let changes = tree::to_html(&page(&content, "rubric/ic/changes/1").tree.node()).to_string();
    assert!(
        changes.contains(
            "Leads incidents; <del>writes about</del> <ins>removes</ins> causes and noise."
        ),
        "{changes}"
    );
    assert!(changes.contains("was Mentoring"));
    assert!(changes.contains("<ins>Defines what quality means across the organisation.</ins>"));
    assert!(
        !content
            .pages
            .iter()
            .any(|page| page.route.starts_with("rubric/manager/changes"))
    );
}

#[test]
fn an_older_version_is_public_only_where_it_says_so_itself() {
    let files = |public| {
        let commons = with_an_older_version(public);
        let files = public_rubric_files(&commons, &theme(), &assets(&theme(), b"")).unwrap();
        let text = |file: &PlainFile| String::from_utf8(file.bytes.clone()).unwrap();
        let all: String = files.iter().map(text).collect();
        assert!(!all.contains("rubrics-old") && !all.contains("H1 2026"));
        let changes = files
            .iter()
            .any(|file| file.path == "rubric/ic/changes/1/index.html");
        (
            changes,
            all.contains("writes about") || all.contains("Mentoring"),
        )
    };
    assert_eq!(files(false), (false, false));
    assert_eq!(files(true), (true, true));
}

#[test]
fn an_area_has_a_page_with_its_stages_and_what_each_level_asks() {
    let content = org();
    let words = text_of(&page(&content, "rubric/ic/area/design").tree);
    for shown in [
        "Names what could fail",
        "2 points",
        "Engineer I",
        "Sets principles",
        "Code quality",
    ] {
        let found = words
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .contains(shown);
        assert!(found, "{shown} in {words}");
    }
}

#[test]
fn ids_of_levels_and_areas_never_share_an_address() {
    let mut commons = commons();
    let track = commons.rubric.tracks.get_mut("ic").unwrap();
    track.levels[0].id = id!(LevelId, "area");
    track.levels[1].id = id!(LevelId, "changes");
    track.competencies[0].id = id!(CompetencyId, "l4");
    let draw = section_draw("org", SectionKind::Org, Draw::Org(Box::default()));
    let content = render(&commons, &theme(), &draw).unwrap();
    let mut routes: Vec<&str> = content
        .pages
        .iter()
        .map(|page| page.route.as_str())
        .filter(|route| route.starts_with("rubric"))
        .collect();
    let all = routes.len();
    routes.dedup();
    assert_eq!(routes.len(), all);
}

#[test]
fn a_missing_cell_is_shown_as_missing() {
    let content = org();
    assert!(text_of(&page(&content, "rubric/ic").tree).contains("Not described"));
    assert!(text_of(&page(&content, "rubric/ic/l2").tree).contains("Not described at this level"));
}

#[test]
fn what_is_for_managers_is_in_their_section_alone() {
    for page in org().pages {
        assert!(
            !text_of(&page.tree).contains("Only managers read this"),
            "{}",
            page.route
        );
    }
    let sections = commons().rubric.tracks["ic"].levels[0].sections.clone();
    let managers = vec![(at("ic", "l2"), sections[1..].to_vec())];
    let draw = section_draw("managers", SectionKind::Managers, Draw::Managers(managers));
    let content = render(&commons(), &theme(), &draw).unwrap();
    let part = page(&content, "rubric/ic/l2");
    assert!(part.slot > 0 && text_of(&part.tree).contains("Only managers read this"));
}

#[test]
fn a_team_page_shows_each_report_with_level_and_state() {
    let team = TeamDraw {
        manager: Person {
            id: id!(PersonId, "grace"),
            name: "Grace".to_owned(),
            ..ada()
        },
        reports: vec![TeamMember {
            person: ada(),
            manages: true,
        }],
        below: Vec::new(),
    };
    let draw = section_draw("team/grace", SectionKind::Team, Draw::Team(Box::new(team)));
    let content = render(&commons(), &theme(), &draw).unwrap();
    let tree = &page(&content, "team/grace").tree;
    let words = text_of(tree);
    for shown in [
        "Ada Okafor",
        "L3",
        "payments",
        "H2 2026",
        "1 of 2 steps",
        "Lead the migration of <auth>",
        "1 at risk",
        "Cut over",
        "1 October 2026",
        "Self-assessment",
        "5 January 2027",
    ] {
        assert!(words.contains(shown), "{shown} in {words}");
    }
    assert!(
        !words.contains("Peer feedback"),
        "it is confidential beyond this page"
    );
    let html = tree::to_html(&tree.node()).to_string();
    for link in [
        "/people/ada\"",
        "/team/ada\"",
        "/people/ada/2026-h2#exp-auth\"",
        "/rubric/ic/l3\"",
    ] {
        assert!(html.contains(link), "{link} in {html}");
    }
}

#[test]
fn a_team_of_nobody_says_so() {
    let team = TeamDraw {
        manager: ada(),
        reports: Vec::new(),
        below: Vec::new(),
    };
    let draw = section_draw("team/ada", SectionKind::Team, Draw::Team(Box::new(team)));
    let content = render(&commons(), &theme(), &draw).unwrap();
    assert!(text_of(&page(&content, "team/ada").tree).contains("Nobody reports to Ada Okafor"));
}

#[test]
fn expectations_stand_side_by_side_by_the_level_held() {
    let linus = Person {
        id: id!(PersonId, "linus"),
        name: "Linus".to_owned(),
        ..ada()
    };
    let team = TeamDraw {
        manager: linus.clone(),
        reports: vec![TeamMember {
            person: ada(),
            manages: true,
        }],
        below: vec![linus],
    };
    let draw = section_draw("team/linus", SectionKind::Team, Draw::Team(Box::new(team)));
    let content = render(&commons(), &theme(), &draw).unwrap();
    let words = text_of(&page(&content, "team/linus/expectations").tree);
    assert!(words.contains("2 people"), "{words}");
    assert!(words.find("Ada Okafor") < words.rfind("Linus"), "{words}");
    assert_eq!(words.matches("Lead the migration of <auth>").count(), 2);
}

fn mapped(name: &str, mappings: &[(&str, Alignment)]) -> TalentDraw {
    let talent = |is: &Alignment| Talent {
        by: id!(PersonId, "grace"),
        partner: None,
        date: Some(day("2026-07-14")),
        readers: None,
        alignment: Some(*is),
        confidence: Some(Confidence::High),
        strengths: Vec::new(),
        needs: Vec::new(),
        missing: vec![prose("an incident review")],
        potential: None,
        ratings: Default::default(),
        adjusted: Vec::new(),
        level: None,
        coaching: Coaching::default(),
    };
    let entries = mappings
        .iter()
        .map(|(cycle, is)| (id!(CycleId, *cycle), talent(is)));
    TalentDraw {
        person: Person {
            name: name.to_owned(),
            ..ada()
        },
        talent: entries.collect(),
    }
}

fn talent_page(reports: Vec<TalentDraw>) -> SectionContent {
    let mut commons = commons();
    let mut earlier = commons.cycles[0].clone();
    earlier.id = id!(CycleId, "2026-h1");
    earlier.title = "H1 2026".to_owned();
    commons.cycles.insert(0, earlier);
    let manager = id!(PersonId, "grace");
    let talent = Draw::TeamTalent(Box::new(TeamTalentDraw { manager, reports }));
    let draw = section_draw("team/grace/talent", SectionKind::Talent, talent);
    render(&commons, &theme(), &draw).unwrap()
}

#[test]
fn a_talent_page_places_people_and_says_what_is_missing() {
    let twice = [("2026-h1", Alignment::Above), ("2026-h2", Alignment::Above)];
    let once = [("2026-h1", Alignment::Below), ("2026-h2", Alignment::At)];
    let content = talent_page(vec![
        mapped("Ada Okafor", &twice),
        mapped("Linus", &once),
        mapped("Teo", &[]),
    ]);
    let words = text_of(&page(&content, "team/grace/talent").tree);
    for shown in [
        "Above level in H1 2026 and H2 2026",
        "below level before",
        "an incident review",
        "Not placed yet",
        "Teo",
    ] {
        assert!(words.contains(shown), "{shown} in {words}");
    }
    assert!(
        !words.contains("At level in"),
        "at level is never misleveled"
    );
}

#[test]
fn what_leads_to_the_talent_page_is_the_same_whatever_is_mapped() {
    let twice = [("2026-h1", Alignment::Above), ("2026-h2", Alignment::Above)];
    let link = |reports| page(&talent_page(reports), "team/grace").tree.clone();
    assert_eq!(link(Vec::new()), link(vec![mapped("Ada Okafor", &twice)]));
}

#[test]
fn a_figure_that_is_not_shown_says_why() {
    let figure = |measure| Figure {
        measure,
        of: 9,
        shown: Shown::Hidden,
    };
    let everyone = GroupFigures {
        people: 9,
        figures: Measure::ALL.map(figure).into(),
    };
    let figures = OrgFigures {
        cycles: vec![CycleFigures {
            cycle: id!(CycleId, "2026-h2"),
            as_of: day("2027-01-25"),
            everyone: Some(everyone),
            teams: Vec::new(),
        }],
    };
    let org = OrgDraw {
        figures,
        ..OrgDraw::default()
    };
    let draw = section_draw("org", SectionKind::Org, Draw::Org(Box::new(org)));
    let content = render(&commons(), &theme(), &draw).unwrap();
    let words = text_of(&page(&content, "org").tree);
    assert!(words.contains("9 people took part"), "{words}");
    assert_eq!(
        words
            .matches("fewer than 5 people would stand apart")
            .count(),
        5
    );
}

#[test]
fn a_figure_without_an_exact_number_says_its_amount_on_every_place_and_never_all_or_none() {
    let shown = |measure| match measure {
        Measure::Peer => Shown::NearlyAll,
        Measure::Review => Shown::HardlyAny,
        _ => Shown::Hidden,
    };
    let figure = |measure| Figure {
        measure,
        of: 12,
        shown: shown(measure),
    };
    let of = |id: &str, as_of: &str| CycleFigures {
        cycle: id!(CycleId, id),
        as_of: day(as_of),
        everyone: Some(GroupFigures {
            people: 12,
            figures: Measure::ALL.map(figure).into(),
        }),
        teams: Vec::new(),
    };
    let mut commons = commons();
    let mut earlier = commons.cycles[0].clone();
    earlier.id = id!(CycleId, "2026-h1");
    commons.cycles.insert(0, earlier);
    let org = OrgDraw {
        figures: OrgFigures {
            cycles: vec![of("2026-h1", "2026-07-25"), of("2026-h2", "2027-01-25")],
        },
        ..OrgDraw::default()
    };
    let draw = section_draw("org", SectionKind::Org, Draw::Org(Box::new(org)));
    let content = render(&commons, &theme(), &draw).unwrap();
    let words = text_of(&page(&content, "org").tree);
    // Once in its box, and once for each of the two cycles.
    for amount in ["At least 8 of 12", "At most 4 of 12"] {
        assert_eq!(words.matches(amount).count(), 3, "{amount} in {words}");
    }
    for untold in ["12 of 12", "0 of 12", "All ", "None"] {
        assert!(!words.contains(untold), "{untold} in {words}");
    }
}

#[test]
fn shared_entries_are_recognition_for_everyone() {
    let org = OrgDraw {
        shared: vec![shared_entry()],
        ..OrgDraw::default()
    };
    let draw = section_draw("org", SectionKind::Org, Draw::Org(Box::new(org)));
    let content = render(&commons(), &theme(), &draw).unwrap();
    let parts = content.pages.iter().filter(|part| part.route == "org");
    let words: String = parts.map(|part| text_of(&part.tree)).collect();
    for shown in [
        "Ada Okafor",
        "Award",
        "20 September 2026",
        "from linus",
        "incident",
        "ops.example/31",
    ] {
        assert!(words.contains(shown), "{shown} in {words}");
    }
}

#[test]
fn the_cycles_page_says_when_things_are_due_and_who_reads_answers() {
    let words = text_of(&page(&org(), "cycles").tree);
    for shown in [
        "H2 2026",
        "1 July 2026",
        "5 January 2027",
        "Running",
        "Strengths",
        "read by HR",
    ] {
        assert!(words.contains(shown), "{shown} in {words}");
    }
}

fn public_files() -> Vec<(String, String)> {
    let files = public_rubric_files(&commons(), &theme(), &assets(&theme(), b"")).unwrap();
    let text = |file: PlainFile| (file.path, String::from_utf8(file.bytes).unwrap());
    files.into_iter().map(text).collect()
}

#[test]
fn public_pages_hold_public_tracks_alone() {
    let files = public_files();
    assert!(
        files
            .iter()
            .any(|(path, _)| path == "rubric/ic/l4/index.html")
    );
    for (path, text) in &files {
        assert!(!path.contains("manager"), "{path}");
        for secret in [
            "Secret",
            "Only managers",
            "Example Payments",
            "Ada",
            "H2 2026",
        ] {
            assert!(!text.contains(secret), "{secret} in {path}");
        }
    }
}

#[test]
fn words_of_a_public_rubric_that_look_like_markup_are_text() {
    let mut commons = commons();
    let track = commons.rubric.tracks.get_mut("ic").unwrap();
    track.title = "<script> onclick=\"x\" style=\"y\"".to_owned();
    let files = public_rubric_files(&commons, &theme(), &assets(&theme(), b"")).unwrap();
    for file in files {
        assert!(!String::from_utf8(file.bytes).unwrap().contains("<script"));
    }
}

#[test]
fn public_pages_lead_only_to_files_that_exist() {
    let files = public_files();
    let assets = assets(&theme(), b"");
    for (path, text) in &files {
        for href in text
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            if href.starts_with("https:") || href.starts_with('#') {
                continue;
            }
            let target = resolve(path, href.split('#').next().unwrap());
            let asset = assets.files.iter().any(|file| file.path == target);
            assert!(
                asset || target == "index.html" || files.iter().any(|(p, _)| *p == target),
                "{href} in {path}"
            );
        }
        assert!(
            !text.contains("<script") && !text.contains("style=\""),
            "{path}"
        );
        assert!(
            !text.contains("data-level-switch"),
            "a switch needs a script: {path}"
        );
    }
}

/// Follows a relative link from a file.
fn resolve(from: &str, href: &str) -> String {
    let mut at: Vec<&str> = from.split('/').collect();
    at.pop();
    for step in href.split('/') {
        match step {
            ".." => drop(at.pop().expect("a link stays within the site")),
            step => at.push(step),
        }
    }
    at.join("/")
}

#[test]
fn without_a_public_track_there_are_no_public_pages() {
    let mut commons = commons();
    commons.rubric.tracks.remove("ic");
    assert!(
        public_rubric_files(&commons, &theme(), &assets(&theme(), b""))
            .unwrap()
            .is_empty()
    );
    assert!(public_rubrics(&commons).is_empty());
}

#[test]
fn assets_are_named_by_what_they_hold() {
    let (one, other) = (assets(&theme(), b"a"), assets(&theme(), b"b"));
    assert_eq!(one.style_path, other.style_path);
    assert_ne!(one.script_path, other.script_path);
    assert!(one.script_path.starts_with("assets/viewer.") && one.script_path.ends_with(".js"));
    let shell = shell(&theme(), "A <b> & title", &one, &public_rubrics(&commons())).unwrap();
    let text = String::from_utf8(shell.bytes).unwrap();
    assert!(text.contains("A &lt;b&gt; &amp; title") && text.contains(&one.script_path));
    assert!(text.contains("rubric/ic/index.html"));
}

#[test]
fn only_files_that_a_page_links_to_are_in_the_section() {
    let theme = theme();
    let commons = commons();
    let known = ["2026-h2/graph.png", "2026-h2/unused.png"].map(String::from);
    let ctx = Context::new(&commons, &theme, &SectionId::new("x"), known.into());
    let cycle = id!(CycleId, "2026-h2");
    let html = ctx.prose(
        &prose("![G](files/graph.png) ![H](files/other.png)"),
        Some(&cycle),
    );
    assert!(
        html.as_str()
            .contains("src=\"attachment:2026-h2/graph.png\"")
    );
    assert!(html.as_str().contains("H (files/other.png)"));
    assert_eq!(
        ctx.linked().into_iter().collect::<Vec<_>>(),
        ["2026-h2/graph.png"]
    );
}

#[test]
fn public_pages_and_their_style_can_be_looked_at() {
    let assets = assets(&theme(), b"");
    let mut files = public_rubric_files(&commons(), &theme(), &assets).unwrap();
    assert!(
        assets
            .files
            .iter()
            .any(|file| file.path == assets.style_path)
    );
    files.extend(assets.files);
    look_at(files, "");
}

/// A rubric of the size of the largest that are published.
#[test]
fn a_big_framework_is_drawn_whole() {
    let mut commons = commons();
    let small = commons.rubric.tracks["ic"].clone();
    let mut big = small.clone();
    for rank in 7..10 {
        let level = Level {
            id: id!(LevelId, &format!("l{rank}")),
            rank,
            ..small.levels[4].clone()
        };
        big.levels.push(level);
    }
    for number in 0..9 {
        let id = id!(CompetencyId, &format!("area-{number}"));
        for level in &mut big.levels {
            let long = Cell {
                text: prose(&"Long words about what this level asks. ".repeat(18)),
                ..Cell::default()
            };
            level.cells.insert(id.clone(), long);
        }
        let competency = Competency {
            id,
            ..small.competencies[0].clone()
        };
        big.competencies.push(competency);
    }
    for number in 0..17 {
        let id = id!(TrackId, &format!("track-{number}"));
        let track = Track {
            id: id.clone(),
            ..big.clone()
        };
        commons.rubric.tracks.insert(id, track);
    }
    let files = public_rubric_files(&commons, &theme(), &assets(&theme(), b"")).unwrap();
    assert_eq!(files.len(), 1 + (1 + 5 + 6) + 17 * (1 + 8 + 15));
    look_at(files, "big");
}

/// Writes files below the directory that `GRADUS_SHOTS` names, where it names one.
fn look_at(files: Vec<PlainFile>, below: &str) {
    let Some(directory) = std::env::var_os("GRADUS_SHOTS") else {
        return;
    };
    for file in files {
        let path = std::path::Path::new(&directory)
            .join(below)
            .join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file.bytes).unwrap();
    }
}
