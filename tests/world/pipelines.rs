//! `init --ci`: the steps of the pipelines that it writes, run as a runner would, in a fresh clone.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Output;

use yaml_rust2::{Yaml, YamlLoader};

use crate::shell::{Shell, said};

/// Plays `cargo install`: this very program is what the registry, or the repository, would have sent.
fn cargo(gradus: &str) -> String {
    format!(
        "echo \"$*\" >> \"$HOME/installed\"\ntest \"$1 $2 $3\" = 'install --locked --root'\nmkdir -p \"$4/bin\"\nln -sf {gradus} \"$4/bin/gradus\""
    )
}

/// A repository with a pipeline in it, and a machine that has nothing but git, a shell and `cargo`.
struct Runner {
    shell: Shell,
    forge: &'static str,
    path: &'static str,
    /// Where the organisation lies in the repository.
    tree: &'static str,
    /// What the forge was told to keep: variables, and secrets, which a step gets only if it asks for them.
    kept: BTreeMap<&'static str, String>,
}

impl Runner {
    /// A repository that is all of the organisation.
    fn new(forge: &'static str, path: &'static str) -> Self {
        let init = format!("gradus init origin --ci {forge}");
        Self::begun(forge, path, ".", &[&init, GIT_INIT])
    }

    /// An organisation in a folder of a repository that was there before.
    fn within(forge: &'static str, path: &'static str, tree: &'static str) -> Self {
        let init = format!("gradus init origin/{tree} --ci {forge}");
        Self::begun(forge, path, tree, &[GIT_INIT, &init])
    }

    fn begun(forge: &'static str, path: &'static str, tree: &'static str, lines: &[&str]) -> Self {
        let mut shell = Shell::new();
        shell.does(".", lines);
        shell.does(".", &["mkdir runner-temp"]);
        shell.stand_in("cargo", &cargo(env!("CARGO_BIN_EXE_gradus")));
        shell.stand_in("apt-get", "echo \"apt-get $*\" >> \"$HOME/installed\"");
        fs::remove_file(shell.path("programs/gradus")).expect("nothing is installed there");
        for (name, path) in [("RUNNER_TEMP", "runner-temp"), ("CI_PROJECT_DIR", "clone")] {
            shell.set(name, shell.path(path).display().to_string());
        }
        for name in ["GITHUB_PATH", "GITHUB_ENV"] {
            shell.write(name, "");
            shell.set(name, shell.path(name).display().to_string());
        }
        let runner = Self {
            shell,
            forge,
            path,
            tree,
            kept: BTreeMap::new(),
        };
        runner.commit();
        runner
    }

    /// The path of a file of the organisation.
    fn at(&self, file: &str) -> String {
        format!("origin/{}/{file}", self.tree)
    }

    /// Where the site is looked for by what publishes it.
    fn site(&self) -> PathBuf {
        let folder = match self.forge {
            "gitlab" => ".",
            _ => self.tree,
        };
        self.shell.path("clone").join(folder).join("public")
    }

    fn commit(&self) {
        let identity = "-c user.name=t -c user.email=t@example.com";
        let commit = format!("git {identity} commit -qm change");
        self.shell.does("origin", &["git add -A", &commit]);
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.at(file);
        let text = self.shell.read(&path);
        assert!(text.contains(from), "{from} in {text}");
        self.shell.write(&path, &text.replacen(from, to, 1));
        self.commit();
    }

    /// Runs the steps of a job in a fresh clone.
    fn job(&self, name: &str) -> Output {
        let clone = self.shell.path("clone");
        if clone.exists() {
            fs::remove_dir_all(&clone).expect("the last clone");
        }
        self.shell.does(".", &["git clone -q origin clone"]);
        let pipeline = parsed(&self.shell.read(&format!("clone/{}", self.path)));
        match self.forge {
            "gitlab" => self.gitlab(&pipeline, name),
            _ => self.github(&pipeline, name),
        }
    }

    /// All lines of a job run in one shell, with every variable that the forge keeps.
    fn gitlab(&self, pipeline: &Yaml, name: &str) -> Output {
        let job = &pipeline[name];
        let base = &pipeline[job["extends"].as_str().expect("what it extends")];
        let mut lines = exports(&[&base["variables"]], |_| None);
        lines.extend(self.kept.iter().map(|(name, value)| export(name, value)));
        lines.extend(texts(&base["before_script"]));
        lines.extend(texts(&job["script"]));
        self.shell.run("clone", &lines)
    }

