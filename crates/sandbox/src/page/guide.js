// The tour's hand: it rings a control, and acts as a person would, one action a second.

import { controlOf, verbIn } from "./cards.js";
import { byId } from "./dom.js";
import { closePanel, isNarrow, isPhone, pane, showPane, showSlack } from "./layout.js";
import { become, go } from "./sidebar.js";
import { state } from "./store.js";

const BEAT_MS = 800;
const PATIENCE_MS = 20_000;
const LOOK_MS = 60;

let aim = () => null;

// Rings what `find` finds, also after it was redrawn.
export function aimAt(find) {
  aim = find;
  mark();
}

function mark() {
  // A window covers the page, so only its own controls are ringed.
  const found = aim();
  const wanted = document.querySelector(".modal") && !found?.closest(".modal") ? null : found;
  for (const old of document.querySelectorAll(".ringed")) if (old !== wanted) old.classList.remove("ringed");
  wanted?.classList.add("ringed");
}

setInterval(mark, 300);

export function until(look, patience = PATIENCE_MS) {
  const end = performance.now() + patience;
  return new Promise((done) => {
    const again = () => {
      const found = look();
      if (found || performance.now() > end) done(found);
      else setTimeout(again, LOOK_MS);
    };
    again();
  });
}

const rest = (ms) => new Promise((done) => setTimeout(done, ms));

// Brings a control into view and rings it.
export function show(node) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  node.scrollIntoView({ block: "center", behavior: still || isPhone() ? "auto" : "smooth" });
  aimAt(() => (node.isConnected ? node : null));
}

class Stopped extends Error {}

// Waits for a control, shows it, and clicks it.
export async function click(find) {
  const node = await until(find);
  if (!node) throw new Stopped();
  show(node);
  await rest(BEAT_MS);
  const now = find() ?? node;
  now.focus({ preventScroll: true });
  now.click();
}

export async function be(handle) {
  if (state.me === handle) return;
  const row = () => document.querySelector(`[data-person="${handle}"]`);
  if (row()) await click(row);
  else become(handle);
  await until(() => state.connected && state.people.length);
  await rest(BEAT_MS / 2);
}

export async function at(place, tab) {
  showSlack();
  if (state.place === place && (!tab || state.tab === tab)) return;
  await click(() => document.querySelector(`[data-place="${place}"]`));
  if (tab && state.tab !== tab) go(place, tab);
}

// Types a line into the composer and sends it.
export async function type(line) {
  const field = await until(() => byId("composer-text"));
  show(field);
  field.fillIn(line);
  await rest(BEAT_MS);
  await click(() => byId("place").querySelector(".composer .send"));
}

// Types into a field of a window.
export async function write(find, text) {
  const field = await until(find);
  if (!field) throw new Stopped();
  show(field);
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await rest(BEAT_MS / 2);
}

// Chooses from a menu by typing; answers whether there was such an option. A window that is redrawn takes the typed
// text away, and then it is typed again.
export async function choose(find, text) {
  const shown = () => [...document.querySelectorAll(".combo .popup:popover-open li")];
  const option = () => shown().find((one) => one.role === "option" && one.textContent.startsWith(text));
  const none = () => shown().find((one) => one.role !== "option" && !shown().some(({ role }) => role === "option"));
  const chip = () => find()?.closest(".combo")?.querySelector(".chip");
  for (let times = 0; times < 3; times += 1) {
    chip()?.querySelector("button").click();
    await write(find, text);
    if (!(await until(() => option() ?? none(), 3000))) continue;
    if (!option()) return false;
    await click(option);
    if (await until(() => chip()?.textContent.startsWith(text), 1000)) return true;
  }
  return false;
}

export async function openPane(name) {
  if (pane() !== name || isNarrow()) showPane(name, true);
  await rest(BEAT_MS / 2);
}

export function backToSlack() {
  if (isNarrow()) closePanel();
  showSlack();
}

// Runs a script; a control that never comes ends it.
export async function run(script) {
  try {
    await script();
    return true;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    return false;
  }
}

// Presses a verb on a card, through its menu if it is there.
export async function press(find, verb) {
  await click(() => controlOf(find(), verb));
  const option = verbIn(find(), verb)?.option;
  if (option) await click(() => document.querySelector(`[role=menuitem][data-value="${CSS.escape(option.value)}"]`));
}
