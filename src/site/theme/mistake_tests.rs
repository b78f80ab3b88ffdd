//! Every mistake in a theme is told with its file, its line and what there is instead.

use std::collections::BTreeMap;

use serde::Serialize;

use super::*;

#[derive(Serialize)]
struct View {
    name: &'static str,
    items: [&'static str; 2],
}

const VIEW: View = View {
    name: "Ada",
    items: ["one", "two"],
};

fn with(name: &str, text: &str) -> Result<Theme, ThemeError> {
    Theme::named("slate", Some([(name.to_owned(), text.to_owned())].into()))
}

/// The message, and the hint below it, for a `team.html`.
fn told(template: &str) -> String {
    let error = with("team.html", template)
        .and_then(|theme| theme.render("team.html", &VIEW, &|_| None))
        .expect_err("the template is wrong");
    with_help(&error)
}

fn with_help(error: &ThemeError) -> String {
    match error.help() {
        Some(help) => format!("{error}\nhelp: {help}"),
        None => error.to_string(),
    }
}

#[track_caller]
fn tells(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in:\n{message}");
    }
}

#[test]
fn an_unknown_variable_is_told_with_those_there_are() {
    tells(
        &told("<p>\n{{ nmae }}</p>"),
        &[
            "`nmae` is not defined",
            "items, name",
            "--> themes/slate/team.html:2:4",
            "docs/themes.md",
        ],
    );
}

#[test]
fn a_field_of_a_text_says_that_a_text_has_none() {
    let message = told("<ul>\n{% for one in items %}<li>{{ one.name }}</li>{% endfor %}</ul>");
    tells(
        &message,
        &[
            "`name` is not defined",
            "themes/slate/team.html:2:",
            "has no fields",
        ],
    );
}

#[test]
fn unknown_filters_components_arguments_and_files_are_told() {
    tells(
        &told("<p>\n{{ name | shout }}</p>"),
        &["unknown filter `shout`", "team.html:2:", "`lower`"],
    );
    tells(
        &told("{{ <ui.icno name=\"done\" /> }}"),
        &["unknown component `ui.icno`", "components.html"],
    );
    tells(
        &told("{{ <ui.icon nam=\"done\" /> }}"),
        &["`nam`", "`class`, `label`, `name`", "team.html:1:"],
    );
    tells(
        &told("\n{% include \"logo.html\" %}"),
        &["unknown template `logo.html`", "team.html:2:"],
    );
}

#[test]
fn an_icon_that_is_none_names_the_line_that_asks_for_it() {
    let message = told("<p>\n{{ <ui.icon name=\"dnoe\" /> }}</p>");
    tells(
        &message,
        &[
            "there is no icon `dnoe`",
            "called from themes/slate/team.html:2:",
        ],
    );
}

#[test]
fn what_is_not_closed_is_told_where_it_ends() {
    tells(
        &told("<p>\n{% if name %}x</p>"),
        &["end of input", "themes/slate/team.html:2:", "is not closed"],
    );
}

#[test]
fn what_goes_round_in_circles_is_told() {
    tells(
        &told("{% include \"team.html\" %}"),
        &["`themes/slate/team.html`", "cannot include itself"],
    );
    let round = "{% component a.b() %}{{ <a.b /> }}{% endcomponent %}<p>{{ <a.b /> }}</p>";
    tells(
        &told(round),
        &["themes/slate/team.html", "a component draws itself"],
    );
}

#[test]
fn what_a_page_may_not_hold_is_told_with_its_line() {
    assert_eq!(
        told("<p>\n<b style=\"color:red\">x</b></p>"),
        "attribute `style` may not stand on `<b>`\n --> themes/slate/team.html:2\nhelp: browsers refuse it here: \
         give the element a class, and the class a rule in `own.css`"
    );
    tells(
        &told("<p>\n<iframe></iframe></p>"),
        &[
            "element `<iframe>` may not stand in a page\n --> themes/slate/team.html:2\nhelp: these may: a, ",
        ],
    );
    tells(
        &told("<b onclick=\"x\">x</b>"),
        &["attribute `onclick`", "team.html:1", "no scripts"],
    );
    tells(
        &told("<p>\n<a href=\"javascript:x\">x</a></p>"),
        &["href=\"javascript:x\"", "team.html:2", "`https:`"],
    );
}

