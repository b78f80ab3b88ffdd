/** Words as search compares them: without case and without marks above or below letters. No DOM here. */

const WORD = /[\p{L}\p{N}]+/gu;
const MARKS = /\p{M}+/gu;
/** Letters that Unicode does not take apart, as readers type them. */
const PLAIN: Readonly<Record<string, string>> = { ł: "l", ø: "o", đ: "d", ð: "d", ħ: "h", ı: "i", ß: "ss", æ: "ae", œ: "oe", þ: "th" };

/** A piece of text, and whether it is one of the words looked for. */
export interface Piece {
  readonly text: string;
  readonly marked: boolean;
}

/** The words of a text, in order. */
export const wordsIn = (text: string): string[] => text.match(WORD) ?? [];

const ASCII = /^[\x00-\x7f]*$/;

/** A word as it is compared. */
export function folded(word: string): string {
  if (ASCII.test(word)) return word.toLowerCase(); // most are, and the rest takes ten times as long
  const bare = word.normalize("NFD").replace(MARKS, "").toLowerCase();
  return bare.replace(/[łøđðħıßæœþ]/g, (letter) => PLAIN[letter] ?? letter);
}

/** The whole text in pieces, with the words marked whose folded form is in `terms`. */
export function marked(text: string, terms: ReadonlySet<string>): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(WORD)) {
    if (!terms.has(folded(match[0]))) continue;
    if (match.index > at) pieces.push({ text: text.slice(at, match.index), marked: false });
    pieces.push({ text: match[0], marked: true });
    at = match.index + match[0].length;
  }
  return at < text.length ? [...pieces, { text: text.slice(at), marked: false }] : pieces;
}

/** At most `length` characters around the first marked word, cut between words, with dots where something is left out. */
export function excerpt(text: string, terms: ReadonlySet<string>, length: number): string {
  if (text.length <= length) return text;
  const first = [...text.matchAll(WORD)].find(([word]) => terms.has(folded(word)))?.index ?? 0;
  const from = first < length / 2 ? 0 : text.indexOf(" ", first - Math.floor(length / 3)) + 1;
  const end = text.lastIndexOf(" ", from + length);
  const to = from + length >= text.length ? text.length : Math.max(end, from + Math.floor(length / 2));
  return `${from > 0 ? "… " : ""}${text.slice(from, to)}${to < text.length ? " …" : ""}`;
}
