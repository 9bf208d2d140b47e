//! The fixed organization: three members, two shared numbers, fourteen conversations. Together they contain every case
//! that a list or a card must handle.

use jiff::{SignedDuration, Timestamp};

use super::model::{CallLog, Contact, Conversation, Dialnote, Entry, Kind, Member, Number, Status};

const FRONT: &str = "num_front";
const BILLING: &str = "num_billing";

/// Returns the organization as it stands at `now`.
pub(crate) fn organization(now: Timestamp) -> Dialnote {
    let mut dialnote = Dialnote { members: members(), numbers: numbers(), last_id: 5000, ..Dialnote::default() };
    for draft in conversations() {
        draft.add_to(&mut dialnote, now);
    }
    dialnote
}

fn members() -> Vec<Member> {
    let member = |handle: &str, name: &str, email: &str, role: &str| Member {
        id: format!("mem_{handle}"),
        name: name.to_owned(),
        email: email.to_owned(),
        avatar: Some(format!("https://avatars.dialnote.example/{handle}.png")),
        role: role.to_owned(),
        availability: "Available".to_owned(),
    };
    vec![
        // Typed by hand, as people do: addresses match only when letter case is ignored.
        member("maya", "Maya Chen", "Maya@Acme.example", "Admin"),
        member("leo", "Leo Martins", "leo@acme.example", "Member"),
        member("zoe", "Zoe Park", "zoe@acme.example", "Member"),
    ]
}

fn numbers() -> Vec<Number> {
    let number = |id: &str, number: &str, name: &str| Number {
        id: id.to_owned(),
        number: number.to_owned(),
        name: name.to_owned(),
    };
    vec![number(FRONT, "+14155550100", "Front desk"), number(BILLING, "+14155550200", "Billing")]
}

/// A conversation in short: contact, number, status, and entries with their age in minutes.
struct Draft {
    contact: u16,
    first: Option<&'static str>,
    last: Option<&'static str>,
    company: Option<&'static str>,
    number: &'static str,
    status: Status,
    is_read: bool,
    owner: Option<&'static str>,
    happened: Vec<(i64, Kind, &'static str, &'static str)>,
}

impl Draft {
    fn new(contact: u16, first: &'static str, last: &'static str, number: &'static str) -> Self {
        let word = |name: &'static str| (!name.is_empty()).then_some(name);
        Self {
            contact,
            first: word(first),
            last: word(last),
            company: None,
            number,
            status: Status::Open,
            is_read: false,
            owner: None,
            happened: Vec::new(),
        }
    }

    fn read(self) -> Self {
        Self { is_read: true, ..self }
    }

    fn of(self, owner: &'static str) -> Self {
        Self { owner: Some(owner), ..self }
    }

    fn company(self, company: &'static str) -> Self {
        Self { company: Some(company), ..self }
    }

    fn status(self, status: Status) -> Self {
        Self { status, ..self }
    }

    fn missed(self, minutes_ago: i64) -> Self {
        self.and(minutes_ago, Kind::Call, "inbound", "Missed call")
    }

    fn call(self, minutes_ago: i64, direction: &'static str, text: &'static str) -> Self {
        self.and(minutes_ago, Kind::Call, direction, text)
    }

    fn voicemail(self, minutes_ago: i64, text: &'static str) -> Self {
        self.and(minutes_ago, Kind::Voicemail, "inbound", text)
    }

    fn sms(self, minutes_ago: i64, direction: &'static str, text: &'static str) -> Self {
        self.and(minutes_ago, Kind::Sms, direction, text)
    }

    fn note(self, minutes_ago: i64, text: &'static str) -> Self {
        self.and(minutes_ago, Kind::Note, "internal", text)
    }

    fn and(mut self, minutes_ago: i64, kind: Kind, direction: &'static str, text: &'static str) -> Self {
        self.happened.push((minutes_ago, kind, direction, text));
        self
    }

