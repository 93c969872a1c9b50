//! The files that show the pages in a browser: the shell, its script, and who may frame it.

use callsheet_auth::Role;
use callsheet_console::Settings;
use test_case::test_case;

use crate::harness::{Harness, Reply, Request, settings};

/// The paths of what every page loads, which have digests in their names.
async fn files(harness: &Harness) -> Vec<String> {
    let shell = harness
        .send_event(&Request::get("/").event().to_string())
        .await;
    assert_eq!(shell.status, 200);
    let first = ["console-", "keys-", "parts-", "stored-", "zone-"];
    let names = shell.body.split('"').filter(|text| {
        let is_first = first.iter().any(|name| text.starts_with(name));
        is_first && text.contains('.')
    });
    names.map(|name| format!("/{name}")).collect()
}

/// The path of a script, by the name before its digest.
async fn script(harness: &Harness, name: &str) -> String {
    let shell = file(harness, Request::get("/")).await;
    let mut names = shell.body.split('"');
    let of_script = |text: &&str| text.starts_with(name) && text.rsplit('.').next() == Some("js");
    format!("/{}", names.find(of_script).expect("the shell names it"))
}

async fn file(harness: &Harness, request: Request) -> Reply {
    harness.send_event(&request.event().to_string()).await
}

#[tokio::test]
async fn the_shell_runs_its_own_script_only() {
    let harness = Harness::new().await;
    let shell = file(&harness, Request::get("/")).await;
    let policy = shell.header("content-security-policy").expect("a policy");
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    assert!(
        !policy.contains("unsafe") && !policy.contains('*'),
        "{policy}"
    );
    assert_eq!(shell.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(shell.header("referrer-policy"), Some("no-referrer"));
    assert!(!shell.body.contains("style=") && !shell.body.contains("onclick"));
    let inline = shell.body.matches("<script").count();
    assert_eq!(
        inline,
        shell.body.matches(r#"<script type="module" src="#).count()
    );
}

/// Whoever may frame it is named, and another page may only load the script that makes the frame.
#[tokio::test]
async fn only_the_embedders_may_frame_the_shell() {
    let embedders = "https://crm.example http://127.0.0.1:*";
    let harness = Harness::set_up(Settings {
        embedders: embedders.parse().expect("origins"),
        ..settings()
    });
    let harness = harness.await;
    let shell = file(&harness, Request::get("/")).await;
    let policy = shell.header("content-security-policy").expect("a policy");
    let directive = "; frame-ancestors https://crm.example http://127.0.0.1:*";
    assert!(policy.ends_with(directive), "{policy}");
    let policies = ["/embed.js", "/icon.svg"].map(async |path| {
        let reply = file(&harness, Request::get(path)).await;
        let policy = reply.header("cross-origin-resource-policy");
        policy.expect("a policy").to_owned()
    });
    let [embed, icon] = policies;
    assert_eq!(
        (embed.await, icon.await),
        ("cross-origin".to_owned(), "same-origin".to_owned())
    );
    let data = harness.get(Role::Owner, "/v1/me").await;
    let policy = data.header("content-security-policy").expect("a policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
}

#[tokio::test]
async fn files_with_a_digest_are_kept_and_the_shell_is_asked_for_again() {
    let harness = Harness::new().await;
    let names = files(&harness).await;
    assert_eq!(names.len(), 6);
    let mut bytes = 0;
    for name in names {
        let reply = file(&harness, Request::get(&name)).await;
        assert_eq!(reply.status, 200, "{name}");
        let caching = reply.header("cache-control").expect("caching");
        assert!(caching.contains("immutable"), "{caching}");
        bytes += reply.body.len();
        let tag = reply.header("etag").expect("a tag").to_owned();
        let again = Request::get(&name).with_header("if-none-match", &tag);
        assert_eq!(file(&harness, again).await.status, 304);
    }
    // What only some pages load is as safe to keep, and no part of the first page.
    for name in ["policy", "framed"] {
        let path = script(&harness, name).await;
        let reply = file(&harness, Request::get(&path)).await;
        assert_eq!(reply.status, 200, "{path}");
        let caching = reply.header("cache-control").expect("caching");
        assert!(caching.contains("immutable"), "{caching}");
    }
    let shell = file(&harness, Request::get("/")).await;
    assert_eq!(shell.header("cache-control"), Some("no-cache"));
    bytes += shell.body.len();
    assert!(
        bytes <= 45 * 1024,
        "shell, scripts and styles have {bytes} bytes"
    );
}

#[test_case(include_str!("../../src/static/console.js"), 350; "the script of every page")]
#[test_case(include_str!("../../src/static/parts.js"), 120; "parts")]
#[test_case(include_str!("../../src/static/keys.js"), 80; "keys")]
#[test_case(include_str!("../../src/static/zone.js"), 40; "zones")]
#[test_case(include_str!("../../src/static/policy.js"), 230; "the playground of a policy")]
#[test_case(include_str!("../../src/static/framed.js"), 110; "a frame")]
fn a_script_stays_short(script: &str, most_lines: usize) {
    let lines = script.lines().count();
    assert!(lines <= most_lines, "{lines} lines");
}

/// The modules that a script imports are those that are served, and none has comments.
#[tokio::test]
async fn a_script_imports_modules_by_their_digests() {
    let harness = Harness::new().await;
    let mut imports = 0;
    for name in ["console", "keys", "parts", "zone", "stored"] {
        let path = script(&harness, name).await;
        let text = file(&harness, Request::get(&path)).await.body;
        assert!(!text.contains("\n//") && !text.starts_with("//"), "{path}");
        for part in text.split("from \"./").skip(1) {
            let (module, _) = part.split_once('"').expect("its end");
            let reply = file(&harness, Request::get(&format!("/{module}"))).await;
            assert_eq!(reply.status, 200, "{path} imports {module}");
            imports += 1;
        }
    }
    assert_eq!(imports, 5);
}

#[test_case("/", "POST", 405; "no other method")]
#[test_case("/", "HEAD", 200; "head")]
#[test_case("", "GET", 200; "without the slash")]
#[test_case("/icon.svg", "GET", 200; "the icon")]
#[test_case("/embed.js", "GET", 200; "the script of a host application")]
#[test_case("/console-0.js", "GET", 404; "a script of another digest")]
#[test_case("/../Cargo.toml", "GET", 404; "a file of the project")]
#[tokio::test]
async fn only_the_files_of_the_console_are_served(path: &str, method: &'static str, status: i64) {
    let harness = Harness::new().await;
    let reply = file(&harness, Request::get(path).with_method(method)).await;
    assert_eq!(reply.status, status);
}
