//! Which conversation did they mean? dialnote's list has no search, so it is read page by page until
//! the name or number is found, several are, or the list ends.

use crate::domain::command::{Act, Command};
use crate::domain::conversation::{Conversation, Which};
use crate::domain::find::{Found, Search};
use crate::domain::handover::Handover;
use crate::domain::job::{Batch, CommandJob, Job};
use crate::domain::message::Message;
use crate::domain::refusal::{About, Refusal};
use crate::domain::say::{Choice, Say};
use crate::error::Fault;
use crate::ids::ConversationId;
use crate::store::{Claim, Effect};
use crate::work::inbox::{Stop, denied};
use crate::work::{Outcome, Work, undoing};

/// How many pages of conversations are looked through for a name or number.
const SEARCH_PAGES: usize = 50;

/// Among how many unanswered hand-overs somebody's own are looked for.
const MOST_HANDOVERS: usize = 10_000;

/// How many conversations are offered to choose from.
const MOST_CHOICES: usize = 10;

impl Work {
    /// Looks for the conversation that a number or name means.
    pub(super) async fn find(&self, claim: &Claim, job: &CommandJob) -> Result<Outcome, Stop> {
        match &job.command.which {
            Which::MyLast if job.command.act == Act::Accept => return self.find_given(claim, job).await,
            Which::MyLast | Which::Act { .. } => return self.find_act(claim, job).await,
            Which::AllMine | Which::AllOf(_) => return self.find_all(claim, job).await,
            _ => {}
        }
        let (asked, mut search) = match Search::new(&job.command.which) {
            Ok(search) => search,
            Err(id) => return Ok(self.found(claim, job, id, None)),
        };
        let (looked_at, all) = self.look_through(claim, &mut search).await?;
        match search.result() {
            Found::Nothing => Err(Refusal::NoMatch { asked, looked_at, all }.into()),
            Found::One(one, note) => {
                note_is_there(&job.command, &note, &asked)?;
                Ok(self.found(claim, job, one.id, Some(note)))
            }
            Found::Several(several, note) => {
                note_is_there(&job.command, &note, &asked)?;
                Ok(self.let_pick(claim, job, several, note).await?)
            }
        }
    }

    /// The conversation that whoever asks was given last and has not answered to.
    async fn find_given(&self, claim: &Claim, job: &CommandJob) -> Result<Outcome, Stop> {
        let kept = self.store.documents(&claim.installation, Handover::KIND, MOST_HANDOVERS).await?;
        let given = kept.iter().filter_map(|kept| {
            let handover: Handover = serde_json::from_str(&kept.body).ok()?;
            (handover.receiver == job.asker.user).then(|| (handover.at, ConversationId::new(kept.id.clone())))
        });
        let mut given: Vec<_> = given.collect();
        given.sort();
        while let Some((_, id)) = given.pop() {
            if self.is_still_theirs(claim, job, &id).await? {
                return Ok(self.found(claim, job, id, None));
            }
        }
        Err(Refusal::NothingGivenToYou.into())
    }

    /// Whether a conversation belongs to whoever asks, as far as we know: what was given to them may have gone on
    /// in dialnote.
    async fn is_still_theirs(&self, claim: &Claim, job: &CommandJob, id: &ConversationId) -> Result<bool, Fault> {
        let Some(known) = self.known(&claim.installation, id).await? else { return Ok(true) };
        let asker = self.people.teammate(&claim.installation, &job.asker.user).await?;
        Ok(asker.is_ok_and(|asker| known.is_owned_by(&asker.member)))
    }

    /// Everything open that belongs to whoever asks, or to a member: each becomes a command of its own.
    async fn find_all(&self, claim: &Claim, job: &CommandJob) -> Result<Outcome, Stop> {
        let asker = self.people.teammate(&claim.installation, &job.asker.user).await?;
        let asker = asker.map_err(|stranger| Refusal::YouAreNotLinked(stranger.why))?;
        self.hold(claim).await?;
        let owner = if let Which::AllOf(member) = &job.command.which { member } else { &asker.member };
        let mine = self.dialnote.all_open_of(owner).await.map_err(|error| denied(error, None))?;
        if mine.is_empty() {
            let theirs = job.command.which != Which::AllMine;
            return Err(if theirs { Refusal::NothingTheirs } else { Refusal::NothingYours }.into());
        }
        let batch = Batch { id: undoing::one(claim), of: mine.len() };
        let each = mine.into_iter().map(|conversation| {
            let command = Command { which: Which::Id(conversation.id), ..job.command.clone() };
            let job = CommandJob { batch: Some(batch.clone()), ..CommandJob::new(job.asker.clone(), command) };
            Effect::Enqueue(self.following(claim, &Job::Command(job)))
        });
        Ok(Outcome::done(each.collect()))
    }

    /// Reads the list of conversations page by page. Answers how many there were, and whether that was
    /// all. The list is ordered by activity and moves while it is read: what slips past goes to its
    /// top, so it is read from there again until nothing is new.
    async fn look_through(&self, claim: &Claim, search: &mut Search) -> Result<(usize, bool), Stop> {
        let (mut offset, mut through) = (0, false);
        for page in 0..SEARCH_PAGES {
            self.hold(claim).await?;
            let read = self.dialnote.conversations(offset).await.map_err(|error| denied(error, None))?;
            offset += read.conversations.len();
            let new = search.look_at(read.conversations);
            if search.is_settled() {
                return Ok((search.looked_at(), false));
            }
            if through && (new == 0 || read.last) {
                return Ok((search.looked_at(), true));
            }
            if read.last {
                // A list of one page was read in one piece: nothing can have slipped past.
                if page == 0 {
                    return Ok((search.looked_at(), true));
                }
                (offset, through) = (0, true);
            }
        }
        Ok((search.looked_at(), false))
    }

    /// Several conversations fit: the command is kept until its person picks one.
    async fn let_pick(
        &self,
        claim: &Claim,
        job: &CommandJob,
        several: Vec<Conversation>,
        note: String,
    ) -> Result<Outcome, Fault> {
        let mut command = job.command.clone();
        command.note = Some(note).filter(|note| !note.is_empty()).unwrap_or(command.note);
        let draft = self.draft(job, &command);
        let more = several.len().saturating_sub(MOST_CHOICES);
        let mut choices = Vec::new();
        for conversation in several.iter().take(MOST_CHOICES) {
            choices.push(Choice {
                about: About::from(conversation),
                owner: self.owner(&claim.installation, conversation).await?.map(|owner| owner.name),
                last_activity: conversation.last_activity.as_ref().map(|last| last.at),
            });
        }
        let say = Say::Pick { draft: draft.id.clone(), choices, more };
        let answer = self.say(claim, Message::Private { to: job.asker.addressee(), say });
        Ok(Outcome::done(vec![Effect::PutDraft(draft), answer]))
    }
}

fn note_is_there(command: &Command, note: &str, asked: &str) -> Result<(), Refusal> {
    let needed = command.act == Act::Note;
    if needed && command.note.is_empty() && note.is_empty() {
        return Err(Refusal::NoteMissing { asked: asked.to_owned(), verb: command.act.verb(), about: None });
    }
    Ok(())
}