    /// Each step has a shell of its own there; two files say what the next one finds.
    fn github(&self, pipeline: &Yaml, name: &str) -> Output {
        let folder = &pipeline["defaults"]["run"]["working-directory"];
        let folder = format!("clone/{}", folder.as_str().expect("a folder"));
        let job = &pipeline["jobs"][name];
        let kept = |expression: &str| self.of_github(expression);
        let mut last = None;
        for step in job["steps"].as_vec().expect("steps") {
            let Some(line) = step["run"].as_str() else {
                continue; // the forge's own work
            };
            let mut lines = exports(&[&pipeline["env"], &job["env"], &step["env"]], kept);
            lines.push("set -a; . \"$GITHUB_ENV\"; set +a; PATH=\"$(tr '\\n' ':' < \"$GITHUB_PATH\")$PATH\"".to_owned());
            lines.push(line.to_owned());
            let ran = self.shell.run(&folder, &lines);
            let failed = !ran.status.success();
            last = Some(ran);
            if failed {
                break;
            }
        }
        last.expect("a job has steps")
    }

    /// What stands for an expression in `${{ … }}`: a secret, or a variable with what is taken without it.
    fn of_github(&self, expression: &str) -> Option<String> {
        let (asked, otherwise) = expression.split_once(" || ").unwrap_or((expression, "''"));
        let (_, name) = asked.split_once('.').expect("of secrets or variables");
        let kept = self.kept.get(name).cloned();
        kept.or_else(|| Some(otherwise.trim_matches('\'').to_owned()))
    }

    /// Says where the program comes from.
    fn come_from(&mut self, from: &str) {
        self.kept.insert("GRADUS_FROM", from.to_owned());
    }

    fn passes(&self, job: &str) {
        let ran = self.job(job);
        assert!(
            ran.status.success(),
            "{} {job}:\n{}",
            self.forge,
            said(&ran)
        );
    }

    fn fails(&self, job: &str, words: &str) {
        let ran = self.job(job);
        assert!(!ran.status.success(), "{} {job} passes", self.forge);
        assert!(said(&ran).contains(words), "{words}: {}", said(&ran));
    }

    fn publishing(&self) -> &'static str {
        match self.forge {
            "gitlab" => "pages",
            _ => "publish",
        }
    }

    /// Gives the site key as the pipeline's own words ask for it.
    fn give_key(&mut self) {
        let key = self.shell.read(&self.at(".gradus/site.key"));
        match self.forge {
            "gitlab" => {
                self.shell.write("secret", &key);
                let path = self.shell.path("secret").display().to_string();
                self.kept.insert("GRADUS_SITE_KEY_FILE", path)
            }
            _ => self
                .kept
                .insert("GRADUS_SITE_KEY", key.trim_end().to_owned()),
        };
    }
}

