// Runs the published adapter iobroker.ankersolix2, unmodified, on a stand-in for the host it lives in.
//
//   node iobroker_adapter.cjs <folder with node_modules> '{"server": …, "username": …, "password": …, "country": …, "preset": …}'
//
// It signs in, reads everything once, reads the statistics once, then, with "preset", lets the adapter write that many W.
// Prints one line of JSON: {"states": {id: value}, "errors": [text]}. Its pauses between questions are left out.
"use strict";

const { EventEmitter } = require("node:events");
const fs = require("node:fs");
const Module = require("node:module");
const os = require("node:os");
const path = require("node:path");

const [modules, given] = process.argv.slice(2);
const options = JSON.parse(given);
const home = fs.mkdtempSync(path.join(os.tmpdir(), "adapter-"));
const states = {};
const errors = [];

class Adapter extends EventEmitter {
    namespace = "ankersolix2.0";
    FORBIDDEN_CHARS = /[^._\-/ :!#$%&()+=@^{}|~\p{Ll}\p{Lu}\p{Nd}]+/gu;
    config = {
        Username: options.username,
        Password: options.password,
        API_Server: options.server,
        COUNTRY: options.country,
        COUNTRY2: options.country,
        POLL_INTERVAL: 60,
        AnalysisGrid: true,
        AnalysisGridDay: true,
        AnalysisGridWeek: true,
        AnalysisHomeUsage: true,
        AnalysisHomeUsageDay: true,
        AnalysisSolarproduction: true,
        AnalysisSolarproductionDay: true,
        AnalysisSolarproductionWeek: true,
    };
    log = { debug() {}, info() {}, warn: text => errors.push(text), error: text => errors.push(text) };

    async setState(id, state) {
        states[id] = state.val;
    }
    async setStateChangedAsync(id, state) {
        states[id] = state.val;
    }
    async extendObject() {}
    async getForeignObjectAsync() {
        return null;
    }
    setTimeout() {
        return null; // one round is enough
    }
    clearTimeout() {}
    subscribeForeignStates() {}
    terminate(text) {
        errors.push(text);
    }
}

const load = Module._load;
Module._load = function (request, ...rest) {
    if (request === "@iobroker/adapter-core") {
        return { Adapter, getAbsoluteInstanceDataDir: () => home };
    }
    return load.call(this, request, ...rest);
};

async function main() {
    const make = require(path.resolve(modules, "node_modules", "iobroker.ankersolix2"));
    const adapter = make({});
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
