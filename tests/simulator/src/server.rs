//! The server: accepts connections on 127.0.0.1, and cuts one when a fault asks for it.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Response;
use axum::routing::{any, get};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use crate::api::{self, Specification, SpecificationError};
use crate::client::Control;
use crate::options::Options;
use crate::state::Shared;
use crate::webhooks::{BadSecret, Post, deliveries, http_client, sign};
use crate::{control, page};

/// A running simulator. Dropping it stops it.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    api_key: String,
    control: Control,
    tasks: [AbortHandle; 2],
}

/// A simulator could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or not to be had.
    #[error("cannot listen on 127.0.0.1")]
    Listen(#[from] std::io::Error),
    /// A webhook secret is no secret.
    #[error(transparent)]
    Secret(#[from] BadSecret),
    /// There is no HTTP client to send webhooks with.
    #[error("cannot make an HTTP client")]
    Client(#[from] reqwest::Error),
    /// The carried specification is damaged.
    #[error("cannot use the specification: {0}")]
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
    /// When the port cannot be listened on, or a webhook secret is not base64.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let specification = Specification::shared()?;
        for secret in options.webhook.iter().flat_map(|target| &target.secrets) {
            sign(secret, "", 0, b"")?;
        }
        let client = http_client(Some(options.webhook_timeout))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let api_key = options.api_key.clone();

        let (post, jobs) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared::new(options, specification, Post(post)));
        let sender = tokio::spawn(deliveries(Arc::clone(&shared), jobs, client));
        let server = tokio::spawn(serve(listener, router(shared)));
        Ok(Self {
            address,
            api_key,
            control: Control::new(format!("http://{address}")),
            tasks: [server.abort_handle(), sender.abort_handle()],
        })
    }

    /// The address of the API, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The key that calls must carry.
    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    /// A client of its control API.
    #[must_use]
    pub const fn control(&self) -> &Control {
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
        .route("/", get(page::show))
        .nest("/control", control::router())
        .fallback(any(api::handle))
        .with_state(shared)
}

/// Accepts until aborted; the connections, being tasks of a set that is dropped, go with it.
async fn serve(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, router.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, router: Router) {
    // Without this, small answers on kept connections wait for the other side's delayed ACK.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    let answer = service_fn(move |request: Request<Incoming>| {
        let answered = service.call(request.map(Body::new));
        async move {
            let response = answered.await.map_err(|never| match never {})?;
            if response.extensions().get::<Cut>().is_some() {
                Err(Cut)
            } else {
                Ok(response)
            }
        }
    });
    // An error is a cut, or the other side's doing: either way the connection is over.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), answer)
        .await;
}

/// In place of an answer: cut the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut;

impl Cut {
    /// A response that is never sent.
    pub(crate) fn response() -> Response<Body> {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(Self);
        response
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is cut on request")
    }
}

impl std::error::Error for Cut {}
