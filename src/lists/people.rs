//! The people that a menu of new owners offers: those with the fewest open conversations and those who were chosen
//! lately first, then everyone.

use crate::core::colleague::Colleague;
use crate::core::error::Fault;
use crate::core::ids::{ConversationId, SlackUserId, TeamId};
use crate::core::names::folded;
use crate::jobs::ctx::TenantCtx;
use crate::lists::forms;
use crate::people::colleagues;
use crate::people::directory::Freshness;
use crate::platform::slack::blocks::element::{Choosable, OPTIONS, OptionGroup};

/// Returns the groups of people whose names match the typed letters.
pub(crate) async fn offered(
    ctx: &TenantCtx,
    typed: &str,
    conversation: Option<&ConversationId>,
    team: Option<&TeamId>,
) -> Result<Vec<OptionGroup>, Fault> {
    let suggested = forms::suggested(ctx, conversation).await?;
    let people = colleagues::colleagues(ctx, team, &[], Freshness::Kept).await?;
    Ok(groups(&suggested, people, typed))
}

/// Returns the suggested people, and everyone else by name. A group without people is left out.
fn groups(suggested: &[(String, SlackUserId)], mut people: Vec<Colleague>, typed: &str) -> Vec<OptionGroup> {
    let typed = folded(typed);
    let fits =
        |name: &str| folded(name).split(' ').any(|word| word.starts_with(&typed)) || folded(name).contains(&typed);
    people.retain(|one| fits(&one.full) || fits(&one.display));
    people.sort_by_key(|one| folded(&one.full));
    let first: Vec<_> = suggested.iter().filter(|(label, _)| fits(label)).collect();
    people.retain(|one| first.iter().all(|(_, user)| *user != one.user));
    let option = |label: &str, user: &SlackUserId| Choosable::new(label, user.as_str());
    let room = OPTIONS - first.len().min(OPTIONS);
    let all = [
        ("Suggested", first.iter().map(|(label, user)| option(label, user)).collect::<Vec<_>>()),
        (
            if first.is_empty() { "Everyone" } else { "Everyone else" },
            people.iter().take(room).map(|one| option(&label(one), &one.user)).collect(),
        ),
    ];
    all.into_iter().filter(|(_, options)| !options.is_empty()).map(|(label, of)| OptionGroup::new(label, of)).collect()
}

fn label(one: &Colleague) -> String {
    if one.display == one.full { one.full.clone() } else { format!("{} ({})", one.full, one.display) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colleague(full: &str, display: &str) -> Colleague {
        let user = SlackUserId::new(format!("U{display}"));
        Colleague { user, display: display.to_owned(), full: full.to_owned(), email: None }
    }

    #[test]
    fn suggested_people_come_first_and_only_once() {
        let people = vec![colleague("Zoe Park", "zoe"), colleague("Leo Martins", "leo"), colleague("Sam Doyle", "sam")];
        let suggested = [("Zoe Park · 3 open".to_owned(), SlackUserId::new("Uzoe"))];
        let said = |typed| serde_json::to_value(groups(&suggested, people.clone(), typed)).unwrap_or_default();
        let all = said("");
        assert_eq!(all.pointer("/0/options/0/value").and_then(|v| v.as_str()), Some("Uzoe"));
        assert_eq!(all.pointer("/1/options/0/text/text").and_then(|v| v.as_str()), Some("Leo Martins (leo)"));
        assert_eq!(all.pointer("/1/options").and_then(|v| v.as_array()).map(Vec::len), Some(2));
        assert_eq!(said("do").pointer("/0/options/0/value").and_then(|v| v.as_str()), Some("Usam"));
        assert_eq!(said("nobody"), serde_json::json!([]));
    }
}
