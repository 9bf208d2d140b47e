// The clock's buttons: half an hour, the next due thing, and a whole day. Time moves in steps of at most five minutes,
// and after each the app looks at dialnote.

import { happen } from "./actors.js";
import { announce, cause, get, toast } from "./api.js";
import { el, refill } from "./dom.js";
import { DAY } from "./day.js";
import { direct, inChannel, me, now, on, state } from "./store.js";
import { clock, dayOf, fromWall, ofTs, weekday } from "./when.js";

const STEP_S = 300;
const HALF_HOUR_S = 1800;
const ASK_MS = 400;
const NAMES = { reminder: "reminder", digest: "daily digest", handoff: "hand-off deadline", snooze: "snooze ends" };

let due = []; // [{what, at}] by time
const reached = new Set(); // the kinds that *Next* reached: reminders, for example, repeat every hour
let asking = null;
let busy = false;
let play = null; // {paused, pace, until}

export function startTime() {
  on(["now"], () => {
    clearTimeout(asking);
    asking = setTimeout(askDue, ASK_MS);
  });
  document.addEventListener("started-over", () => {
    reached.clear();
    play = null;
  });
}

async function askDue() {
  due = (await get("due")).due ?? [];
  draw();
}

// The next due thing of a kind that was not reached yet, or else of any kind.
function next() {
  const later = due.filter(({ at }) => Date.parse(at) > now());
  return later.find(({ what }) => !reached.has(what)) ?? later[0];
}

function nextLabel() {
  const one = next();
  if (!one) return "Next: nothing due";
  const at = new Date(one.at);
  const day = dayOf(at) === dayOf(now()) ? "" : `${weekday(at)} `;
  return `Next: ${NAMES[one.what] ?? one.what} at ${day}${clock(at).replace(/ [AP]M$/, "")}`;
}

const boxes = [];

export function timeButtons(place) {
  const box = el("span", { class: "time-buttons", "data-place": place });
  boxes.push(box);
  draw();
  return box;
}

function draw() {
  for (const box of boxes) {
    const look = JSON.stringify([nextLabel(), busy, play && [play.paused, play.pace]]);
    refill(box, look, () => (play ? playing() : resting()));
  }
}

const button = (name, label, props, onclick) => el("button", { type: "button", "data-time": name, "data-focus": `time-${name}`, ...props, onclick }, label);

function resting() {
  const waits = { disabled: busy };
  return [
    button("half", "+30 min", waits, () => pass(HALF_HOUR_S)),
    button("next", nextLabel(), { disabled: busy || !next() }, goToNext),
    button("play", "▶ Play the day", waits, playTheDay),
  ];
}

function playing() {
  return [
    button("pause", play.paused ? "▶ Continue" : "❚❚ Pause", {}, () => setPlay({ paused: !play.paused })),
    button("faster", `Faster (${play.pace}×)`, {}, () => setPlay({ pace: play.pace === 4 ? 1 : play.pace * 2 })),
    button("stop", "■ Stop", {}, () => stop()),
  ];
}

async function pass(seconds) {
  busy = true;
  draw();
  await cause("clock", { seconds });
  busy = false;
  announce(`It is ${clock(now())}`);
  await askDue();
}

async function goToNext() {
  const one = next();
  reached.add(one.what);
  await pass(Math.max(1, Math.ceil((Date.parse(one.at) - now()) / 1000) + 1));
}

// Goes to the next due thing of a kind; answers whether there was one.
export async function goTo(what) {
  const one = due.find((one) => one.what === what && Date.parse(one.at) > now());
  if (!one) return false;
  reached.add(what);
  await pass(Math.ceil((Date.parse(one.at) - now()) / 1000) + 1);
  return true;
}

function setPlay(change) {
  play = { ...play, ...change };
  play.wake?.();
  draw();
}

function stop() {
  play?.wake?.();
  play = null;
  draw();
}

// A pause between two steps, which *Pause*, *Faster* and *Stop* end.
const rest = (ms) => new Promise((done) => {
  const timer = setTimeout(done, ms);
  play.wake = () => {
    clearTimeout(timer);
    done();
  };
});

async function playTheDay() {
  const begin = now();
  play = { paused: false, pace: 1, seen: newest() };
  draw();
  const mine = () => play !== null;
  const end = fromWall(`${dayOf(begin)}T18:00`) * 1000;
  const script = DAY.map((event) => ({ ...event, time: fromWall(`${dayOf(begin)}T${event.at}`) * 1000 })).filter(({ settings, time }) => settings || time > begin);
  while (mine() && now() < end) {
    while (mine() && play.paused) await rest(60_000);
    if (!mine()) return;
    while (script[0]?.time <= now()) await happen(script.shift());
    await cause("clock", { seconds: STEP_S });
    lookForNews();
    if (mine() && !play.paused) await rest(1000 / play.pace);
  }
  if (!mine()) return;
  await askDue();
  stop();
  if (await goTo("digest")) toast(`${weekday(now())} ${clock(now())} · The next morning’s digest`, "fine");
}

const newest = () => Math.max(0, ...news().map((message) => Number(message.ts)));

// Messages that concern the current person: direct ones, and lists in a channel, which have no controls of a card.
function news() {
  const mine = direct() ? inChannel(direct().id) : [];
  const lists = state.channels.filter(({ kind }) => kind !== "direct").flatMap(({ id }) => inChannel(id));
  return [...mine, ...lists.filter(({ text, from, only }) => !only && from !== me()?.id && isList(text))];
}

const isList = (text) => /^(Good morning|Shift change|(One|\d+) conversations? )/.test(text);

function lookForNews() {
  if (!play) return;
  const fresh = news().filter((message) => Number(message.ts) > play.seen);
  if (!fresh.length) return;
  play.seen = newest();
  for (const message of fresh.slice(-2)) toast(`${clock(ofTs(message.ts))} · ${message.text.split(/[.:\n]/)[0]}`, "fine");
  setPlay({ paused: true });
}
