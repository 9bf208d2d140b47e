//! Names of people as colleagues read them: the display name as long as it is unambiguous, else the full name, else
//! the address.

use unicode_normalization::UnicodeNormalization;

use crate::core::ids::MemberId;
use crate::core::names::folded;
use crate::core::person;
use crate::core::person::{Member, Profile};

/// The fewest shared letters at the start of two words that count as the same name.
const MIN_SHARED_LETTERS: usize = 3;

/// Returns the name that colleagues read for a person. `own` is the person's member, if that is known.
pub fn name(profile: &Profile, own: Option<&MemberId>, members: &[Member]) -> String {
    let shown = folded(&profile.name);
    let Some(full) = profile.real.as_ref().filter(|real| folded(real) != shown) else {
        return if profile.shared { address(profile) } else { profile.name.clone() };
    };
    // An organization can have thousands of members. Only those with the same first letter need a closer look.
    let others = |name: &str| {
        let first = name.chars().next();
        let near = members.iter().filter(move |member| first_letter(&member.name) == first);
        near.filter(|member| !is_own(profile, own, member)).collect::<Vec<_>>()
    };
    let is_taken = profile.shared || others(&shown).iter().any(|other| is_called(&folded(&other.name), &shown));
    if !is_taken && is_from(&shown, &folded(full)) {
        return profile.name.clone();
    }
    let folded_full = folded(full);
    let full_is_taken = others(&folded_full).iter().any(|other| folded(&other.name) == folded_full);
    if full_is_taken { address(profile) } else { full.clone() }
}

/// Returns the first letter of a name in the form that folding gives it.
fn first_letter(name: &str) -> Option<char> {
    name.trim_start().nfkd().next()?.to_lowercase().next()
}

fn address(profile: &Profile) -> String {
    profile.email.clone().unwrap_or_else(|| profile.name.clone())
}

fn is_own(profile: &Profile, own: Option<&MemberId>, member: &Member) -> bool {
    let address = |email: Option<&String>| email.map(|email| person::folded(email));
    own == Some(&member.id)
        || address(profile.email.as_ref()).is_some_and(|own| address(member.email.as_ref()) == Some(own))
}

/// Answers whether a person with this full name also goes by the shown one: by all of it, or by its first word.
fn is_called(full: &str, shown: &str) -> bool {
    full == shown || full.split(' ').next() == Some(shown)
}

/// Answers whether a shown name derives from the full one, so that colleagues recognize the person by it. An
/// unrelated nickname could be another person's name.
fn is_from(shown: &str, full: &str) -> bool {
    shown.split(' ').any(|word| full.split(' ').any(|other| are_alike(word, other)))
}

fn are_alike(one: &str, other: &str) -> bool {
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    same >= MIN_SHARED_LETTERS || (same > 0 && one == other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ids::SlackUserId;
    use crate::core::person::Account;

    fn profile(shown: &str, full: &str) -> Profile {
        Profile {
            user: SlackUserId::new("U1"),
            name: shown.into(),
            real: Some(full.into()),
            shared: false,
            email: Some("zoe@acme.example".into()),
            account: Account::Member,
            photo: None,
            zone: None,
            admin: false,
            status: None,
        }
    }

    fn member(id: &str, name: &str, email: &str) -> Member {
        Member { id: MemberId::new(id), name: name.into(), email: Some(email.into()), away: false, admin: false }
    }

    #[test]
    fn a_name_that_names_only_one_person_is_theirs() {
        let members = [member("m1", "Zoe Park", "zoe@acme.example"), member("m2", "Sam Doyle", "sam@acme.example")];
        for (shown, full, expected) in [
            ("Zoe", "Zoe Park", "Zoe"),
            ("zoep", "Zoë Park", "zoep"),
            ("Park, Zoe", "Zoe Park", "Park, Zoe"),
            ("Zoe Park", "Zoe Park", "Zoe Park"),
            ("Sam", "Zoe Park", "Zoe Park"),
            ("Bob", "Zoe Park", "Zoe Park"),
            ("Sam", "Sam Doyle", "zoe@acme.example"),
            ("Sam", "Samantha Park", "Samantha Park"),
        ] {
            assert_eq!(name(&profile(shown, full), None, &members), expected, "{shown} of {full}");
        }
    }

    #[test]
    fn a_name_that_another_person_shows_is_not_enough() {
        let shared = Profile { shared: true, ..profile("Zoe", "Zoe Park") };
        assert_eq!(name(&shared, None, &[]), "Zoe Park");
        let alike = Profile { real: None, ..shared };
        assert_eq!(name(&alike, None, &[]), "zoe@acme.example");
    }
}
