import assert from "node:assert/strict";
import { test } from "node:test";
import { isPadded, unpack, UNPACKED_BYTES_MAX } from "../src/bundle";
import { pack } from "./maker";
import { refused } from "./refused";

const text = new TextEncoder().encode("a portfolio");

/** A container with one thing changed. */
function bent(change: (bytes: Uint8Array) => Uint8Array | void): Uint8Array {
  const bytes = pack(text);
  return change(bytes) ?? bytes;
}

test("a container gives back what was packed", async () => {
  for (const length of [0, 1, 4000, 5000, 100_000]) {
    const content = Uint8Array.from({ length }, (_, at) => (at * 31) % 251);
    assert.deepEqual(await unpack(pack(content)), content);
  }
});

test("padded lengths are those of Padmé with a floor", () => {
  for (const length of [4096, 4352, 4608, 8192, 8704, 9216, 1 << 20]) assert.ok(isPadded(length), String(length));
  for (const length of [0, 1, 256, 4095, 4097, 4100, 8448, (1 << 20) + 4096]) assert.ok(!isPadded(length), String(length));
});

test("any other header is refused", async () => {
  for (const at of [0, 1, 2, 3, 4, 8, 9]) {
    await refused("damaged", () => unpack(bent((bytes) => void (bytes[at] = (bytes[at] ?? 0) ^ 1))));
  }
});

test("a comment holds nothing but spaces", async () => {
  await refused("damaged", () => unpack(bent((bytes) => void (bytes[20] = 0x21))));
  await refused("damaged", () => unpack(bent((bytes) => bytes.fill(0x20, 10))));
});

test("an unpadded length is refused", async () => {
  await refused("damaged", () => unpack(bent((bytes) => bytes.subarray(0, 4095))));
  await refused("damaged", () => unpack(bent((bytes) => Uint8Array.from([...bytes, 0]))));
});

test("bytes after the member are refused", async () => {
  const longer = (bytes: Uint8Array): Uint8Array => Uint8Array.from([...bytes, ...new Uint8Array(4352 - 4096)]);
  await refused("damaged", () => unpack(bent(longer)));
});

test("a second member is refused", async () => {
  await refused("damaged", () => unpack(bent((bytes) => Uint8Array.from([...bytes, ...bytes]))));
});

test("a wrong checksum or size is refused", async () => {
  for (const back of [1, 5, 8]) {
    await refused("damaged", () => unpack(bent((bytes) => void (bytes[4096 - back] = (bytes[4096 - back] ?? 0) ^ 1))));
  }
});

test("damaged deflate data is refused", async () => {
  await refused("damaged", () => unpack(bent((bytes) => void bytes.fill(0xff, 4096 - 14, 4096 - 8))));
});

test("a bomb is refused before it is whole", async () => {
  await refused("damaged", () => unpack(pack(new Uint8Array(UNPACKED_BYTES_MAX + 1))));
});
