//! The window in which an admin chooses the member of a Slack user, or the Slack user of a member.

use serde::{Deserialize, Serialize};

use crate::core::ids::{MemberId, SlackUserId, ViewId};
use crate::core::linking::Linking;
use crate::core::names::{How, folded, how};
use crate::core::person::Member;
use crate::people::people_words::called;
use crate::platform::slack::blocks::element::{Choosable, Element, OPTIONS};
use crate::platform::slack::blocks::kit::Block;
use crate::platform::slack::blocks::window::Modal;

/// The window's callback id.
pub(crate) const CALLBACK_ID: &str = "link_choice";

/// The field in which a member is chosen.
pub(crate) const MEMBER: &str = "member";

/// The field in which a Slack user is chosen.
pub(crate) const USER: &str = "user";

/// One side of a link, whose other side is to be chosen. The window carries it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LinkChoice {
    /// The Slack user whose member is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<SlackUserId>,
    /// The member whose Slack user is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) member: Option<MemberId>,
    /// The window below, which shows the result.
    pub(crate) window: Option<ViewId>,
    /// The page of that window.
    pub(crate) page: usize,
}

impl LinkChoice {
    /// Returns the change of a link, once both sides are known.
    pub(crate) fn linking(&self, user: Option<SlackUserId>, member: Option<MemberId>) -> Option<Linking> {
        let (user, member) = (self.user.clone().or(user)?, self.member.clone().or(member)?);
        Some(Linking::To { user, member, from: None })
    }
}

/// Returns the window. `name` is the name of the side that is known.
pub(crate) fn window(choice: &LinkChoice, name: Option<&str>) -> Modal {
    let metadata = serde_json::to_string(choice).unwrap_or_default();
    let name = name.unwrap_or("this person");
    let (title, field) = if choice.user.is_some() {
        let search = Element::search(MEMBER, "Search members");
        ("Choose member", Block::field(MEMBER, &format!("dialnote member to link to {name}"), search))
    } else {
        let menu = Element::user(USER, "Search users", None);
        ("Choose user", Block::field(USER, &format!("Slack user to link to {name}"), menu))
    };
    Modal::new(CALLBACK_ID, title, "Link", metadata, vec![field])
}

/// Returns the members that match the text in the search field.
pub(crate) fn options(typed: &str, members: &[Member]) -> Vec<Choosable> {
    let typed = folded(typed);
    let fits = |member: &&Member| {
        let email = member.email.as_deref().map(folded).unwrap_or_default();
        typed.is_empty() || how(&typed, &folded(&member.name)) != How::Nothing || email.contains(&typed)
    };
    let option = |member: &Member| Choosable::new(&called(member), member.id.as_str());
    members.iter().filter(fits).map(option).take(OPTIONS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(id: &str, name: &str) -> Member {
        let email = Some(format!("{id}@acme.example"));
        Member { id: MemberId::new(id), name: name.to_owned(), email, away: false, admin: false }
    }

    #[test]
    fn members_are_found_by_name_and_address() {
        let members = [member("sam", "Sam Doyle"), member("zoe", "Zoe Park")];
        assert_eq!(options("doyle", &members), options("sam@", &members));
        assert_eq!(options("xyz", &members), Vec::new());
        assert_eq!(options("", &members).len(), 2);
    }

    #[test]
    fn the_chosen_side_completes_the_link() {
        let (user, member) = (SlackUserId::new("U1"), MemberId::new("mem_1"));
        let linking = Linking::To { user: user.clone(), member: member.clone(), from: None };
        let of_user = LinkChoice { user: Some(user.clone()), ..LinkChoice::default() };
        assert_eq!(of_user.linking(None, Some(member.clone())), Some(linking.clone()));
        let of_member = LinkChoice { member: Some(member), ..LinkChoice::default() };
        assert_eq!(of_member.linking(Some(user), None), Some(linking));
        assert_eq!(of_member.linking(None, None), None);
    }
}
