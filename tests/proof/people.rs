//! The people who type: each does one thing after the other, and all of them at the same time.

use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::dice::Dice;
use crate::ledger::{Act, Order};
use crate::stage::Stage;
use crate::town;

/// The number of conversations in use at a time. They change slowly, so that several commands meet in one, and there is
/// always one without a dead process's lease.
pub const AT_A_TIME: usize = 4;

/// People with a pile of orders each.
pub struct People {
    piles: Vec<UnboundedSender<Order>>,
    busy: JoinSet<()>,
    orders: usize,
}

impl People {
    /// Creates this many people, who wait for orders.
    pub fn gather(stage: &Arc<Stage>, people: usize) -> Self {
        let mut busy = JoinSet::new();
        let piles = (0..people).map(|_| {
            let (pile, mut orders) = unbounded_channel();
            let stage = stage.clone();
            busy.spawn(async move {
                while let Some(order) = orders.recv().await {
                    stage.carry_through(&order).await;
                }
            });
            pile
        });
        Self { piles: piles.collect(), busy, orders: 0 }
    }

    /// Gives a person an order after all they have already. `order` has no number and no name yet.
    pub fn give(&mut self, n: usize, order: Order) {
        self.orders += 1;
        let order = Order { number: self.orders, who: town::person(n), ..order };
        self.piles[n].send(order).unwrap();
    }

    /// Gives a person one or two orders about one of the conversations from `first` on.
    pub fn give_some(&mut self, dice: &mut Dice, first: usize) {
        let people = self.piles.len();
        let conversation = first + dice.between(0, AT_A_TIME - 1);
        let home = town::CHANNELS[conversation % 2];
        let channel = if conversation.is_multiple_of(5) { dice.one_of(&town::CHANNELS) } else { home };
        let who = dice.between(0, people - 1);
        let target = town::person(dice.between(0, people - 1));
        let order = Order {
            number: 0,
            who: String::new(),
            channel,
            conversation,
            // A third of them never know an id.
            by_number: who.is_multiple_of(3),
            act: Act::Assign(target),
        };
        if dice.percent(75) {
            self.give(who, order);
        } else {
            // The person who marks a conversation done also opens it again, and no one else does.
            let who = conversation % people;
            let order = Order { by_number: who.is_multiple_of(3), ..order };
            self.give(who, Order { act: Act::Done, ..order.clone() });
            self.give(who, Order { act: Act::Reopen, ..order });
        }
    }

    /// Resolves when everyone has typed everything, and everything was accepted.
    pub async fn all_is_typed(self) {
        drop(self.piles);
        self.busy.join_all().await;
    }
}
