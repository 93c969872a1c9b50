//! The files of the console that hold no data: the shell, its scripts, styles and icon, the module that
//! signs people in, and the script with which a host application embeds the console.
//!
//! They are in the binary. Scripts and styles have a digest of their bytes in their names, so that a
//! browser may keep them for ever, and the shell, which names them, is asked for each time.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::aws_lambda_events::encodings::Body;
use lambda_http::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
};
use lambda_http::http::{HeaderName, HeaderValue, Method, StatusCode};
use sha2::{Digest as _, Sha256};

use crate::embedders::Embedders;
use crate::entity_tag::has_tag;
use crate::headers::{RESOURCE_POLICY, headers};
use crate::page::{Names, shell};
use crate::sign_in::SignIn;

const SCRIPT: &str = include_str!("static/console.js");
/// Loaded in frames only.
const FRAMED: &str = include_str!("static/framed.js");
/// Loaded on every page, beside the script of all of them.
const KEYS: &str = include_str!("static/keys.js");
/// What these two import.
const PARTS: &str = include_str!("static/parts.js");
const STORED: &str = include_str!("static/stored.js");
const ZONE: &str = include_str!("static/zone.js");
/// Loaded on the page of the active policy only.
const POLICY: &str = include_str!("static/policy.js");
const STYLES: &str = include_str!("static/console.css");
const ICON: &str = include_str!("static/icon.svg");
const EMBED: &str = include_str!("static/embed.js");
const SIGN_IN: &str = include_str!("static/sign_in.js");

/// What the shell may load and do: its own files and its own API, nothing inline, and HTML only by
/// the one policy of its script. Whom it may ask besides, and which pages may frame it, follow.
const SHELL_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                            base-uri 'none'; form-action 'none'; \
                            require-trusted-types-for 'script'; trusted-types callsheet";
/// The path of the script that pages of other origins load.
const EMBED_PATH: &str = "/embed.js";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
/// A file whose name changes with its bytes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";
/// A file of a fixed name that is part of other pages.
const FOR_AN_HOUR: &str = "public, max-age=3600";

/// Bytes of a digest in a name.
const LENGTH: usize = 9;

/// The files, by path.
#[derive(Debug)]
pub(crate) struct StaticFiles {
    files: Vec<StaticFile>,
    shell_policy: String,
}

#[derive(Debug)]
struct StaticFile {
    path: String,
    kind: &'static str,
    text: String,
    caching: &'static str,
    tag: String,
}

impl StaticFile {
    fn new(path: String, kind: &'static str, text: String, caching: &'static str) -> Self {
        let tag = format!("\"{}\"", digest(&text));
        Self {
            path,
            kind,
            text,
            caching,
            tag,
        }
    }
}

fn digest(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..LENGTH])
}

/// A script as it is served: without comments and indentation, and with the files of the modules
/// that it imports.
struct Script {
    name: &'static str,
    file: String,
    text: String,
}

impl Script {
    fn new(name: &'static str, source: &str, imported: &[&Self]) -> Self {
        let lines = source.lines().map(str::trim_start);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
        let text = lines.fold(String::new(), |text, line| text + line + "\n");
        let text = imported.iter().fold(text, |text, module| {
            text.replace(
                &format!("./{}.js", module.name),
                &format!("./{}", module.file),
            )
        });
        Self {
            name,
            file: format!("{name}-{}.js", digest(&text)),
            text,
        }
    }
}

impl StaticFiles {
    /// The files of this binary, with a shell that these may frame, and in which people may sign in.
    pub(crate) fn new(embedders: &Embedders, sign_in: Option<&SignIn>) -> Self {
        let stored = Script::new("stored", STORED, &[]);
        let parts = Script::new("parts", PARTS, &[]);
        let zone = Script::new("zone", ZONE, &[&stored]);
        let keys = Script::new("keys", KEYS, &[&stored]);
        let console = Script::new("console", SCRIPT, &[&parts, &stored, &zone]);
        let framed = Script::new("framed", FRAMED, &[]);
        let policy = Script::new("policy", POLICY, &[]);
        let module = Script::new("sign_in", SIGN_IN, &[]);
        let styles = format!("console-{}.css", digest(STYLES));
        let imported = [&parts, &stored, &zone].map(|script| script.file.clone());
        let names = Names {
            console: &console.file,
            keys: &keys.file,
            imported: &imported,
            framed: &framed.file,
            policy: &policy.file,
            sign_in: &module.file,
            styles: &styles,
        };
        let shell = shell(names, sign_in).into_string();
        let of = |name: String, kind, text: &str, caching| {
            StaticFile::new(format!("/{name}"), kind, text.to_owned(), caching)
        };
        let mut files = vec![
            of(String::new(), "text/html; charset=utf-8", &shell, ASK_AGAIN),
            of(styles, "text/css; charset=utf-8", STYLES, FOR_EVER),
            of("icon.svg".to_owned(), "image/svg+xml", ICON, ASK_AGAIN),
            of(EMBED_PATH[1..].to_owned(), JAVASCRIPT, EMBED, FOR_AN_HOUR),
        ];
        let mut scripts = vec![console, keys, parts, stored, zone, framed, policy];
        scripts.extend(sign_in.is_some().then_some(module));
        let served = |script: Script| of(script.file, JAVASCRIPT, &script.text, FOR_EVER);
        files.extend(scripts.into_iter().map(served));
        let asked = match sign_in {
            Some(sign_in) => format!("'self' {}", sign_in.token_url),
            None => "'self'".to_owned(),
        };
        let ancestors = embedders.frame_ancestors();
        Self {
            files,
            shell_policy: format!(
                "{SHELL_POLICY}; connect-src {asked}; frame-ancestors {ancestors}"
            ),
        }
    }

    /// The answer to a request for the file at a path; none if there is no such file.
    pub(crate) fn answer(
        &self,
        method: &str,
        path: &str,
        if_none_match: Option<&str>,
    ) -> Option<ApiGatewayV2httpResponse> {
        let path = if path.is_empty() { "/" } else { path };
        let file = self.files.iter().find(|file| file.path == path)?;
        let mut response = ApiGatewayV2httpResponse::default();
        response.headers = headers(true);
        let mut add = |name: HeaderName, value: &str| {
            let value = HeaderValue::from_str(value).expect("policies and tags are ASCII");
            response.headers.insert(name, value);
        };
        if ![Method::GET.as_str(), Method::HEAD.as_str()].contains(&method) {
            add(ALLOW, "GET, HEAD");
            response.status_code = StatusCode::METHOD_NOT_ALLOWED.as_u16().into();
            return Some(response);
        }
        add(ETAG, &file.tag);
        add(CACHE_CONTROL, file.caching);
        if path == "/" {
            add(CONTENT_SECURITY_POLICY, &self.shell_policy);
        }
        if path == EMBED_PATH {
            add(RESOURCE_POLICY, "cross-origin");
        }
        let is_known = if_none_match.is_some_and(|given| has_tag(given, &file.tag));
        let status = if is_known {
            StatusCode::NOT_MODIFIED
        } else {
            add(CONTENT_TYPE, file.kind);
            StatusCode::OK
        };
        let is_sent = !is_known && method == Method::GET.as_str();
        response.status_code = status.as_u16().into();
        response.body = is_sent.then(|| Body::Text(file.text.clone()));
        Some(response)
    }
}
