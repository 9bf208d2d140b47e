// The people and callers of *Play the day*. They send the requests that real ones would cause, and the app answers.

import { get, post, toast } from "./api.js";
import { now, state } from "./store.js";
import { clock } from "./when.js";

const LOOK_MS = 100;
const MOST_LOOKS = 50;

// Plays one event of the script. What the current person would do is left to them, but not their absence.
export async function happen({ as, call, type, status, settings }) {
  if (status) await attend(as, status);
  else if (settings) await set(as, settings);
  else if (as === state.me) return;
  else if (call) await post("incoming", call);
  else await post("slash", { as, channel: "front-desk", text: type });
}

const told = (words) => toast(`${clock(now())} · ${words}`, "fine");
const called = (handle) => state.people.find((one) => one.handle === handle)?.called ?? handle;

async function attend(as, status) {
  await post("status", { as, ...status });
  told(status.text ? `${called(as)} is away (${status.text})` : `${called(as)} is back`);
}

// Changes the settings of #front-desk in the app's own window.
async function set(as, values) {
  await post("slash", { as, channel: "front-desk", text: "/dialnote settings" });
  const rules = await windowOf(as, () => true);
  if (rules) await post("click", { as, view_id: rules.id, action_id: "route_settings" });
  const route = rules && (await windowOf(as, ({ id }) => id !== rules.id));
  const outcome = route ? await post("submit", { as, view_id: route.id, values }) : { error: "no window" };
  const left = await windowOf(as, () => true, 1);
  if (left) await post("close", { as, view_id: left.id, all: true });
  if (!outcome.error) told(`${called(as)} sets auto-assignment and answer targets for #front-desk`);
}

// The window on top of a person's, as soon as there is one that fits.
async function windowOf(as, fits, looks = MOST_LOOKS) {
  for (let look = 0; look < looks; look += 1) {
    const { views = [] } = await get("state?calls=0");
    const top = views.filter((view) => view.as === as).at(-1);
    if (top && fits(top)) return top;
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
  return null;
}
