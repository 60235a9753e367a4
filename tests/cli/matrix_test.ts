/** What a person sees of links. */
import { deepEqual, equal, match } from "node:assert/strict";
import { matrixText } from "../../lib/cli/commands/matrix_text.ts";
import { LinkMatrix } from "../../lib/core/explain/link_matrix.ts";
import type { LinkReport } from "../../lib/core/explain/link_matrix.ts";
import type { LinkView } from "../../lib/core/explain/explanation.ts";
import type { NodeName } from "../../lib/core/base/name.ts";

type Kind = LinkView["kind"];

/** Nodes that all reach each other in 1 ms, but for what `kindOf` says otherwise. */
function matrixOf(
  count: number,
  kindOf: (from: number, to: number) => Kind | number | undefined = () => undefined,
  nameOf: (number: number) => string = (number) => `n${number}@10.0.0.${number + 1}`,
): LinkMatrix {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return new LinkMatrix(numbers.map((from): LinkReport => ({
    name: nameOf(from) as NodeName,
    links: kindOf(from, from) === "no-answer" ? undefined : numbers.filter((to) => to !== from)
      .map((to): LinkView => {
        const told = kindOf(from, to) ?? 1000;
        const name = nameOf(to) as NodeName;
        return typeof told === "number"
          ? { name, memberKind: "node", kind: "pong", roundTripUs: told }
          : { name, memberKind: "node", kind: told };
      }),
  })));
}

Deno.test("matrixText() shows round trips of up to eight nodes, without their hosts", () => {
  const text = matrixText(matrixOf(3, (from, to) => from === 1 && to === 2 ? "silent" : undefined));
  deepEqual(text.split("\n"), [
    "FROM \\ TO    n1        n2    n3",
    "n1            ·  ✗ silent  1.00",
    "n2         1.00         ·  1.00",
    "n3         1.00      1.00     ·",
    "last round trips in ms",
    "",
    "n1@10.0.0.2 → n2@10.0.0.3 fails (connected, but no answer in time), " +
    "n2@10.0.0.3 → n1@10.0.0.2 works",
    "",
  ]);
});

Deno.test("matrixText() shows links of more nodes as blocks, and what fails as a cross", () => {
  const links = matrixOf(12, (from, to) => {
    if (from === 7) return "no-answer";
    if (to === 7) return "refused";
    if (to === 11) return 3000;
    return from === 3 && to === 12 ? 5000 : from === 2 && to === 1 ? "unknown" : undefined;
  });
  deepEqual(matrixText(links, { width: 80, isShort: true }).split("\n"), [
    "                       1 1 1",
    "     1 2 3 4 5 6 7 8 9 0 1 2",
    "n1   ╲╲░░░░░░░░░░✗✗░░░░░░▒▒░░",
    "n2   ··╲╲░░░░░░░░✗✗░░░░░░▒▒░░",
    "n3   ░░░░╲╲░░░░░░✗✗░░░░░░▒▒▓▓",
    "n4   ░░░░░░╲╲░░░░✗✗░░░░░░▒▒░░",
    "n5   ░░░░░░░░╲╲░░✗✗░░░░░░▒▒░░",
    "n6   ░░░░░░░░░░╲╲✗✗░░░░░░▒▒░░",
    "n7   ????????????╲╲??????????",
    "n8   ░░░░░░░░░░░░✗✗╲╲░░░░▒▒░░",
    "n9   ░░░░░░░░░░░░✗✗░░╲╲░░▒▒░░",
    "n10  ░░░░░░░░░░░░✗✗░░░░╲╲▒▒░░",
    "n11  ░░░░░░░░░░░░✗✗░░░░░░╲╲░░",
    "n12  ░░░░░░░░░░░░✗✗░░░░░░▒▒╲╲",
    "░ up to 2.0 ms   ▒ up to 4.0 ms   ▓ slower   ✗ fails   · not tried   ? no report",
    "",
    "n7 does not answer; nobody reaches it",
    "",
  ]);
});

Deno.test("matrixText() shows those of whose links most fail where there is no room for all", () => {
  const broken = (from: number, to: number): Kind | undefined =>
    to === 50 || (from === 4 && to === 80) ? "silent" : undefined;
  const text = matrixText(matrixOf(100, broken), { width: 60, isShort: true });
  deepEqual(text.split("\n").filter((line) => line.length > 60), []);
  match(text, /^n50 /m);
  match(text, /^shown are the 54 of 100 nodes of whose links most fail$/m);
  const well = matrixText(matrixOf(100), { width: 60 });
  equal(well, "All 100 nodes reach each other, as far as they have tried\n");
});

Deno.test("matrixText() numbers columns whose names are long, and tells equal names apart", () => {
  const text = matrixText(
    matrixOf(9, undefined, (number) => `web-${"x".repeat(number)}@h${number}`),
  );
  match(text, /^ +1 2 3 4 5 6 7 8 9$/m);
  const same = matrixText(matrixOf(9, undefined, (number) => `node@10.0.0.${number}`));
  match(same, /^ +1 2 3 4 5 6 7 8 9$/m);
  match(same, /^node@10\.0\.0\.9 {2}░/m);
});

Deno.test("matrixText() folds sentences for a terminal", () => {
  const links = matrixOf(3, (from, to) => from === 1 && to === 2 ? "silent" : undefined);
  match(
    matrixText(links, { width: 50, isShort: true }),
    /\n\nn1 → n2 fails \(connected, but no answer in\n {2}time\), n2 → n1 works\n$/,
  );
});
