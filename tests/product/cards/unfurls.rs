//! Links to conversations become cards.

use dialnote_slack::core::ids::ConversationId;
use insta::assert_snapshot;
use jiff::SignedDuration;

use crate::support::{ANA, LEO, MAYA, SAM, product};

#[tokio::test]
async fn a_link_becomes_a_card_once_in_a_while() {
    product(async |bot| {
        let link = bot.work.links.to(&ConversationId::new(ANA));
        let first = bot.say(MAYA, "front-desk", &format!("look at {link}")).await;
        assert_snapshot!(bot.unfurled("front-desk", &first).await, @"
          :red_circle: Unassigned
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        [Take it] [Assign to… ▾] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ");
        let again = bot.say(LEO, "front-desk", &format!("yes, {link}")).await;
        assert_eq!(bot.unfurled("front-desk", &again).await, "", "shown just now");
        bot.clock.advance(SignedDuration::from_mins(31));
        let later = bot.say(SAM, "front-desk", &format!("what about {link}")).await;
        assert_eq!(bot.unfurled("front-desk", &later).await, "", "Sam may not see it");
        let later = bot.say(LEO, "front-desk", &format!("what about {link}")).await;
        assert!(bot.unfurled("front-desk", &later).await.contains("Ana Lima"));
        bot.press_unfurled(LEO, "front-desk", &later, "take").await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        assert!(bot.unfurled("front-desk", &later).await.contains("Owner: Leo"), "the card of the link says so");
        bot.read_all().await;
    })
    .await;
}
