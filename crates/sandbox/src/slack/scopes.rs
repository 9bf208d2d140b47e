//! The scopes that the app was granted.

use serde_json::json;

use super::failure::Failure;
use crate::world::World;

/// Returns the refusal of a method for a missing scope.
pub(super) fn missing_scope(world: &World, needed: &str) -> Failure {
    Failure::with("missing_scope", json!({"needed": needed, "provided": world.scopes.join(",")}))
}

/// Refuses unless this exact scope was granted.
pub(super) fn require_scope(world: &World, scope: &str) -> Result<(), Failure> {
    if world.scopes.iter().any(|granted| granted == scope) { Ok(()) } else { Err(missing_scope(world, scope)) }
}
