//! `build --portable`: the twins that a site is opened from disk by.

use crate::program::Program;
use crate::shell::files_below;

fn portable() -> Program {
    let here = Program::new();
    here.run(&["init", "org"]).exits(0);
    here.run(&["-C", "org", "build", "--portable"]).exits(0);
    here
}

#[test]
fn every_file_that_a_reader_fetches_has_a_twin_and_verify_knows_them() {
    let here = portable();
    let files = files_below(&here.path("org/public"));
    let fetched = files.iter().filter(|path| {
        let is_loaded = path.ends_with(".html") || path.ends_with(".js");
        !is_loaded && !path.starts_with("portable/")
    });
    for path in fetched {
        let twin = format!("portable/{path}.js");
        assert!(files.contains(&twin), "{twin}");
    }
    here.run(&["-C", "org", "verify", "public", "--deny-warnings"])
        .exits(0);
}

#[test]
fn a_twin_that_does_not_follow_from_its_file_is_named() {
    let here = portable();
    let files = files_below(&here.path("org/public/portable"));
    let sealed = files.iter().find(|path| path.starts_with("sealed/"));
    let twin = format!("org/public/portable/{}", sealed.expect("a section"));
    let honest = here.read(&twin);
    for changed in [
        format!("{honest}alert(1)"),
        honest.replacen("\",\"", "\",\"AAAA", 1),
        String::new(),
    ] {
        here.write(&twin, &changed);
        here.run(&["-C", "org", "verify", "public"])
            .exits(1)
            .prints("is not what hands over");
    }
    here.write(&twin, &honest);
    here.run(&["-C", "org", "verify", "public"]).exits(0);
    here.write("org/public/portable/sealed/other.age.js", &honest);
    here.run(&["-C", "org", "verify", "public"])
        .exits(1)
        .prints("error[unsigned]: `portable/sealed/other.age.js`");
}

#[test]
fn a_folder_that_lacks_a_twin_is_not_whole() {
    let here = portable();
    std::fs::remove_file(here.path("org/public/portable/site.sig.js")).unwrap();
    here.run(&["-C", "org", "verify", "public"])
        .exits(1)
        .prints("site.sig.js");
    std::fs::remove_dir_all(here.path("org/public/portable")).unwrap();
    here.run(&["-C", "org", "verify", "public"]).exits(0); // as on a host
}

#[test]
fn a_theme_with_ways_of_its_own_to_a_script_is_told_that_it_does_not_open_from_disk() {
    let here = portable();
    let shell = include_str!("../../themes/default/shell.html");
    let shell = shell.replace("trusted-types 'none'", "trusted-types mine");
    here.write("org/themes/mine/shell.html", &shell);
    let settings = here.read("org/gradus.toml");
    here.write("org/gradus.toml", &format!("theme = \"mine\"\n{settings}"));
    here.run(&["-C", "org", "build"]).exits(0);
    here.run(&["-C", "org", "verify", "public", "--deny-warnings"])
        .exits(0);
    here.run(&["-C", "org", "build", "--portable"])
        .exits(1)
        .says("`trusted-types` of its own")
        .says("build without `--portable`");
}

#[test]
fn what_did_not_change_keeps_its_twin_and_a_damaged_one_is_mended() {
    let here = portable();
    let reused = |here: &Program| -> u64 {
        let ran = here.run(&["-C", "org", "build", "--portable", "--json"]);
        let json: serde_json::Value = serde_json::from_str(&ran.exits(0).stdout()).unwrap();
        json["reused"].as_u64().unwrap()
    };
    let whole = reused(&here);
    let twins = files_below(&here.path("org/public/portable")).len();
    assert!(
        whole as usize > twins,
        "{whole} files were reused, of which {twins} could be twins"
    );
    let files = files_below(&here.path("org/public/portable"));
    let sealed = files.iter().find(|path| path.starts_with("sealed/"));
    here.write(
        &format!("org/public/portable/{}", sealed.unwrap()),
        "damaged",
    );
    assert_eq!(reused(&here), whole - 1);
    here.run(&["-C", "org", "verify", "public"]).exits(0);
}

#[test]
fn only_a_site_that_opens_from_disk_lets_a_page_make_scripts() {
    let here = portable();
    let page = here.read("org/public/index.html");
    assert!(page.contains("trusted-types gradus-portable"));
    here.run(&["-C", "org", "build"]).exits(0);
    let page = here.read("org/public/index.html");
    assert!(page.contains("trusted-types 'none'"));
    assert!(!here.path("org/public/portable").exists());
}
