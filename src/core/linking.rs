//! Links that an admin makes by hand, for people whose addresses in Slack and dialnote differ, are shared or cannot
//! be seen. This module reads what an admin types, finds the member they mean, and suggests likely matches.

use serde::{Deserialize, Serialize};

use crate::core::ids::{MemberId, SlackUserId};
use crate::core::names::{How, folded, how};
use crate::core::parse_error::ParseError;
use crate::core::person::{Member, Profile};
use crate::core::typed::TypedWord;
use crate::core::{person, typed};

/// The least similarity at which two people are suggested as one (0 nothing alike, 1 the same).
const PERSON_SIMILARITY: f64 = 0.85;

/// The similarity of two people whose names share a word.
const SAME_WORD: f64 = 0.9;

/// The shortest word that counts as shared, in characters. Shorter words are too easily the same.
const MIN_WORD_LENGTH: usize = 3;

/// The most members suggested for one person, if they are equally likely.
const MOST_SUGGESTED: usize = 3;

/// A request about links between Slack users and members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Linking {
    /// Show the unlinked people.
    Show,
    /// Link a Slack user to the member that the text names.
    Named {
        /// The Slack user.
        user: SlackUserId,
        /// The member's id, address, or part of the name.
        member: String,
    },
    /// Link a Slack user to this member.
    To {
        /// The Slack user.
        user: SlackUserId,
        /// The member.
        member: MemberId,
        /// The Slack user who is linked to the member now, and loses the link.
        from: Option<SlackUserId>,
    },
    /// Remove the link of a Slack user that was made by hand.
    Off {
        /// The Slack user.
        user: SlackUserId,
    },
}

impl Linking {
    /// Reads the text after `/dialnote link`. Fails if it names no Slack user whom Slack recognized, or no member.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let (user, rest) = match typed::first(text) {
            None => return Ok(Self::Show),
            Some((TypedWord::Plain(word), _)) if word.eq_ignore_ascii_case("list") => return Ok(Self::Show),
            Some((TypedWord::Person(user), rest)) => (user, rest),
            Some((TypedWord::Plain(word), _)) if word.starts_with('@') => {
                return Err(ParseError::NobodyToLink { typed: typed::plain(word) });
            }
            Some(_) => return Err(ParseError::NobodyToLink { typed: String::new() }),
        };
        match member(rest).as_str() {
            "" => Err(ParseError::NoMemberNamed),
            word if word.eq_ignore_ascii_case("off") => Ok(Self::Off { user }),
            named => Ok(Self::Named { user, member: named.to_owned() }),
        }
    }
}

fn member(text: &str) -> String {
    match typed::first(text) {
        Some((TypedWord::Quoted(name), _)) => name.to_owned(),
        Some((TypedWord::Link(link), _)) => link.trim_start_matches("mailto:").to_owned(),
        _ => typed::plain(text),
    }
}

/// The members that a text may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberMatch<'a> {
    /// This one.
    One(&'a Member),
    /// Several fit equally well.
    Several(Vec<&'a Member>),
    /// None; this one comes nearest, if any does.
    Nobody(Option<&'a Member>),
}

/// Finds the member that a text means: by id, address, name or part of the name.
pub fn meant<'a>(asked: &str, members: &'a [Member]) -> MemberMatch<'a> {
    let fits: Vec<_> = members.iter().map(|member| (fit(asked, member), member)).collect();
    let best = fits.iter().map(|(fit, _)| *fit).max().unwrap_or(How::Nothing);
    if best == How::Nothing {
        return MemberMatch::Nobody(nearest(asked, members));
    }
    let found: Vec<_> = fits.into_iter().filter(|(fit, _)| *fit == best).map(|(_, member)| member).collect();
    match found.as_slice() {
        [one] => MemberMatch::One(one),
        _ => MemberMatch::Several(found),
    }
}

fn fit(asked: &str, member: &Member) -> How {
    let is_address = member.email.as_deref().is_some_and(|email| person::folded(email) == person::folded(asked));
    if is_address || member.id.as_str().eq_ignore_ascii_case(asked.trim()) {
        return How::WholeName;
    }
    how(&folded(asked), &folded(&member.name))
}

fn nearest<'a>(asked: &str, members: &'a [Member]) -> Option<&'a Member> {
    let asked = names(asked, Some(asked));
    let scored = members.iter().map(|member| (closest(&asked, &names_of(member)), member));
    best(scored.filter(|(score, _)| *score >= PERSON_SIMILARITY))
}

/// Returns the members that a Slack user is likely to be: those with the same address, else those whose name or
/// address is most like the user's.
pub fn suggested<'a>(profile: &Profile, members: &[&'a Member]) -> Vec<&'a Member> {
    let mut scored: Vec<_> = members.iter().map(|member| (likeness(profile, member), *member)).collect();
    let best = scored.iter().map(|(score, _)| *score).fold(PERSON_SIMILARITY, f64::max);
    scored.retain(|(score, _)| *score >= best);
    scored.into_iter().map(|(_, member)| member).take(MOST_SUGGESTED).collect()
}

/// Returns the one of these Slack users that a member is most likely to be.
pub(crate) fn likely<'a>(member: &Member, profiles: impl Iterator<Item = &'a Profile>) -> Option<&'a Profile> {
    let scored = profiles.map(|profile| (likeness(profile, member), profile));
    best(scored.filter(|(score, _)| *score >= PERSON_SIMILARITY))
}

fn best<T>(scored: impl Iterator<Item = (f64, T)>) -> Option<T> {
    scored.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, best)| best)
}

