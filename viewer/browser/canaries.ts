/** Looks through a folder, such as a browser's profile, for texts that must not be there in any of the ways that programs write text. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A text, or raw bytes, that must not be found, by the name that a complaint calls it. */
export interface Canary {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A canary of a text, called by itself. */
export const canary = (text: string): Canary => ({ name: text, bytes: Buffer.from(text) });

/** The bytes that stand in a file where it holds a canary: as they are, as UTF-16, in hexadecimal, in base64. */
export function shapesOf({ bytes }: Canary): Buffer[] {
  const plain = Buffer.from(bytes);
  const wide = Buffer.from(plain.toString("utf8"), "utf16le");
  const hex = plain.toString("hex");
  return [plain, wide, Buffer.from(hex), Buffer.from(hex.toUpperCase()), ...inBase64(plain), ...inBase64(wide)];
}

/** In base64, whatever stands before it: the digits that it shares with no neighbour, at each of three offsets, in both alphabets. */
function inBase64(bytes: Buffer): Buffer[] {
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64").replaceAll("=", "");
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + bytes.length) * 8) / 6);
    const own = whole.slice(first, last);
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")].map((text) => Buffer.from(text));
  });
}

/** Where which canary stands: one line a file and canary. */
export function found(folder: string, canaries: readonly Canary[]): string[] {
  const shapes = canaries.map((one) => ({ name: one.name, shapes: distinct(shapesOf(one)) }));
  return filesBelow(folder).flatMap((path) => {
    const bytes = readFileSync(path);
    const inName = canaries.filter(({ name }) => path.includes(name));
    const inside = shapes.filter((one) => one.shapes.some((shape) => bytes.includes(shape)));
    return [...inName, ...inside].map(({ name }) => `${path.slice(folder.length + 1)}: ${name}`);
  });
}

const distinct = (buffers: readonly Buffer[]): Buffer[] => [...new Map(buffers.map((buffer) => [buffer.toString("latin1"), buffer])).values()];

/** Every regular file, and how many there are is for the caller to doubt. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
