/** Words as search compares them: without case and without marks above or below letters. No DOM here. */

const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;
/** Scripts that write no spaces between words. */
const UNSPACED = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}\u30fc";
const RUN = new RegExp(`[${UNSPACED}][${UNSPACED}\\p{M}]*|[^${UNSPACED}]+`, "gu");
const LETTER = new RegExp(`[${UNSPACED}]\\p{M}*`, "gu");
const STARTS_UNSPACED = new RegExp(`^[${UNSPACED}]`, "u");
const MARKS = /\p{M}+/gu;
/** Letters that Unicode does not take apart, as readers type them. */
const PLAIN: Readonly<Record<string, string>> = { ł: "l", ø: "o", đ: "d", ð: "d", ħ: "h", ı: "i", ß: "ss", æ: "ae", œ: "oe", þ: "th" };

/** A piece of text, and whether it is one of the words looked for. */
export interface Piece {
  readonly text: string;
  readonly marked: boolean;
}

/** A word, and where it starts in its text. */
interface Word {
  readonly text: string;
  readonly index: number;
}

/**
 * The words of a text, in order. Of scripts without spaces each two neighbouring letters are a word, and the last letter:
 * so any part of a sentence is found, and one letter by the pairs that begin with it.
 */
export const wordsIn = (text: string): string[] => wordsOf(text).map((word) => word.text);

function wordsOf(text: string): Word[] {
  const words = [...text.matchAll(WORD)];
  return words.flatMap((word) => [...word[0].matchAll(RUN)].flatMap((run) => pairsOf(run[0], word.index + run.index)));
}

function pairsOf(run: string, index: number): Word[] {
  if (!STARTS_UNSPACED.test(run)) return [{ text: run, index }];
  const letters = [...run.matchAll(LETTER)];
  return letters.map((letter, at) => ({ text: letter[0] + (letters[at + 1]?.[0] ?? ""), index: index + letter.index }));
}

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
  for (const word of wordsOf(text).filter((found) => terms.has(folded(found.text)))) {
    const end = word.index + word.text.length;
    if (word.index > at) pieces.push({ text: text.slice(at, word.index), marked: false });
    // A pair overlaps the one before.
    if (end > at) pieces.push({ text: text.slice(Math.max(at, word.index), end), marked: true });
    at = Math.max(at, end);
  }
  return at < text.length ? [...pieces, { text: text.slice(at), marked: false }] : pieces;
}

/** At most `length` characters around the first marked word, cut between words if it has any, with dots where something is left out. */
export function excerpt(text: string, terms: ReadonlySet<string>, length: number): string {
  if (text.length <= length) return text;
  const first = wordsOf(text).find((word) => terms.has(folded(word.text)))?.index ?? 0;
  const from = first < length / 2 ? 0 : startBefore(text, first, Math.floor(length / 3));
  const end = text.lastIndexOf(" ", from + length);
  const to = from + length >= text.length ? text.length : Math.max(end, from + Math.floor(length / 2));
  return `${from > 0 ? "… " : ""}${text.slice(from, to)}${to < text.length ? " …" : ""}`;
}

/** Where to cut before `at`: at the first space within `reach` characters, else at that distance, never inside a character. */
function startBefore(text: string, at: number, reach: number): number {
  const space = text.indexOf(" ", at - reach);
  if (space >= 0 && space < at) return space + 1;
  return at - reach + (/^[\udc00-\udfff]/.test(text.slice(at - reach)) ? 1 : 0);
}
