// A stand-in for the host that the published adapter iobroker.ankersolix2 lives in; the adapter itself is unmodified.
//
//   const { adapter, home } = board(folder with node_modules, {server, username, password, country}, {setState, warn, setTimeout})
//
// `home` is a new folder for its session; whoever boards it removes that.
"use strict";

const { EventEmitter } = require("node:events");
const fs = require("node:fs");
const Module = require("node:module");
const os = require("node:os");
const path = require("node:path");

function board(modules, options, { setState, warn, setTimeout = () => null }) {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "adapter-"));

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
        log = { debug() {}, info() {}, warn, error: warn };

        async setState(id, state) {
            setState(id, state.val);
        }
        async setStateChangedAsync(id, state) {
            setState(id, state.val);
        }
        async extendObject() {}
        async getForeignObjectAsync() {
            return null;
        }
        setTimeout(callback, milliseconds) {
            return setTimeout(callback, milliseconds);
        }
        clearTimeout() {}
        subscribeForeignStates() {}
        terminate(text) {
            warn(text);
        }
    }

    const load = Module._load;
    Module._load = function (request, ...rest) {
        if (request === "@iobroker/adapter-core") {
            return { Adapter, getAbsoluteInstanceDataDir: () => home };
        }
        return load.call(this, request, ...rest);
    };
    const make = require(path.resolve(modules, "node_modules", "iobroker.ankersolix2"));
    return { adapter: make({}), home };
}

module.exports = { board };
