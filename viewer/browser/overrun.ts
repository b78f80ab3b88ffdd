/** An organisation of thousands of hostile inputs: written, asked which of them the program refuses, and built with all others. */

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { attacks, drawings, FILE_NAMES, NAMED, type Attack } from "./attacks";

/** Where an input stands, so that a complaint about it can be told from others. */
interface Written {
  readonly attack: Attack;
  readonly mark: string;
  readonly file: string;
  readonly line: number;
}

/** A text of TOML on one line. */
export const toml = (text: string): string => JSON.stringify(text).replaceAll("\u007f", "\\u007F");

/** A picture of the lock page. */
const DRAWN_LOCK = '<svg xmlns="http://www.w3.org/2000/svg" width="420" height="300"><text y="40">Unlock your portfolio</text><rect y="60" width="400" height="44" fill="none" stroke="gray"/></svg>';

const PEOPLE = 40;
const CYCLE = "2026-h1";
const day = (at: number): string => `2026-0${1 + (at % 6)}-${String(1 + (at % 28)).padStart(2, "0")}`;
const id = (at: number): string => `p${String(at).padStart(2, "0")}`;

/** The hostile organisation. */
export class Overrun {
  readonly inputs = attacks();
  /** What stands in the tree. */
  written: Written[] = [];
  private readonly numbers = new Map<string, number>();

  constructor(
    private readonly tree: string,
    private readonly recipient: string,
  ) {}

  /** Writes the tree anew without what was refused: marks of inputs, and paths of files. */
  write(refused: ReadonlySet<string> = new Set()): void {
    for (const part of ["people", "rubrics", "cycles"]) rmSync(join(this.tree, part), { recursive: true, force: true });
    this.written = [];
    this.put("gradus.toml", [`name = ${toml(this.name(0))}`, 'public_title = "Portfolios"', "as_of = 2026-11-15", "[[question]]", 'id = "proud"', 'for = "self"', `title = ${toml(this.name(1))}`, `prompt = ${toml(this.name(2))}`]);
    this.put(`cycles/${CYCLE}.toml`, [`title = ${toml(this.name(3))}`, "start = 2026-01-01", "end = 2026-06-30"]);
    this.writeRubric(refused);
    this.put("people/eve/person.toml", ['name = "Eve"', "start = 2025-01-01", `keys = ["${this.recipient}"]`, "[[role]]", "from = 2025-01-01"]);
    for (let at = 0; at < PEOPLE; at += 1) this.writePerson(at, refused);
  }

  private writeRubric(refused: ReadonlySet<string>): void {
    this.put("rubrics/ic/track.toml", [`title = ${toml(this.name(4))}`, 'readers = "public"', "[[competency]]", 'id = "constructor"', `title = ${toml(this.name(5))}`, `category = ${toml(this.name(6))}`]);
    const share = this.inputs.filter((_, at) => at % 8 === 7);
    for (let level = 1; level <= 4; level += 1) {
      const file = new Lines(`rubrics/ic/l${level}.toml`);
      file.add(`title = ${toml(this.name(6 + level))}`, `rank = ${level}`);
      for (const attack of share.filter((_, at) => at % 4 === level - 1)) {
        this.input(file, attack, refused, (text) => ["[[section]]", `title = ${toml(this.name(file.length))}`, `text = ${text}`]);
      }
      file.add("[cell.constructor]", `text = ${toml(this.name(11 + level))}`);
      this.put(file.path, file.lines);
    }
  }

  private writePerson(at: number, refused: ReadonlySet<string>): void {
    const folder = `people/${id(at)}`;
    const names = (field: number): string => toml(this.name(20 + at * 6 + field));
    const keys = at === 0 ? [] : ["keys = []"];
    this.put(`${folder}/person.toml`, [`name = ${names(0)}`, "start = 2025-01-01", ...keys, "[[role]]", "from = 2025-01-01", 'level = "ic/l1"', `title = ${names(1)}`, `team = ${names(2)}`, 'manager = "eve"']);
    const own = this.inputs.filter((_, input) => input % 8 !== 7 && input % PEOPLE === at);
    this.writeLog(folder, own.filter((_, input) => input % 2 === 0), refused);
    this.writeExpectations(folder, own.filter((_, input) => input % 2 === 1), names, refused);
    this.writeSelf(folder, at, refused);
  }

