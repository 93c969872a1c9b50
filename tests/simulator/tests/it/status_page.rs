//! Status page.

use reqwest::Method;

use crate::harness::{Harness, meeting};
use recall_simulator::Options;

#[tokio::test]
async fn the_status_page_escapes_titles_and_refreshes_itself() {
    let harness = Harness::start(Options::default()).await;
    let calendar = harness.calendar("sales-1@acme.example").await;
    harness
        .event(calendar, meeting("<script>alert(1)</script>", 60))
        .await;
    let (status, page) = harness.get("/").await;
    let page = page.as_str().unwrap();
    assert_eq!(status, 200);
    assert!(
        page.contains("&lt;script&gt;") && !page.contains("<script>"),
        "{page}"
    );
    assert!(page.contains("http-equiv=\"refresh\" content=\"2\""));
}

#[tokio::test]
async fn the_favicon_request_of_a_browser_is_neither_a_call_nor_a_violation() {
    let harness = Harness::start(Options::default()).await;
    let request = harness.request(Method::GET, "/favicon.ico");
    assert_eq!(request.send().await.unwrap().status().as_u16(), 204);
    harness.assert_no_violations().await;
    let stats = harness.simulator.control().stats().await.unwrap();
    assert_eq!(stats.unknown, 0);
}