/// Computes how alike a Slack user and a member are (0 nothing alike, 1 the same).
fn likeness(profile: &Profile, member: &Member) -> f64 {
    let address = |email: &Option<String>| email.as_deref().map(person::folded).filter(|email| !email.is_empty());
    if address(&profile.email).is_some_and(|email| address(&member.email) == Some(email)) {
        return 1.0;
    }
    // A mere likeness must never come before the same address.
    closest(&names(&profile.name, profile.email.as_deref()), &names_of(member)).min(0.99)
}

fn closest(some: &[String], others: &[String]) -> f64 {
    let pairs = some.iter().flat_map(|one| others.iter().map(move |other| alike(one, other)));
    pairs.fold(0.0, f64::max)
}

fn alike(one: &str, other: &str) -> f64 {
    let words = |name: &str| name.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let long = |word: &&String| word.chars().count() >= MIN_WORD_LENGTH;
    let same_word = words(one).iter().filter(long).any(|word| words(other).contains(word));
    strsim::jaro_winkler(one, other).max(if same_word { SAME_WORD } else { 0.0 })
}

fn names_of(member: &Member) -> Vec<String> {
    names(&member.name, member.email.as_deref())
}

/// Returns a person's names: the given one, and the words before the @ of the address.
fn names(name: &str, email: Option<&str>) -> Vec<String> {
    let before_at = email.and_then(|email| email.split_once('@')).map(|(before, _)| before);
    let words = before_at.map(|before| before.replace(['.', '_', '-', '+'], " "));
    let name = Some(name).filter(|name| !name.contains('@'));
    let both = [name.map(folded), words.as_deref().map(folded)];
    both.into_iter().flatten().filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::person::Account;

    fn member(id: &str, name: &str, email: &str) -> Member {
        Member { id: MemberId::new(id), name: name.into(), email: Some(email.into()), away: false, admin: false }
    }

    fn team() -> Vec<Member> {
        vec![
            member("mem_1", "Samuel Ortiz", "s.ortiz@acme.example"),
            member("mem_2", "Zoé Park", "zoe@acme.example"),
            member("mem_3", "Joe Park", "joe@acme.example"),
            member("mem_4", "Kim Ode", "kim@acme.example"),
        ]
    }

    fn ids<'a>(members: impl IntoIterator<Item = &'a Member>) -> Vec<&'a str> {
        members.into_iter().map(|member| member.id.as_str()).collect()
    }

    #[test]
    fn reads_who_and_whom() {
        let user = SlackUserId::new("U1");
        let named = |member: &str| Ok(Linking::Named { user: user.clone(), member: member.to_owned() });
        for (text, expected) in [
            ("", Ok(Linking::Show)),
            ("list", Ok(Linking::Show)),
            ("<@U1|sam> Samuel Ortiz", named("Samuel Ortiz")),
            ("<@U1> \"Ortiz\" please", named("Ortiz")),
            ("<@U1> <mailto:s@acme.example|s@acme.example>", named("s@acme.example")),
            ("<@U1> mem_1", named("mem_1")),
            ("<@U1> OFF", Ok(Linking::Off { user: user.clone() })),
            ("<@U1>", Err(ParseError::NoMemberNamed)),
            ("@sam Ortiz", Err(ParseError::NobodyToLink { typed: "@sam".into() })),
            ("Ortiz", Err(ParseError::NobodyToLink { typed: String::new() })),
        ] {
            assert_eq!(Linking::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn finds_the_member_who_is_meant() {
        let team = team();
        for (asked, expected) in [
            ("mem_4", vec!["mem_4"]),
            ("KIM@acme.example", vec!["mem_4"]),
            ("zoe park", vec!["mem_2"]),
            ("park", vec!["mem_2", "mem_3"]),
            ("ortiz", vec!["mem_1"]),
        ] {
            let found = match meant(asked, &team) {
                MemberMatch::One(one) => vec![one],
                MemberMatch::Several(several) => several,
                MemberMatch::Nobody(_) => Vec::new(),
            };
            assert_eq!(ids(found), expected, "{asked}");
        }
        assert_eq!(meant("Samuel Ortis", &team), MemberMatch::Nobody(team.first()));
        assert_eq!(meant("s.ortis@acme.example", &team), MemberMatch::Nobody(team.first()));
        assert_eq!(meant("xyz", &team), MemberMatch::Nobody(None));
    }

    #[test]
    fn suggests_who_is_alike() {
        let team = team();
        let all: Vec<_> = team.iter().collect();
        let profile = |name: &str, email: Option<&str>| Profile {
            user: SlackUserId::new("U1"),
            name: name.into(),
            real: None,
            shared: false,
            email: email.map(str::to_owned),
            account: Account::Member,
            photo: None,
            zone: None,
            admin: false,
            status: None,
        };
        for (name, email, expected) in [
            ("Sam", Some("samuel.ortiz@home.example"), vec!["mem_1"]),
            ("zoe", None, vec!["mem_2"]),
            ("Park", None, vec!["mem_2", "mem_3"]),
            ("kimode", None, vec!["mem_4"]),
            ("Nobody", Some("n@acme.example"), vec![]),
            ("Park", Some("KIM@acme.example"), vec!["mem_4"]),
        ] {
            assert_eq!(ids(suggested(&profile(name, email), &all)), expected, "{name}");
        }
        let (sam, kim) = (profile("Sam Ortiz", None), profile("Kim", None));
        let likely_one = all.first().and_then(|member| likely(member, [&kim, &sam].into_iter()));
        assert_eq!(likely_one, Some(&sam));
    }
}

/// An unlinked user who may be linked by now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LinkedJob {
    /// The Slack user.
    pub user: SlackUserId,
    /// The name that colleagues read for the admin who made the link by hand; `None` if no one did.
    pub by: Option<String>,
}
