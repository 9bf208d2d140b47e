// The ten steps of the tour: what to do, where, and how the page does it. Each picks a conversation that still fits, so
// that no step is spoiled by an earlier one. The sandbox decides when a step is done.

import { post } from "./api.js";
import { cardWith, controlOf, verbIn } from "./cards.js";
import { byId, el } from "./dom.js";
import { fault, isOn } from "./faults.js";
import { at, backToSlack, be, choose, click, openPane, press, type, until, write } from "./guide.js";
import { isPhone, pane } from "./layout.js";
import { toEnd } from "./log.js";
import { contactName, typedName } from "./people.js";
import * as store from "./store.js";
import { state } from "./store.js";

const FRONT = "C0FRONT";
const NEW_CALLER = "+14155550130";
const FRONT_NUMBER = "+14155550100";

const open = () => state.dialnote.conversations.filter(({ status }) => status === "open");
const free = () => open().filter(({ assignedTo }) => !assignedTo);
const mine = () => open().filter(({ assignedTo }) => assignedTo && assignedTo.name === store.me()?.name);
const prefer = (all, name) => all.find(({ contact }) => contactName(contact) === name) ?? all[0];
const other = () => (state.me === "zoe" ? "leo" : "zoe");
const calledOther = () => (state.me === "zoe" ? "Leo" : "Zoe");
const sends = () => (isPhone() ? " and press Send." : " and press Enter.");
const b = (words) => el("b", null, words);
const code = (words) => el("code", null, words);

// The first of the conversations with a card that offers the verb, the wanted one before others.
function withCard(all, verb, name, channel = FRONT) {
  const offered = all.filter((one) => cardWith(one, verb, channel));
  return prefer(offered, name);
}

const toTake = () => withCard(free(), "take", "Ana Lima");
const toHandOff = () => withCard(mine(), "hand_off", "");
const cardOf = (conversation, verb) => cardWith(conversation, verb, FRONT);
const controlFor = (conversation, verb) => (conversation && state.place === FRONT ? controlOf(cardOf(conversation, verb), verb) : null);
const named = (conversation, fallback) => (conversation ? contactName(conversation.contact) : fallback);

async function someoneLinked() {
  if (!store.isLinked(store.me())) await be("maya");
  await at(FRONT);
}

// Takes a conversation; one comes in if none is left.
async function takeOne() {
  if (!toTake()) await post("incoming", { kind: "call", from: NEW_CALLER, to: FRONT_NUMBER });
  await until(toTake);
  const chosen = toTake();
  await press(() => cardOf(chosen, "take"), "take");
  await until(() => mine().some(({ id }) => id === chosen.id));
}

function assignLine() {
  const unowned = free().filter(({ contact }) => contact.firstName && contact.lastName);
  const chosen = prefer(unowned, "Robert Hale") ?? open().find(({ assignedTo }) => !assignedTo?.name.startsWith(calledOther()));
  if (!chosen) return null;
  const note = contactName(chosen.contact) === "Robert Hale" ? "loose crown" : "wants a call back";
  return `/assign @${other()} ${typedName(chosen.contact)} ${note}`;
}

function doneLine() {
  const owned = open().filter(({ assignedTo }) => assignedTo);
  const chosen = owned.find((one) => cardWith(one, "done", FRONT)) ?? owned[0] ?? open()[0];
  return chosen ? `/done ${typedName(chosen.contact)}` : null;
}

// ---- Accepting ----

// The person with an unread message of the app, else Zoe.
function asked() {
  if (mayAccept()) return state.me;
  const waiting = state.people.find((one) => !one.bot && one.handle !== state.me && one.unread && store.isLinked(one));
  return waiting?.handle ?? other();
}

const calledAsked = () => state.people.find(({ handle }) => handle === asked())?.called ?? "Zoe";

function mayAccept() {
  const channel = store.direct();
  return channel ? store.inChannel(channel.id).filter((message) => verbIn(message, "accept")).at(-1) : null;
}

function acceptTarget() {
  if (mayAccept() && state.place === "app" && state.tab === "messages") return controlOf(mayAccept(), "accept");
  if (state.me === asked()) return document.querySelector("[data-place=app]");
  return document.querySelector(`[data-person=${asked()}]`) ?? document.querySelector(".who");
}

