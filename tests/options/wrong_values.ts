/**
 * A wrong value for every option: the compiler asks for one when an option is added.
 *
 * @module
 */
import type { OptionKey } from "../../lib/options/option_table.ts";

/** A wrong value of every option, and what the message must say about it. */
export const wrongValues: Readonly<Record<OptionKey, readonly [value: string, legal: RegExp]>> = {
  name: ["n1@", /n1@10\.0\.0\.5/],
  cluster: ["No!", /a-z, 0-9/],
  tags: ["zone", /key=value/],
  registry: ["nowhere", /file:/],
  cookie: ["x".repeat(1025), /1 to 1024 bytes/],
  cookieFile: ["x".repeat(4097), /path of a file/],
  startTimeout: ["30", /from 0 to 1h with a unit/],
  leaveTimeout: ["5", /from 0 to 10m with a unit/],
  listen: ["0.0.0.0:99999", /0\.0\.0\.0:4000/],
  advertise: ["0.0.0.0", /peers can dial/],
  interval: ["1", /from 100ms to 1m with a unit/],
  profile: ["moon", /local, lan, wan/],
  mesh: ["half", /auto, full/],
  beam: ["perhaps", /on or off/],
  beamCookie: ["x".repeat(256), /255 characters/],
  beamListen: ["0.0.0.0:99999", /0\.0\.0\.0:4000/],
  beamEpmd: ["0.0.0.0:99999", /0\.0\.0\.0:4000/],
  http: ["example.org", /a port, or an address with one, such as 8080/],
  httpTokenFile: ["x".repeat(4097), /path of a file, or the word none/],
  httpOpen: ["ajar", /on or off/],
  status: ["never", /auto, every, change, off/],
  logFile: ["x".repeat(4097), /path of a file, or the word none/],
  logFormat: ["xml", /text, json/],
  logTime: ["late", /auto, full, time, none/],
  logLevel: ["loud", /debug, info, warning, error/],
  logMaxSize: ["10", /from 1KB to 10GB with a unit/],
  logMaxFiles: ["0", /from 1 to 100/],
  history: ["1", /from 1m to 744h with a unit.*, or the word none/],
  historyFile: ["x".repeat(4097), /path of a file/],
  record: ["x".repeat(4097), /path of a file, or the word none/],
  after: ["members=0", /members=3 .*or tag:role=db/],
  ready: ["https://x", /http:\/\//],
  readyInterval: ["1", /duration from 100ms to 1h/],
  readyTimeout: ["1", /duration from 10ms to 10m/],
  port: ["0", /whole number from 1 to 65535/],
  restart: ["sometimes", /no, on-failure, on-failure:N or always/],
  successCodes: ["256", /exit code from 0 to 255/],
  rewriteSignal: ["TERM", /two signals, such as TERM=QUIT/],
  drain: ["5", /duration from 0 to 1h/],
  stopTimeout: ["5", /duration from 0 to 1h/],
  subreaper: ["maybe", /on or off/],
  config: ["x".repeat(4097), /path of a file/],
};
