//! `init --ci`: the steps of the pipelines that it writes, run as a runner would, in a fresh clone.

use std::fs;
use std::process::Output;

use crate::shell::{Shell, said};

/// Plays `cargo install`: this very program is what the registry would have sent.
fn cargo(gradus: &str) -> String {
    format!(
        "test \"$*\" = 'install --locked --root .gradus-program gradus@{}'\nmkdir -p .gradus-program/bin\nln -sf {gradus} .gradus-program/bin/gradus",
        env!("CARGO_PKG_VERSION")
    )
}

/// A repository with a pipeline in it, and a machine that has nothing but git, a shell and `cargo`.
struct Runner {
    shell: Shell,
    forge: &'static str,
    path: &'static str,
}

impl Runner {
    fn new(forge: &'static str, path: &'static str) -> Self {
        let mut shell = Shell::new();
        shell.does(
            ".",
            &[
                &format!("gradus init origin --ci {forge}"),
                "git -c init.defaultBranch=main init -q origin",
                "mkdir runner-temp",
            ],
        );
        shell.stand_in("cargo", &cargo(env!("CARGO_BIN_EXE_gradus")));
        fs::remove_file(shell.path("programs/gradus")).expect("nothing is installed there");
        shell.set(
            "RUNNER_TEMP",
            shell.path("runner-temp").display().to_string(),
        );
        for name in ["GITHUB_PATH", "GITHUB_ENV"] {
            shell.write(name, "");
            shell.set(name, shell.path(name).display().to_string());
        }
        let runner = Self { shell, forge, path };
        runner.commit();
        runner
    }

    fn commit(&self) {
        let identity = "-c user.name=t -c user.email=t@example.com";
        let commit = format!("git {identity} commit -qm change");
        self.shell.does("origin", &["git add -A", &commit]);
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = format!("origin/{file}");
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
                let mut lines = steps(block(&text, "default:"), "- ");
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
            let ran = self.shell.run("clone", &[before.to_owned(), step.clone()]);
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
        let key = self.shell.read("origin/.gradus/site.key");
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

fn runners() -> [Runner; 2] {
    [
        Runner::new("gitlab", ".gitlab-ci.yml"),
        Runner::new("github", ".github/workflows/gradus.yml"),
    ]
}

#[test]
fn a_pipeline_checks_and_publishes_from_a_fresh_clone_with_the_key_in_a_secret() {
    for mut runner in runners() {
        assert!(!runner.shell.path("clone/.gradus").exists());
        runner.passes("check");
        runner.give_key();
        runner.passes(runner.publishing());
        assert!(runner.shell.path("clone/public/site.json").exists());
        let tracked = runner.shell.does("origin", &["git ls-files"]);
        assert!(!tracked.contains("site.key") && !tracked.contains("public/"));
    }
}

#[test]
fn a_pipeline_without_the_site_key_publishes_nothing() {
    for runner in runners() {
        runner.passes("check");
        runner.fails(runner.publishing(), "");
        assert!(!runner.shell.path("clone/public").exists());
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
        assert!(!runner.shell.path("clone/public").exists());
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
    assert!(said(&ran).contains("`.gitlab-ci.yml` is already in `org`"));
    assert_eq!(shell.read("org/.gitlab-ci.yml"), "mine");
    assert!(!shell.path("org/gradus.toml").exists());
}