    fn add_to(self, dialnote: &mut Dialnote, now: Timestamp) {
        let id = format!("conv_1{:03}", self.contact - 100);
        let phone = format!("+1415555{:04}", self.contact);
        let contact = Contact {
            id: format!("con_{}", self.contact),
            first_name: self.first.map(str::to_owned),
            last_name: self.last.map(str::to_owned),
            company: self.company.map(str::to_owned),
            phone_number: phone.clone(),
            email: None,
        };
        let shared = dialnote.numbers.iter().find(|n| n.id == self.number).map(|n| n.number.clone());
        let mut timeline = Vec::new();
        for (minutes_ago, kind, direction, text) in self.happened {
            let at = now - SignedDuration::from_mins(minutes_ago);
            timeline.push(Entry {
                id: dialnote.new_id("msg"),
                kind,
                direction: direction.to_owned(),
                text: text.to_owned(),
                at,
            });
            if matches!(kind, Kind::Call | Kind::Voicemail) {
                let call = call_log(dialnote.new_id("call"), &contact.id, &id, kind, direction, text, at);
                let ends = (phone.clone(), shared.clone().unwrap_or_default());
                let (from, to) = if direction == "outbound" { (ends.1, ends.0) } else { ends };
                dialnote.call_logs.push(CallLog { from, to, ..call });
            }
        }
        let first = timeline.first().map_or(now, |entry| entry.at);
        let last = timeline.last().map_or(now, |entry| entry.at);
        dialnote.conversations.push(Conversation {
            id,
            contact,
            number: self.number.to_owned(),
            status: self.status,
            is_read: self.is_read,
            assigned_to: self.owner.map(str::to_owned),
            snoozed_until: (self.status == Status::Snoozed).then(|| now + SignedDuration::from_hours(20)),
            created_at: first,
            updated_at: last,
            timeline,
        });
    }
}

fn call_log(
    id: String,
    contact: &str,
    conversation: &str,
    kind: Kind,
    direction: &str,
    text: &str,
    at: Timestamp,
) -> CallLog {
    let (status, duration) = match (kind, text) {
        (Kind::Voicemail, _) => ("voicemail", 24),
        (_, "Missed call") => ("missed", 0),
        _ => ("completed", 185),
    };
    CallLog {
        id,
        contact: contact.to_owned(),
        conversation: conversation.to_owned(),
        direction: direction.to_owned(),
        from: String::new(),
        to: String::new(),
        status: status.to_owned(),
        duration,
        at,
        member: None,
    }
}

fn conversations() -> Vec<Draft> {
    vec![
        Draft::new(101, "Ana", "Lima", FRONT).missed(4),
        Draft::new(102, "Robert", "Hale", FRONT)
            .missed(16)
            .voicemail(15, "Hi, this is Robert Hale. My crown came loose last night, could I come in today?"),
        Draft::new(103, "Diana", "Okafor", BILLING)
            .read()
            .of("mem_leo")
            .sms(95, "inbound", "Did my insurance pay for the x-ray?")
            .sms(70, "outbound", "We are asking them and will write to you today."),
        Draft::new(104, "Robert", "Nguyen", BILLING).missed(38),
        Draft::new(105, "", "", FRONT).missed(52),
        Draft::new(106, "Grace", "Kim", FRONT).read().of("mem_zoe").company("Kim Orthodontics").sms(
            64,
            "inbound",
            "Can you send Tuesday's scans to our office?",
        ),
        Draft::new(107, "Tom", "Becker", BILLING)
            .read()
            .of("mem_leo")
            .status(Status::Done)
            .voicemail(1500, "I was charged twice for the cleaning in March. Please call me back.")
            .call(1440, "outbound", "Call, 3 min"),
        Draft::new(108, "Priya", "Shah", FRONT)
            .read()
            .of("mem_zoe")
            .status(Status::Snoozed)
            .call(330, "inbound", "Call, 3 min")
            .note(325, "Wants the first slot after her holiday; asked us to call tomorrow."),
        Draft::new(109, "<script>alert(1)</script>", "<!channel>", FRONT).sms(
            120,
            "inbound",
            "*Free* <https://example.com|whitening> & more for <@U0MAYA> :tada:",
        ),
        Draft::new(110, "Marta", "Silva", FRONT).read().sms(180, "inbound", "Running ten minutes late, sorry!"),
        Draft::new(111, "Omar", "Haddad", BILLING)
            .read()
            .status(Status::Done)
            .call(2900, "inbound", "Call, 3 min")
            .note(2890, "Paid the March invoice by card."),
        Draft::new(112, "Lucía", "Fernández", BILLING)
            .company("Clínica del Sol")
            .voicemail(240, "Hola, soy Lucía. We still wait for the invoice of the joint patient, number 4471."),
        Draft::new(113, "Nora", "Quinn", FRONT).read().of("mem_zoe").missed(75),
        Draft::new(114, "Julian", "Frost", BILLING).read().status(Status::Snoozed).sms(
            600,
            "inbound",
            "I get paid on Friday, can I settle the bill then?",
        ),
    ]
}