#[test]
fn html_that_a_browser_would_repair_is_told_with_the_element_and_its_line() {
    for (template, what, help) in [
        (
            "<p>\n<dl>x</dl></p>",
            "`<dl>` may not be in `<p>`",
            "nest them",
        ),
        ("<div>\n<samp></div>", "`<samp>` is not closed", "end tag"),
        ("<div>\n</kbd></div>", "`<div>` is not closed", "end tag"),
        (
            "<div></div>\n</samp>",
            "`</samp>` closes no element",
            "remove it",
        ),
        (
            "<table>\n<tr></tr></table>",
            "`<tr>` may not be in `<table>`",
            "<tbody>",
        ),
        (
            "<p>\n<samp id=a id=b></samp></p>",
            "`<samp id=a id=b>`",
            "once",
        ),
        ("<p>\n<!-- 1 --></p>", "`<!-- 1 -->", "{# … #}"),
    ] {
        let message = told(template);
        tells(&message, &[what, help, "themes/slate/team.html"]);
    }
}

#[test]
fn a_page_without_end_is_stopped() {
    let within = "{% for a in range(end=90000) %}{% for b in range(end=90000) %}<p>12345678</p>{% endfor %}{% endfor %}";
    tells(
        &told(within),
        &["`themes/slate/team.html` wrote more than", "loop in a loop"],
    );
    let many = "{% for a in range(end=90000) %}<p>1<b>2</b><i>3</i></p>{% endfor %}";
    tells(
        &told(many),
        &[
            "a page may hold no more than 200000",
            "themes/slate/team.html",
        ],
    );
}

#[test]
fn a_misspelt_file_and_a_misspelt_theme_name_what_there_is() {
    let error = with("porfolio.html", "").expect_err("no such file");
    assert_eq!(
        with_help(&error),
        "`themes/slate/porfolio.html` takes the place of no file of a theme\nhelp: did you mean `portfolio.html`?"
    );
    let error = Theme::named("salte", None).expect_err("no such theme");
    tells(
        &with_help(&error),
        &[
            "there is no theme `salte`",
            "themes/salte/",
            "`default`, `slate`",
        ],
    );
}

#[test]
fn a_lock_page_without_its_policy_or_its_fields_is_refused() {
    let shell = Theme::named("slate", None).expect("it is there");
    let shell = shell.file("shell.html").expect("it is there").to_owned();
    for (from, to, word) in [
        ("default-src 'none'; ", "", "content security policy"),
        ("id=\"gradus-key\"", "id=\"key\"", "gradus-key"),
        ("<h1>", "<h1 style=\"color:red\">", "its policy refuses"),
    ] {
        let theme = with("shell.html", &shell.replace(from, to)).expect("it parses");
        let assets = crate::site::assets(&theme, b"");
        let error = crate::site::shell(&theme, "Reviews", &assets, &[]).expect_err(word);
        tells(
            &with_help(&error),
            &["themes/slate/shell.html", word, "copy it anew"],
        );
    }
}

/// The message for a lock page in which one text takes the place of another.
fn told_of_shell(from: &str, to: &str) -> Option<String> {
    let shell = Theme::new(BTreeMap::new()).expect("it is in order");
    let shell = shell.file("shell.html").expect("it is there").to_owned();
    assert!(shell.contains(from), "{from}");
    let theme = with("shell.html", &shell.replacen(from, to, 1)).expect("it parses");
    let assets = crate::site::assets(&theme, b"");
    let shell = crate::site::shell(&theme, "Reviews", &assets, &[]);
    shell.err().map(|error| error.to_string())
}

