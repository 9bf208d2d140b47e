// How long Slack waits for the app's answer to a pane.

import { now } from "./store.js";

const PATIENCE_MS = 30_000;

const CACHE_MS = 600_000;

// Whether Slack asks the app again when a person returns to the details.
export const isStale = (asked) => Boolean(asked) && now() - Date.parse(asked) >= CACHE_MS;

const left = (since) => Date.parse(since) + PATIENCE_MS - now();

export const isLate = (since) => Boolean(since) && left(since) < 0;

// The time until the next of these is late, in milliseconds; far away without any.
export function untilLate(all) {
  const waits = all.filter(Boolean).map(left).filter((ms) => ms >= 0);
  return waits.length ? Math.min(...waits) + 50 : 2 ** 30;
}
