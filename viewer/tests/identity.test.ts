import assert from "node:assert/strict";
import { test } from "node:test";
import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { x25519 } from "@noble/curves/ed25519.js";
import { bech32 } from "@scure/base";
import { kindOf, looksLikeKey, parseIdentity } from "../src/identity";
import { newIdentity } from "./maker";
import { refused } from "./refused";

const key = await newIdentity();

test("a bare key and an identity file are the same key", async () => {
  const signer = "ed25519:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE";
  const bare = parseIdentity(` ${key}\n`);
  const file = parseIdentity(`# created: 2026-01-01\r\n# public key: age1…\r\n# signer: ${signer}\r\n\r\n${key}\r\n`);
  assert.deepEqual(bare.secret, file.secret);
  assert.deepEqual(bare.signers, []);
  assert.deepEqual(file.signers, [signer]);
  assert.equal(bech32.encodeFromBytes("age", bare.publicKey), await identityToRecipient(key));
});

test("a hybrid key agrees by the half of its public key that comes last", async () => {
  const hybrid = await generateHybridIdentity();
  const { secret, publicKey, text } = parseIdentity(`# public key: age1pq1…\n${hybrid}\n`);
  const recipient = bech32.decode((await identityToRecipient(hybrid)) as `${string}1${string}`, false);
  assert.deepEqual(publicKey, Uint8Array.from(bech32.fromWords(recipient.words)));
  assert.deepEqual(x25519.getPublicKey(secret), publicKey.slice(-32));
  assert.equal(kindOf(text), "mlkem768x25519");
  assert.equal(kindOf(key), "X25519");
});

test("what is not exactly one whole key is refused", async () => {
  const flipped = `${key.slice(0, 30)}${key[30] === "Q" ? "P" : "Q"}${key.slice(31)}`;
  for (const text of ["", "# only a comment", "hunter2", key.slice(0, -1), flipped, key.toLowerCase(), `${key}\n${key}`, `x\n${key}`, "AGE-SECRET-KEY-PQ-1QQQQ", "AGE-SECRET-KEY-1"]) {
    await refused("wrong-key", () => parseIdentity(text));
  }
});

test("a key is told from a passphrase while it is typed", () => {
  for (const typed of ["A", "age-sec", "AGE-SECRET-KEY-1QQ", key, `# created\n${key}`]) assert.ok(looksLikeKey(typed), typed);
  for (const typed of ["correct horse", "agent orange", "x"]) assert.ok(!looksLikeKey(typed), typed);
});