async function accept() {
  await be(asked());
  if (!(await until(mayAccept, 1500))) {
    const person = state.me;
    await be(person === "maya" ? "leo" : "maya");
    await at(FRONT);
    const chosen = free()[0] ?? open()[0];
    await type(`/assign @${person} ${typedName(chosen.contact)}`);
    await until(() => state.people.find(({ handle }) => handle === person)?.unread);
    await be(person);
  }
  await at("app", "messages");
  await until(mayAccept);
  await press(mayAccept, "accept");
}

// ---- Handing off ----

const modal = () => document.querySelector(".modal");
const note = () => modal()?.querySelector(".wrong textarea") ?? modal()?.querySelector("textarea") ?? null;
const owner = () => [...(modal()?.querySelectorAll("input[role=combobox]") ?? [])].at(-1) ?? null;
const submit = () => modal()?.querySelector("[type=submit]:not([disabled])") ?? null;
const refused = (before) => () => [...document.querySelectorAll(".modal .error")].map((one) => one.textContent).join() !== before;

async function handOff() {
  await someoneLinked();
  if (!toHandOff()) await takeOne();
  const chosen = await until(toHandOff);
  await press(() => cardOf(chosen, "hand_off"), "hand_off");
  await click(submit);
  await until(() => document.querySelector(".modal .error"));
  await write(note, "Knows the story. Call before noon.");
  if (await choose(owner, "Sam")) {
    const before = [...document.querySelectorAll(".modal .error")].map((one) => one.textContent).join();
    await click(submit);
    await until(refused(before), 4000);
  }
  await choose(owner, state.me === "leo" ? "Zoe" : "Leo");
  await click(submit);
  await until(() => !modal());
}

// ---- Two people at once ----

async function race() {
  await someoneLinked();
  if (!toTake()) await post("incoming", { kind: "call", from: NEW_CALLER, to: FRONT_NUMBER });
  const chosen = await until(toTake);
  const message = cardOf(chosen, "take");
  const { part, block } = verbIn(message, "take");
  await click(() => controlOf(message, "take")?.closest(".message"));
  const clicked = { channel: message.channel, message_ts: message.ts, action_id: part.action_id, block_id: block.block_id, value: part.value };
  await post("at_once", ["leo", "zoe"].map((as) => ({ as, ...clicked })));
  const taken = () => state.dialnote.conversations.find(({ id }) => id === chosen.id)?.assignedTo;
  const winner = await until(taken);
  await be(winner?.name.startsWith("Leo") ? "zoe" : "leo");
  await at(FRONT);
  toEnd();
}

// ---- Events, faults, time ----

async function voicemail() {
  await openPane("events");
  await click(() => byId("incoming-voicemail"));
  backToSlack();
  await at(FRONT);
}

const down = () => fault("dialnote-down");

async function outage() {
  await someoneLinked();
  await openPane("events");
  if (!isOn(down())) await click(() => byId("fault-dialnote-down"));
  await until(() => isOn(down()));
  backToSlack();
  await type(doneLine());
  const told = () => store.inChannel(FRONT).at(-1)?.only && /isn’t responding|isn't responding/.test(store.inChannel(FRONT).at(-1).text);
  await until(told, 8000);
  await click(() => document.querySelector("[data-fault=dialnote-down] button"));
}

function outageTarget() {
  if (!isOn(down())) return pane() === "events" ? byId("fault-dialnote-down") : document.querySelector("[data-tab-of=events]");
  return state.tour.done.includes("down.waits") ? document.querySelector("[data-fault=dialnote-down] button") : byId("composer-text");
}

const visible = (css) => [...document.querySelectorAll(css)].find((one) => one.checkVisibility()) ?? null;

async function time() {
  for (let times = 0; times < 6 && !state.tour.done.includes("time"); times += 1) {
    if (!visible("[data-time=next]")) await openPane("events");
    await click(() => visible("[data-time=next]:not([disabled])"));
    await until(() => !visible("[data-time=next]:not([disabled])"), 1000);
    await until(() => visible("[data-time=next]:not([disabled])"), 60_000);
    await until(() => state.tour.done.includes(times ? "time" : "time.reminder"), 1500);
  }
}

async function report() {
  await someoneLinked();
  await type("/dialnote report week");
}

const composer = () => byId("composer-text");