  private writeLog(folder: string, inputs: readonly Attack[], refused: ReadonlySet<string>): void {
    const file = new Lines(`${folder}/log.toml`);
    for (const attack of inputs) this.input(file, attack, refused, (text) => ["[[entry]]", `date = ${day(file.length)}`, 'kind = "win"', `text = ${text}`]);
    this.put(file.path, file.lines);
  }

  private writeExpectations(folder: string, inputs: readonly Attack[], names: (field: number) => string, refused: ReadonlySet<string>): void {
    const file = new Lines(`${folder}/${CYCLE}/expectations.toml`);
    file.add("agreed = 2026-01-10", "[[expectation]]", 'id = "to-string"', `text = ${names(3)}`, `measure = ${names(4)}`, 'competencies = ["constructor"]', `steps = [{ text = ${names(5)}, done = 2026-02-01 }]`);
    for (const attack of inputs) this.input(file, attack, refused, (text) => ["[[note]]", `date = ${day(file.length)}`, 'by = "eve"', 'on = "to-string"', `text = ${text}`]);
    this.put(file.path, file.lines);
  }

  /** A whole markdown file of one input, with drawings and files beside it. */
  private writeSelf(folder: string, at: number, refused: ReadonlySet<string>): void {
    const own = <T>(all: readonly T[]): readonly T[] => all.filter((_, input) => input % PEOPLE === at);
    const folderOfFiles = `${folder}/${CYCLE}/files`;
    const names = own(FILE_NAMES).filter((name) => !refused.has(`${folderOfFiles}/${name}`));
    const drawn = own(drawings())
      .map((text, number): [string, string] => [`d${number}.svg`, text])
      .filter(([name]) => !refused.has(`${folderOfFiles}/${name}`));
    for (const [name, text] of drawn) this.putText(`${folderOfFiles}/${name}`, text);
    for (const name of [...names, "lock.svg"]) this.putText(`${folderOfFiles}/${name}`, DRAWN_LOCK);
    const file = new Lines(`${folder}/${CYCLE}/self.md`);
    file.add("+++", `by = "${id(at)}"`, "date = 2026-07-03", "+++", "## proud", "");
    const links = [...drawn.map(([name]) => `![drawing](files/${name})`), ...names.map((name) => `[file](<files/${name.replaceAll(/[<>\\]/g, "\\$&")}>)`)];
    for (const text of links) this.inputIn(file, { family: "attachment", text }, refused, (marked) => marked.split("\n"));
    this.put(file.path, file.lines);
  }

  private input(file: Lines, attack: Attack, refused: ReadonlySet<string>, write: (text: string) => string[]): void {
    this.inputIn(file, attack, refused, (marked) => write(toml(marked)));
  }

  private inputIn(file: Lines, attack: Attack, refused: ReadonlySet<string>, write: (marked: string) => string[]): void {
    const mark = `mark-${this.inputNumber(attack, file)}`;
    if (refused.has(mark)) return;
    const lines = write(`${mark}\n\n${attack.text}`);
    file.add(...lines);
    this.written.push({ attack, mark, file: file.path, line: file.length });
  }

  private inputNumber(attack: Attack, file: Lines): number {
    const key = `${file.path}\n${attack.family}\n${attack.text}`;
    const number = this.numbers.get(key) ?? this.numbers.size;
    this.numbers.set(key, number);
    return number;
  }

  /** What a complaint of the program is about: the input that ends at or after its line, or the file itself. */
  refusedAt(file: string, line: number): string {
    return this.written.find((one) => one.file === file && line <= one.line)?.mark ?? file;
  }

  private name(at: number): string {
    return NAMED[at % NAMED.length] ?? "";
  }

  private put(path: string, lines: readonly string[]): void {
    this.putText(path, `${lines.join("\n")}\n`);
  }

  private putText(path: string, text: string): void {
    mkdirSync(dirname(join(this.tree, path)), { recursive: true });
    writeFileSync(join(this.tree, path), text);
  }
}

/** A file that is being written. */
class Lines {
  readonly lines: string[] = [];
  constructor(readonly path: string) {}
  add(...lines: readonly string[]): void {
    this.lines.push(...lines);
  }
  get length(): number {
    return this.lines.length;
  }
}
