// Lets the published adapter iobroker.ankersolix2 live, unmodified, in simulated time.
//
//   node adapter.cjs <folder with node_modules> '{"server", "username", "password", "country", "control", "start", "sun", "steps"}'
//
// `control` is the simulator's control port, `start` the time it begins (ms). `steps` are carried out one after the other:
// ["do", action, details] orders something from the simulator, ["advance", seconds] lets time pass from one of the
// adapter's timers to the next, ["look"] begins to write down what it shows of the state ids in `sun` (id → name).
// Prints one line of JSON: {"results": [of each "do"], "shown": [of each "look", {name: [[timestamp, value]]}], "errors": [text]}.
"use strict";

const fs = require("node:fs");

const { board } = require("../../simulator_checks/iobroker_host.cjs");

const [modules, given] = process.argv.slice(2);
const options = JSON.parse(given);
const LEAST_PAUSE = 1000; // what it calls a pause of 30 s are 30 ms that nobody waits for
const latest = {};
const shown = [];
const errors = [];
const results = [];
const queue = []; // {at, wake}
let now = options.start;
let running = 0;
let resting = null;

const RealDate = Date;
globalThis.Date = class extends RealDate {
    constructor(...given) {
        super(...(given.length ? given : [now]));
    }
    static now() {
        return now;
    }
};

function later(milliseconds, wake) {
    queue.push({ at: now + milliseconds, wake });
    return queue.length;
}

// Rounds that are under way, but for those that sleep: at rest, time may pass.
function track(round) {
    running += 1;
    return round().finally(() => rest());
}

function rest() {
    running -= 1;
    if (running === 0 && resting) {
        resting();
        resting = null;
    }
}

function atRest() {
    return running === 0 ? Promise.resolve() : new Promise(resolve => (resting = resolve));
}

function sleep(milliseconds) {
    if (milliseconds < LEAST_PAUSE) {
        return Promise.resolve();
    }
    return new Promise(resolve => {
        later(milliseconds, () => {
            running += 1;
            resolve();
        });
        rest();
    });
}

async function order(path, body) {
    const response = await fetch(options.control + path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
    });
    if (!response.ok) {
        throw new Error(`${path}: ${await response.text()}`);
    }
    return response.json();
}

async function advance(seconds) {
    const end = now + 1000 * seconds;
    for (;;) {
        queue.sort((one, other) => one.at - other.at);
        const due = queue.length > 0 && queue[0].at <= end ? queue.shift() : null;
        now = due ? Math.max(now, due.at) : end;
        await order("/clock", { set: new RealDate(now).toISOString(), speed: 0 });
        if (!due) {
            return;
        }
        due.wake();
        await new Promise(setImmediate);
        await atRest();
    }
}

const { adapter, home } = board(modules, options, {
    setState: (id, value) => {
        const name = options.sun[id];
        if (name !== undefined && latest[name] !== value) {
            latest[name] = value;
            shown.at(-1)?.[name].push([now / 1000, value]);
        }
    },
    warn: text => errors.push(String(text)),
    setTimeout: (callback, milliseconds) => later(milliseconds, callback),
});

const STEPS = {
    do: async (action, details) => results.push((await order("/do", { action, ...details })).result),
    advance,
    look: async () => shown.push(Object.fromEntries(Object.values(options.sun).map(name => [name, [[now / 1000, latest[name] ?? null]]]))),
};

async function main() {
    adapter.sleep = sleep;
    for (const name of ["refreshDate", "refreshAnalysis"]) {
        const original = adapter[name];
        adapter[name] = () => track(() => original.call(adapter));
    }
    await order("/clock", { set: new RealDate(now).toISOString(), speed: 0 });
    await track(() => adapter.onReady());
    await atRest();
    for (const [name, ...details] of options.steps) {
        await STEPS[name](...details);
    }
    const told = `${JSON.stringify({ results, shown, errors })}\n`;
    await new Promise(resolve => process.stdout.write(told, resolve)); // all of it, before the process ends
}

main()
    .finally(() => fs.rmSync(home, { recursive: true, force: true }))
    .then(() => process.exit(0));
