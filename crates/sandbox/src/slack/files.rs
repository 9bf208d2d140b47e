//! Files: requested, sent, shared, each step once and in this order (docs/contracts/slack.md §25). Only pictures: the
//! app has no other files.

use std::path::Path;

use serde::Deserialize;
use serde_json::json;

use super::args::Args;
use super::failure::{Failure, Reply};
use super::reach::writable;
use crate::answer::Answer;
use crate::blocks::length;
use crate::channels::Message;
use crate::ids::BOT_USER;
use crate::request::RecordedRequest;
use crate::uploads::Upload;
use crate::world::World;

/// The longest description of a picture, in characters.
const LONGEST_ALT: u64 = 1000;

/// The first bytes of every PNG.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    id: String,
    title: String,
}

/// `files.getUploadURLExternal`.
pub(super) fn get_upload_url(world: &mut World, args: &Args) -> Reply {
    if Path::new(args.required("filename")?).extension().is_none_or(|kind| kind != "png") {
        return Err("file_type_not_allowed".into());
    }
    let expected = args.number("length")?.filter(|length| *length > 0).ok_or("missing_argument")?;
    let alt = args.text("alt_txt")?.unwrap_or_default().to_owned();
    if alt.is_empty() {
        return Err(Failure::argument("the sandbox wants a description of every picture: alt_txt"));
    }
    if length(&alt) > LONGEST_ALT {
        return Err("alt_txt_too_large".into());
    }
    let id = format!("F{:010}", world.next_id());
    let url = format!("{}/slack/upload/{id}", world.services);
    let length = usize::try_from(expected).unwrap_or(usize::MAX);
    world.uploads.insert(id.clone(), Upload { length, alt, bytes: None, is_shared: false });
    Ok(json!({"upload_url": url, "file_id": id}))
}

/// Takes the bytes of a file.
pub(crate) fn take_upload(world: &mut World, id: &str, heard: &RecordedRequest) -> Answer {
    let refused = |why: &str| Answer::new(400, json!({"error": why}));
    let Some(upload) = world.uploads.get_mut(id).filter(|upload| upload.bytes.is_none()) else {
        return refused("there is no such upload, or no more");
    };
    if heard.bearer().is_some() {
        return refused("no token belongs here");
    }
    if heard.body.len() != upload.length || !heard.body.starts_with(PNG) {
        return refused("these are not the bytes that were announced, or no PNG");
    }
    upload.bytes = Some(heard.body.clone());
    Answer::new(200, json!("OK"))
}

/// `files.completeUploadExternal`.
pub(super) fn complete_upload(world: &mut World, args: &Args) -> Reply {
    let files = args.nested("files", "invalid_arguments")?.unwrap_or_default();
    let files: Vec<Named> =
        serde_json::from_value(files).map_err(|error| Failure::argument(&format!("files: {error}")))?;
    let channel = writable(world, args.required("channel_id")?)?;
    let mut shown = Vec::new();
    for Named { id, title } in files {
        let upload = world.uploads.get_mut(&id).filter(|upload| upload.bytes.is_some() && !upload.is_shared);
        let upload = upload.ok_or("file_not_found")?;
        upload.is_shared = true;
        shown.push(json!({"id": id, "title": title, "alt_txt": upload.alt, "url": format!("/slack/files/{id}")}));
    }
    world.post(Message {
        channel: channel.id,
        author: BOT_USER.to_owned(),
        text: args.text("initial_comment")?.unwrap_or_default().to_owned(),
        files: shown.clone(),
        ..Message::default()
    });
    // The time of sharing is unknown: the answer names only the files.
    let named: Vec<_> = shown.iter().map(|file| json!({"id": file["id"], "title": file["title"]})).collect();
    Ok(json!({"files": named}))
}
