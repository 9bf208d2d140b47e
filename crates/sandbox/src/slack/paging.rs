//! Pages of lists.

use super::args::Args;
use super::failure::Failure;
use crate::blocks;

/// Returns one page of a list, and the cursor of the next one. Slack's cursors are opaque.
pub(super) fn page<T: Clone>(items: &[T], args: &Args, limit: &str) -> Result<(Vec<T>, String), Failure> {
    page_of(usize::MAX, items, args, limit)
}

/// Does the same with at most `most` items on a page, whatever the call asks for.
pub(super) fn page_of<T: Clone>(
    most: usize,
    items: &[T],
    args: &Args,
    limit: &str,
) -> Result<(Vec<T>, String), Failure> {
    let bounds = blocks::limit(&["web_api", limit]);
    let default = blocks::default_of(&["web_api", limit]).or(bounds.max).unwrap_or(100);
    let size = args.number("limit")?.unwrap_or(default);
    if size < bounds.min.unwrap_or(1) || bounds.max.is_some_and(|max| size > max) {
        return Err(Failure::argument(&format!("limit is out of bounds: {size}")));
    }
    let start = match args.text("cursor")? {
        None => 0,
        Some(cursor) => cursor_start(cursor).filter(|start| *start < items.len()).ok_or("invalid_cursor")?,
    };
    let size = usize::try_from(size).unwrap_or(usize::MAX).min(most);
    let page: Vec<T> = items.iter().skip(start).take(size).cloned().collect();
    let end = start + page.len();
    let next = if end < items.len() { format!("{}=", hex::encode(format!("from:{end}"))) } else { String::new() };
    Ok((page, next))
}

fn cursor_start(cursor: &str) -> Option<usize> {
    let bytes = hex::decode(cursor.strip_suffix('=')?).ok()?;
    String::from_utf8(bytes).ok()?.strip_prefix("from:")?.parse().ok()
}
