// Runs the published adapter iobroker.ankersolix2, unmodified, on a stand-in for the host it lives in.
//
//   node iobroker_adapter.cjs <folder with node_modules> '{"server": …, "username": …, "password": …, "country": …, "preset": …}'
//
// It signs in, reads everything once, reads the statistics once, then, with "preset", lets the adapter write that many W.
// Prints one line of JSON: {"states": {id: value}, "errors": [text]}. Its pauses between questions are left out.
"use strict";

const fs = require("node:fs");

const { board } = require("./iobroker_host.cjs");

const [modules, given] = process.argv.slice(2);
const options = JSON.parse(given);
const states = {};
const errors = [];
const { adapter, home } = board(modules, options, {
    setState: (id, value) => {
        states[id] = value;
    },
    warn: text => errors.push(text),
});

async function main() {
    adapter.sleep = async () => {};
    const rounds = ["refreshDate", "refreshAnalysis"].map(name => ({ name, original: adapter[name] }));
    for (const { name } of rounds) {
        adapter[name] = async () => {};
    }
    await adapter.onReady();
    for (const { name, original } of rounds) {
        await original.call(adapter);
        adapter[name] = async () => {};
    }
    if (options.preset !== undefined) {
        adapter.config.ControlSiteID = `${adapter.namespace}.${options.site}`;
        await adapter.setControlByAdapter(options.preset);
    }
    await new Promise(setImmediate);
    process.stdout.write(JSON.stringify({ states, errors }));
}

main().finally(() => fs.rmSync(home, { recursive: true, force: true }));
