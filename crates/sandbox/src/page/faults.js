// What can go wrong, as switches: what each one does to the faults of the sandbox, and what one
// will see of it.

import { post, toast } from "./api.js";
import { channelById, state } from "./store.js";

const SLOW_MS = 5000;
const RETRY_AFTER = 8;

export const FAULTS = [
  { name: "dialnote-down", label: "dialnote is down", effect: "Commands wait; after three seconds their people are told. They happen once it is back.", service: "dialnote", key: "down", on: true },
  { name: "dialnote-slow", label: "dialnote is slow", effect: "Every answer takes five seconds longer.", service: "dialnote", key: "slow_ms", on: SLOW_MS },
  { name: "dialnote-limited", label: "dialnote limits us", effect: `Every call is refused: try again in ${RETRY_AFTER} seconds. Nothing is lost.`, service: "dialnote", key: "rate_limited", on: RETRY_AFTER },
  { name: "dialnote-read-only", label: "The dialnote key may only read", effect: "Changes are refused, with the way out.", service: "dialnote", key: "read_only", on: true },
  { name: "slack-limited", label: "Slack limits us", effect: `Messages are late: every call is refused for ${RETRY_AFTER} seconds.`, service: "slack", key: "rate_limited", on: { "*": RETRY_AFTER } },
  { name: "slack-twice", label: "Slack delivers everything twice", effect: "Everything still happens once. See the Requests.", service: "slack", key: "deliver_twice", on: true },
  { name: "bot-removed", label: "The app is removed from this channel", effect: "Commands are carried out; their card cannot be posted, and the person is told.", service: "slack", key: "bot_not_in", on: here },
];

const NONE = { down: false, slow_ms: 0, answer_late_ms: 0, rate_limited: null, read_only: false, deliver_twice: false, bot_not_in: [], fail_next: [] };

// The channel one looks at.
function here() {
  const channel = channelById(state.place);
  return [channel?.name ?? state.channels.find((one) => one.kind !== "direct")?.name].filter(Boolean);
}

export function isOn(fault) {
  const value = state.weather.faults?.[fault.service]?.[fault.key];
  if (fault.service === "slack" && fault.key === "rate_limited") return Object.keys(value ?? {}).length > 0;
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

export async function turn(fault, on) {
  const { slack, dialnote } = structuredClone(state.weather.faults);
  const value = typeof fault.on === "function" ? fault.on() : fault.on;
  const wanted = { slack, dialnote };
  if (on) wanted[fault.service][fault.key] = value;
  else if (fault.service === "slack" && fault.key === "rate_limited") wanted.slack.rate_limited = {};
  else wanted[fault.service][fault.key] = NONE[fault.key];
  // Merging cannot take an entry away, so all of it is said anew.
  await send({ reset: true, ...wanted });
}

export const allWell = () => send({ reset: true });

export async function runApp(running) {
  const outcome = await post("app", { running });
  if (outcome.error) toast(outcome.error);
}

async function send(faults) {
  const outcome = await post("faults", faults);
  if (typeof outcome.error === "string") toast(outcome.error);
}
