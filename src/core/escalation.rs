//! The steps of a contact's wait that time brings, and the people whom a missed limit reaches one after the other.

use crate::core::target_outcome::WaitLimit;
use crate::core::targets::{Backup, Targets};

/// A step that time brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WaitStep {
    /// The limit is near.
    Warn,
    /// The limit has ended.
    Miss,
    /// It ended a while ago: this receiver is notified.
    Notify(Receiver),
}

/// A receiver of the notification that a limit was missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// The owner.
    Owner,
    /// The person or group behind the owner.
    Backup(Backup),
    /// Everyone in the channel.
    Channel,
}

/// Returns the receivers of the notifications about a missed limit, in their order.
pub(crate) fn receivers(limit: WaitLimit, has_owner: bool, targets: &Targets) -> Vec<Receiver> {
    let owner = (targets.tell_owner && limit == WaitLimit::Answer && has_owner).then_some(Receiver::Owner);
    let backup = targets.then.clone().map(Receiver::Backup);
    let channel = targets.tell_channel.then_some(Receiver::Channel);
    [owner, backup, channel].into_iter().flatten().collect()
}
