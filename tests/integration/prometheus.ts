/**
 * A real Prometheus that looks at real nodes, with the files of docs/deploy/prometheus.
 *
 * Nothing is changed in them but how often it looks, and which node it asks.
 *
 * @module
 */
import { readSource } from "../docs/source_files.ts";
import { needingServer, programPath } from "../servers/server.ts";
import type { ServerNeeds } from "../servers/server.ts";
import { freePort } from "../support/ports.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { eventually, Program } from "./process.ts";

const needs: ServerNeeds = {
  permissions: ["read", "write", "run", "env", "net", "sys"],
  programs: ["prometheus"],
};

/** The longest wait for what Prometheus shows, in milliseconds: it looks each second. */
const seenWithinMs = 60_000;

/** A test with a Prometheus; skipped by name where there is none. */
export function prometheusTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ ...needingServer(name, needs), fn });
}

/** A target, as Prometheus tells of it. */
export interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: "up" | "down" | "unknown";
}

/** A series with its last value. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A running Prometheus. */
export class Prometheus implements AsyncDisposable {
  readonly #folder: TemporaryFolder;
  readonly #program: Program;
  readonly #url: string;

  private constructor(folder: TemporaryFolder, program: Program, url: string) {
    this.#folder = folder;
    this.#program = program;
    this.#url = url;
  }

  /**
   * One that asks the node whose HTTP is at `host` for the others, with `token` if they want one;
   * returns once it answers.
   */
  static async start(host: string, token?: string): Promise<Prometheus> {
    const folder = new TemporaryFolder();
    const [, port = ""] = host.split(":");
    const config = fileFor("prometheus.yaml")
      .replaceAll("127.0.0.1:8080", host).replaceAll("port=8080", `port=${port}`)
      .replaceAll(/_interval: \d+s/g, "_interval: 1s")
      .replaceAll(/# (?=authorization:)/g, token === undefined ? "# " : "");
    if (token !== undefined) await Deno.writeTextFile(`${folder.path}/token`, token);
    const alerts = fileFor("alerts.yaml").replaceAll(/for: \d+m/g, "for: 0s");
    await Deno.writeTextFile(`${folder.path}/prometheus.yaml`, config);
    await Deno.writeTextFile(`${folder.path}/alerts.yaml`, alerts);
    const address = `127.0.0.1:${freePort()}`;
    const program = new Program(programPath("prometheus", needs), [
      `--config.file=${folder.path}/prometheus.yaml`,
      `--storage.tsdb.path=${folder.path}/data`,
      `--web.listen-address=${address}`,
    ]);
    const prometheus = new Prometheus(folder, program, `http://${address}`);
    await eventually(() => prometheus.#isReady(), 30_000, "Prometheus is ready");
    return prometheus;
  }

  /** The targets of a job, in the order of their labels. */
  async targets(job: string): Promise<Target[]> {
    const { activeTargets }: { activeTargets: Target[] } = await this.#ask("targets?state=active");
    const key = ({ labels }: Target): string => labels["instance"] ?? "";
    return activeTargets.filter(({ labels }) => labels["job"] === job)
      .sort((one, other) => key(one) < key(other) ? -1 : 1);
  }

  /** What a query gives now. */
  async query(text: string): Promise<Series[]> {
    const { result }: { result: { metric: Series["metric"]; value: [number, string] }[] } =
      await this.#ask(`query?query=${encodeURIComponent(text)}`);
    return result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
  }

  /** The labels of alerts that fire now, by the name of the alert. */
  async firing(name: string): Promise<Readonly<Record<string, string>>[]> {
    const { alerts }: { alerts: { state: string; labels: Record<string, string> }[] } = await this
      .#ask("alerts");
    return alerts.filter(({ state, labels }) => state === "firing" && labels["alertname"] === name)
      .map(({ labels }) => labels);
  }

  /** How often it has asked for targets and got none. */
  async discoveryFailures(): Promise<number> {
    const text = await (await fetch(`${this.#url}/metrics`)).text();
    return Number(/^prometheus_sd_http_failures_total (\d+)$/m.exec(text)?.[1]);
  }

  /** The unit of a metric, as it was told in OpenMetrics. */
  async unitOf(metric: string): Promise<string | undefined> {
    const [first]: { unit: string }[] = await this.#ask(
      `targets/metadata?metric=${metric}&limit=1`,
    );
    return first?.unit;
  }

  /** Waits until something is so; if it never is, the failure shows what Prometheus has printed. */
  async until(isSo: () => Promise<boolean>, what: string): Promise<void> {
    try {
      await eventually(isSo, seenWithinMs, what);
    } catch (error) {
      throw new Error(`${what}: not so\n${this.#program.text.slice(-2000)}`, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#program.kill("SIGKILL");
    await this.#program[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }

  async #isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.#url}/-/ready`);
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      return false;
    }
  }

  async #ask<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.#url}/api/v1/${path}`);
    return (await answer.json()).data;
  }
}

function fileFor(name: string): string {
  return readSource(`docs/deploy/prometheus/${name}`);
}
