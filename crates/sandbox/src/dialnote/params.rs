//! The parameters of a call.

use super::found::Refused;
use super::variants::Query;
use crate::world::World;

/// Names and values, in the order in which they were sent.
pub(super) type Params = [(String, String)];

/// The largest page of any list.
const PAGE: usize = 100;

/// The page size when the request names none.
const DEFAULT_PAGE: usize = 50;

/// Returns the page size: `limit`, between 1 and [`PAGE`], unless the faults make pages smaller.
pub(super) fn page_size(world: &World, query: &Params) -> Result<usize, Refused> {
    let limit = match whole(query, "limit")? {
        None => DEFAULT_PAGE,
        Some(limit) if (1..=PAGE).contains(&limit) => limit,
        Some(limit) => return Err(Refused::bad(format!("limit must be between 1 and {PAGE}, not {limit}."))),
    };
    Ok(world.faults.dialnote.page_size.map_or(limit, |most| limit.min(most)))
}

/// Returns a parameter that is a whole number.
pub(super) fn whole(query: &Params, name: &str) -> Result<Option<usize>, Refused> {
    let Some((_, value)) = query.iter().find(|(key, _)| key == name) else { return Ok(None) };
    value.parse().map(Some).map_err(|_| Refused::bad(format!("{name} must be a whole number, not {value}.")))
}

/// Refuses unknown parameters, unless the variant ignores them.
pub(super) fn only(world: &World, query: &Params, known: &[&str]) -> Result<(), Refused> {
    let is_unknown = |name: &&str| !known.contains(name);
    let unknown: Vec<&str> = query.iter().map(|(name, _)| name.as_str()).filter(is_unknown).collect();
    if unknown.is_empty() || world.faults.dialnote.played().query != Query::Strict {
        return Ok(());
    }
    Err(Refused::unrecognized("query", &unknown))
}