/// A pipeline as a forge reads it.
fn parsed(text: &str) -> Yaml {
    let mut documents = YamlLoader::load_from_str(text).expect("YAML");
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

fn texts(list: &Yaml) -> Vec<String> {
    let items = list.as_vec().expect("a list").iter();
    let text = |item: &Yaml| item.as_str().expect("a text").to_owned();
    items.map(text).collect()
}

fn export(name: &str, value: &str) -> String {
    format!("export {name}='{}'", value.replace('\'', "'\\''"))
}

/// Variables as tables name them, the last one counts; `kept` stands for what is written as `${{ … }}`.
fn exports(tables: &[&Yaml], kept: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let tables = tables.iter().filter_map(|table| table.as_hash());
    let line = |(name, value): (&Yaml, &Yaml)| {
        let value = value.as_str().expect("a text");
        let expression = value
            .strip_prefix("${{ ")
            .and_then(|rest| rest.strip_suffix(" }}"));
        let value = expression.map_or_else(|| Some(value.to_owned()), &kept);
        export(name.as_str().expect("a name"), &value.expect("it is kept"))
    };
    tables.flatten().map(line).collect()
}

const GIT_INIT: &str = "git -c init.defaultBranch=trunk init -q origin";
const FORGES: [(&str, &str); 2] = [
    ("gitlab", ".gitlab-ci.yml"),
    ("github", ".github/workflows/gradus.yml"),
];

fn runners() -> [Runner; 2] {
    FORGES.map(|(forge, path)| Runner::new(forge, path))
}

#[test]
fn a_pipeline_checks_and_publishes_from_a_fresh_clone_with_the_key_in_a_secret() {
    for mut runner in runners() {
        assert!(!runner.shell.path("clone/.gradus").exists());
        runner.passes("check");
        runner.give_key();
        runner.passes(runner.publishing());
        assert!(runner.site().join("site.json").exists());
        let tracked = runner.shell.does("origin", &["git ls-files"]);
        assert!(!tracked.contains("site.key") && !tracked.contains("public/"));
        let released = format!("gradus@{}", env!("CARGO_PKG_VERSION"));
        let installed = runner.shell.read("installed");
        assert!(
            installed.lines().all(|line| line.ends_with(&released)),
            "{installed}"
        );
    }
}

#[test]
fn in_a_folder_of_a_repository_a_pipeline_lies_where_the_forge_looks_and_works_in_that_folder() {
    for (forge, path) in FORGES {
        let mut runner = Runner::within(forge, path, "team/growth");
        assert!(!runner.shell.path(&runner.at(path)).exists());
        runner.give_key();
        runner.passes("check");
        runner.passes(runner.publishing());
        assert!(runner.site().join("site.json").exists());
        let text = runner.shell.read(&format!("origin/{path}"));
        if forge == "github" {
            let pipeline = parsed(&text);
            let folder = &pipeline["defaults"]["run"]["working-directory"];
            assert_eq!(folder.as_str(), Some("team/growth"));
            let steps = pipeline["jobs"]["publish"]["steps"]
                .as_vec()
                .expect("steps");
            let mut paths = steps
                .iter()
                .filter_map(|step| step["with"]["path"].as_str());
            assert!(paths.any(|path| path == "team/growth/public"));
        }
        runner.edit(
            "people/sam/person.toml",
            "manager = \"alex\"",
            "manager = \"alx\"",
        );
        let ran = runner.job("check");
        assert!(!ran.status.success());
        let report = match forge {
            "gitlab" => runner.shell.read("clone/gl-code-quality-report.json"),
            _ => said(&ran),
        };
        let named = "team/growth/people/sam/person.toml";
        assert!(report.contains(named), "{report}");
    }
}

#[test]
fn a_pipeline_that_is_written_later_is_the_same_and_can_be_included_in_another() {
    for (forge, path) in FORGES {
        let runner = Runner::within(forge, path, "team/growth");
        let program = runner.shell.path("programs/gradus");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_gradus"), program).expect("a link");
        let build = format!("gradus build --deploy {forge}");
        runner.shell.does("origin/team/growth", &[&build]);
        let written = if forge == "gitlab" {
            "gitlab-ci.yml"
        } else {
            "github.yml"
        };
        let later = runner.shell.read(&runner.at(&format!("deploy/{written}")));
        assert_eq!(later, runner.shell.read(&format!("origin/{path}")));
        if forge == "gitlab" {
            let pipeline = parsed(&later);
            let keys = pipeline.as_hash().expect("jobs").keys();
            let keys: Vec<&str> = keys.filter_map(Yaml::as_str).collect();
            assert_eq!(
                keys,
                [".gradus", "check", "pages"],
                "nothing is said for other jobs"
            );
        }
    }
}

#[test]
fn a_folder_that_would_mean_something_else_in_a_pipeline_is_refused() {
    let shell = Shell::new();
    shell.does(".", &["git init -q origin"]);
    for name in ["a b", "$x", "a;b", "ä", "-x"] {
        let ran = shell.run("origin", &[format!("gradus init './{name}' --ci github")]);
        assert_eq!(ran.status.code(), Some(2), "{name}: {}", said(&ran));
        assert!(said(&ran).contains("cannot be written into a pipeline"));
        assert!(!shell.path(&format!("origin/{name}")).exists());
    }
}

#[test]
fn the_program_comes_from_where_the_pipelines_variable_says() {
    for mut runner in runners() {
        let from = "--git https://forge.example/gradus.git";
        runner.come_from(from);
        runner.passes("check");
        let installed = runner.shell.read("installed");
        assert!(
            installed.contains(&format!(".gradus-program {from}\n")),
            "{installed}"
        );
        let with_node = installed.contains("apt-get install -qy nodejs npm");
        assert_eq!(
            with_node,
            runner.forge == "gitlab",
            "GitHub's machines have it"
        );
        let program = runner.shell.path("programs/gradus");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_gradus"), program).expect("a link");
        if runner.forge == "gitlab" {
            runner.shell.write("installed", "");
            runner.come_from("gradus@1");
            runner.passes("check");
            assert_eq!(
                runner.shell.read("installed"),
                "",
                "an image had it already"
            );
        }
    }
}

#[test]
fn only_a_push_to_the_default_branch_publishes_whatever_that_is_called() {
    let [gitlab, github] = FORGES.map(|(forge, path)| {
        let shell = Shell::new();
        shell.does(".", &[&format!("gradus init org --ci {forge}")]);
        shell.read(&format!("org/{path}"))
    });
    let rules = &parsed(&gitlab)["pages"]["rules"];
    let rules = rules.as_vec().expect("rules").iter();
    let rules: Vec<Option<&str>> = rules.map(|rule| rule["if"].as_str()).collect();
    let rule = "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_COMMIT_REF_PROTECTED == \"true\"";
    assert_eq!(rules, [Some(rule)]);
    // A tag may be called as the branch is: the whole reference is compared.
    let condition = "github.ref_protected && (github.event_name == 'schedule' || github.event_name == 'push' && github.ref == format('refs/heads/{0}', github.event.repository.default_branch))";
    let publish = &parsed(&github)["jobs"]["publish"];
    assert_eq!(publish["if"].as_str(), Some(condition));
    assert_eq!(publish["needs"].as_str(), Some("check"));
    // Pages change with the day.
    assert!(
        parsed(&github)["on"]["schedule"][0]["cron"]
            .as_str()
            .is_some()
    );
    for text in [gitlab, github] {
        let mut words = text.split(|c: char| !c.is_alphanumeric());
        assert_eq!(words.find(|word| ["main", "master"].contains(word)), None);
    }
}

/// Every text in a part of a pipeline.
fn all_texts(part: &Yaml) -> Vec<&str> {
    match part {
        Yaml::String(text) => vec![text],
        Yaml::Array(items) => items.iter().flat_map(all_texts).collect(),
        Yaml::Hash(table) => table.values().flat_map(all_texts).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_site_key_reaches_the_one_step_that_writes_it_and_no_other_job() {
    let shell = Shell::new();
    shell.does(".", &["gradus init org --ci github"]);
    let pipeline = parsed(&shell.read("org/.github/workflows/gradus.yml"));
    let asks = |part: &Yaml| {
        let texts = all_texts(part).into_iter();
        texts
            .filter(|text| text.contains("secrets.GRADUS_SITE_KEY"))
            .count()
    };
    assert_eq!(asks(&pipeline), 1);
    let publish = &pipeline["jobs"]["publish"];
    assert_eq!(
        publish["environment"]["name"].as_str(),
        Some("github-pages")
    );
    let steps = publish["steps"].as_vec().expect("steps");
    let mut asking = steps.iter().filter(|step| asks(&step["env"]) == 1);
    let line = asking.next().and_then(|step| step["run"].as_str());
    assert!(
        line.expect("one step")
            .contains("> \"$RUNNER_TEMP/site.key\"")
    );
    let only_reads = &pipeline["permissions"];
    assert_eq!(only_reads.as_hash().map(|table| table.len()), Some(1));
    assert_eq!(only_reads["contents"].as_str(), Some("read"));
}

#[test]
fn init_says_what_is_to_be_done_at_the_forge_before_the_pipeline_publishes() {
    for (forge, secret) in [
        ("gitlab", "GRADUS_SITE_KEY_FILE"),
        ("github", "GRADUS_SITE_KEY"),
    ] {
        for target in [".", "org"] {
            let shell = Shell::new();
            fs::create_dir(shell.path("here")).expect("a folder");
            let words = shell.run("here", &[format!("gradus init {target} --ci {forge}")]);
            let words = said(&words);
            let (_, after) = words
                .split_once("before the pipeline publishes")
                .expect(&words);
            let key = if target == "." {
                "`.gradus/site.key`"
            } else {
                "`org/.gradus/site.key`"
            };
            for word in [secret, key, "protect the default branch", "`GRADUS_FROM`"] {
                assert!(after.contains(word), "{word}: {after}");
            }
        }
    }
    let plain = Shell::new().run(".", &["gradus init".to_owned()]);
    assert!(!said(&plain).contains("pipeline"));
}

#[test]
fn a_pipeline_without_the_site_key_publishes_nothing() {
    for runner in runners() {
        runner.passes("check");
        runner.fails(runner.publishing(), "");
        assert!(!runner.site().exists());
    }
}

#[test]
fn a_pipeline_refuses_access_that_is_wider_than_accepted() {
    for mut runner in runners() {
        runner.give_key();
        let hr = "[access]\nhr = [\"sam\"]\n";
        let key = "gradus -C origin keys new sam -o sam.key.txt";
        let link = runner.shell.path("programs/gradus");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_gradus"), &link).expect("a link");
        runner.shell.does(".", &[key]);
        runner.edit("gradus.toml", "# [access]", hr);
        runner.fails("check", "sam");
        runner.fails(runner.publishing(), "sam");
        assert!(!runner.site().exists());
        runner.shell.does("origin", &["gradus access --accept"]);
        runner.commit();
        runner.passes("check");
        runner.passes(runner.publishing());
    }
}

#[test]
fn a_pipeline_refuses_a_tree_with_a_mistake_and_says_where() {
    for runner in runners() {
        runner.edit(
            "people/sam/person.toml",
            "manager = \"alex\"",
            "manager = \"alx\"",
        );
        runner.fails("check", "alx");
    }
}

#[test]
fn a_pipeline_is_never_written_over_one_that_is_there() {
    let shell = Shell::new();
    shell.write("org/.gitlab-ci.yml", "mine");
    let ran = shell.run(".", &["gradus init org --ci gitlab".to_owned()]);
    assert_eq!(ran.status.code(), Some(3));
    assert!(said(&ran).contains("`.gitlab-ci.yml` is already in `"));
    assert!(said(&ran).contains("`gradus build --deploy gitlab`"));
    assert_eq!(shell.read("org/.gitlab-ci.yml"), "mine");
    assert!(!shell.path("org/gradus.toml").exists());
}

/// How many texts of a part of a pipeline hold these words.
fn count(part: &Yaml, words: &str) -> usize {
    let texts = all_texts(part).into_iter();
    texts.filter(|text| text.contains(words)).count()
}

#[test]
fn jobs_of_merge_requests_get_no_identity_and_no_key_and_share_no_cache_with_protected_branches() {
    let [gitlab, github] = runners();
    let text = github.shell.read("origin/.github/workflows/gradus.yml");
    let pipeline = parsed(&text);
    let publish = &pipeline["jobs"]["publish"];
    assert_eq!(count(&pipeline, "secrets."), 2, "{text}");
    assert_eq!(count(publish, "secrets."), 2, "{text}");
    assert!(!text.contains("pull_request_target") && !text.contains("inherit"));
    for job in ["check", "publish"] {
        let steps = pipeline["jobs"][job]["steps"].as_vec().expect("steps");
        let using = |name: &str| -> &Yaml {
            let uses = |step: &&Yaml| step["uses"].as_str().is_some_and(|u| u.contains(name));
            &steps.iter().find(uses).expect(name)["with"]
        };
        let persists = &using("actions/checkout")["persist-credentials"];
        assert_eq!(persists.as_bool(), Some(false), "{job}");
        let key = using("actions/cache")["key"].as_str().expect("a key");
        let apart = "gradus-${{ github.ref_protected && 'protected' || 'open' }}-";
        assert!(key.starts_with(apart), "{job}: {key}");
    }
    let pipeline = parsed(&gitlab.shell.read("origin/.gitlab-ci.yml"));
    let key = pipeline[".gradus"]["cache"]["key"].as_str();
    assert_eq!(key, Some("gradus-$CI_COMMIT_REF_PROTECTED"));
    for job in ["check", "pages"] {
        assert!(pipeline[job]["cache"].is_badvalue(), "{job}");
    }
    let check = texts(&pipeline["check"]["script"]);
    assert_eq!(check[0], "unset GRADUS_IDENTITY_FILE GRADUS_SITE_KEY_FILE");
}

#[test]
fn a_pipeline_of_a_sealed_tree_checks_what_is_open_and_publishes_with_the_identity() {
    for mut runner in runners() {
        let link = runner.shell.path("programs/gradus");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_gradus"), &link).expect("a link");
        runner.give_key();
        let made = "gradus -C origin keys new builder -o ../builder.txt || gradus keys new builder -o builder.txt";
        let made = runner.shell.does(".", &[made]);
        let recipient = made.lines().find(|line| line.starts_with("age1"));
        let recipient = recipient.expect("a recipient");
        let seal = format!(
            "gradus -C origin seal people/sam/person.toml cycles/*.toml --to {recipient} || gradus seal origin/people/sam/person.toml origin/cycles/*.toml --to {recipient}"
        );
        runner.shell.does(".", &[&seal]);
        fs::remove_file(&link).expect("the link");
        runner.commit();
        let identity = runner.shell.path("builder.txt");
        let text = fs::read_to_string(&identity).expect("an identity");
        match runner.forge {
            "gitlab" => {
                let path = identity.display().to_string();
                runner.kept.insert("GRADUS_IDENTITY_FILE", path);
            }
            _ => drop(runner.kept.insert("GRADUS_IDENTITY", text)),
        }
        let checked = runner.job("check");
        assert!(checked.status.success(), "{}", said(&checked));
        let words = "this is a part of the answer: 2 sealed files are not opened";
        assert!(said(&checked).contains(words), "{}", said(&checked));
        runner.passes(runner.publishing());
        assert!(runner.site().join("site.json").exists());
    }
}
