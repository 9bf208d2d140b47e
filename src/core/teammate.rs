//! Links between Slack users and dialnote members. Only a Slack user who is certainly a member may act on or own a
//! conversation, because the app acts with the organization's key (docs/contracts/dialnote.md, Consequences 2).

use crate::core::person;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::ids::{InstallationId, MemberId, SlackUserId};
use crate::core::naming;
use crate::core::person::{Account, Member, Profile};

/// The name of the actor of a workflow step, in threads, histories, notes and the audit log.
const WORKFLOW: &str = "A workflow";

/// The name of the actor of the app's own changes.
const AUTOMATION: &str = "dialnote";

/// Returns the name of an actor that is no person.
pub(crate) fn actor_name(actor: &SlackUserId) -> &'static str {
    if *actor == SlackUserId::automation() { AUTOMATION } else { WORKFLOW }
}

/// A Slack user whose profile changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "KeptProfileJob")]
pub struct ProfileJob {
    /// The user.
    pub user: SlackUserId,
    /// The profile that Slack sent and the time of it. Earlier versions stored the user alone.
    pub told: Option<(Profile, Timestamp)>,
}

/// A changed profile in the format of any version.
#[derive(Deserialize)]
#[serde(untagged)]
enum KeptProfileJob {
    Named(SlackUserId),
    Told { user: SlackUserId, told: Option<Box<(Profile, Timestamp)>> },
}

impl From<KeptProfileJob> for ProfileJob {
    fn from(kept: KeptProfileJob) -> Self {
        match kept {
            KeptProfileJob::Named(user) => Self { user, told: None },
            KeptProfileJob::Told { user, told } => Self { user, told: told.map(|told| *told) },
        }
    }
}

/// A teammate: a Slack user who is a dialnote member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teammate {
    /// The Slack side.
    pub user: SlackUserId,
    /// The dialnote side.
    pub member: MemberId,
    /// The name that colleagues read.
    pub name: String,
    /// The time zone, by its name in the tz database, if Slack knows it.
    #[serde(default)]
    pub zone: Option<String>,
    /// True if they are an admin of the workspace in Slack or of the organization in dialnote.
    #[serde(default)]
    pub admin: bool,
}

impl Teammate {
    /// Returns the actor of a workflow step: no member, and no admin.
    pub(crate) fn workflow() -> Self {
        Self::no_person(SlackUserId::workflow())
    }

    /// Returns the actor of the app's own changes: no member, and no admin.
    pub(crate) fn automation() -> Self {
        Self::no_person(SlackUserId::automation())
    }

    fn no_person(user: SlackUserId) -> Self {
        let name = actor_name(&user).to_owned();
        Self { member: MemberId::new(user.as_str()), user, name, zone: None, admin: false }
    }
}

/// A link that an admin made by hand: this Slack user is this member, even if their addresses differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByHand {
    /// The Slack side.
    pub user: SlackUserId,
    /// The dialnote side.
    pub member: MemberId,
    /// The member's name in dialnote at that time.
    pub name: String,
    /// The admin who made the link.
    pub by: SlackUserId,
    /// The time of the link.
    pub at: Timestamp,
}

/// The reason why a Slack user is not a teammate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unlinked {
    /// A bot.
    Bot,
    /// The Slack account is deactivated.
    Deactivated,
    /// A guest.
    Guest,
    /// From another workspace.
    Outsider,
    /// The address in Slack was never confirmed.
    Unconfirmed,
    /// Slack shows the app no address.
    NoEmail,
    /// No dialnote member has the address.
    NoMember,
    /// Several dialnote members have the address.
    Ambiguous,
    /// The workspace is not connected to dialnote yet, so it has no members.
    NotConnected,
    /// The member with the address was linked by hand to another Slack user.
    Taken,
}

impl Unlinked {
    /// Answers whether an admin can fix this with a link by hand. A link cannot change the kind of account, nor
    /// connect the workspace.
    pub(crate) fn can_be_linked(self) -> bool {
        match self {
            Self::Bot | Self::Deactivated | Self::Guest | Self::Outsider | Self::NotConnected => false,
            Self::Unconfirmed | Self::NoEmail | Self::NoMember | Self::Ambiguous | Self::Taken => true,
        }
    }
}

/// Links a Slack user to the member that an admin chose by hand, as long as that member exists. Otherwise links them
/// to the one member with the same confirmed address, in any letter case, who is not linked by hand to another user.
/// Fails with the reason why the user is not a teammate.
pub fn link(profile: &Profile, members: &[Member], by_hand: &[ByHand]) -> Result<Teammate, Unlinked> {
    linked_member(profile, members, by_hand).map(|member| teammate(profile, member, members))
}

