// What in a text makes its segments smaller: the characters outside the GSM alphabet, or a whole non-Latin script.
import { type Cut, isWritable, PLAIN } from '../segments.ts';
import { linkRanges, liquidRanges, type Range } from './liquid.ts';
import { plainOf } from './plain.ts';

export interface Forcing {
	/** UTF-16 index in the text, as text areas count. */
	at: number;
	character: string;
	/** The plain spelling; null where there is none, and in links. */
	plain: string | null;
}

const SCRIPTS: [string, RegExp][] = [
	['Hebrew', /\p{Script=Hebrew}/gu],
	['Arabic', /\p{Script=Arabic}/gu],
	['Cyrillic', /\p{Script=Cyrillic}/gu],
	['Greek', /\p{Script=Greek}/gu],
	['Chinese', /\p{Script=Han}/gu],
	['Japanese', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
	['Korean', /\p{Script=Hangul}/gu],
	['Thai', /\p{Script=Thai}/gu],
	['Hindi', /\p{Script=Devanagari}/gu]
];

/** The characters outside the alphabet, Liquid's own code left out. Joiners and marks go with the one they follow. */
export function forcingIn(text: string, cut: Cut = PLAIN): Forcing[] {
	const is_writable = isWritable(text.normalize('NFC'), cut);
	const liquid = liquidRanges(text);
	const links = linkRanges(text);
	const found: Forcing[] = [];
	let at = 0;
	for (const character of text) {
		if (isOutside(text, at, character, is_writable) && !isIn(liquid, at)) {
			found.push({ at, character, plain: isIn(links, at) ? null : plainOf(character) });
		}
		at += character.length;
	}
	return found.filter(({ character }, index) => index === 0 || !/[\p{M}\u200d]/u.test(character));
}

/** Each character once, with its plain spelling where one of its places allows it. */
export function oddIn(text: string, cut: Cut = PLAIN): Forcing[] {
	const found = new Map<string, Forcing>();
	for (const each of forcingIn(text, cut)) {
		if ((found.get(each.character)?.plain ?? null) === null) found.set(each.character, each);
	}
	return [...found.values()];
}

const isIn = (ranges: Range[], at: number): boolean => ranges.some((range) => at >= range.start && at < range.end);

/** Whether the alphabet lacks a character as it is sent, which is composed: a letter and its accent may be one in it. */
function isOutside(text: string, at: number, character: string, is_writable: (character: string) => boolean): boolean {
	if (is_writable(character.normalize('NFC'))) return false;
	return at === 0 || !is_writable((text.charAt(at - 1) + character).normalize('NFC'));
}

/** The script most of a text's letters are in, when that is not Latin: such a text is not full of mistakes. */
export function mainScript(text: string): string | null {
	const n_letters = text.match(/\p{L}/gu)?.length ?? 0;
	for (const [name, letters] of SCRIPTS) {
		const n = text.match(letters)?.length ?? 0;
		if (n > 0 && n * 2 > n_letters) return name;
	}
	return null;
}

/** The text with its odd characters made plain: `from` to `to` is the smallest stretch that must be replaced. */
export function plainStretch(text: string, character: string | null): { from: number; to: number; with: string } | null {
	const fixable = forcingIn(text).filter((f) => f.plain !== null && (character === null || f.character === character));
	const first = fixable[0];
	const last = fixable[fixable.length - 1];
	if (!first || !last) return null;
	let out = '';
	let at = first.at;
	for (const each of fixable) {
		out += text.slice(at, each.at) + each.plain;
		at = each.at + each.character.length;
	}
	return { from: first.at, to: at, with: out };
}
