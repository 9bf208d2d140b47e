//! The list of conversations, page by page. Nothing says how many items a page has, and the list moves while it is
//! read: pages may be short, overlap, repeat or never end (docs/contracts/dialnote.md, Calls).

use std::collections::HashSet;

use crate::domain::conversation::Conversation;
use crate::ids::ConversationId;

/// More pages than this are no list.
const MAX_LIST_PAGES: usize = 2_000;

/// A page of the list of conversations.
#[derive(Debug)]
pub struct ConversationPage {
    /// Most recently active first.
    pub conversations: Vec<Conversation>,
    /// How many items it has, those that cannot be read included.
    pub items: usize,
}

/// How far a list is read.
#[derive(Debug, Default)]
pub struct Pages {
    /// Where the next page begins.
    pub offset: usize,
    seen: HashSet<ConversationId>,
    read: usize,
    /// Whether the list goes on after what was read.
    pub goes_on: bool,
}

impl Pages {
    /// Takes in a page; answers the conversations that no page before it had. The list ends with a page that
    /// brings nothing new.
    pub fn take(&mut self, page: ConversationPage) -> Vec<Conversation> {
        let new: Vec<_> = page.conversations.into_iter().filter(|one| self.seen.insert(one.id.clone())).collect();
        self.offset += page.items;
        self.read += 1;
        self.goes_on = !new.is_empty() && self.read < MAX_LIST_PAGES;
        new
    }

    /// The conversations of all pages.
    pub fn seen(&self) -> &HashSet<ConversationId> {
        &self.seen
    }

    /// Begins at the top again: what slipped past meanwhile stands there.
    pub fn restart(&mut self) {
        self.offset = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialnote::wire;
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
