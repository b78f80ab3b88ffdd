import assert from "node:assert/strict";
import { test } from "node:test";
import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { x25519 } from "@noble/curves/ed25519.js";
import { bech32 } from "@scure/base";
import { fileText, kindOf, looksLikeKey, parseIdentities } from "../src/identity";
import { NO_KEYS, Refusal, SENTENCES } from "../src/outcome";
import { newIdentity } from "./maker";

const key = await newIdentity();
const signer = "ed25519:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE";

test("a bare key and an identity file are the same key", async () => {
  const [bare] = parseIdentities(` ${key}\n`);
  const [file] = parseIdentities(`# created: 2026-01-01\r\n# public key: age1…\r\n# signer: ${signer}\r\n\r\n${key}\r\n`);
  assert.deepEqual(bare.secret, file.secret);
  assert.deepEqual(bare.signers, []);
  assert.deepEqual(file.signers, [signer]);
  assert.equal(bech32.encodeFromBytes("age", bare.publicKey), await identityToRecipient(key));
});

test("a hybrid key agrees by the half of its public key that comes last", async () => {
  const hybrid = await generateHybridIdentity();
  const [{ secret, publicKey, text }] = parseIdentities(`# public key: age1pq1…\n${hybrid}\n`);
  const recipient = bech32.decode((await identityToRecipient(hybrid)) as `${string}1${string}`, false);
  assert.deepEqual(publicKey, Uint8Array.from(bech32.fromWords(recipient.words)));
  assert.deepEqual(x25519.getPublicKey(secret), publicKey.slice(-32));
  assert.equal(kindOf(text), "mlkem768x25519");
  assert.equal(kindOf(key), "X25519");
});

test("what holds no whole key is refused, and what it is is said", () => {
  const flipped = `${key.slice(0, 30)}${key[30] === "Q" ? "P" : "Q"}${key.slice(31)}`;
  const { "wrong-key": none } = SENTENCES;
  const { mistyped, plugin, ssh } = NO_KEYS;
  for (const [text, sentence] of [
    ["", none],
    ["# only a comment", none],
    ["hunter2", none],
    [key.slice(0, -1), mistyped],
    [flipped, mistyped],
    [key.replace("AGE-SECRET", "age-secret"), mistyped],
    ["AGE-SECRET-KEY-PQ-1QQQQ", mistyped],
    ["AGE-SECRET-KEY-1", mistyped],
    [`x\n${key}`, none],
    [`${key}\nssh-ed25519 AAAA`, ssh],
    ["-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA", ssh],
    ["AGE-PLUGIN-YUBIKEY-1QQQQ", plugin],
    ["age1qqqq", NO_KEYS.public],
  ] as const) {
    assert.throws(() => parseIdentities(text), (error) => error instanceof Refusal && error.fault === "wrong-key" && error.sentence === sentence, text);
  }
});

test("key files are read as people have them", () => {
  const text = `\ufeff# signer: ${signer}\r\n  ${key} \r\n\r\n# spare\r\n${key.toLowerCase()}\r\n`;
  const units = (littleEndian: boolean): Uint8Array => {
    const view = new DataView(new ArrayBuffer(text.length * 2));
    for (let at = 0; at < text.length; at += 1) view.setUint16(at * 2, text.charCodeAt(at), littleEndian);
    return new Uint8Array(view.buffer);
  };
  for (const bytes of [new TextEncoder().encode(text), units(true), units(false)]) {
    const read = parseIdentities(fileText(bytes));
    assert.deepEqual(read.map((identity) => identity.text), [key, key]);
    assert.deepEqual(read[0].signers, [signer]);
  }
});

test("a key is told from a passphrase while it is typed", () => {
  for (const typed of ["A", "age-sec", "AGE-SECRET-KEY-1QQ", key, `# created\n${key}`]) assert.ok(looksLikeKey(typed), typed);
  for (const typed of ["correct horse", "agent orange", "x"]) assert.ok(!looksLikeKey(typed), typed);
});
