use axum::http::StatusCode;

use super::{fixture::snapshot, request, router, send, source};

async fn status(path: &str, headers: &[(&str, &str)]) -> StatusCode {
    send(snapshot(), request("GET", path, headers)).await.status
}

#[tokio::test]
async fn answers_for_its_own_names_with_any_port() {
    for host in ["localhost", "LOCALHOST:8790", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8790"] {
        assert_eq!(status("/health", &[("host", host)]).await, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn refuses_every_other_name_on_every_path() {
    let hosts = [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "0.0.0.0:8790",
        "127.0.0.2",
        "user@localhost",
        "localhost@evil.example",
        "localhost:8790:8790",
        "",
        "::1",
    ];
    for path in ["/", "/health", "/health/auto_sync", "/metrics", "/api/snapshot", "/nowhere"] {
        for host in hosts {
            let status = status(path, &[("host", host)]).await;
            assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{path} {host}");
        }
        assert_eq!(status(path, &[]).await, StatusCode::MISDIRECTED_REQUEST, "{path}");
    }
    let answer = send(snapshot(), request("POST", "/health", &[("host", "evil.example")])).await;
    assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST);
    let error = "this server answers for localhost, 127.0.0.1, [::1] and what the configuration lists in \
                 `runtime.http_allowed_hosts`; add the host there";
    assert_eq!(answer.json()["error"], error);
}

#[tokio::test]
async fn refuses_two_hosts_and_an_absolute_request_for_another() {
    let two = [("host", "localhost"), ("host", "evil.example")];
    assert_eq!(status("/health", &two).await, StatusCode::MISDIRECTED_REQUEST);
    let absolute = status("http://evil.example/health", &[("host", "localhost")]).await;
    assert_eq!(absolute, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn probes_answer_under_the_pods_address() {
    for path in ["/livez", "/readyz", "/ready", "/startupz"] {
        assert_eq!(status(path, &[("host", "10.1.2.3:8790")]).await, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn configured_names_are_answered_for() {
    let source = source(snapshot()).hosts(["ring.internal".to_owned()]);
    for (host, expected) in [
        ("ring.internal:8790", StatusCode::OK),
        ("localhost", StatusCode::OK),
        ("other.internal", StatusCode::MISDIRECTED_REQUEST),
    ] {
        let request = request("GET", "/health", &[("host", host)]);
        let response = tower::ServiceExt::oneshot(router(source.clone()), request).await;
        assert_eq!(response.unwrap().status(), expected, "{host}");
    }
}

#[tokio::test]
async fn refuses_foreign_origins_and_sites_also_on_probes() {
    for path in ["/api/snapshot", "/readyz"] {
        for (name, value, expected) in [
            ("origin", "http://localhost:8790", StatusCode::OK),
            ("origin", "https://127.0.0.1", StatusCode::OK),
            ("origin", "https://evil.example", StatusCode::FORBIDDEN),
            ("origin", "http://localhost.evil.example", StatusCode::FORBIDDEN),
            ("origin", "null", StatusCode::FORBIDDEN),
            ("origin", "file://", StatusCode::FORBIDDEN),
            ("origin", "", StatusCode::FORBIDDEN),
            ("sec-fetch-site", "cross-site", StatusCode::FORBIDDEN),
            ("sec-fetch-site", "same-origin", StatusCode::OK),
            ("sec-fetch-site", "none", StatusCode::OK),
        ] {
            let status = status(path, &[("host", "localhost"), (name, value)]).await;
            assert_eq!(status, expected, "{path} {name}: {value}");
        }
    }
}

#[tokio::test]
async fn every_response_is_marked_and_none_is_shared_with_other_origins() {
    for (path, host) in
        [("/health", "localhost"), ("/nowhere", "localhost"), ("/health", "evil.example"), ("/metrics", "localhost")]
    {
        let headers = [("host", host), ("origin", "http://localhost:3000")];
        let answer = send(snapshot(), request("GET", path, &headers)).await;
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["cache-control"], "no-store");
        let cors = answer.headers.keys().find(|name| name.as_str().starts_with("access-control"));
        assert_eq!(cors, None);
    }
}
