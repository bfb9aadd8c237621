mod guarding;
mod routing;
mod serving;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use serde_json::Value;
use tower::ServiceExt;

use super::{Source, fixture, routes::router};
use crate::{declaration::graph::fixture::registry, runtime::snapshot::Snapshot};

fn source(snapshot: Snapshot) -> Source {
    Source::new(&registry(), move || snapshot.clone())
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect(&self.text)
    }
}

async fn send(snapshot: Snapshot, request: Request<Body>) -> Answer {
    let response = router(source(snapshot)).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).body(Body::empty()).unwrap()
}

async fn get(snapshot: Snapshot, path: &str) -> Answer {
    send(snapshot, request("GET", path, &[("host", "localhost:8790")])).await
}
