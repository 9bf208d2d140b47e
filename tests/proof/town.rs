//! A bigger town than the sandbox's own. With three people and fourteen conversations, every partition would soon wait
//! for a job whose lease has to end first, and a killed app would mostly be idle.

use dialnote_sandbox::{Conversation, Member, Person, World};

/// The channels in which everything happens.
pub const CHANNELS: [&str; 2] = ["front-desk", "billing"];

/// Returns the handle of the nth person.
pub fn person(n: usize) -> String {
    format!("p{n:02}")
}

/// Returns the dialnote member of a person.
pub fn member(handle: &str) -> String {
    format!("mem_{handle}")
}

/// Returns the name that colleagues see.
pub fn shown(handle: &str) -> String {
    handle.to_uppercase()
}

/// Returns the id of the nth conversation.
pub fn conversation(n: usize) -> String {
    format!("conv_2{n:03}")
}

/// Returns the number of its contact, as a person types it.
pub fn number(n: usize) -> String {
    format!("+1415556{n:04}")
}

/// Lets people move in, and get in touch.
pub fn enlarge(world: &mut World, people: usize, conversations: usize) {
    for handle in (0..people).map(person) {
        let newcomer = Person::named(&handle, &format!("{} Doe", shown(&handle)));
        let colleague = Member {
            id: member(&handle),
            name: newcomer.real_name.clone(),
            email: newcomer.email.clone().unwrap(),
            avatar: None,
            role: "Member".to_owned(),
            availability: "Available".to_owned(),
        };
        world.add_person(newcomer, &CHANNELS);
        world.dialnote.members.push(colleague);
    }
    let model = world.dialnote.conversation("conv_1001").unwrap().clone();
    for n in 0..conversations {
        let mut new = Conversation { id: conversation(n), ..model.clone() };
        new.contact.id = format!("con_2{n:03}");
        new.contact.first_name = Some(format!("Contact{n:03}"));
        new.contact.phone_number = number(n);
        world.dialnote.conversations.push(new);
    }
}
