//! What the world around a site is to be told: configurations of web hosts, scripts that bring files there, pipelines.
//!
//! All of it is text; nothing is run or written here. A host cannot read what it serves, so none of this keeps a
//! secret: headers keep other pages away from an open one, and the order of an upload keeps every moment of it whole.

mod headers;
mod place;

use serde_json::{Value, json};

pub use headers::{CACHED_FOR_EVER, CACHED_IF_UNCHANGED, HEADERS, PAGE_POLICY, POLICY};
pub use place::{Place, PlaceError, TreePath};

/// What a site may be hosted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebHost {
    /// nginx.
    Nginx,
    /// Caddy.
    Caddy,
    /// Amazon's, behind CloudFront.
    S3,
    /// The pages of a forge.
    Pages(Forge),
}

/// Where the repository is kept, and a pipeline can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forge {
    /// GitLab.
    Gitlab,
    /// GitHub.
    Github,
}

impl Forge {
    /// Where it looks for the pipeline, relative to the repository.
    pub const fn pipeline_path(self) -> &'static str {
        match self {
            Self::Gitlab => ".gitlab-ci.yml",
            Self::Github => ".github/workflows/gradus.yml",
        }
    }
}

/// A file for whoever hosts the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostFile {
    /// In the folder `deploy`.
    pub name: &'static str,
    /// What it holds.
    pub text: String,
    /// Whether it is a program.
    pub runs: bool,
}

/// What a host of that kind needs to serve the site that lies there. `tree` is where the organisation lies in its repository.
pub fn files(host: WebHost, place: &Place, tree: &TreePath) -> Vec<HostFile> {
    let file = |name, text| HostFile {
        name,
        text,
        runs: false,
    };
    let script = |name, template| HostFile {
        name,
        text: filled(template, place),
        runs: true,
    };
    let upload = || script("upload.sh", include_str!("templates/upload.sh"));
    match host {
        WebHost::Nginx => vec![file("nginx.conf", nginx(place)), upload()],
        WebHost::Caddy => vec![file("Caddyfile", caddy(place)), upload()],
        WebHost::S3 => vec![
            script("s3.sh", include_str!("templates/s3.sh")),
            file("cloudfront.json", cloudfront()),
        ],
        WebHost::Pages(Forge::Gitlab) => {
            vec![file("gitlab-ci.yml", pipeline(Forge::Gitlab, tree))]
        }
        WebHost::Pages(Forge::Github) => vec![file("github.yml", pipeline(Forge::Github, tree))],
    }
}

/// A pipeline that checks every change, and publishes the default branch.
pub fn pipeline(forge: Forge, tree: &TreePath) -> String {
    let template = match forge {
        Forge::Gitlab => include_str!("templates/gitlab.yml"),
        Forge::Github => include_str!("templates/github.yml"),
    };
    let (enter, leave) = if tree.is_whole() {
        (String::new(), "")
    } else {
        (
            format!("    - cd {}\n", tree.named()),
            "    - rm -rf \"$CI_PROJECT_DIR/public\" && mv public \"$CI_PROJECT_DIR/public\"\n",
        )
    };
    template
        .replace("{version}", env!("CARGO_PKG_VERSION"))
        .replace("{enter}", &enter)
        .replace("{leave}", leave)
        .replace("{within}", &tree.prefix())
        .replace("{tree}", tree.named())
}

fn nginx(place: &Place) -> String {
    let headers = |indent: &str| {
        lines(|name, value| format!("{indent}add_header {name} \"{value}\" always;"))
    };
    let redirect = match place.without_slash() {
        Some(path) => format!(
            "\nlocation = {path} {{\n    absolute_redirect off;\n    return 308 {path}/;\n}}\n"
        ),
        None => String::new(),
    };
    let template = include_str!("templates/nginx.conf").replace("{redirect}", &redirect);
    let template = template.replace("{headers}", &headers("    "));
    filled(
        &template.replace("{asset_headers}", &headers("        ")),
        place,
    )
}

fn caddy(place: &Place) -> String {
    let headers = lines(|name, value| format!("\t\t\t{name} \"{value}\""));
    let redirect = place
        .without_slash()
        .map(|path| format!("\tredir {path} {path}/ 308\n"));
    let template = include_str!("templates/Caddyfile").replace("{headers}", &headers);
    filled(
        &template.replace("{redirect}", &redirect.unwrap_or_default()),
        place,
    )
}

