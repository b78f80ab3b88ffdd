//! `init --ci`: the steps of the pipelines that it writes, run as a runner would, in a fresh clone.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

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
        let text = shell.read(&format!("origin/{path}"));
        shell.set("GRADUS_FROM", default_source(&text));
        let runner = Self {
            shell,
            forge,
            path,
            tree,
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
        let text = self.shell.read(&format!("clone/{}", self.path));
        match self.forge {
            "gitlab" => {
                let mut lines = steps(block(&text, ".gradus:"), "- ");
                lines.extend(steps(block(&text, &format!("{name}:")), "- "));
                self.shell.run("clone", &lines)
            }
            _ => self.github(&steps(block(&text, &format!("  {name}:")), "- run: ")),
        }
    }

    /// Each step has a shell of its own there; two files say what the next one finds.
    fn github(&self, steps: &[String]) -> Output {
        let before =
            "set -a; . \"$GITHUB_ENV\"; set +a; PATH=\"$(tr '\\n' ':' < \"$GITHUB_PATH\")$PATH\"";
        let mut last = None;
        for step in steps {
            let folder = format!("clone/{}", self.tree);
            let ran = self.shell.run(&folder, &[before.to_owned(), step.clone()]);
            let failed = !ran.status.success();
            last = Some(ran);
            if failed {
                break;
            }
        }
        last.expect("a job has steps")
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
                self.shell.set("GRADUS_SITE_KEY_FILE", path);
            }
            _ => self.shell.set("GRADUS_SITE_KEY", key.trim_end()),
        }
    }
}

/// The lines below a heading, until the next one as deep.
fn block<'t>(text: &'t str, heading: &str) -> &'t str {
    let depth = heading.len() - heading.trim_start().len();
    let start = text.find(&format!("\n{heading}\n")).expect(heading) + 1 + heading.len();
    let mut end = start;
    for line in text[start..].split_inclusive('\n') {
        let inner = line.trim().is_empty() || line.len() - line.trim_start().len() > depth;
        if !inner {
            break;
        }
        end += line.len();
    }
    &text[start..end]
}

/// What is to be run there: of GitLab's lists only scripts have commands as items.
fn steps(block: &str, mark: &str) -> Vec<String> {
    let items = block
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix(mark));
    let commands = items.filter(|item| !item.starts_with("if: "));
    commands.map(str::to_owned).collect()
}

const GIT_INIT: &str = "git -c init.defaultBranch=trunk init -q origin";
const FORGES: [(&str, &str); 2] = [
    ("gitlab", ".gitlab-ci.yml"),
    ("github", ".github/workflows/gradus.yml"),
];

/// Where the program comes from unless somebody says so, by the pipeline's own words.
fn default_source(text: &str) -> String {
    let gitlab = text
        .lines()
        .find_map(|line| line.strip_prefix("    GRADUS_FROM: "));
    let github = || {
        text.split_once("vars.GRADUS_FROM || '")?
            .1
            .split('\'')
            .next()
    };
    gitlab.or_else(github).expect("a source").to_owned()
}

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
            assert!(text.contains("\n    working-directory: team/growth\n"));
            assert!(text.contains("\n          path: team/growth/public\n"));
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
            let is_key = |line: &&str| line.starts_with(|c: char| c.is_alphabetic() || c == '.');
            let keys: Vec<&str> = later.lines().filter(is_key).collect();
            assert_eq!(
                keys,
                [".gradus:", "check:", "pages:"],
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
        runner.shell.set("GRADUS_FROM", from);
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
            runner
                .shell
                .set("GRADUS_FROM", default_source("    GRADUS_FROM: gradus@1\n"));
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
    let rule = "  rules:\n    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_COMMIT_REF_PROTECTED == \"true\"\n";
    assert!(block(&gitlab, "pages:").contains(rule));
    // A tag may be called as the branch is: the whole reference is compared.
    let condition = "    if: github.event_name == 'push' && github.ref_protected && github.ref == format('refs/heads/{0}', github.event.repository.default_branch)\n";
    assert!(block(&github, "  publish:").contains(condition));
    for text in [gitlab, github] {
        let mut words = text.split(|c: char| !c.is_alphanumeric());
        assert_eq!(words.find(|word| ["main", "master"].contains(word)), None);
    }
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

/// The lines of a pipeline that hand out a secret.
fn with_secrets(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.starts_with('#'));
    let has = |line: &&str| line.contains("secrets.") || line.contains("secrets:");
    lines.filter(has).collect()
}

#[test]
fn jobs_of_merge_requests_get_no_identity_and_no_key_and_share_no_cache_with_protected_branches() {
    let [gitlab, github] = runners();
    let text = github.shell.read("origin/.github/workflows/gradus.yml");
    assert_eq!(
        with_secrets(&text),
        with_secrets(block(&text, "  publish:"))
    );
    assert_eq!(with_secrets(&text).len(), 2, "{text}");
    assert!(block(&text, "  publish:").contains("\n      name: github-pages\n"));
    assert!(!text.contains("pull_request_target"));
    assert!(text.contains("\npermissions:\n  contents: read\n"));
    let count = |words: &str| text.matches(words).count();
    assert_eq!(count("uses: actions/checkout"), 2);
    assert_eq!(count("persist-credentials: false"), 2);
    let apart = "key: gradus-${{ github.ref_protected && 'protected' || 'open' }}-";
    assert_eq!((count("uses: actions/cache"), count(apart)), (2, 2));
    let text = gitlab.shell.read("origin/.gitlab-ci.yml");
    assert_eq!(text.matches("key: ").count(), 1);
    assert!(text.contains("    key: gradus-$CI_COMMIT_REF_PROTECTED "));
    let check = steps(block(&text, "check:"), "- ");
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
                runner.shell.set("GRADUS_IDENTITY_FILE", path);
            }
            _ => runner.shell.set("GRADUS_IDENTITY", text),
        }
        let checked = runner.job("check");
        assert!(checked.status.success(), "{}", said(&checked));
        let words = "this is a part of the answer: 2 sealed files are not opened";
        assert!(said(&checked).contains(words), "{}", said(&checked));
        runner.passes(runner.publishing());
        assert!(runner.site().join("site.json").exists());
    }
}
