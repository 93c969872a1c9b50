//! A server that stands in for DynamoDB, SQS and Recall, and whose every text is hostile.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use callsheet_domain::BotConfig;
use serde_json::{Map, Value, json};

/// A text that commands a terminal, reorders, hides and breaks lines.
pub(crate) const HOSTILE: &str =
    "\u{1b}[31m\u{9b}2J\u{202e}evil\u{200b}\u{2066}\u{2028}\u{7f}\r\u{e0041}";
/// When the meetings begin.
pub(crate) const START: i64 = 3_792_477_600_000_000;
pub(crate) const HOUR: i64 = 3_600_000_000;
/// When the events were changed.
pub(crate) const CHANGED: i64 = START - HOUR;

/// The server, on a port of its own. It ends with the process.
pub(crate) struct Server {
    port: u16,
}

/// Answers a request: its first line, the operation of AWS, and the body.
type Answer = dyn Fn(&str, &str, &Value) -> (u16, Value) + Send + Sync;

impl Server {
    /// A server whose every text is hostile.
    pub(crate) fn start() -> Self {
        Self::answering(answer)
    }

    /// A server with these answers: a status and a document.
    pub(crate) fn answering(
        answer: impl Fn(&str, &str, &Value) -> (u16, Value) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let answer: Arc<Answer> = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = Arc::clone(&answer);
                thread::spawn(move || serve(stream, &*answer));
            }
        });
        Self { port }
    }

    /// An address that no server has.
    pub(crate) fn absent() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        Self { port }
    }

    /// The environment in which a command reaches the server.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let url = format!("http://127.0.0.1:{}", self.port);
        let queue = |name: &str| format!("{url}/000000000000/{name}");
        vec![
            ("AWS_ENDPOINT_URL", url.clone()),
            ("AWS_ACCESS_KEY_ID", "000000000000".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_MAX_ATTEMPTS", "1".to_owned()),
            ("CALLSHEET_STATE_TABLE", "state".to_owned()),
            ("CALLSHEET_DECISIONS_TABLE", "decisions".to_owned()),
            ("CALLSHEET_QUEUE_URL", queue("sync")),
            ("CALLSHEET_DLQ_URL", queue("dead")),
            ("CALLSHEET_SIGNING_KEYS", "signing-keys".to_owned()),
            (
                "CALLSHEET_CONSOLE_URL",
                "https://console.example/".to_owned(),
            ),
            // Consents are asked for at the simulator, which this server stands in for.
            ("CALLSHEET_SIMULATOR_URL", url),
            ("CALLSHEET_OAUTH_CLIENT_SECRET", "secret".to_owned()),
            ("CALLSHEET_RECALL_API_KEY", "key".to_owned()),
            ("CALLSHEET_BY", HOSTILE.to_owned()),
        ]
    }
}

