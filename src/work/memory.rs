//! The list of members that a process keeps in memory.

use std::sync::{Arc, Mutex};

use crate::domain::person::Member;

/// The list of members that was last read, and what was kept of it. It may have hundreds, and is needed for every
/// command.
#[derive(Default)]
pub(crate) struct MembersCache(pub(crate) Mutex<Option<(String, Arc<[Member]>)>>);
