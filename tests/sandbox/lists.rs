//! Wrong lists of dialnote.

use serde_json::{Value, json};

use crate::stage::Stage;

impl Stage {
    /// Sets up a sandbox with these faults in its lists.
    async fn listing(faults: Value) -> Self {
        let stage = Self::set().await;
        let (status, told) = stage.control("faults", json!({ "dialnote": faults })).await;
        assert_eq!(status, 200, "{told}");
        stage
    }

    async fn read(&self, path: &str) -> Value {
        let (status, answer) = self.dialnote("GET", path, Value::Null).await;
        assert_eq!(status, 200, "{answer}");
        answer["data"].clone()
    }

    async fn ids(&self, path: &str) -> Vec<String> {
        let list = self.read(path).await;
        list.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn pages_may_be_smaller_than_asked_for() {
    let stage = Stage::listing(json!({"page_size": 5})).await;
    assert_eq!(stage.ids("/conversations?limit=100").await.len(), 5);
    assert_eq!(stage.ids("/conversations?limit=100&offset=10").await.len(), 4);
    assert_eq!(stage.ids("/conversations?limit=3").await.len(), 3);
    let stage = Stage::listing(json!({"page_size": 1})).await;
    let messages = stage.read("/conversations/conv_1003/messages?limit=100").await;
    assert_eq!((messages["messages"].as_array().unwrap().len(), &messages["hasMore"]), (1, &json!(true)));
}

#[tokio::test]
async fn the_offset_may_be_ignored() {
    let stage = Stage::listing(json!({"ignores_offset": true})).await;
    let first = stage.ids("/conversations?limit=3").await;
    assert_eq!(stage.ids("/conversations?limit=3&offset=3").await, first);
}

#[tokio::test]
async fn a_page_may_come_again() {
    let plain = Stage::set().await.ids("/conversations?limit=100").await;
    let stage = Stage::listing(json!({"repeats_page": true})).await;
    for (offset, from) in [(0, 0), (3, 0), (6, 3), (9, 6)] {
        let page = stage.ids(&format!("/conversations?limit=3&offset={offset}")).await;
        assert_eq!(page, plain[from..from + 3]);
    }
    let path = "/conversations/conv_1003/messages?limit=1";
    let next = stage.read(path).await["nextCursor"].clone();
    let (at, id) = (next["cursor"].as_str().unwrap(), next["cursorId"].as_str().unwrap());
    let second = stage.read(&format!("{path}&cursor={at}&cursorId={id}")).await;
    assert_eq!((&second["nextCursor"], &second["hasMore"]), (&next, &json!(true)));
}

#[tokio::test]
async fn a_list_may_never_end() {
    let stage = Stage::listing(json!({"endless_list": true})).await;
    let ids = stage.ids("/conversations?limit=100").await;
    assert_eq!((ids.len(), ids[13].as_str(), ids[14].as_str()), (100, "conv_1011", "conv_900000"));
    let later = stage.ids("/conversations?limit=10&offset=1000014").await;
    assert_eq!((later.len(), later[0].as_str()), (10, "conv_1900000"));
    let owned = stage.read("/conversations?limit=100&assignedToId=mem_leo").await;
    assert!(owned.as_array().unwrap().iter().all(|one| one["assignedToId"] == "mem_leo"));
    assert_eq!(stage.read("/conversations/conv_900000").await["contact"]["firstName"], "Invented");
    let change = stage.dialnote("PATCH", "/conversations/conv_900000", json!({"assignedToId": "mem_leo"})).await;
    assert_eq!(change.0, 404);
    assert_eq!(Stage::set().await.dialnote("GET", "/conversations/conv_900000", Value::Null).await.0, 404);
}

#[tokio::test]
async fn the_next_lists_may_be_empty() {
    let stage = Stage::listing(json!({"empty_list_times": 2})).await;
    assert_eq!(stage.read("/conversations/conv_1001").await["id"], "conv_1001", "it is no list");
    assert_eq!((stage.read("/team/members").await, stage.read("/conversations").await), (json!([]), json!([])));
    assert_eq!(stage.ids("/team/members").await.len(), 3);
}

#[tokio::test]
async fn members_may_stand_in_the_list_twice() {
    let stage = Stage::listing(json!({"duplicate_members": true})).await;
    let members = ["mem_maya", "mem_maya", "mem_leo", "mem_leo", "mem_zoe", "mem_zoe"];
    assert_eq!(stage.ids("/team/members").await, members);
}
