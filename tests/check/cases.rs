//! Each code, at its exact place.

use std::collections::BTreeSet;

use gradus::domain::model::{Identity, KeyKind};
use gradus::ground::diag::Severity;
use zeroize::Zeroizing;

use super::tree::{ADA, GRACE, LINUS, Tree};

/// Code, file, and its text with the place of the complaint between `«` and `»`.
const IN_ONE_FILE: &[(&str, &str, &str)] = &[
    (
        "E010",
        "cycles/2026-q2.toml",
        "title = \"Q2\"\nstart = 2026-04-01\nend = 2026-06-30\nrubric = «Senior engineer»\n",
    ),
    (
        "E011",
        "cycles/2026-q2.toml",
        "title = \"Q2\"\nstart = 2026-04-01\nend = 2026-06-30\n«pases» = {}\n",
    ),
    ("E060", "gradus.toml", "name = «\"Tiny \\u202eyllaer\"»\n"),
    ("E060", "gradus.toml", "name = «\"Tiny \\u001b[2J\"»\n"),
    (
        "E012",
        "gradus.toml",
        "name = \"Tiny\"\nas_of = «\"2026-01-01\"»\n",
    ),
    (
        "E012",
        "gradus.toml",
        "name = \"Tiny\"\nas_of = «2026-01-01T10:00:00»\n",
    ),
    ("E013", "gradus.toml", "«»as_of = 2026-01-01\n"),
    (
        "E013",
        "people/ada/2025-h2/plan.toml",
        "[[goal]]\nid = \"two-teams\"\ntext = \"Lead\"\n\n«[[goal]]»\nid = \"b\"\n",
    ),
    (
        "E014",
        "people/ada/2026-h1/expectations.toml",
        "[[expectation]]\nid = \"auth\"\ntext = \"Migrate\"\nkind = «\"stretch\"»\n",
    ),
    ("E015", "gradus.toml", "name = «\" \"»\n"),
    (
        "E015",
        "gradus.toml",
        "name = \"Tiny\"\n[policy]\npeers = «[5, 3]»\n",
    ),
    (
        "E015",
        "gradus.toml",
        "name = \"Tiny\"\n[seal]\nsigner = «\"ed25519:short\"»\n",
    ),
    ("E016", "people/ada/2026-h1/self.md", "«by = \"ada\"»\n"),
    (
        "E016",
        "people/ada/2026-h1/self.md",
        "«+++»\nby = \"ada\"\n",
    ),
    (
        "E017",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n+++\n>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>«> deep»\n",
    ),
    (
        "E019",
        "people/ada/2026-h1/expectations.toml",
        "[[expectation]]\nid = «\"Auth Migration\"»\ntext = \"Migrate\"\n",
    ),
    (
        "E021",
        "people/ada/2026-h1/expectations.toml",
        "[[note]]\ndate = 2026-02-01\nby = «\"grase\"»\ntext = \"é\"\n",
    ),
    (
        "E021",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\nreaders = [\"org\", «\"lines\"»]\n+++\n",
    ),
    (
        "E022",
        "people/ada/2026-h1/expectations.toml",
        "[[expectation]]\nid = \"auth\"\ntext = \"Migrate\"\naims = «\"ic/l9\"»\n",
    ),
    (
        "E022",
        "rubrics/ic/l3.toml",
        "title = \"L3\"\nrank = 3\nequivalent = [«\"manager/m1\"»]\n",
    ),
    (
        "E023",
        "people/ada/2026-h1/expectations.toml",
        "[[expectation]]\nid = \"auth\"\ntext = \"Migrate\"\ncompetencies = [\"craft\", «\"tecnical\"»]\n",
    ),
    (
        "E023",
        "rubrics/ic/l3.toml",
        "title = \"L3\"\nrank = 3\n[cell.«craft»]\ntext = \"renamed\"\n",
    ),
    (
        "E024",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n[outcome]\n«auht» = \"met\"\n+++\n",
    ),
    (
        "E024",
        "people/ada/log.toml",
        "[[entry]]\ndate = 2025-08-01\nkind = \"win\"\ntext = \"x\"\non = «\"auth\"»\n",
    ),
    (
        "E025",
        "people/ada/2026-h1/review.md",
        "+++\nby = \"grace\"\n[ratings]\ntechnical = { is = «\"great\"» }\n+++\n",
    ),
    (
        "E026",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n+++\n## results\ngood\n## «Strengths»\nasked of peers alone\n",
    ),
    (
        "E027",
        "rubrics/ic/l4.toml",
        "title = \"L4\"\nrank = 4\n[cell.technical]\nstage = «\"dreams\"»\n",
    ),
    (
        "E028",
        "people/ada/2026-h1/expectations.toml",
        "[[expectation]]\nid = \"auth\"\ntext = \"Migrate\"\nfollows = «\"2025-h2/plan/one-team\"»\n",
    ),
    (
        "E028",
        "people/ada/2026-h1/expectations.toml",
        "[[expectation]]\nid = \"auth\"\ntext = \"Migrate\"\nfollows = «\"2026-h1/auth\"»\n",
    ),
    (
        "E029",
        "people/ada/2026-h1/pip.toml",
        "start = 2026-02-01\ndays = 30\n[[checkin]]\ndate = 2026-02-08\nvalues = { «bugz» = \"3\" }\n",
    ),
    (
        "E030",
        "rubrics/ic/track.toml",
        "title = \"Engineer\"\nextends = «\"generic\"»\n[[competency]]\nid = \"technical\"\ntitle = \"Technical\"\n[[competency.stage]]\nid = \"designs\"\ntitle = \"Designs\"\n",
    ),
    (
        "E031",
        "cycles/2026-q2.toml",
        "title = \"Q2\"\nstart = 2026-04-01\nend = 2026-06-30\nrubric = «\"v2026.1\"»\n",
    ),
    (
        "E040",
        "people/ada/2026-h1/expectations.toml",
        "[[expectation]]\nid = \"auth\"\ntext = \"Migrate\"\n[[expectation]]\nid = «\"auth\"»\ntext = \"Again\"\n",
    ),
    (
        "E040",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n+++\n## results\na\n## «Results»\nb\n",
    ),
    (
        "E041",
        "people/ada/2026-h1/expectations.toml",
        "[[expectation]]\nid = «\"strengths\"»\ntext = \"Migrate\"\n",
    ),
    (
        "E042",
        "gradus.toml",
        "name = \"Tiny\"\n[[rating]]\nid = «\"text\"»\ntitle = \"T\"\n[[rating]]\nid = \"ok\"\ntitle = \"Ok\"\n",
    ),
    (
        "E043",
        "rubrics/ic/track.toml",
        "title = \"Engineer\"\nextends = «\"ic\"»\n[[competency]]\nid = \"technical\"\ntitle = \"Technical\"\n[[competency.stage]]\nid = \"designs\"\ntitle = \"Designs\"\n",
    ),
    (
        "E045",
        "cycles/2026-q2.toml",
        "title = \"Q2\"\nstart = 2026-04-01\nend = «2026-03-01»\n",
    ),
    (
        "E045",
        "people/ada/2026-h1/review.md",
        "+++\nby = \"grace\"\ndate = 2026-07-10\nshared = «2026-07-01»\n+++\n",
    ),
    (
        "E047",
        "people/ada/2026-h1/review.md",
        "+++\nby = «\"ada\"»\n+++\n",
    ),
    (
        "E047",
        "management/2026-h1/ada.toml",
        "by = \"grace\"\npartner = «\"ada\"»\n",
    ),
    (
        "E048",
        "people/ada/2026-h1/self.md",
        "+++\nby = «\"grace\"»\n+++\n",
    ),
    (
        "E048",
        "people/ada/2026-h1/peer-linus.md",
        "+++\nby = «\"grace\"»\n+++\n",
    ),
    (
        "E052",
        "people/ada/2026-h1/expectations.toml",
        "[[expectation]]\nid = \"auth\"\ntext = \"Migrate\"\nsteps = [{ text = \"a\", done = 2026-02-03, dropped = «2026-05-11» }]\n",
    ),
    (
        "E052",
        "people/ada/2026-h1/review.md",
        "+++\nby = \"grace\"\nshared = «2026-07-01»\n+++\n",
    ),
    (
        "E053",
        "people/ada/checkins.md",
        "## 2026-03-20 Title\n\n## «last Tuesday»\n",
    ),
    (
        "E054",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n+++\nSee «[this](javascript:alert(1))».\n",
    ),
    (
        "E054",
        "people/ada/2026-h1/expectations.toml",
        "[[expectation]]\nid = \"auth\"\ntext = \"See «[é](data:x)»\"\n",
    ),
    (
        "E054",
        "people/ada/log.toml",
        "[[entry]]\ndate = 2025-08-01\nkind = \"win\"\ntext = \"x\"\nevidence = [«\"incident 31\"»]\n",
    ),
    (
        "E055",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n+++\n«[last time](../2025-h2/review.md)»\n",
    ),
    (
        "E055",
        "people/ada/checkins.md",
        "## 2026-03-20\n\n«![no files here](files/graph.png)»\n",
    ),
    (
        "E056",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n+++\n![good](files/graph.png) «![bad](files/grpah.png)»\n",
    ),
    (
        "E065",
        "people/ada/2026-h1/files/a.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\">«<rect onclick=\"é\"/>»</svg>",
    ),
    (
        "E065",
        "people/ada/2026-h1/files/a.SVG",
        "<svg xmlns=\"http://www.w3.org/2000/svg\">\n«<script>»1</script></svg>",
    ),
    ("E067", "static/about.html", "«»<p>about</p>"),
    (
        "E065",
        "static/img/a.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\">«<rect onclick=\"1\"/>»</svg>",
    ),
    (
        "E057",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\nreaders = «\"public\"»\n+++\n",
    ),
    (
        "W004",
        "people/ada/checkins.md",
        "\n«Some words»\n\n## 2026-03-20\n",
    ),
    (
        "W005",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n+++\n«![x](https://a.example/b.png)»\n",
    ),
    (
        "E016",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n+++\n## results\n\n«readers = \"chain\"»\n\nwords\n",
    ),
    (
        "E034",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n+++\n## results\n\ngood\n\n«<<<<<<< HEAD»\n",
    ),
    (
        "E034",
        "people/ada/checkins.md",
        "## 2026-03-20\n\nwords\nmore\n«=======»\n",
    ),
    (
        "E034",
        "people/ada/2025-h2/plan.toml",
        "[[goal]]\nid = \"two-teams\"\ntext = \"\"\"\nLead\n«>>>>>>> theirs»\n\"\"\"\n",
    ),
    (
        "E035",
        "people/ada/checkins.md",
        "## 2026-03-20\n\nwords\n\n«##2026-04-01 Next»\n\nmore\n",
    ),
    (
        "E035",
        "people/ada/checkins.md",
        "## 2026-03-20\n\nwords\n\n«##\u{a0}2026-04-01»\n\nmore\n",
    ),
    (
        "E035",
        "people/ada/checkins.md",
        "## 2026-03-20\n\nwords\n\n«# 2026-04-01»\n\nmore\n",
    ),
    (
        "E035",
        "people/ada/checkins.md",
        "## 2026-03-20\n\nwords\n\n«**2026-04-01 Next**»\n\nmore\n",
    ),
    (
        "E035",
        "people/ada/checkins.md",
        "## 2026-03-20\n\nwords\n\n«2026-04-01»\n\nmore\n",
    ),
    (
        "E035",
        "people/ada/checkins.md",
        "## 2026-03-20\n\n```\n«## 2026-04-01»\n```\n",
    ),
    (
        "E036",
        "people/ada/checkins.md",
        "## 2026-03-20\n\n«```sh»\ncode\n",
    ),
    (
        "E036",
        "people/ada/checkins.md",
        "## 2026-03-20\n\n«<!-- later»\n\nwords\n",
    ),
    (
        "E037",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n+++\n## results\n\ngood[^1] and [this][a]\n\n[^1]: one\n\n«[^1]: two»\n\n[a]: https://a.example\n",
    ),
    (
        "E037",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n+++\n## results\n\n[this][a]\n\n[a]: https://a.example\n\n«[a]: https://b.example»\n",
    ),
    (
        "E038",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n+++\n## results\n\ngood[^1]\n\n> «[^1]: one»\n>\n>     two\n",
    ),
    (
        "W040",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n+++\n## results\n\ngood\n\n«##auth»\n\nmoved\n",
    ),
    (
        "W041",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n+++\n## results\n\n«```»\ngood\n",
    ),
    (
        "E036",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n+++\n## results\n\ngood «<!--» open\n",
    ),
    (
        "W042",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n+++\n## results\n\ngood\n\n«[^1]: one»\n",
    ),
    (
        "W044",
        "people/ada/2026-h1/self.md",
        "+++\nby = \"ada\"\n+++\n## results\n\ngood, «[as above](#results)» and [there](https://a.example/#results)\n",
    ),
];

#[test]
fn each_mistake_in_a_file_is_found_at_its_exact_place() {
    for (code, path, text) in IN_ONE_FILE {
        Tree::sample().with(path, text).complains(&[code]);
    }
}

fn person(rest: &str) -> String {
    format!("name = \"Somebody\"\nstart = 2025-01-01\n{rest}")
}

/// A code and a tree that it comes up in.
type Case = (&'static str, Tree);

/// Mistakes of the tree, or between files.
fn between_files() -> Vec<Case> {
    let sample = Tree::sample;
    let role = "[[role]]\nfrom = 2025-01-01\n";
    let mut cases = vec![
        (
            "E058",
            sample()
                .with(
                    "people/ada/2026-h1/peer-linus.md",
                    "+++\nby = \"linus\"\n+++\n![seen](files/graph.png)\n",
                )
                .with(
                    "people/ada/2026-h1/self.md",
                    "+++\nby = \"ada\"\n+++\n![mine](files/graph.png)\n",
                )
                .about("people/ada/2026-h1/self.md"),
        ),
        (
            "W043",
            sample()
                .with(
                    "gradus.toml",
                    "name = \"Tiny\"\n[access]\npeer_feedback = \"anonymous\"\n",
                )
                .with(
                    "people/ada/2026-h1/peer-linus.md",
                    "+++\nby = \"linus\"\n+++\n«![seen](files/graph.png)»\n",
                ),
        ),
        (
            "E033",
            sample()
                .with(
                    "cycles/2026-h1.toml",
                    "title = \"H1\"\nstart = 2026-01-01\nend = 2026-06-30\n[[question]]\nid = \"done\"\nfor = \"self\"\n\
                     title = \"Outcome\"\nprompt = \"What came of it?\"\n",
                )
                .with(
                    "people/ada/2026-h1/expectations.toml",
                    "[[expectation]]\nid = \"outcome\"\ntext = \"Migrate\"\n",
                )
                .with(
                    "people/ada/2026-h1/self.md",
                    "+++\nby = \"ada\"\n+++\n## «outcome»\ngood\n",
                ),
        ),
        (
            "E002",
            sample()
                .with("cycles/2026-q2.toml", "title = \"Zo«\u{FFFD}»")
                .with_bytes("cycles/2026-q2.toml", b"title = \"Zo\xEB\""),
        ),
        (
            "E003",
            sample()
                .with_bytes(
                    "people/ada/2026-h1/files/big.png",
                    &vec![0; 1024 * 1024 + 1],
                )
                .about("people/ada/2026-h1/files/big.png"),
        ),
        (
            "E005",
            sample()
                .without("people/ada/2025-h2/plan.toml")
                .with_directory("people/ada/2025-h2/plan.toml")
                .about("people/ada/2025-h2/plan.toml"),
        ),
        (
            "E006",
            sample()
                .with("rubrics/ic/con.toml", "title = \"C\"\nrank = 1\n")
                .about("rubrics/ic/con.toml"),
        ),
        (
            "E008",
            sample()
                .with_bytes("people/ada/2026-h1/peer-linus.md.age", b"age")
                .about("people/ada/2026-h1/peer-linus.md.age"),
        ),
        (
            "E009",
            sample().with(
                "gradus.toml",
                "name = \"Tiny\"\n[sources]\nmanagement = «\"nowhere\"»\n",
            ),
        ),
        (
            "E066",
            sample().with(
                "gradus.toml",
                "name = \"Tiny\"\n[sources]\nmanagement = «\"../nowhere\"»\n",
            ),
        ),
        (
            "E069",
            sample()
                .with(
                    "people/ada/2026-h1/files/a.png",
                    "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
                )
                .about("people/ada/2026-h1/files/a.png"),
        ),
        (
            "E019",
            sample().with_directory("people/hr").about("people/hr"),
        ),
        (
            "E020",
            sample()
                .with_directory("people/ada/2026-h3")
                .about("people/ada/2026-h3"),
        ),
        (
            "E032",
            sample().with_directory("people/zoe").about("people/zoe"),
        ),
        (
            "E044",
            sample()
                .with(
                    "people/grace/person.toml",
                    &person(&format!("keys = [\"{LINUS}\"]\n{role}manager = \"ada\"\n")),
                )
                .with(
                    "people/ada/person.toml",
                    &person(&format!(
                        "keys = [\"{ADA}\"]\n{role}manager = «\"grace\"»\n"
                    )),
                )
                .without("people/linus"),
        ),
        (
            "E046",
            sample()
                .with("people/ada/2026-q2/plan.toml", "[[goal]]\ntext = \"x\"\n")
                .about("people/ada/2026-q2"),
        ),
        (
            "E047",
            sample()
                .with("people/ada/2026-h1/peer-ada.md", "+++\nby = \"ada\"\n+++\n")
                .about("people/ada/2026-h1/peer-ada.md"),
        ),
        (
            "E049",
            sample()
                .with(
                    "people/ada/person.toml",
                    &person(&format!("external = true\n{role}")),
                )
                .about("people/ada/2025-h2"),
        ),
        (
            "E050",
            sample().with(
                "people/ada/person.toml",
                &person(&format!("keys = [«\"age1qqq\"»]\n{role}")),
            ),
        ),
        (
            "E051",
            sample().with(
                "people/linus/person.toml",
                &person(&format!(
                    "keys = [{{ key = «\"{ADA}\"», until = 2026-01-01 }}]\n{role}"
                )),
            ),
        ),
        (
            "E070",
            sample().with(
                "people/linus/person.toml",
                &person(&format!(
                    "keys = [{{ key = \"{LINUS}\", revoked = 2026-01-01 }}, «\"{LINUS}\"»]\n{role}"
                )),
            ),
        ),
        (
            "E070",
            sample()
                .with(
                    "people/linus/person.toml",
                    &person(&format!(
                        "keys = [{{ key = \"{LINUS}\", revoked = 2026-01-01 }}]\n{role}"
                    )),
                )
                .with(
                    "gradus.toml",
                    &format!("name = \"Tiny\"\n[sources]\nrecipients = [«\"{LINUS}\"»]\n"),
                ),
        ),
        (
            "E071",
            sample().with(
                "people/linus/person.toml",
                &person(&format!("keys = «[\"{}\"]»\n{role}", hybrid(1))),
            ),
        ),
        (
            "E071",
            all_hybrid().with(
                "gradus.toml",
                &format!(
                    "name = \"Tiny\"\n[seal]\npost_quantum = true\n[sources]\nrecipients = [«\"{ADA}\"»]\n"
                ),
            ),
        ),
        (
            "W001",
            sample()
                .with("people/ada/2026-h1/expectation.toml", "")
                .about("people/ada/2026-h1/expectation.toml"),
        ),
        (
            "W002",
            sample()
                .with("people/ada/person.toml", &person(role))
                .about("people/ada/person.toml"),
        ),
        (
            "W003",
            sample()
                .with(
                    "people/ada/person.toml",
                    &person(&format!(
                        "keys = [\"{ADA}\"]\n{role}manager = «\"linus\"»\n"
                    )),
                )
                .with(
                    "people/linus/person.toml",
                    &person(&format!("end = 2026-01-01\n{role}")),
                ),
        ),
    ];
    cases.extend(of_unix());
    cases.push(("E018", too_many()));
    cases
}

/// A post-quantum recipient.
fn hybrid(number: u8) -> String {
    let seed = Zeroizing::new([number; 32]);
    let identity = Identity::new(KeyKind::Hybrid, seed);
    identity.recipient().to_string()
}

/// The sample with post-quantum keys beside those that it has.
fn all_hybrid() -> Tree {
    let people = [("ada", ADA, 1), ("grace", GRACE, 2), ("linus", LINUS, 3)];
    people
        .iter()
        .fold(Tree::sample(), |tree, (id, key, number)| {
            let file = format!("people/{id}/person.toml");
            let text = std::fs::read_to_string(tree.root().join(&file)).expect(id);
            let both = format!("\"{key}\", \"{}\"", hybrid(*number));
            tree.with(&file, &text.replace(&format!("\"{key}\""), &both))
        })
}

#[test]
fn people_may_have_keys_of_both_kinds_and_those_of_the_sites_kind_count() {
    let today = day("2026-11-22");
    for (settings, prefix) in [
        ("name = \"Tiny\"\n", "age1"),
        ("name = \"Tiny\"\n[seal]\npost_quantum = true\n", "age1pq1"),
    ] {
        let tree = all_hybrid().with("gradus.toml", settings);
        let (organisation, report) =
            gradus::build::pipeline::load(&tree.root(), today).expect("a tree");
        let people = organisation
            .unwrap_or_else(|| panic!("{:?}", report.diagnostics))
            .people;
        for person in people.values() {
            let counting: Vec<&str> = person.recipients_on(today).collect();
            assert_eq!(counting.len(), 1);
            assert_eq!(counting[0].starts_with("age1pq1"), prefix == "age1pq1");
        }
    }
}

#[test]
fn whoever_has_no_key_of_the_sites_kind_is_named() {
    let settings = "name = \"Tiny\"\n[seal]\npost_quantum = true\n";
    let said = Tree::sample().with("gradus.toml", settings).diagnostics();
    let said = said.iter().filter(|d| d.code == "E071");
    let messages: Vec<&str> = said.map(|d| d.message.as_str()).collect();
    assert_eq!(messages.len(), 3, "{messages:?}");
    for (id, message) in ["ada", "grace", "linus"].iter().zip(messages) {
        assert!(
            message.starts_with(&format!("`{id}` has no `age1pq1…` key")),
            "{message}"
        );
    }
}

#[test]
fn whoever_has_no_key_left_is_warned_of_from_the_day_after_its_last() {
    let key = format!("keys = [{{ key = \"{ADA}\", until = 2026-09-30 }}]");
    let text = format!("name = \"Ada\"\nstart = 2025-01-01\n{key}\n[[role]]\nfrom = 2025-01-01\n");
    let tree = Tree::sample().with("people/ada/person.toml", &text);
    let warnings = |on: &str| {
        let (_, report) = gradus::build::pipeline::load(&tree.root(), day(on)).expect("a tree");
        let left = report.diagnostics.into_iter().filter(|d| d.code == "W010");
        left.map(|d| d.message).collect::<Vec<_>>()
    };
    assert_eq!(warnings("2026-09-30"), Vec::<String>::new());
    let gone = "`ada` has no key left: the last one counted until 2026-09-30";
    assert_eq!(warnings("2026-10-01"), [gone]);
}

#[test]
fn a_login_is_warned_of_from_the_day_after_the_last_of_its_key() {
    let warnings = |login: &str, on: &str| {
        let key = format!("keys = [{{ key = \"{ADA}\", until = 2026-09-30{login} }}]");
        let text =
            format!("name = \"Ada\"\nstart = 2025-01-01\n{key}\n[[role]]\nfrom = 2025-01-01\n");
        let tree = Tree::sample().with("people/ada/person.toml", &text);
        let tree = tree.with("people/ada/login.age", "age-encryption.org/v1\n");
        let (_, report) = gradus::build::pipeline::load(&tree.root(), day(on)).expect("a tree");
        let found = report.diagnostics.into_iter().filter(|d| d.code == "W033");
        found.map(|d| d.message).collect::<Vec<_>>()
    };
    let left_out = "the login of `ada` is left out of the site:";
    for (login, why) in [
        (", login = true", "the key that it wraps does not count"),
        ("", "a key that counts no more may be the one that it wraps"),
    ] {
        assert_eq!(warnings(login, "2026-09-30"), [""; 0]);
        assert_eq!(warnings(login, "2026-10-01"), [format!("{left_out} {why}")]);
    }
}

fn day(text: &str) -> gradus::domain::model::Date {
    text.parse().expect(text)
}

fn too_many() -> Tree {
    let keys: String = (0..600).map(|n| format!("k{n} = 1\n")).collect();
    Tree::sample().with("cycles/2026-q2.toml", &keys)
}

#[cfg(unix)]
fn of_unix() -> Vec<Case> {
    let link = Tree::sample().about("people/ada/2026-h1/self.md");
    let target = link.root().join("people/ada/2026-h1/self.md");
    std::os::unix::fs::symlink("/etc/hostname", target).expect("a link");
    vec![("E004", link)]
}

#[cfg(not(unix))]
fn of_unix() -> Vec<Case> {
    Vec::new()
}

#[test]
fn each_mistake_between_files_is_found_at_its_exact_place() {
    for (code, tree) in between_files() {
        if code == "E018" {
            let last = tree.diagnostics();
            assert_eq!(last.iter().filter(|d| d.code == code).count(), 1);
            assert_eq!(last.len(), 501);
        } else {
            tree.complains(&[code]);
        }
    }
}

#[test]
fn every_code_has_a_case() {
    let in_files = IN_ONE_FILE.iter().map(|(code, ..)| *code);
    let between = between_files().into_iter().map(|(code, _)| code);
    let covered: BTreeSet<&str> = in_files.chain(between).collect();
    // What the first three take cannot be made on every machine: see `hostile`. The warnings come from the
    // plan of audiences, see below, from files that nobody opened: see `sealed`, and from git: see `history`. Of figures:
    // see `figures`. What is said of `access.lock` is in a binary of its own, `access`.
    let elsewhere = BTreeSet::from([
        "E001", "E004", "E007", "E059", "W006", "W007", "W008", "W010", "W020", "W021", "W022",
        "E061", "E080", "W030", "W031", "W032", "W033",
    ]);
    // Guidance: see `guidance`.
    let rules = gradus::tree::check::codes().iter();
    let all = rules
        .filter(|rule| rule.severity != Severity::Advice)
        .map(|rule| rule.code);
    let missing: Vec<&str> = all
        .filter(|code| !covered.contains(code) && !elsewhere.contains(code))
        .collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn sixty_six_people_above_one_another_are_too_many() {
    let tree = (0..66).fold(Tree::sample(), |tree, n| {
        let role = format!("[[role]]\nfrom = 2025-01-01\nmanager = \"p{}\"\n", n + 1);
        tree.with(&format!("people/p{n}/person.toml"), &person(&role))
    });
    let top = person("[[role]]\nfrom = 2025-01-01\n");
    let found = tree.with("people/p66/person.toml", &top).diagnostics();
    let errors: Vec<_> = found.iter().filter(|d| d.code.starts_with('E')).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(
        (errors[0].code, &*errors[0].place.file),
        ("E059", "people/p0/person.toml")
    );
}

#[test]
fn several_mistakes_of_one_file_are_all_found_in_one_run() {
    let text = "agreed = «\"soon\"»\n«agred» = 1\n[[expectation]]\nid = «\"A b\"»\ntext = \"Migrate\"\nkind = «\"x\"»\n«[[expectation]]»\nid = \"two\"\n";
    let path = "people/ada/2026-h1/expectations.toml";
    Tree::sample()
        .with(path, text)
        .complains(&["E012", "E011", "E019", "E014", "E013"]);
}

#[test]
fn two_syntax_errors_of_a_file_are_both_found() {
    let tree = Tree::sample().with(
        "cycles/2026-q2.toml",
        "title = one two\nstart = 2026-04-01\nend = = 3\n",
    );
    let codes: Vec<_> = tree
        .diagnostics()
        .iter()
        .map(|d| (d.code, d.place.start > 20))
        .collect();
    assert!(
        codes.contains(&("E010", false)) && codes.contains(&("E010", true)),
        "{codes:?}"
    );
}

#[test]
fn nobody_is_told_that_a_thing_is_missing_when_its_file_could_not_be_understood() {
    Tree::sample()
        .with(
            "people/ada/2026-h1/expectations.toml",
            "[[expectation]]\nid = «broken»\n",
        )
        .with(
            "people/ada/2026-h1/self.md",
            "+++\nby = \"ada\"\n[outcome]\nauth = \"met\"\n+++\n## auth\nx\n",
        )
        .diagnostics()
        .iter()
        .for_each(|d| assert_eq!(&*d.place.file, "people/ada/2026-h1/expectations.toml"));
}

#[test]
fn a_misspelt_name_finds_the_one_that_was_meant() {
    let tree = Tree::sample().with(
        "people/ada/2026-h1/expectations.toml",
        "[[note]]\ndate = 2026-02-01\nby = \"grase\"\ntext = \"x\"\n",
    );
    let help: Vec<_> = tree.diagnostics().into_iter().map(|d| d.help).collect();
    assert_eq!(help, [Some("did you mean `grace`?".to_owned())]);
}

#[test]
fn cycles_may_overlap_where_nobody_has_files_in_both() {
    Tree::sample()
        .with("people/linus/2026-q2/plan.toml", "[[goal]]\ntext = \"x\"\n")
        .complains(&[]);
}

/// The warnings of the plan of audiences, as code, file and marked text.
fn audience_warnings(tree: &Tree) -> Vec<(&'static str, String, String)> {
    let today = "2026-08-01".parse().expect("a date");
    let (_, report) = gradus::build::pipeline::load(&tree.root(), today).expect("an organisation");
    let marked = |d: &gradus::ground::diag::Diagnostic| {
        let text = report.texts.get(&d.place.file).map_or("", |text| &**text);
        let marked = text.get(d.place.start..d.place.end).unwrap_or_default();
        (d.code, d.place.file.to_string(), marked.to_owned())
    };
    let warnings = report
        .diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Warning);
    warnings.map(marked).collect()
}

#[test]
fn a_line_that_widens_an_audience_is_warned_of_where_it_stands() {
    let path = "people/ada/2025-h2/plan.toml";
    let tree = Tree::sample().with(
        path,
        "readers = [\"person\", \"linus\"]\n[[goal]]\ntext = \"x\"\n",
    );
    let line = "readers = [\"person\", \"linus\"]";
    assert_eq!(
        audience_warnings(&tree),
        [("W006", path.to_owned(), line.to_owned())]
    );
}

#[test]
fn what_nobody_may_read_after_a_change_of_the_whole_chain_is_warned_of() {
    let roles = "[[role]]\nfrom = 2025-01-01\nmanager = \"linus\"\n[[role]]\nfrom = 2026-07-01\nmanager = \"grace\"\n";
    let top = format!("keys = [\"{LINUS}\"]\n[[role]]\nfrom = 2025-01-01\n");
    let path = "people/ada/2025-h2/peer-grace.md";
    let tree = Tree::sample()
        .with(
            "people/ada/person.toml",
            &person(&format!("keys = [\"{ADA}\"]\n{roles}")),
        )
        .with("people/linus/person.toml", &person(&top))
        .with(
            path,
            "+++\nby = \"grace\"\ndate = 2026-01-10\n+++\n## strengths\nCalm.\n",
        );
    let expected = ("W007", path.to_owned(), String::new());
    assert_eq!(audience_warnings(&tree), [expected]);
}