/// Answers the requests of one connection.
fn serve(stream: TcpStream, answer: &Answer) {
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    let mut writer = stream;
    while let Some((line, target, body)) = request(&mut reader) {
        let (status, answer) = answer(&line, &target, &body);
        let text = answer.to_string();
        let length = text.len();
        let location = answer["location"].as_str().filter(|_| status == 302);
        let location = location.map(|to| format!("location: {to}\r\n"));
        let location = location.unwrap_or_default();
        let head = format!(
            "HTTP/1.1 {status} X\r\n{location}content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        let written = writer.write_all(head.as_bytes());
        if written
            .and_then(|()| writer.write_all(text.as_bytes()))
            .is_err()
        {
            return;
        }
    }
}

/// Requests an address of this machine, and gives that of a redirect.
pub(crate) fn visit(url: &str) -> Option<String> {
    let (host, target) = url.strip_prefix("http://")?.split_once('/')?;
    let mut stream = TcpStream::connect(host).ok()?;
    write!(
        stream,
        "GET /{target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
    )
    .ok()?;
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.find_map(|line| line.strip_prefix("location: ").map(str::to_owned))
}

/// Sends a person who consents back, with `answer` and the `state` of the request.
pub(crate) fn sent_back(line: &str, answer: &str) -> Value {
    let target = line.split(' ').nth(1).unwrap_or_default();
    let (_, query) = target.split_once('?').unwrap_or_default();
    let value = |name: &str| {
        let found = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    let (redirect, state) = (value("redirect_uri"), value("state"));
    json!({"location": format!("{redirect}/?state={state}&{answer}")})
}

/// The request line, the operation of AWS, and the body.
fn request(reader: &mut BufReader<TcpStream>) -> Option<(String, String, Value)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let (mut target, mut length) = (String::new(), 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.split_once(':') else {
            break;
        };
        match name.to_lowercase().as_str() {
            "x-amz-target" => value.trim().clone_into(&mut target),
            "content-length" => length = value.trim().parse().ok()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Some((line, target, body))
}

/// Signing keys of the console, none of which may sign an operator.
pub(crate) const SIGNING_KEYS: &str = r#"[
    {"name":"crm","roles":["owner","reader"],"secret":"a secret of thirty-two bytes, or more"},
    {"name":"portal","roles":["participant"],"secret":"another one of thirty-two bytes, or more"}
]"#;

fn answer(line: &str, target: &str, body: &Value) -> (u16, Value) {
    let operation = target.rsplit('.').next().unwrap_or_default();
    match operation {
        "GetItem" => (200, got(body)),
        "Query" => (200, json!({"Items": queried(body), "Count": 1})),
        "Scan" => (
            200,
            json!({"Items": [attributes(&an_override())], "Count": 1}),
        ),
        "BatchGetItem" => (
            200,
            json!({"Responses": {"decisions": decisions()}, "UnprocessedKeys": {}}),
        ),
        "UpdateItem" => (
            200,
            json!({"Attributes": attributes(&json!({"v": 1, "next_free_at": 0}))}),
        ),
        "GetQueueAttributes" => {
            let names = ["", "NotVisible", "Delayed"];
            let names = names.map(|name| format!("ApproximateNumberOfMessages{name}"));
            let counts: Map<_, _> = names.map(|name| (name, json!("1"))).into_iter().collect();
            (200, json!({ "Attributes": counts }))
        }
        "ReceiveMessage" => (
            200,
            json!({"Messages": [{"MessageId": HOSTILE, "ReceiptHandle": "r", "Body": HOSTILE}]}),
        ),
        "GetSecretValue" => (200, json!({"SecretString": SIGNING_KEYS})),
        "GetRandomPassword" => (200, json!({"RandomPassword": "0".repeat(64)})),
        "SendMessage" => (400, json!({"__type": HOSTILE, "message": HOSTILE})),
        "" if line.contains("/oauth/authorize?") => {
            let hostile = form_urlencoded::byte_serialize(HOSTILE.as_bytes());
            let hostile: String = hostile.collect();
            (302, sent_back(line, &format!("error={hostile}")))
        }
        "" => (200, of_recall(line)),
        _ => (200, json!({})),
    }
}

/// A value as DynamoDB's attributes.
fn attribute(value: &Value) -> Value {
    match value {
        Value::String(text) => json!({ "S": text }),
        Value::Bool(flag) => json!({ "BOOL": flag }),
        Value::Object(_) => json!({"M": attributes(value)}),
        Value::Array(items) => json!({"L": items.iter().map(attribute).collect::<Vec<_>>()}),
        number => json!({"N": number.to_string()}),
    }
}

pub(crate) fn attributes(row: &Value) -> Value {
    let row = row.as_object().expect("a row");
    let row = row
        .iter()
        .map(|(name, value)| (name.clone(), attribute(value)));
    Value::Object(row.collect())
}

fn a_record() -> Value {
    json!({
        "v": 1, "partition": "calendar#calendar-1", "sort": "calendar", "listed": "calendar-0",
        "calendar_id": "calendar-1", "platform": "google_calendar", "status": "connected",
        "email": "sales@acme.example", "updated_at": 1, "revision": 1, "changed_at": 1, "version": 1,
    })
}

fn an_override() -> Value {
    json!({
        "v": 1, "partition": "calendar#calendar-1", "sort": "override#event#platform-1",
        "choice": "skip", "revision": 1, "by": HOSTILE, "at": 1,
    })
}

fn an_action() -> Value {
    json!({
        "v": 1, "partition": "calendar#calendar-1", "logged": "activity-0",
        "sort": "activity#0000000000000001-0000000001-5f1c7f0a",
        "action": "skip", "scope": "event", "id": "platform-1", "number": 1,
        "by": HOSTILE, "via": HOSTILE, "at": 1,
    })
}

fn a_policy() -> Value {
    let document = json!({"version": 1, "default": "skip", "bot": {"bot_name": HOSTILE}});
    let document = document.to_string();
    json!({
        "v": 1, "partition": "policies", "sort": "policy#0000000001", "revision": 1,
        "document": document, "by": HOSTILE, "at": 1, "note": HOSTILE,
    })
}

fn got(body: &Value) -> Value {
    if body["TableName"] == "decisions" {
        return json!({"Item": decisions()[1]});
    }
    let sort = body["Key"]["sort"]["S"].as_str().unwrap_or_default();
    let row = match sort {
        "policy#0000000001" => a_policy(),
        "calendar" => a_record(),
        "access" => json!({"v": 1, "since": 1, "reason": HOSTILE, "next_probe_at": 2}),
        "policy" | "overrides" => json!({"v": 1, "revision": 1}),
        _ => return json!({}),
    };
    json!({ "Item": attributes(&row) })
}

fn queried(body: &Value) -> Vec<Value> {
    let prefix = body["ExpressionAttributeValues"][":prefix"]["S"].as_str();
    match (body["IndexName"].as_str(), prefix) {
        (Some("calendars"), _) => {
            let record = attributes(&a_record());
            let is_listed = record["listed"] == body["ExpressionAttributeValues"][":listed"];
            Vec::from_iter(is_listed.then_some(record))
        }
        (Some("owners"), _) => vec![attributes(&a_record())],
        (Some("activity"), _) => {
            let action = attributes(&an_action());
            let is_listed = action["logged"] == body["ExpressionAttributeValues"][":logged"];
            Vec::from_iter(is_listed.then_some(action))
        }
        (None, _) if body["ExpressionAttributeValues"][":first"]["S"] == "activity#" => {
            vec![attributes(&an_action())]
        }
        (Some(_), _) => ["event-1", "event-2", "event-3"].map(a_key).to_vec(),
        (None, Some("policy#")) => vec![attributes(&a_policy())],
        (None, Some(_)) => vec![attributes(&an_override())],
        (None, None) if body["TableName"] == "decisions" => decisions(),
        (None, None) if body["ExpressionAttributeValues"][":partition"]["S"] == "coverage" => {
            vec![attributes(&kept_totals())]
        }
        (None, None) => vec![attributes(&a_record())],
    }
}

fn kept_totals() -> Value {
    json!({
        "v": 1, "partition": "coverage", "sort": "2020-01-01", "expires_at": 1,
        "totals": {HOSTILE: {"removed": {"meetings": 2, "delays": {"7": 2}}}},
    })
}

fn a_key(event: &str) -> Value {
    attributes(&json!({
        "v": 1, "ical_uid": "meeting-1", "event_id": event, "calendar_id": "calendar-1",
        "starts_at": START, "ends_at": START + HOUR, "verdict": "record", "bot_state": "due",
    }))
}

/// An abandoned decision, one that cannot be read, and one whose bot is missing at Recall.
fn decisions() -> Vec<Value> {
    let config = json!({ "bot_name": HOSTILE });
    let digest = BotConfig::new(config.clone()).expect("a configuration");
    let mut bot = json!({
        "deduplication_key": HOSTILE.replace('\r', ""), "starts_at": START,
        "meeting_url": "https://meet.example/1", "config": config.to_string(),
    });
    let mut good = json!({
        "v": 1, "ical_uid": "meeting-1", "event_id": "event-1", "calendar_id": "calendar-1",
        "platform_id": "platform-1", "series": "series-1", "starts_at": START,
        "ends_at": START + HOUR, "title": HOSTILE, "verdict": "record", "rule": HOSTILE,
        "reason": HOSTILE, "facts": {"own_domain": HOSTILE},
        "inputs": {"event": CHANGED, "calendar": 1, "policy": 1, "overrides": 0}, "wanted": bot,
        "generation": 1, "attempts": 9, "last_error": HOSTILE, "version": 1,
        "abandoned": {"generation": 1, "reason": HOSTILE},
    });
    let abandoned = attributes(&good);
    let bad = json!({
        "v": 1, "ical_uid": "meeting-1", "event_id": "event-2", "calendar_id": "calendar-1",
    });
    bot["config"] = digest.digest().as_str().into();
    good["event_id"] = "event-3".into();
    good["applied"] = bot;
    good["abandoned"] = json!({"generation": 0, "reason": HOSTILE});
    vec![abandoned, attributes(&bad), attributes(&good)]
}

fn of_recall(line: &str) -> Value {
    if line.starts_with("DELETE") {
        return json!({});
    }
    let event = |id: &str| {
        json!({
            "id": id, "calendar_id": "calendar-1", "ical_uid": "meeting-1",
            "platform": "google_calendar", "platform_id": "platform-1",
            "start_time": "2090-03-06T10:00:00Z", "end_time": "2090-03-06T11:00:00Z",
            "created_at": "2090-03-01T08:00:00Z", "updated_at": "2090-03-06T09:00:00Z",
            "is_deleted": false, "meeting_url": "https://meet.example/1",
            "meeting_platform": HOSTILE, "raw": {"summary": HOSTILE}, "bots": [],
        })
    };
    let odd =
        json!({"id": HOSTILE, "calendar_id": HOSTILE, "platform": HOSTILE, "status": HOSTILE});
    let results = if line.contains("calendar-events") {
        vec![event("event-1"), event("event-3"), odd]
    } else {
        let calendar = json!({
            "id": "calendar-1", "platform": "google_calendar", "status": "connected",
            "platform_email": "sales@acme.example", "updated_at": "2090-03-02T08:00:00Z",
        });
        vec![calendar, odd]
    };
    json!({"next": null, "previous": null, "results": results})
}
