/**
 * What S3 answers is read in one go, whatever it is.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { element, elements, plainText } from "../../../lib/registry/s3/s3_xml.ts";

Deno.test("elements() gives what stands in each element, and nothing of one that is not closed", () => {
  const page = "<L><C><K>a</K></C>\n<C></C><D>x</D><C>b<C>c</C></C><C>d";
  assert.deepEqual([...elements("C", page)], ["<K>a</K>", "", "b<C>c"]);
  assert.deepEqual([...elements("C", "</C><C")], []);
});

Deno.test("element() gives the first that holds nothing but text", () => {
  assert.equal(element("K", "<K><x></K><K>a&amp;b</K><K>c</K>"), "a&amp;b");
  assert.equal(element("K", "<K></K>"), "");
  for (const xml of ["", "<K>", "<K>a", "<K>a<", "<K>a</L>", "K>a</K>"]) {
    assert.equal(element("K", xml), undefined, xml);
  }
});

Deno.test("plainText() knows the escapes of XML and leaves others alone", () => {
  assert.equal(plainText("&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;"), "<>&\"'A\u{1f600}");
  for (const text of ["&nbsp;", "&", "&&&;", "&#1114112;", "&lt", "&longername;"]) {
    assert.equal(plainText(text), text);
  }
});

/** A text that counts how many of its characters are looked at. */
class CountedText {
  looked = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  indexOf(what: string, from: number): number {
    const at = this.#text.indexOf(what, from);
    this.looked += (at < 0 ? this.#text.length : at + what.length) - from;
    return at;
  }

  startsWith(what: string, at: number): boolean {
    this.looked += what.length;
    return this.#text.startsWith(what, at);
  }

  slice(from: number, to: number): string {
    this.looked += to - from;
    return this.#text.slice(from, to);
  }
}

Deno.test("element() and elements() look at each character a few times, whatever stands there", () => {
  const pieces = ["<C>", "</C>", "<C", "</C", "<", "x", "<K>a</K>", "<C><C>", "</C></C>"];
  const pages = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(pages, fc.constantFrom(1, 7, 1000), (some, times) => {
    const page = some.join("").repeat(times);
    const limit = 10 * page.length + 20;
    for (const read of [element, (name: string, xml: string) => [...elements(name, xml)]]) {
      const counted = new CountedText(page);
      read("C", counted as unknown as string);
      assert.ok(counted.looked <= limit, `${counted.looked} of ${page.length}: ${some.join("")}`);
    }
  }));
});
