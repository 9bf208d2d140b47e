// Bolt and graphile-worker: a command is a job on PostgreSQL before it is acknowledged. With the argument `ordered`,
// the commands on one conversation run one after the other.
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";
import { CONCURRENCY, carryOut, serve } from "./common.mjs";

/** The most commands stored by one statement. */
const BATCH = 100;

const isOrdered = process.argv.includes("ordered");

const logger = new Logger(() => (level, message) => {
  if (level === "error" || level === "warning") console.error(message);
});
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: CONCURRENCY + 4 });
const failed = (error) => console.error("a database connection failed", error);
pool.on("error", failed);
pool.on("connect", (client) => client.on("error", failed));

// As graphile-worker's page on performance advises: jobs are fetched and completed in batches.
const preset = {
  worker: {
    concurrentJobs: CONCURRENCY,
    localQueue: { size: 100 },
    completeJobBatchDelay: 100,
    failJobBatchDelay: 100,
  },
};
const utils = await makeWorkerUtils({ pgPool: pool, logger });
await utils.migrate();
const runner = await run({ pgPool: pool, preset, logger, taskList: { assign: carryOut } });
runner.promise.catch((error) => {
  console.error("the worker stopped", error);
  process.exitCode = 1;
});

/** Commands that wait until the statement before is through. */
const waiting = [];
let isStoring = false;

async function store() {
  isStoring = true;
  while (waiting.length > 0) {
    const batch = waiting.splice(0, BATCH);
    try {
      await utils.addJobs(batch.map(({ job }) => job));
      batch.forEach(({ resolve }) => resolve());
    } catch (error) {
      batch.forEach(({ reject }) => reject(error));
    }
  }
  isStoring = false;
}

await serve((payload) => {
  const job = { identifier: "assign", payload };
  if (isOrdered) job.queueName = payload.conversation;
  return new Promise((resolve, reject) => {
    waiting.push({ job, resolve, reject });
    if (!isStoring) store();
  });
});
