//! The command line, run as a process. Its requests to AWS are noted.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};
use std::thread::{self, JoinHandle};

use callsheet_runtime::requests;
use callsheet_tests::{CommandRequest, Exchange, note_command_requests, serve_aws_proxy, variable};
use serde_json::Value;
use tokio::sync::oneshot;

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Run {
    /// Its exit code.
    pub(crate) code: Option<i32>,
    /// Its standard output, followed by its standard error.
    pub(crate) output: String,
    /// Its standard output, if that is JSON.
    pub(crate) json: Option<Value>,
}

impl Run {
    fn of(ended: &Output, errors: &str) -> Self {
        let output = String::from_utf8_lossy(&ended.stdout);
        Self {
            code: ended.status.code(),
            json: serde_json::from_str(&output).ok(),
            output: format!("{output}{errors}"),
        }
    }

    /// The JSON output of a run with `--json` that succeeded.
    pub(crate) fn printed_json(self) -> Value {
        assert_eq!(self.code, Some(0), "{}", self.output);
        self.json.expect("it printed JSON")
    }

    /// Asserts that the run succeeded.
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.output);
        self
    }
}

/// Runs `callsheet` with `arguments`, and with `input` where it reads a file called `-`.
pub(crate) fn callsheet(arguments: &[&str], input: &str) -> Run {
    callsheet_with(arguments, input, &[])
}

/// The same with further variables in its environment.
pub(crate) fn callsheet_with(arguments: &[&str], input: &str, variables: &[(&str, &str)]) -> Run {
    let proxy = NotingProxy::start(&command(arguments));
    let mut child = spawn(arguments, variables, &proxy);
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin
        .write_all(input.as_bytes())
        .expect("it reads its input");
    drop(stdin);
    let ended = child.wait_with_output().expect("it ends");
    proxy.stop();
    let errors = String::from_utf8_lossy(&ended.stderr).into_owned();
    Run::of(&ended, &errors)
}

/// Runs `callsheet` until it prints an address, has `browse` open that as a person does in a
/// browser, and waits for the end.
pub(crate) fn callsheet_in_browser(
    arguments: &[&str],
    variables: &[(&str, &str)],
    browse: impl FnOnce(&str),
) -> Run {
    let proxy = NotingProxy::start(&command(arguments));
    let mut child = spawn(arguments, variables, &proxy);
    let stderr = child.stderr.take().expect("it is piped");
    let mut lines = BufReader::new(stderr).lines().map_while(Result::ok);
    let mut errors = String::new();
    let mut note = |line: &str| {
        errors.push_str(line);
        errors.push('\n');
    };
    let address = lines.by_ref().find(|line| {
        note(line);
        line.starts_with("http")
    });
    if let Some(address) = address {
        browse(&address);
    }
    lines.for_each(|line| note(&line));
    let ended = child.wait_with_output().expect("it ends");
    proxy.stop();
    Run::of(&ended, &errors)
}

fn spawn(arguments: &[&str], variables: &[(&str, &str)], proxy: &NotingProxy) -> Child {
    Command::new(variable("CALLSHEET_COMMAND"))
        .args(arguments)
        .env("AWS_ENDPOINT_URL", &proxy.url)
        .env("CALLSHEET_BY", "lead@acme.example")
        // Tests look for parts of sentences, which a narrow screen wraps.
        .env("COLUMNS", "1000")
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command line was built")
}

/// The command in `arguments`, with its subcommand if it does something of its own.
fn command(arguments: &[&str]) -> String {
    let words = match arguments[0] {
        "policy" | "calendars" => 2,
        _ => 1,
    };
    arguments[..words].join(" ")
}

/// A proxy between one command and AWS, in a thread of its own: a test waits for
/// the command without leaving its thread.
struct NotingProxy {
    url: String,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl NotingProxy {
    fn start(command: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        listener
            .set_nonblocking(true)
            .expect("a setting of sockets");
        let command = command.to_owned();
        let observe = move |exchange: &Exchange<'_>| {
            let made = requests(exchange.target, exchange.request);
            let made = made.into_iter().map(|request| CommandRequest {
                command: command.clone(),
                action: request.action,
                resource: request.resource,
            });
            note_command_requests(&made.collect::<Vec<_>>());
        };
        let (stop, stopped) = oneshot::channel();
        let serve = async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            tokio::select! {
                () = serve_aws_proxy(listener, variable("AWS_ENDPOINT_URL"), observe) => {}
                _ = stopped => {}
            }
        };
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.expect("a runtime").block_on(serve);
        });
        Self {
            url: format!("http://{address}"),
            stop,
            thread,
        }
    }

    fn stop(self) {
        // Fails only if the thread has ended, which the next line reports.
        let _ = self.stop.send(());
        self.thread.join().expect("the proxy served");
    }
}
