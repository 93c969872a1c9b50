//! HTTP server on 127.0.0.1, which cuts a connection if a fault requires it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::routing::{any, get};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use crate::client::ControlClient;
use crate::delivery::run_jobs;
use crate::http_client::http_client;
use crate::options::Options;
use crate::outbox::WebhookDispatcher;
use crate::response::ConnectionCut;
use crate::sign::{InvalidSecret, sign};
use crate::specification::{Specification, SpecificationError};
use crate::state::Shared;
use crate::{api, control, oauth, status_page};

/// How late a status of a bot may come.
const TICK: Duration = Duration::from_millis(50);

/// Running simulator, which stops when it is dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    api_key: String,
    control: ControlClient,
    tasks: [AbortHandle; 3],
}

/// The simulator could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is in use or not permitted.
    #[error("cannot listen on 127.0.0.1: {0}")]
    Listen(#[from] std::io::Error),
    /// A webhook secret is invalid.
    #[error(transparent)]
    Secret(#[from] InvalidSecret),
    /// The HTTP client that sends webhooks cannot be created.
    #[error("cannot create an HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    /// The embedded specification cannot be used.
    #[error("cannot use the embedded specification: {0}")]
    Specification(String),
}

impl From<&SpecificationError> for StartError {
    fn from(error: &SpecificationError) -> Self {
        Self::Specification(error.to_string())
    }
}

impl Simulator {
    /// Starts a simulator on 127.0.0.1 in tasks of the current runtime.
    ///
    /// # Errors
    ///
    /// If the port cannot be listened on or a webhook secret is not base64.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let specification = Specification::shared()?;
        for secret in options.webhook.iter().flat_map(|target| &target.secrets) {
            sign(secret, "", 0, b"")?;
        }
        let client = http_client(Some(options.webhook_timeout))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let api_key = options.api_key.clone();

        let (sender, jobs) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared::new(
            options,
            specification,
            WebhookDispatcher(sender),
        ));
        let delivery = tokio::spawn(run_jobs(Arc::clone(&shared), jobs, client));
        let lives = tokio::spawn(live(Arc::clone(&shared)));
        let server = tokio::spawn(serve(listener, router(shared)));
        Ok(Self {
            address,
            api_key,
            control: ControlClient::new(format!("http://{address}")),
            tasks: [
                server.abort_handle(),
                delivery.abort_handle(),
                lives.abort_handle(),
            ],
        })
    }

    /// Base URL of the API, without a trailing slash.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// API key that calls must carry.
    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    /// Client of this simulator's control API.
    #[must_use]
    pub const fn control(&self) -> &ControlClient {
        &self.control
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(status_page::show))
        // Browsers request it on their own: it is not a call to the API.
        .route("/favicon.ico", any(StatusCode::NO_CONTENT))
        .nest("/control", control::router())
        .nest_service("/oauth", oauth::router())
        .fallback(any(api::handle))
        .with_state(shared)
}

/// Has bots live until aborted.
async fn live(shared: Arc<Shared>) {
    let mut ticks = tokio::time::interval(TICK);
    loop {
        ticks.tick().await;
        shared.change(|inner, now| inner.workspace.live(now));
    }
}

/// Accepts connections until aborted. Dropping the set of their tasks closes them, too.
async fn serve(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(serve_connection(stream, router.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve_connection(stream: TcpStream, router: Router) {
    // Otherwise a small response on a reused connection waits for the client's delayed ACK.
    let _ = stream.set_nodelay(true);
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request: Request<Incoming>| {
        let called = router.call(request.map(Body::new));
        async move {
            let response = called.await.map_err(|never| match never {})?;
            if response.extensions().get::<ConnectionCut>().is_some() {
                Err(ConnectionCut)
            } else {
                Ok(response)
            }
        }
    });
    // An error means that the connection was cut by a fault or closed by the client.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
