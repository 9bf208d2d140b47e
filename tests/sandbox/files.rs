//! Files: requested, sent and shared, each once.

use serde_json::json;

use crate::stage::Stage;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand so on";

#[tokio::test]
async fn a_picture_is_announced_sent_and_shared() {
    let stage = Stage::set().await;
    let announced = json!({"filename": "a.png", "length": PNG.len(), "alt_txt": "Two bars"});
    let place = stage.granted("files.getUploadURLExternal", announced).await;
    let (url, file) = (place["upload_url"].as_str().unwrap(), place["file_id"].as_str().unwrap());
    let files = [json!({"id": file, "title": "A picture"})];
    let share = json!({"files": files, "channel_id": "C0FRONT", "initial_comment": "Look"});
    let method = "files.completeUploadExternal";
    assert_eq!(stage.refused(method, share.clone()).await, "file_not_found", "it is not there");
    let sent = |body: &'static [u8]| stage.http.post(url).body(body).send();
    assert_eq!(sent(b"something else").await.unwrap().status(), 400);
    let with_token = stage.http.post(url).bearer_auth("xoxb-any").body(PNG).send().await.unwrap();
    assert_eq!(with_token.status(), 400, "no token belongs there");
    assert_eq!(sent(PNG).await.unwrap().status(), 200);
    assert_eq!(sent(PNG).await.unwrap().status(), 400, "once");
    let shared = stage.granted(method, share.clone()).await;
    assert_eq!(shared["files"], json!(files));
    assert_eq!(stage.refused(method, share).await, "file_not_found", "once");
    let message = stage.sandbox.world(|world| world.messages.last().unwrap().clone());
    assert_eq!((message.text.as_str(), message.files[0]["alt_txt"].as_str()), ("Look", Some("Two bars")));
    let shown = stage.http.get(stage.url(message.files[0]["url"].as_str().unwrap())).send().await.unwrap();
    assert_eq!(shown.bytes().await.unwrap(), PNG);
}

#[tokio::test]
async fn an_announced_change_is_looked_up() {
    let stage = Stage::set().await;
    for (name, length, alt, error) in [
        ("a.png", 0, "x".to_owned(), "missing_argument"),
        ("a.exe", 9, "x".to_owned(), "file_type_not_allowed"),
        ("a.png", 9, "x".repeat(1001), "alt_txt_too_large"),
    ] {
        let announced = json!({"filename": name, "length": length, "alt_txt": alt});
        assert_eq!(stage.refused("files.getUploadURLExternal", announced).await, error);
    }
    let undescribed = stage.slack("files.getUploadURLExternal", json!({"filename": "a.png", "length": 9})).await;
    assert_eq!(undescribed["error"], "invalid_arguments", "{undescribed}");
}