/// Returns the member to whom a Slack profile is linked, or the reason why it is linked to none.
pub(crate) fn linked_member<'a>(
    profile: &Profile,
    members: &'a [Member],
    by_hand: &[ByHand],
) -> Result<&'a Member, Unlinked> {
    may_be_linked(profile.account)?;
    if let Some(member) = chosen(&profile.user, members, by_hand) {
        return Ok(member);
    }
    if profile.account == Account::Unconfirmed {
        return Err(Unlinked::Unconfirmed);
    }
    let email = profile.email.as_deref().map(person::folded).filter(|e| !e.is_empty()).ok_or(Unlinked::NoEmail)?;
    let is_same = |own: &str| person::folds_to(own, &email);
    let same = members.iter().filter(|member| member.email.as_deref().is_some_and(is_same));
    let (taken, free): (Vec<_>, Vec<_>) = same.partition(|member| by_hand.iter().any(|link| link.member == member.id));
    match free.as_slice() {
        [member] => Ok(member),
        [] if taken.is_empty() => Err(Unlinked::NoMember),
        [] => Err(Unlinked::Taken),
        _ => Err(Unlinked::Ambiguous),
    }
}

/// Returns the member that a Slack user is linked to if the state of the account does not count: a deactivated user
/// may have been linked before.
pub(crate) fn linked_before(profile: &Profile, members: &[Member], by_hand: &[ByHand]) -> Option<MemberId> {
    let profile = Profile { account: Account::Member, ..profile.clone() };
    linked_member(&profile, members, by_hand).ok().map(|member| member.id.clone())
}

/// Answers whether a member has the address of one of these profiles.
pub(crate) fn is_a_members<'a>(mut profiles: impl Iterator<Item = &'a Profile>, members: &[Member]) -> bool {
    let has =
        |member: &Member, email: &str| member.email.as_deref().map(person::folded).is_some_and(|own| own == email);
    profiles.any(|profile| {
        let email = profile.email.as_deref().map(person::folded).filter(|email| !email.is_empty());
        email.is_some_and(|email| members.iter().any(|member| has(member, &email)))
    })
}

/// Checks whether a user with such an account can be linked at all. An unconfirmed address proves nothing, but an
/// admin who links by hand vouches for the person.
pub(crate) fn may_be_linked(account: Account) -> Result<(), Unlinked> {
    match account {
        Account::Member | Account::Unconfirmed => Ok(()),
        Account::Bot => Err(Unlinked::Bot),
        Account::Deactivated => Err(Unlinked::Deactivated),
        Account::Guest => Err(Unlinked::Guest),
        Account::Outsider => Err(Unlinked::Outsider),
    }
}

/// Returns the member to whom a Slack user was linked by hand, if that member still exists.
fn chosen<'a>(user: &SlackUserId, members: &'a [Member], by_hand: &[ByHand]) -> Option<&'a Member> {
    let link = by_hand.iter().find(|link| link.user == *user)?;
    members.iter().find(|member| member.id == link.member)
}

fn teammate(profile: &Profile, member: &Member, members: &[Member]) -> Teammate {
    Teammate {
        user: profile.user.clone(),
        member: member.id.clone(),
        name: naming::name(profile, Some(&member.id), members),
        zone: profile.zone.clone(),
        admin: profile.admin || member.admin,
    }
}

