// The faults as switches: the change of the sandbox's faults by each, and what one sees of it.

import { cause } from "./api.js";
import { channelById, state } from "./store.js";

const SLOW_MS = 5000;
const RETRY_AFTER = 8;

export const FAULTS = [
  { name: "dialnote-down", label: "dialnote is down", effect: "Commands are saved and run when dialnote is back. A person who has waited for 3 s is notified.", service: "dialnote", key: "down", on: true },
  { name: "dialnote-slow", label: "dialnote is slow", effect: "Every answer takes 5 s longer.", service: "dialnote", key: "slow_ms", on: SLOW_MS },
  { name: "dialnote-limited", label: "dialnote limits requests", effect: `Every call is refused for ${RETRY_AFTER} s. Nothing is lost.`, service: "dialnote", key: "rate_limited", on: RETRY_AFTER },
  { name: "dialnote-read-only", label: "The key is read-only", effect: "dialnote refuses changes. The app says who can fix it.", service: "dialnote", key: "read_only", on: true },
  { name: "slack-limited", label: "Slack limits requests", effect: `Messages are late: every call is refused for ${RETRY_AFTER} s.`, service: "slack", key: "rate_limited", on: { "*": RETRY_AFTER } },
  { name: "slack-twice", label: "Slack delivers twice", effect: "Every request arrives twice and takes effect once. See Traffic.", service: "slack", key: "deliver_twice", on: true },
  { name: "bot-removed", label: "The app was removed from this channel", effect: "Commands still work. The app can’t post cards, and says so.", service: "slack", key: "bot_not_in", on: here },
];

const NONE = { down: false, slow_ms: 0, answer_late_ms: 0, rate_limited: null, read_only: false, deliver_twice: false, bot_not_in: [], fail_next: [] };

// The channel that is shown.
function here() {
  const channel = channelById(state.place);
  return [channel?.name ?? state.channels.find((one) => one.kind !== "direct")?.name].filter(Boolean);
}

export const fault = (name) => FAULTS.find((one) => one.name === name);

export function isOn(fault) {
  const value = state.weather.faults?.[fault.service]?.[fault.key];
  if (fault.service === "slack" && fault.key === "rate_limited") return Object.keys(value ?? {}).length > 0;
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

export async function turn(fault, on) {
  const { service, key } = fault;
  if (!on && service === "slack" && key === "rate_limited") return endSlackLimit();
  const value = typeof fault.on === "function" ? fault.on() : fault.on;
  return cause("faults", { [service]: { [key]: on ? value : NONE[key] } });
}

// Merging can't remove an entry, so all other faults are sent again.
function endSlackLimit() {
  const { slack, dialnote } = structuredClone(state.weather.faults);
  return cause("faults", { reset: true, slack: { ...slack, rate_limited: {} }, dialnote });
}

export const endAll = () => cause("faults", { reset: true });

export const runApp = (running) => cause("app", { running });
