import { deepEqual } from "node:assert/strict";
import { openerOf } from "../../lib/cli/commands/open.ts";

Deno.test("openerOf() opens pages for who sits in front of the screen alone", () => {
  const opener = (
    os: typeof Deno.build.os,
    environment: Record<string, string>,
    stdoutIsTerminal = true,
  ): string | undefined => openerOf({ stdoutIsTerminal, environment }, os);
  const desktop = { DISPLAY: ":0" };
  deepEqual(
    [
      opener("linux", desktop),
      opener("linux", { WAYLAND_DISPLAY: "wayland-0" }),
      opener("darwin", {}),
      opener("linux", {}),
      opener("linux", desktop, false),
      opener("linux", { ...desktop, SSH_CONNECTION: "10.0.0.1 1 10.0.0.2 22" }),
      opener("darwin", { SSH_CONNECTION: "10.0.0.1 1 10.0.0.2 22" }),
    ],
    ["xdg-open", "xdg-open", "open", undefined, undefined, undefined, undefined],
  );
});
