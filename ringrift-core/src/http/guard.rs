//! Keeps web pages out: a browser that was led here by a foreign page, or by a foreign name that
//! resolves to 127.0.0.1 (DNS rebinding), is refused before any route is looked at.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;

const OWN_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];
/// Orchestrators call these by the pod's address.
const PROBES: [&str; 4] = ["/livez", "/readyz", "/ready", "/startupz"];

/// The hosts that requests may be for.
#[derive(Debug, Clone)]
pub(crate) struct Hosts(Arc<[String]>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Host,
    Origin,
    CrossSite,
}

/// Refuses what is not for this server, and marks every response as nothing to keep or to guess at.
pub(crate) async fn check(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    let mut response = match hosts.refusal(request.uri(), request.headers()) {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether the text is a host and nothing more: no scheme, no port, no user, no wildcard.
#[cfg(feature = "cli")]
pub(crate) fn is_host(text: &str) -> bool {
    let is_plain = !text.contains(['@', '*']);
    is_plain && text.parse::<Authority>().is_ok_and(|authority| !text.is_empty() && authority.host() == text)
}

impl Hosts {
    pub(crate) fn new(configured: &[String]) -> Self {
        let own = OWN_HOSTS.into_iter().map(str::to_owned);
        Self(own.chain(configured.iter().cloned()).collect())
    }

    fn refusal(&self, uri: &Uri, headers: &HeaderMap) -> Option<Refusal> {
        let is_cross_site = |value: &HeaderValue| value == "cross-site";
        if !PROBES.contains(&uri.path()) && !self.is_host_allowed(uri, headers) {
            Some(Refusal::Host)
        } else if !headers.get_all(header::ORIGIN).iter().all(|it| self.is_origin(it)) {
            Some(Refusal::Origin)
        } else if headers.get_all("sec-fetch-site").iter().any(is_cross_site) {
            Some(Refusal::CrossSite)
        } else {
            None
        }
    }

    /// One Host header, and the authority of an absolute request line, if there is one, likewise.
    fn is_host_allowed(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts.next().and_then(|value| value.to_str().ok());
        hosts.next().is_none()
            && host.is_some_and(|host| self.is_authority(host))
            && uri.authority().is_none_or(|authority| self.is_authority(authority.as_str()))
    }

    fn is_origin(&self, origin: &HeaderValue) -> bool {
        let origin = origin.to_str().unwrap_or_default();
        let authority = ["http://", "https://"].iter().find_map(|scheme| origin.strip_prefix(scheme));
        authority.is_some_and(|authority| self.is_authority(authority))
    }

    /// An allowed host with any port: a tunnel's end has another one than ours.
    fn is_authority(&self, text: &str) -> bool {
        match text.parse::<Authority>() {
            Ok(authority) if !text.contains('@') => {
                let host = authority.host();
                self.0.iter().any(|allowed| allowed.eq_ignore_ascii_case(host))
            }
            _ => false,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::Host => (
                StatusCode::MISDIRECTED_REQUEST,
                "this server answers for localhost, 127.0.0.1, [::1] and what the configuration lists in \
                 `runtime.http_allowed_hosts`; add the host there",
            ),
            Self::Origin => (StatusCode::FORBIDDEN, "pages of another origin may not read this server"),
            Self::CrossSite => (StatusCode::FORBIDDEN, "pages of another site may not read this server"),
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}
