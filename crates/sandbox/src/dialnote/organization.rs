//! Members and shared numbers.

use std::iter;

use serde_json::json;

use super::found::{Found, Refused, Shape};
use super::model::{Member, Number};
use super::params::{Params, only};
use crate::world::World;

/// Returns the members of the organization.
pub(super) fn members(world: &World, query: &Params) -> Result<Found, Refused> {
    only(world, query, &[])?;
    let times = if world.faults.dialnote.duplicate_members { 2 } else { 1 };
    let all = world.dialnote.members.iter().flat_map(|member| iter::repeat_n(member, times));
    Ok(Found::of(Shape::Members, all.map(Member::object).collect()))
}

/// Returns its shared numbers.
pub(super) fn numbers(world: &World, query: &Params) -> Result<Found, Refused> {
    only(world, query, &[])?;
    let number = |n: &Number| json!({"id": n.id, "channelAddress": n.number, "displayName": n.name});
    Ok(Found::of(Shape::Channels, world.dialnote.numbers.iter().map(number).collect()))
}
