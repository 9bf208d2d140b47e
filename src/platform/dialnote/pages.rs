//! The list of conversations, page by page. No document gives the size of a page, and the list moves during the
//! reading: pages may be short, overlap, repeat or never end (docs/contracts/dialnote.md, Calls).

use std::collections::HashSet;

use crate::core::conversation::Conversation;
use crate::core::ids::ConversationId;

/// The largest number of pages that counts as a list.
const MAX_LIST_PAGES: usize = 2_000;

/// A page of the list of conversations.
#[derive(Debug)]
pub struct ConversationPage {
    /// The conversations, most recently active first.
    pub conversations: Vec<Conversation>,
    /// The number of items, unreadable ones included.
    pub items: usize,
}

/// The position in a list that is being read.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    /// The offset of the next page.
    pub offset: usize,
    seen: HashSet<ConversationId>,
    read: usize,
    /// Set if the list continues after the pages read so far.
    pub goes_on: bool,
}

impl Pages {
    /// Takes in a page; returns the conversations that were on no page before it. The list ends with a page that brings
    /// nothing new.
    pub(crate) fn take(&mut self, page: ConversationPage) -> Vec<Conversation> {
        let new: Vec<_> = page.conversations.into_iter().filter(|one| self.seen.insert(one.id.clone())).collect();
        self.offset += page.items;
        self.read += 1;
        self.goes_on = !new.is_empty() && self.read < MAX_LIST_PAGES;
        new
    }

    /// Returns the ids of the conversations on all pages.
    pub(crate) fn seen(&self) -> &HashSet<ConversationId> {
        &self.seen
    }

    /// Restarts at the top: conversations that slipped past during the reading are there.
    pub(crate) fn restart(&mut self) {
        self.offset = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::dialnote::wire;
    use serde_json::json;

    fn page(ids: std::ops::Range<usize>) -> ConversationPage {
        let items = ids.len();
        let conversations = ids.filter_map(|n| wire::conversation(&json!({ "id": n }))).collect();
        ConversationPage { conversations, items }
    }

    #[test]
    fn a_list_ends_where_nothing_new_comes() {
        let mut pages = Pages::default();
        assert_eq!((pages.take(page(0..50)).len(), pages.goes_on, pages.offset), (50, true, 50));
        assert_eq!((pages.take(page(40..60)).len(), pages.goes_on, pages.offset), (10, true, 70));
        assert_eq!((pages.take(page(40..60)).len(), pages.goes_on), (0, false));
    }

    #[test]
    fn a_list_without_an_end_is_left() {
        let mut pages = Pages::default();
        let read = (0..).take_while(|n| (*n == 0 || pages.goes_on) && !pages.take(page(*n..n + 1)).is_empty());
        assert_eq!(read.count(), MAX_LIST_PAGES);
    }
}
