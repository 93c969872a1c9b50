//! Waits on a port of this machine for the browser that a person is sent back with.
//!
//! Other programs may connect to the port, too, and browsers open connections that they do not
//! use. So each connection is handled on its own, and one whose `state` is not the expected one
//! is refused and changes nothing.

use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{Sender, channel};
use tokio::time::timeout;

use crate::error::CliError;

/// How long a person may take.
const CONSENT: Duration = Duration::from_mins(10);
/// How long a connection may take.
const CONNECTION: Duration = Duration::from_secs(10);
/// The longest head of a request.
const LONGEST_HEAD: usize = 16 * 1024;

const HEADERS: &str = "content-type: text/plain; charset=utf-8\r\ncache-control: no-store\r\n\
    referrer-policy: no-referrer\r\nconnection: close\r\n";

/// What the person is sent back with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// A code, which is to be exchanged.
    Code(String),
    /// A refusal: the code of an error.
    Refused(String),
}

/// A port of this machine.
pub(super) struct Redirect {
    listener: TcpListener,
}

impl Redirect {
    /// Listens on `port` of the loopback address; on a free one for 0.
    pub(super) async fn listen(port: u16) -> Result<Self, CliError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.map_err(|error| {
            CliError::Failed(format!(
                "port {port} of this machine cannot be used: {error}"
            ))
        })?;
        Ok(Self { listener })
    }

    /// The port.
    pub(super) fn port(&self) -> Result<u16, CliError> {
        let address = self.listener.local_addr();
        let address = address.map_err(|error| CliError::Failed(format!("the port: {error}")))?;
        Ok(address.port())
    }

    /// Waits for the answer to the request with this `state`.
    pub(super) async fn answer(&self, state: &str) -> Result<Answer, CliError> {
        let (found, mut answers) = channel(1);
        let waiting = async {
            loop {
                tokio::select! {
                    Some(answer) = answers.recv() => return answer,
                    accepted = self.listener.accept() => {
                        // A connection that failed at once is none.
                        let Ok((stream, _)) = accepted else { continue };
                        let (state, found) = (state.to_owned(), found.clone());
                        tokio::spawn(timeout(CONNECTION, serve(stream, state, found)));
                    }
                }
            }
        };
        timeout(CONSENT, waiting).await.map_err(|_| {
            let minutes = CONSENT.as_secs() / 60;
            CliError::Failed(format!(
                "nobody consented within {minutes} minutes: try again"
            ))
        })
    }
}

/// Answers one request, and passes on what the person is sent back with.
async fn serve(mut stream: TcpStream, state: String, found: Sender<Answer>) {
    let Some(head) = head(&mut stream).await else {
        return;
    };
    let answer = answer_in(&head, &state);
    let (status, text) = match &answer {
        Some(Answer::Code(_)) => (
            "200 OK",
            "Callsheet has your consent. Go back to the terminal; this page can be closed.",
        ),
        Some(Answer::Refused(_)) => (
            "200 OK",
            "There is no consent, so no calendar is connected. This page can be closed.",
        ),
        None => ("404 Not Found", "Nothing is expected here."),
    };
    let length = text.len();
    let reply = format!("HTTP/1.1 {status}\r\n{HEADERS}content-length: {length}\r\n\r\n{text}");
    // The answer counts, also if the browser is gone.
    let _ = stream.write_all(reply.as_bytes()).await;
    let _ = stream.shutdown().await;
    if let Some(answer) = answer {
        let _ = found.send(answer).await;
    }
}

/// The head of a request; none if it does not end.
async fn head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut piece = [0; 1024];
    while !head.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        let read = stream.read(&mut piece).await.ok()?;
        if read == 0 || head.len() > LONGEST_HEAD {
            return None;
        }
        head.extend_from_slice(&piece[..read]);
    }
    String::from_utf8(head).ok()
}

/// What a request for `/` with this `state` says.
pub(super) fn answer_in(head: &str, state: &str) -> Option<Answer> {
    let mut words = head.lines().next()?.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let query = target.strip_prefix("/?")?;
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let value = |name: &str| {
        let found = pairs.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone())
    };
    if method != "GET" || value("state").as_deref() != Some(state) {
        return None;
    }
    match (value("error"), value("code")) {
        (Some(error), _) => Some(Answer::Refused(error_code(&error))),
        (None, Some(code)) if !code.is_empty() => Some(Answer::Code(code)),
        (None, _) => None,
    }
}

/// The code of an error of OAuth: a short word, or nothing of what stands in its place.
pub(super) fn error_code(text: &str) -> String {
    let is_word = |byte: u8| byte == b'_' || byte.is_ascii_lowercase();
    if (1..=60).contains(&text.len()) && text.bytes().all(is_word) {
        text.to_owned()
    } else {
        "an unknown error".to_owned()
    }
}