#[test]
fn a_document_that_a_browser_would_repair_or_run_names_the_element_and_its_line() {
    let shell = Theme::new(BTreeMap::new()).expect("it is in order");
    let shell = shell.file("shell.html").expect("it is there");
    for (from, to, what) in [
        ("</h1>", "", "does not close `<h1>` before `</main>`"),
        ("<h1>", "<h1><iframe></iframe>", "holds `<iframe>`"),
        ("<h1>", "<math><mi>a</mi></math><h1>", "holds `<math>`"),
        ("<h1>", "<h1 id=a id=b>", "is not well-formed HTML"),
        ("<h1>", "</p><h1>", "does not close `<main>` before `</p>`"),
        ("<h1>", "<div/><h1>", "`<div/>`, which closes nothing"),
        (
            "<h1>",
            "<!-- <script> --><h1>",
            "comment that may hide a tag",
        ),
        ("<h1>", "<h1 onclick=x>", "onclick"),
        (
            "<h1>",
            "<script src=\"a.txt\"></script><h1>",
            "holds `src=\"a.txt\"`",
        ),
        (
            "<h1>",
            "<link rel=\"stylesheet\" href=\"a.txt\"><h1>",
            "holds `href=\"a.txt\"`",
        ),
        ("<h1>", "<script>x</script><h1>", "a script of its own"),
        (
            "<meta charset=\"utf-8\">",
            "hello",
            "text before its content security policy",
        ),
        (
            "<meta charset=\"utf-8\">",
            "<link rel=\"stylesheet\" href=\"a.css\">",
            "has `<link>` before its content security policy",
        ),
        (
            "<meta charset=\"utf-8\">",
            "</head></html>",
            "has `</head>` before its content security policy",
        ),
        ("{{ icon }}", "/\t/evil.example/a.svg", "href"),
        ("{{ icon }}", "h\nttps://evil.example/a.svg", "href"),
        (
            "<noscript>",
            "<noscript><a title=\"</noscript><img src=x>\">x</a>",
            "`<` in an attribute in `<noscript>`",
        ),
    ] {
        let message = told_of_shell(from, to).unwrap_or_else(|| panic!("{to} is taken"));
        tells(&message, &["themes/slate/shell.html` ", what]);
        let at = if to.is_empty() { "</main>" } else { from };
        let before = shell.find(at).expect("it is there");
        let line = shell[..before].matches('\n').count() + 1;
        let place = format!("\n --> themes/slate/shell.html:{line}");
        assert!(message.contains(&place), "{to}: {message}");
    }
    assert_eq!(told_of_shell("<h1>", "<!-- a note --><h1>"), None);
}

#[test]
fn the_organisation_comes_before_the_programs_theme_and_that_before_the_default() {
    let theme = with("own.css", "p { color: inherit }").expect("it is in order");
    let default = Theme::new(BTreeMap::new()).expect("it is in order");
    let slate = Theme::named("slate", None).expect("it is in order");
    assert_eq!(theme.file("own.css"), Some("p { color: inherit }"));
    assert_eq!(theme.file("tokens.css"), slate.file("tokens.css"));
    assert_eq!(theme.file("portfolio.html"), default.file("portfolio.html"));
    assert_ne!(slate.file("tokens.css"), default.file("tokens.css"));
    assert_ne!(slate.file("mark.html"), default.file("mark.html"));
    let css = |theme: &Theme| crate::site::assets(theme, b"").style_path;
    assert_ne!(css(&slate), css(&default));
    assert_ne!(css(&slate), css(&theme));
}

#[test]
fn a_theme_of_a_new_name_lies_over_the_default() {
    let own = BTreeMap::from([("mark.html".to_owned(), "<svg></svg>".to_owned())]);
    let theme = Theme::named("acme", Some(own)).expect("it is in order");
    let default = Theme::new(BTreeMap::new()).expect("it is in order");
    assert_eq!(theme.file("mark.html"), Some("<svg></svg>"));
    assert_eq!(theme.file("tokens.css"), default.file("tokens.css"));
}
