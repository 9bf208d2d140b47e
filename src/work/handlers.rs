//! The handler of each kind of job, and the job of each kind of document whose due time has come.

use std::sync::Arc;

use crate::domain::handover::Handover;
use crate::domain::installation::Installation;
use crate::domain::pending_answer::PendingAnswer;
use crate::domain::route::Route;
use crate::ids::{ChannelId, ConversationId};
use crate::outbox::cards::{PostCard, PostEntry, RedrawCard, RepostCard, RetireCard};
use crate::outbox::direct::{MarkDirect, SendDirect, ShowAnswer};
use crate::outbox::message::Delivery;
use crate::outbox::private::{AnswerPrivately, NotifyDelay};
use crate::store::Class;
use crate::work::absence::CatchingUp;
use crate::work::answers::{DeliveryReports, ReportDelivery};
use crate::work::batch::Batches;
use crate::work::changes::SettingsChanges;
use crate::work::deferred::NewlyLinked;
use crate::work::digests::{DigestJob, Digests, OVERDUE};
use crate::work::doctor::Doctor;
use crate::work::execute::{Commands, Resumptions};
use crate::work::external_changes::ExternalChanges;
use crate::work::forms::{DrawForm, Forms};
use crate::work::handler::Registry;
use crate::work::handovers::{HandoverDue, HandoverTimers};
use crate::work::installations::{Installations, RefreshToken, Removals, TokenRefresh};
use crate::work::linking::Linkings;
use crate::work::links::{UnfurlLink, Unfurls};
use crate::work::lists::Lists;
use crate::work::offboarding::Leavers;
use crate::work::people_window::DrawPeople;
use crate::work::posted_digest::{PostDigest, SettleInDigest};
use crate::work::profiles::Profiles;
use crate::work::report::{PostReport, Reports};
use crate::work::sharing::SharedChannels;
use crate::work::stale::{Questions, StaleCheck, StaleChecks, UNTOUCHED};
use crate::work::views::{DrawHome, DrawList};
use crate::work::webhooks::Hints;

/// Returns a registry of all handlers. `installations` is set if several workspaces can install the app.
pub fn all(installations: Option<&Arc<Installations>>) -> Registry {
    let digest =
        |channel, overdue| DigestJob { channel: ChannelId::new(channel), caught_up: false, overdue, away: None };
    Registry::default()
        .with(Commands)
        .with(Resumptions)
        .with(Batches)
        .with(HandoverTimers)
        .with(SettingsChanges)
        .with(Lists)
        .with(Forms)
        .with(Unfurls)
        .with(Linkings)
        .with(NewlyLinked)
        .with(Profiles)
        .with(Leavers)
        .with(ExternalChanges)
        .with(Hints)
        .with(CatchingUp)
        .with(SharedChannels)
        .with(StaleChecks)
        .with(Questions)
        .with(Digests)
        .with(Reports)
        .with(Doctor)
        .with(Delivery::<AnswerPrivately>::new())
        .with(Delivery::<NotifyDelay>::new())
        .with(Delivery::<PostCard>::new())
        .with(Delivery::<RedrawCard>::new())
        .with(Delivery::<RepostCard>::new())
        .with(Delivery::<RetireCard>::new())
        .with(Delivery::<PostEntry>::new())
        .with(Delivery::<UnfurlLink>::new())
        .with(Delivery::<SendDirect>::new())
        .with(Delivery::<MarkDirect>::new())
        .with(Delivery::<ShowAnswer>::new())
        .with(Delivery::<PostDigest>::new())
        .with(Delivery::<SettleInDigest>::new())
        .with(Delivery::<PostReport>::new())
        .with(Delivery::<DrawHome>::new())
        .with(Delivery::<DrawList>::new())
        .with(Delivery::<DrawForm>::new())
        .with(Delivery::<DrawPeople>::new())
        .with(DeliveryReports)
        .with(TokenRefresh(installations.cloned()))
        .with(Removals(installations.cloned()))
        .with_due(Handover::KIND, Class::Machine, |id| HandoverDue(ConversationId::new(id)))
        .with_due(Route::KIND, Class::Machine, move |channel| digest(channel, false))
        .with_due(OVERDUE, Class::Machine, move |channel| digest(channel, true))
        .with_due(UNTOUCHED, Class::Machine, |_| StaleCheck)
        .with_due(Installation::KIND, Class::Machine, |_| RefreshToken)
        .with_due(PendingAnswer::KIND, Class::Person, |answer| ReportDelivery { answer, arrival: None })
}