/// A line for every header.
fn lines(line: impl Fn(&str, &str) -> String) -> String {
    let lines = HEADERS.iter().map(|(name, value)| line(name, value));
    lines.collect::<Vec<_>>().join("\n")
}

fn filled(template: &str, place: &Place) -> String {
    template
        .replace("{folder}", place.folder())
        .replace("{path}", place.path())
        .replace("{address}", &place.origin())
        .replace("{authority}", place.authority())
        .replace("{for_ever}", CACHED_FOR_EVER)
        .replace("{if_unchanged}", CACHED_IF_UNCHANGED)
}

/// A `ResponseHeadersPolicyConfig`. Those headers that CloudFront knows by name have to be given by that.
fn cloudfront() -> String {
    let custom = HEADERS
        .iter()
        .filter(|(name, _)| !KNOWN_TO_CLOUDFRONT.contains(name));
    let custom: Vec<Value> = custom
        .map(|(name, value)| json!({ "Header": name, "Value": value, "Override": true }))
        .collect();
    let config = json!({
        "Name": "gradus",
        "SecurityHeadersConfig": {
            "ContentSecurityPolicy": { "ContentSecurityPolicy": POLICY, "Override": true },
            "ContentTypeOptions": { "Override": true },
            "ReferrerPolicy": { "ReferrerPolicy": "no-referrer", "Override": true },
        },
        "CustomHeadersConfig": { "Quantity": custom.len(), "Items": custom },
    });
    format!("{config:#}\n")
}

const KNOWN_TO_CLOUDFRONT: [&str; 3] = [
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn place(base_url: Option<&str>) -> Place {
        Place::new(Path::new("/srv/growth"), base_url).unwrap()
    }

    fn text(host: WebHost, base_url: Option<&str>) -> String {
        let files = files(host, &place(base_url), &TreePath::default());
        files.into_iter().next().unwrap().text
    }

    #[test]
    fn every_host_that_can_set_headers_sets_all_of_them() {
        for host in [WebHost::Nginx, WebHost::Caddy] {
            let text = text(host, None);
            for (name, value) in HEADERS {
                assert!(
                    text.contains(&format!("{name} \"{value}\"")),
                    "{name} in {host:?}"
                );
            }
        }
        let cloudfront = &files(WebHost::S3, &place(None), &TreePath::default())[1].text;
        let whole: Value = serde_json::from_str(cloudfront).unwrap();
        for (name, value) in HEADERS {
            let known = KNOWN_TO_CLOUDFRONT.contains(&name);
            assert!(
                known || cloudfront.contains(&format!("\"{name}\"")),
                "{name}"
            );
            assert!(value == "nosniff" || cloudfront.contains(value), "{name}");
        }
        assert_eq!(whole["CustomHeadersConfig"]["Quantity"], 3);
    }

    #[test]
    fn a_host_that_cannot_says_so() {
        for forge in [Forge::Gitlab, Forge::Github] {
            assert!(
                text(WebHost::Pages(forge), None)
                    .contains("sets no header that a project asks for")
            );
        }
    }

    #[test]
    fn nothing_is_left_to_be_filled_in() {
        let hosts = [WebHost::Nginx, WebHost::Caddy, WebHost::S3];
        let pages = [Forge::Gitlab, Forge::Github].map(WebHost::Pages);
        for host in hosts.into_iter().chain(pages) {
            for file in files(
                host,
                &place(Some("https://growth.example/a/b")),
                &TreePath::default(),
            ) {
                for name in [
                    "folder",
                    "path",
                    "address",
                    "authority",
                    "for_ever",
                    "if_unchanged",
                    "version",
                    "redirect",
                    "headers",
                    "asset_headers",
                    "tree",
                    "within",
                    "enter",
                    "leave",
                ] {
                    assert!(
                        !file.text.contains(&format!("{{{name}}}")),
                        "{name} in {}",
                        file.name
                    );
                }
            }
        }
    }

    #[test]
    fn a_subpath_is_found_with_and_without_its_slash() {
        let base = Some("https://growth.example/a");
        assert!(text(WebHost::Nginx, base).contains("location = /a {"));
        assert!(text(WebHost::Nginx, base).contains("location /a/assets/ {"));
        assert!(text(WebHost::Caddy, base).contains("redir /a /a/ 308"));
        assert!(!text(WebHost::Nginx, None).contains("location = "));
        assert!(text(WebHost::Caddy, None).contains("handle_path /* {"));
    }
}
