//! The list of members that a process keeps in memory.

use std::sync::{Arc, Mutex};

use crate::core::person::Member;

/// The list of members that was last decoded, and the stored text it came from. The list may have hundreds of members
/// and is needed for every command.
#[derive(Default)]
pub(crate) struct MembersCache(pub(crate) Mutex<Option<(String, Arc<[Member]>)>>);
