// Bolt alone: a command is acknowledged, then carried out from memory.
import { CONCURRENCY, carryOut, serve } from "./common.mjs";

/** The tries of one command. */
const TRIES = 5;

const waiting = [];
let running = 0;

function next() {
  while (running < CONCURRENCY && waiting.length > 0) {
    running += 1;
    attempt(waiting.shift()).finally(() => {
      running -= 1;
      next();
    });
  }
}

async function attempt({ command, tries }) {
  try {
    await carryOut(command);
  } catch (error) {
    console.error("a command failed", error);
    if (tries < TRIES) setTimeout(() => add(command, tries + 1), 1000 * 2 ** tries);
  }
}

function add(command, tries) {
  waiting.push({ command, tries });
  next();
}

await serve(async (command) => add(command, 1));
