/** JSON from a site: parsed, and read member by member with every type checked. Anything else is damage. */

import { fromBase64Url, textOf, type Bytes } from "./bytes";
import { Refusal } from "./outcome";

/** The one format that this viewer reads. */
export const FORMAT = 1;

/** A JSON object. */
export type Members = Readonly<Record<string, unknown>>;

const damaged = (what: string): Refusal => new Refusal("damaged", `${what} is not of the form`);

/** An object. */
export function members(value: unknown, what: string): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw damaged(what);
  return value as Members;
}

/** A list. */
export function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw damaged(what);
  return value;
}

/** A text. */
export function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw damaged(what);
  return value;
}

/** A whole number from 0 to 2^53. */
export function count(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw damaged(what);
  return value as number;
}

/** Bytes written as base64url. */
export function bytes(value: unknown, length: number, what: string): Bytes {
  const decoded = fromBase64Url(text(value, what), length);
  if (decoded === null) throw damaged(what);
  return decoded;
}

/** The document in `raw`, an object of our format. */
export function parseDocument(raw: Uint8Array, what: string): Members {
  const source = textOf(raw);
  if (source === null) throw damaged(what);
  const document = members(parse(source, what), what);
  checkFormat(document["format"], what);
  return document;
}

function parse(source: string, what: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    throw damaged(what);
  }
}

function checkFormat(format: unknown, what: string): void {
  if (Number.isInteger(format) && (format as number) > FORMAT) {
    throw new Refusal("newer", `${what} is of format ${String(format)}`);
  }
  if (format !== FORMAT) throw damaged(what);
}
