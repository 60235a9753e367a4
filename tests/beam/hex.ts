/**
 * Bytes as people write them down.
 *
 * @module
 */

/** `"83 61 07"` as bytes; blanks do not count. */
export function hex(text: string): Uint8Array {
  const digits = text.replace(/\s/g, "");
  return Uint8Array.from(
    { length: digits.length / 2 },
    (_, index) => parseInt(digits.slice(2 * index, 2 * index + 2), 16),
  );
}

/** `bytes` as `"836107"`. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Terms as OTP 25 writes them. */
export const terms: Readonly<Record<string, string>> = {
  "net_kernel": "8364000a6e65745f6b65726e656c",
  "ä→": "837705c3a4e28692",
  "''": "83640000",
  "ä in Latin-1": "83640001e4",
  "7": "836107",
  "-5": "8362fffffffb",
  "12345678901234567890": "836e0800d20a1feb8ca954ab",
  "1.5": "83463ff8000000000000",
  "1.5 as OTP wrote it long ago":
    "8363312e3530303030303030303030303030303030303030652b30300000000000",
  "[1, a, [2.5]]": "836c000000036101640001616c000000014640040000000000006a6a",
  "[alias | {}]": "836c00000001640005616c6961736800",
  '"abc"': "836b0003616263",
  '<<"xyz">>': "836d0000000378797a",
  "<<5:3>>": "834d0000000103a0",
  '#{a => 1, <<"b">> => []}': "8374000000026400016161016d00000001626a",
  "fun 'Elixir.Enum':map/2": "837164000b456c697869722e456e756d6400036d61706102",
  "{6, '', {}}": "83680361066400006800",
  "[]": "836a",
  "a pid": "835864000b6b40682e6578616d706c6500000066000000006b065807",
  "a reference": "835a000364000b6b40682e6578616d706c656b0658070002c1413d04000225248401",
  "a port": "835964000b6b40682e6578616d706c65000000006b065807",
};
