//! The people that a menu of new owners offers: those with the fewest open conversations and those who were chosen
//! lately first, then everyone.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::core::availability::Away;
use crate::core::colleague::Colleague;
use crate::core::error::Fault;
use crate::core::ids::{ConversationId, SlackUserId, TeamId};
use crate::core::names::folded;
use crate::core::text::cut;
use crate::core::working_hours;
use crate::jobs::ctx::TenantCtx;
use crate::lists::forms;
use crate::people::directory::Freshness;
use crate::people::{availability, colleagues, directory};
use crate::platform::slack::blocks::element::{Choosable, OPTIONS, OptionGroup};

/// The most characters of an option's label (docs/contracts/slack.md §11).
const LONGEST_LABEL: usize = 75;

const SEPARATOR: &str = " · ";

/// Returns the groups of people whose names match the typed letters.
pub(crate) async fn offered(
    ctx: &TenantCtx,
    typed: &str,
    conversation: Option<&ConversationId>,
    (reader, team): (&SlackUserId, Option<&TeamId>),
) -> Result<Vec<OptionGroup>, Fault> {
    let suggested = forms::suggested(ctx, conversation).await?;
    let people = colleagues::colleagues(ctx, team, &[], Freshness::Kept).await?;
    let zone = working_hours::zone(directory::zone(ctx, reader).await?.as_deref());
    let mark = |why: Away| away_label(&why, ctx.clock.now(), &zone);
    let away = availability::known_away(ctx).await?.into_iter().map(|(user, why)| (user, mark(why))).collect();
    Ok(groups(&suggested, people, &away, typed))
}

/// Returns the suggested people who are there, and everyone else by name. People who are away are offered, and their
/// labels say so. A group without people is left out.
fn groups(
    suggested: &[(String, SlackUserId)],
    mut people: Vec<Colleague>,
    away: &HashMap<SlackUserId, String>,
    typed: &str,
) -> Vec<OptionGroup> {
    let typed = folded(typed);
    let fits =
        |name: &str| folded(name).split(' ').any(|word| word.starts_with(&typed)) || folded(name).contains(&typed);
    people.retain(|one| fits(&one.full) || fits(&one.display));
    people.sort_by_key(|one| folded(&one.full));
    let first: Vec<_> = suggested.iter().filter(|(label, user)| fits(label) && !away.contains_key(user)).collect();
    people.retain(|one| first.iter().all(|(_, user)| *user != one.user));
    let option = |label: &str, user: &SlackUserId| Choosable::new(label, user.as_str());
    let room = OPTIONS - first.len().min(OPTIONS);
    let all = [
        ("Suggested", first.iter().map(|(label, user)| option(label, user)).collect::<Vec<_>>()),
        (
            if first.is_empty() { "Everyone" } else { "Everyone else" },
            people.iter().take(room).map(|one| option(&label(one, away.get(&one.user)), &one.user)).collect(),
        ),
    ];
    all.into_iter().filter(|(_, options)| !options.is_empty()).map(|(label, of)| OptionGroup::new(label, of)).collect()
}

fn label(one: &Colleague, away: Option<&String>) -> String {
    let name = if one.display == one.full { one.full.clone() } else { format!("{} ({})", one.full, one.display) };
    match away {
        // The name gives way, so that the label never hides the absence.
        Some(away) => {
            let room = LONGEST_LABEL.saturating_sub(away.chars().count() + SEPARATOR.chars().count());
            format!("{}{SEPARATOR}{away}", cut(&name, room))
        }
        None => name,
    }
}

/// Says that a person is away, and until when if that is known: "away until Fri 4 Dec", "away until 17:00" today.
fn away_label(why: &Away, now: Timestamp, zone: &TimeZone) -> String {
    let Some(until) = why.until() else { return "away".to_owned() };
    let (today, back) = (now.to_zoned_datetime(zone.clone()), until.to_zoned_datetime(zone.clone()));
    let format = if today.date() == back.date() { "%-H:%M" } else { "%a %-d %b" };
    format!("away until {}", back.strftime(format))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::slack_status::SlackStatus;

    fn colleague(full: &str, display: &str) -> Colleague {
        let user = SlackUserId::new(format!("U{display}"));
        Colleague { user, display: display.to_owned(), full: full.to_owned(), email: None }
    }

    #[test]
    fn suggested_people_come_first_and_only_once() {
        let people = vec![colleague("Zoe Park", "zoe"), colleague("Leo Martins", "leo"), colleague("Sam Doyle", "sam")];
        let suggested = [("Zoe Park · 3 open".to_owned(), SlackUserId::new("Uzoe"))];
        let said = |typed| {
            serde_json::to_value(groups(&suggested, people.clone(), &HashMap::new(), typed)).unwrap_or_default()
        };
        let all = said("");
        assert_eq!(all.pointer("/0/options/0/value").and_then(|v| v.as_str()), Some("Uzoe"));
        assert_eq!(all.pointer("/1/options/0/text/text").and_then(|v| v.as_str()), Some("Leo Martins (leo)"));
        assert_eq!(all.pointer("/1/options").and_then(|v| v.as_array()).map(Vec::len), Some(2));
        assert_eq!(said("do").pointer("/0/options/0/value").and_then(|v| v.as_str()), Some("Usam"));
        assert_eq!(said("nobody"), serde_json::json!([]));
    }

    #[test]
    fn absent_people_are_offered_with_a_mark_and_not_suggested() {
        let people = vec![colleague("Zoe Park", "zoe"), colleague(&"Leo ".repeat(30), "leo")];
        let suggested = [("Zoe Park · 0 open".to_owned(), SlackUserId::new("Uzoe"))];
        let away = |user: &str| (SlackUserId::new(user), "away until Fri 4 Dec".to_owned());
        let said = groups(&suggested, people, &HashMap::from([away("Uzoe"), away("Uleo")]), "");
        let said = serde_json::to_value(said).unwrap_or_default();
        let label = |nth| said.pointer(&format!("/0/options/{nth}/text/text")).and_then(|v| v.as_str());
        assert_eq!(label(1), Some("Zoe Park (zoe) · away until Fri 4 Dec"));
        assert!(label(0).is_some_and(|leo| leo.ends_with("… · away until Fri 4 Dec") && leo.chars().count() <= 75));
        assert_eq!(said.as_array().map(Vec::len), Some(1), "none is suggested");
    }

    #[test]
    fn an_absence_is_named_by_its_end() {
        let at = |text: &str| text.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let zone = working_hours::zone(Some("America/Los_Angeles"));
        let said = |until| {
            let status = SlackStatus { emoji: ":palm_tree:".into(), text: String::new(), until };
            away_label(&Away::Status(status), at("2026-12-01T18:00:00Z"), &zone)
        };
        assert_eq!(said(None), "away");
        assert_eq!(said(Some(at("2026-12-02T01:30:00Z"))), "away until 17:30");
        assert_eq!(said(Some(at("2026-12-05T07:59:00Z"))), "away until Fri 4 Dec");
    }
}