/// Answers whether a user with these teams belongs to another workspace than the installation's
/// (docs/contracts/slack.md §23.5, §24). `None` means that Slack named no team, as it does for its own users.
pub(crate) fn is_outside(installation: &InstallationId, team: Option<&str>, organization: &[&str]) -> bool {
    let ours = installation.as_str();
    team.is_some_and(|team| team != ours) && !organization.contains(&ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(email: Option<&str>, account: Account) -> Profile {
        Profile {
            user: SlackUserId::new("U1"),
            name: "Zoe".into(),
            real: None,
            shared: false,
            email: email.map(str::to_owned),
            account,
            photo: None,
            zone: None,
            admin: false,
            status: None,
        }
    }

    fn member(id: &str, email: &str) -> Member {
        Member { id: MemberId::new(id), name: id.into(), email: Some(email.into()), away: false, admin: false }
    }

    #[test]
    fn the_same_address_makes_a_teammate() {
        let members = [member("m1", "Zoe@Acme.example "), member("m2", "leo@acme.example")];
        let linked = link(&profile(Some("zoe@acme.EXAMPLE"), Account::Member), &members, &[]);
        assert_eq!(linked.map(|teammate| teammate.member), Ok(MemberId::new("m1")));
    }

    #[test]
    fn letters_that_look_alike_are_not_the_same_address() {
        let members = [member("m1", "kim@acme.example"), member("m2", "Jürgen@acme.example")];
        let linked =
            |email| link(&profile(Some(email), Account::Member), &members, &[]).map(|teammate| teammate.member);
        assert_eq!(linked("KIM@acme.example"), Ok(MemberId::new("m1")));
        assert_eq!(linked("\u{212a}im@acme.example"), Err(Unlinked::NoMember), "a Kelvin sign");
        assert_eq!(linked("Jürgen@acme.example"), Ok(MemberId::new("m2")));
        assert_eq!(linked("JÜRGEN@acme.example"), Err(Unlinked::NoMember));
    }

    #[test]
    fn everything_less_is_refused_by_its_reason() {
        let members = [member("m1", "zoe@acme.example"), member("m2", "zoe@acme.example"), member("m3", "")];
        let zoe = Some("zoe@acme.example");
        for (email, account, why) in [
            (zoe, Account::Bot, Unlinked::Bot),
            (zoe, Account::Deactivated, Unlinked::Deactivated),
            (zoe, Account::Guest, Unlinked::Guest),
            (zoe, Account::Outsider, Unlinked::Outsider),
            (zoe, Account::Unconfirmed, Unlinked::Unconfirmed),
            (None, Account::Member, Unlinked::NoEmail),
            (Some(" "), Account::Member, Unlinked::NoEmail),
            (Some("sam@acme.example"), Account::Member, Unlinked::NoMember),
            (zoe, Account::Member, Unlinked::Ambiguous),
        ] {
            assert_eq!(link(&profile(email, account), &members, &[]), Err(why));
        }
    }

    fn by_hand(user: &str, member: &str) -> ByHand {
        let (user, by) = (SlackUserId::new(user), SlackUserId::new("UADMIN"));
        ByHand { user, member: MemberId::new(member), name: member.into(), by, at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn what_was_said_by_hand_goes_before_the_address() {
        let members = [member("m1", "zoe@acme.example"), member("m2", "leo@acme.example")];
        let zoe = Some("zoe@acme.example");
        let linked = |email, account, links: &[ByHand]| {
            link(&profile(email, account), &members, links).map(|teammate| teammate.member.to_string())
        };
        for (email, account, links, expected) in [
            (zoe, Account::Member, vec![by_hand("U1", "m2")], Ok("m2")),
            (None, Account::Member, vec![by_hand("U1", "m2")], Ok("m2")),
            (zoe, Account::Unconfirmed, vec![by_hand("U1", "m2")], Ok("m2")),
            (zoe, Account::Guest, vec![by_hand("U1", "m2")], Err(Unlinked::Guest)),
            (zoe, Account::Bot, vec![by_hand("U1", "m2")], Err(Unlinked::Bot)),
            (zoe, Account::Deactivated, vec![by_hand("U1", "m2")], Err(Unlinked::Deactivated)),
            (zoe, Account::Outsider, vec![by_hand("U1", "m2")], Err(Unlinked::Outsider)),
            (zoe, Account::Member, vec![by_hand("U1", "gone")], Ok("m1")),
            (zoe, Account::Member, vec![by_hand("U2", "m1")], Err(Unlinked::Taken)),
            (zoe, Account::Member, vec![by_hand("U2", "m2")], Ok("m1")),
        ] {
            assert_eq!(linked(email, account, &links), expected.map(str::to_owned), "{account:?} {links:?}");
        }
    }

    #[test]
    fn who_is_left_of_two_with_the_same_address_is_the_one() {
        let members = [member("m1", "zoe@acme.example"), member("m2", "zoe@acme.example")];
        let zoe = profile(Some("zoe@acme.example"), Account::Member);
        let linked = link(&zoe, &members, &[by_hand("U2", "m2")]);
        assert_eq!(linked.map(|teammate| teammate.member), Ok(MemberId::new("m1")));
    }

    #[test]
    fn knows_who_is_from_elsewhere() {
        let ours = InstallationId::new("T1");
        assert!(!is_outside(&ours, Some("T1"), &[]));
        assert!(!is_outside(&ours, None, &[]));
        assert!(!is_outside(&ours, Some("E1"), &["E1", "T1"]));
        assert!(is_outside(&ours, Some("T2"), &["E2", "T2"]));
    }
}
