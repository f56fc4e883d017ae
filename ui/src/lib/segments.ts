// Cuts a text into segments as the server does (wire/segment.py), so that the counter follows each key press.
// Iterates by code point, counts by UTF-16 unit. Source: 3GPP TS 23.040 §9.2.3.24.1. Kept equal by shared vectors.
import { clustersOf } from './text/clusters.ts';
import { type Alphabet, alphabetsOf, DEFAULT } from './text/gsm.ts';

export type Encoding = 'GSM-7' | 'UCS-2';
/** How an account wants its texts cut, in the words of the API. */
export interface Cut {
	reference_bits: number;
	/** Languages whose tables may be used. */
	national: readonly string[];
	/** What the carrier makes GSM-7 of; '' where it goes as it is. */
	charset: string;
}
export interface Split {
	encoding: Encoding;
	parts: string[];
	/** Septets or UTF-16 units, without the joining headers. */
	n_units: number;
	/** The units of each part, and how many each has room for. */
	filled: number[];
	room: number;
	/** Units still free in the last segment. */
	n_left: number;
}

/** What most carriers take. */
export const PLAIN: Cut = { reference_bits: 8, national: [], charset: '' };
export const SINGLE: Record<Encoding, number> = { 'GSM-7': 160, 'UCS-2': 70 };
export const JOINED: Record<Encoding, number> = { 'GSM-7': 153, 'UCS-2': 67 };
const JOINED_16: Record<Encoding, number> = { 'GSM-7': 152, 'UCS-2': 66 };
const HIGHEST: Record<string, number> = { 'latin-1': 0xff, ascii: 0x7f };

export function splitText(given: string, cut: Cut = PLAIN): Split {
	const text = given.normalize('NFC');
	const alphabet = isIn(text, cut.charset) ? bestFor(text, cut) : null;
	const n_units = unitsOf(text, alphabet);
	const [alone, joined] = roomsOf(alphabet, cut);
	const parts = n_units <= alone ? [text] : fill(text, alphabet, joined);
	const filled = parts.map((part) => unitsOf(part, alphabet));
	const room = parts.length === 1 ? alone : joined;
	return { encoding: alphabet ? 'GSM-7' : 'UCS-2', parts, n_units, filled, room, n_left: room - (filled[filled.length - 1] ?? 0) };
}

/** The characters that cost no more than they must: those of the best of the tables that are allowed. */
export function isWritable(text: string, cut: Cut): (character: string) => boolean {
	const n_missing = (each: Alphabet) => [...text].filter((character) => !each.septets.has(character)).length;
	const best = alphabetsOf(cut.national).reduce((one, other) => (n_missing(other) < n_missing(one) ? other : one));
	return (character) => best.septets.has(character) && isIn(character, cut.charset);
}

function isIn(text: string, charset: string): boolean {
	const highest = HIGHEST[charset];
	return highest === undefined || [...text].every((character) => (character.codePointAt(0) ?? 0) <= highest);
}

/** The tables that need the fewest segments, with the shortest header of those; null where none have the text. */
function bestFor(text: string, cut: Cut): Alphabet | null {
	const able = alphabetsOf(cut.national).filter((each) => hasAll(each, text));
	if (able.length < 2) return able[0] ?? null;
	const costs = able.map((each) => {
		const n = unitsOf(text, each);
		const [alone, joined] = roomsOf(each, cut);
		return [n <= alone ? 1 : Math.max(2, Math.ceil(n / joined)), each.n_tables, n];
	});
	const isLess = (one: number[], other: number[]) => (one.find((n, at) => n !== other[at]) ?? 0) < (other.find((n, at) => n !== one[at]) ?? 0);
	let best = 0;
	for (let at = 1; at < able.length; at += 1) if (isLess(costs[at] ?? [], costs[best] ?? [])) best = at;
	return able[best] ?? null;
}

function hasAll(alphabet: Alphabet, text: string): boolean {
	for (const character of text) if (!alphabet.septets.has(character)) return false;
	return true;
}

/** Without an alphabet in UCS-2. */
function unitsOf(text: string, alphabet: Alphabet | null): number {
	if (!alphabet) return text.length;
	let n = 0;
	for (const character of text) n += alphabet.septets.get(character) ?? 0;
	return n;
}

/** Units in a segment alone, and in each of several. The header that names tables takes whole septets. */
function roomsOf(alphabet: Alphabet | null, { reference_bits }: Cut): [number, number] {
	const encoding = alphabet ? 'GSM-7' : 'UCS-2';
	const is_wide = reference_bits > 8;
	if (!alphabet?.n_tables) return [SINGLE[encoding], (is_wide ? JOINED_16 : JOINED)[encoding]];
	const tables = 3 * alphabet.n_tables;
	return [septetsBeside(1 + tables), septetsBeside((is_wide ? 7 : 6) + tables)];
}

const septetsBeside = (n_octets: number): number => 160 - Math.ceil((8 * n_octets) / 7);

function fill(text: string, alphabet: Alphabet | null, room: number): string[] {
	const parts: string[] = [];
	let part = '';
	let n_used = 0;
	for (const piece of piecesOf(text, alphabet, room)) {
		const n = unitsOf(piece, alphabet);
		if (n_used + n > room) {
			parts.push(part);
			part = '';
			n_used = 0;
		}
		part += piece;
		n_used += n;
	}
	return [...parts, part];
}

/** What is never cut in two: a character of the default alphabet, else a cluster, unless it is larger than a segment. */
function piecesOf(text: string, alphabet: Alphabet | null, room: number): string[] {
	if (alphabet === DEFAULT) return [...text];
	return clustersOf(text).flatMap((cluster) => (unitsOf(cluster, alphabet) > room ? [...cluster] : [cluster]));
}
