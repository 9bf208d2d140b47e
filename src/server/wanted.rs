//! The effect of a command in words, whether typed or written: a job, or something that the person has to see first.

use crate::commands::job::CommandJob;
use crate::commands::parser::Parsed;
use crate::commands::snooze::Untimed;
use crate::core::command::PendingAction;
use crate::core::help::HelpTopic;
use crate::core::linking::Linking;
use crate::core::request_context::{ListPlace, Listed, RequestContext};
use crate::core::settings_change::{ChangeJob, SettingsChange};
use crate::core::window::Window;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::redraw::ListJob;
use crate::linking::requests::PeopleJob;
use crate::notifications::report::ReportJob;
use crate::ops::doctor::DoctorJob;
use crate::platform::db::NewJob;
use crate::server::request::InboundRequest;

/// The effect of a command in words.
pub(crate) enum Wanted {
    /// A job that carries it out.
    Job(NewJob),
    /// Help.
    Help(HelpTopic),
    /// The time of a snooze.
    Time(Untimed),
    /// A form in which the conversation is chosen.
    Form(PendingAction),
    /// A window.
    Window(Window),
}

impl InboundRequest<'_> {
    /// Returns the effect of a requester's command.
    pub(crate) fn wanted(&self, requester: RequestContext, parsed: Parsed) -> Wanted {
        match parsed {
            Parsed::Do(command) => self.job(&CommandJob::new(requester, command)),
            Parsed::List(query) => self.job(&ListJob::new(requester, Listed { query, place: ListPlace::Message })),
            Parsed::Route(routing) => self.job(&ChangeJob { requester, changes: vec![SettingsChange::Route(routing)] }),
            Parsed::Link(Linking::Show) => Wanted::Window(Window::People),
            Parsed::Link(linking) => self.job(&PeopleJob { requester, linking, window: None, notice: Vec::new() }),
            Parsed::Doctor => self.job(&DoctorJob(requester)),
            Parsed::Report(days) => self.job(&ReportJob { requester, days }),
            Parsed::Help(topic) => Wanted::Help(topic),
            Parsed::Untimed(untimed) => Wanted::Time(untimed),
            Parsed::Choose(wanted) => Wanted::Form(wanted),
            Parsed::Settings => Wanted::Window(Window::Rules),
            Parsed::Connect => Wanted::Window(Window::Connect),
        }
    }

    fn job<J: JobKind>(&self, job: &J) -> Wanted {
        Wanted::Job(self.front.tenants.new_job(self.work.installation(), job, self.now))
    }
}