export const STEPS = [
  {
    name: "look", title: "Look around: three callers are waiting", example: () => null,
    words: () => ["The cards marked Unassigned in #front-desk have no owner. The inbox shows the same callers."],
    where: () => null, justLook: true, run: async () => post("tour", { step: "look" }),
  },
  {
    name: "take", title: "Take a conversation", example: () => null,
    words: () => ["Press ", b("Take it"), ` on ${named(toTake(), "a new caller")}’s card. The inbox shows ${store.me()?.called ?? "you"} as the owner.`],
    where: () => controlFor(toTake(), "take"),
    go: async () => someoneLinked(),
    run: async () => {
      await someoneLinked();
      await takeOne();
    },
  },
  {
    name: "type", title: "Assign by typing, as in any channel", example: assignLine,
    words: () => ["Type ", code(assignLine() ?? "/assign"), `${sends()} The words after the contact’s name become a note.`],
    where: composer, go: async () => someoneLinked(),
    run: async () => {
      await someoneLinked();
      await type(assignLine());
    },
  },
  {
    name: "accept", title: "Read a direct message and accept", example: () => null,
    words: () => ["Under ", b("You are"), ` choose ${calledAsked()}, open `, b("dialnote"), isPhone() ? " beside it" : " under Apps", ", and press ", b("Accept"), " on the newest message."],
    where: acceptTarget, run: accept,
  },
  {
    name: "handoff", title: "Hand off with a note", example: () => null, parts: [["handoff.note", "Without a note: refused"], ["handoff.owner", "To Sam, who isn’t linked: refused"]],
    words: () => ["Press ", b("Hand off…"), ` on one of ${store.me()?.called ?? "Maya"}’s cards. Try it without a note, then to Sam, then to ${state.me === "leo" ? "Zoe" : "Leo"}.`],
    where: () => controlFor(toHandOff(), "hand_off") ?? controlFor(toTake(), "take"), go: async () => someoneLinked(), run: handOff,
  },
  {
    name: "race", title: "Two people take the same call", example: () => null,
    words: () => [b("Do it for me"), " presses ", b("Take it"), ` on ${named(toTake(), "a new caller")}’s card as Leo and as Zoe at the same moment. One gets it. You become the other, who reads who was first.`],
    where: () => visible("[data-do=race]"), run: race,
  },
  {
    name: "incoming", title: "A new caller leaves a voicemail", example: () => null,
    words: () => ["Open ", b("Make things happen"), " and press ", b("Voicemail"), ". A card appears in #front-desk."],
    where: () => (pane() === "events" ? byId("incoming-voicemail") : document.querySelector("[data-tab-of=events]")),
    go: async () => openPane("events"), run: voicemail,
  },
  {
    name: "down", title: "dialnote goes down, nothing is lost", example: doneLine, parts: [["down.waits", "The command was saved"]],
    words: () => [`Under ${isPhone() ? "Events" : "Make things happen"} switch on `, b("dialnote is down"), ", send ", code(doneLine() ?? "/done"), ", then press ", b("End"), " at the top."],
    where: outageTarget, go: async () => (isOn(down()) ? someoneLinked() : openPane("events")), run: outage,
  },
  {
    name: "time", title: "See the reminder and the daily digest", example: () => null, parts: [["time.reminder", "A reminder was posted"], ["time.digest", "A digest was posted"]],
    words: () => ["Press ", b("Next: …"), ` ${isPhone() ? "under Events " : "at the top "}until both were posted, or `, b("Play the day"), "."],
    where: () => visible("[data-time=next]"), go: async () => (visible("[data-time=next]") ? at(FRONT) : openPane("events")),
    run: async () => {
      await at(FRONT);
      await time();
    },
  },
  {
    name: "report", title: "Post the weekly report", example: () => "/dialnote report week",
    words: () => ["Type ", code("/dialnote report week"), sends()],
    where: composer, go: async () => someoneLinked(), run: report,
  },
];

export const exampleOf = (step) => step?.example() ?? null;

export const MORE = [
  ["Stop the app in the middle of a command", "Switch on “dialnote is slow”, send /assign, press Stop under Make things happen, then Start."],
  ["Find a misspelt name", "⚡ Shortcuts, Find a conversation, type nguyne."],
  ["A contact whose name looks like code", "Send /assign @zoe +1 415 555 0109. The name is shown as its letters, and notifies no one."],
  ["A link that becomes a card", `Send ${location.origin}/conversations/conv_1002 as a message.`],
  ["Snooze and unsnooze", "Choose Snooze in a card’s ⋯ menu, then press “Next: snooze ends”."],
  ["Notifications and quiet hours", "Open dialnote under Apps, then Home."],
  ["Sam asks to be linked", "Be Sam and send /assign me Ana Lima."],
];
