//! The fixed world: documentation, scripts and tests rely on these names, numbers and ids.

use std::collections::BTreeSet;

use crate::channels::{Channel, ChannelKind};
use crate::ids::{BOT_HANDLE, BOT_USER};
use crate::people::{Person, UserGroup};

/// Teammates maya (admin), leo and zoe, and sam, who is no dialnote member.
pub(super) fn people() -> Vec<Person> {
    let maya = Person { admin: true, ..Person::named("maya", "Maya Chen") };
    let leo = Person::named("leo", "Leo Martins");
    let zoe = Person { tz: "America/New_York".to_owned(), ..Person::named("zoe", "Zoe Park") };
    let sam = Person::named("sam", "Sam Doyle");
    let bot = Person {
        id: BOT_USER.to_owned(),
        email: None,
        bot: true,
        display_name: BOT_HANDLE.to_owned(),
        ..Person::named(BOT_HANDLE, "dialnote")
    };
    vec![maya, leo, zoe, sam, bot]
}

/// Returns one user group.
pub(super) fn groups() -> Vec<UserGroup> {
    vec![UserGroup {
        id: "S0FRONTDESK".to_owned(),
        handle: "frontdesk".to_owned(),
        name: "Front desk".to_owned(),
        users: vec!["U0LEO".to_owned(), "U0ZOE".to_owned()],
    }]
}

/// Returns two public channels, with all people and the app in them.
pub(super) fn channels() -> Vec<Channel> {
    let everybody = ["U0MAYA", "U0LEO", "U0ZOE", "U0SAM", BOT_USER];
    vec![Channel::public("C0FRONT", "front-desk", &everybody), Channel::public("C0BILLING", "billing", &everybody)]
}

/// Returns the direct message between a person and the app: `U0ZOE` has `D0ZOE`.
pub(super) fn direct_message(user: &str) -> Channel {
    let id = format!("D0{}", user.strip_prefix("U0").unwrap_or(user));
    let members = BTreeSet::from([user.to_owned(), BOT_USER.to_owned()]);
    Channel { members, kind: ChannelKind::Direct, ..Channel::public(&id, "directmessage", &[]) }
}
