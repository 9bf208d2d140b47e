//! The handler of each kind of job, and the job of each kind of document whose due time has come.

use std::sync::Arc;

use crate::cards::unfurled_links::ChannelLinks;
use crate::cards::unfurls::{UnfurlLink, Unfurls};
use crate::commands::answers::ReportDelivery;
use crate::commands::batch::Batches;
use crate::commands::deferred::NewlyLinked;
use crate::commands::execute::{Commands, Resumptions};
use crate::commands::handover_timers::{HandoverDue, HandoverTimers};
use crate::core::ids::{ChannelId, ConversationId, SlackUserId, ToolCallId};
use crate::jobs::handler::Registry;
use crate::jobs::outbox::cards::{PostCard, PostEntry, RedrawCard, RepostCard, RetireCard, ShowDelay};
use crate::jobs::outbox::direct::{MarkDirect, SendDirect, ShowAnswer};
use crate::jobs::outbox::message::MessageHandler;
use crate::jobs::outbox::private::{AnswerPrivately, NotifyDelay};
use crate::jobs::outbox::steps::EndStep;
use crate::jobs::outbox::untaken_answer::{UntakenAnswer, UntakenAnswers};
use crate::linking::asking::LinkRequests;
use crate::linking::requests::Linkings;
use crate::linking::window::DrawPeople;
use crate::lists::drawing::Lists;
use crate::lists::forms::{DrawForm, Forms};
use crate::lists::views::{DrawHome, DrawList};
use crate::notifications::absence::CatchingUp;
use crate::notifications::digests::{DigestJob, Digests};
use crate::notifications::posted_digest::{PostDigest, SettleInDigest};
use crate::notifications::report::{PostReport, Reports};
use crate::notifications::weekly::{WeeklyJob, WeeklyReports};
use crate::objects::editing::Edits;
use crate::objects::filling::Panes;
use crate::objects::showing::ShowPane;
use crate::ops::doctor::Doctor;
use crate::people::offboarding::Leavers;
use crate::people::profiles::Profiles;
use crate::people::user_groups::UserGroups;
use crate::platform::db::{Class, DocumentKind};
use crate::settings::changes::SettingsChanges;
use crate::settings::preview::{DrawPreview, Previews};
use crate::settings::sharing::SharedChannels;
use crate::sync::external_changes::ExternalChanges;
use crate::sync::webhooks::Hints;
use crate::tenants::installations::Installations;
use crate::tenants::removal::Removals;
use crate::tenants::token_refresh::{RefreshToken, TokenRefresh};
use crate::waiting::absent_owners::{AbsentOwner, AbsentOwners};
use crate::waiting::auto_assign::{AssignWaiting, AutoAssignment};
use crate::waiting::returns::{InactiveReturns, ReturnDue};
use crate::waiting::shift_change::{ShiftCheck, ShiftChecks, ShiftOffers};
use crate::waiting::shift_offer::{PostShiftOffer, SettleInOffer};
use crate::waiting::stale::{Questions, StaleCheck, StaleChecks};
use crate::waiting::target_lines::PostTargetLine;
use crate::waiting::targets::{TargetDue, Targeting};
use crate::waiting::while_away::{ReturnedWhileAway, WelcomeBack};
use crate::workflows::queue::PostQueue;
use crate::workflows::steps::WorkflowSteps;

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
        .with(Panes)
        .with(Edits)
        .with(Forms)
        .with(Previews)
        .with(Unfurls)
        .with(ChannelLinks)
        .with(Linkings)
        .with(LinkRequests)
        .with(NewlyLinked)
        .with(Profiles)
        .with(Leavers)
        .with(ExternalChanges)
        .with(Hints)
        .with(CatchingUp)
        .with(UserGroups)
        .with(AbsentOwners)
        .with(WelcomeBack)
        .with(SharedChannels)
        .with(AutoAssignment)
        .with(StaleChecks)
        .with(Questions)
        .with(InactiveReturns)
        .with(ShiftChecks)
        .with(ShiftOffers)
        .with(Digests)
        .with(Reports)
        .with(WeeklyReports)
        .with(Doctor)
        .with(WorkflowSteps)
        .with(Targeting)
        .with(MessageHandler::<AnswerPrivately>::new())
        .with(MessageHandler::<NotifyDelay>::new())
        .with(MessageHandler::<PostCard>::new())
        .with(MessageHandler::<RedrawCard>::new())
        .with(MessageHandler::<ShowDelay>::new())
        .with(MessageHandler::<RepostCard>::new())
        .with(MessageHandler::<RetireCard>::new())
        .with(MessageHandler::<PostEntry>::new())
        .with(MessageHandler::<UnfurlLink>::new())
        .with(MessageHandler::<PostTargetLine>::new())
        .with(MessageHandler::<SendDirect>::new())
        .with(MessageHandler::<MarkDirect>::new())
        .with(MessageHandler::<ShowAnswer>::new())
        .with(MessageHandler::<PostDigest>::new())
        .with(MessageHandler::<SettleInDigest>::new())
        .with(MessageHandler::<PostShiftOffer>::new())
        .with(MessageHandler::<SettleInOffer>::new())
        .with(MessageHandler::<PostReport>::new())
        .with(MessageHandler::<PostQueue>::new())
        .with(MessageHandler::<EndStep>::new())
        .with(MessageHandler::<DrawHome>::new())
        .with(MessageHandler::<DrawList>::new())
        .with(MessageHandler::<DrawForm>::new())
        .with(MessageHandler::<DrawPeople>::new())
        .with(MessageHandler::<DrawPreview>::new())
        .with(MessageHandler::<ShowPane>::new())
        .with(MessageHandler::<ReportDelivery>::new())
        .with(UntakenAnswers)
        .with(TokenRefresh(installations.cloned()))
        .with(Removals(installations.cloned()))
        .with_due(DocumentKind::Handover, Class::Machine, |id| HandoverDue(ConversationId::new(id)))
        .with_due(DocumentKind::AnswerWait, Class::Machine, |id| TargetDue(ConversationId::new(id)))
        .with_due(DocumentKind::HeardAtNight, Class::Machine, |id| AbsentOwner {
            conversation: ConversationId::new(id),
            heard: None,
        })
        .with_due(DocumentKind::WhileAway, Class::Machine, |user| ReturnedWhileAway {
            user: SlackUserId::new(user),
            returned: None,
        })
        .with_due(DocumentKind::Route, Class::Machine, move |channel| digest(channel, false))
        .with_due(DocumentKind::Overdue, Class::Machine, move |channel| digest(channel, true))
        .with_due(DocumentKind::PickCheck, Class::Machine, |channel| AssignWaiting { channel: ChannelId::new(channel) })
        .with_due(DocumentKind::ShiftCheck, Class::Machine, |_| ShiftCheck)
        .with_due(DocumentKind::Weekly, Class::Machine, |channel| WeeklyJob(ChannelId::new(channel)))
        .with_due(DocumentKind::StaleCheck, Class::Machine, |_| StaleCheck)
        .with_due(DocumentKind::ReturnTimer, Class::Machine, |id| ReturnDue(ConversationId::new(id)))
        .with_due(DocumentKind::Installation, Class::Machine, |_| RefreshToken)
        .with_due(DocumentKind::PendingAnswer, Class::Person, |answer| ReportDelivery { answer, arrival: None })
        .with_due(DocumentKind::ToolAnswer, Class::Person, |call| UntakenAnswer(ToolCallId::new(call)))
}
