//! File uploads: the app asks for an upload address, sends the bytes there, and then shares the file
//! (docs/contracts/slack.md §25).

use reqwest::{StatusCode, Url, header};
use serde_json::json;

use crate::core::error::Service;
use crate::core::ids::{ChannelId, FileId};
use crate::core::json::Peek;
use crate::platform::slack::answer::{SlackError, status_error, unusable};
use crate::platform::slack::client::Slack;
use crate::platform::transport;

/// The name under which an upload is counted as a call.
const UPLOAD: &str = "upload";

impl Slack {
    /// Uploads a file that no one sees yet. `alt` describes a picture for people who cannot see it.
    pub(crate) async fn upload(&self, name: &str, alt: &str, bytes: Vec<u8>) -> Result<FileId, SlackError> {
        let length = bytes.len().to_string();
        let arguments = [("filename", name), ("length", length.as_str()), ("alt_txt", alt)];
        let answer = self.call_form("files.getUploadURLExternal", &arguments).await?;
        let url = answer.words("/upload_url").and_then(|url| Url::parse(url).ok()).filter(|url| self.is_slacks(url));
        let (Some(url), Some(file)) = (url, answer.words("/file_id")) else {
            return Err(unusable("files.getUploadURLExternal returned no Slack address or no file").into());
        };
        let request = self.http().post(url).header(header::CONTENT_TYPE, "application/octet-stream").body(bytes);
        self.counted(UPLOAD, async {
            let uploaded = transport::send(Service::Slack, None, request).await?;
            match uploaded.status {
                StatusCode::OK => Ok(FileId::new(file)),
                status => Err(status_error(UPLOAD, &uploaded)
                    .unwrap_or_else(|| SlackError::Refused(format!("{UPLOAD}_{}", status.as_u16())))),
            }
        })
        .await
    }

    /// Shares an uploaded file in a channel, with a title and a text above it. Works once per file.
    pub async fn share(
        &self,
        file: &FileId,
        title: &str,
        channel: &ChannelId,
        comment: &str,
    ) -> Result<(), SlackError> {
        let files = json!([{ "id": file, "title": title }]).to_string();
        let arguments = [("files", files.as_str()), ("channel_id", channel.as_str()), ("initial_comment", comment)];
        self.call_form("files.completeUploadExternal", &arguments).await.map(drop)
    }
}
