// Cuts a text into segments as the server does (wire/segment.py), so that the counter follows each key press.
// Iterates by code point, counts by UTF-16 unit. Source: 3GPP TS 23.040 §9.2.3.24.1. Kept equal by shared vectors.
import { clustersOf } from './text/clusters.ts';
import { septetsOf } from './text/gsm.ts';

export type Encoding = 'GSM-7' | 'UCS-2';
export interface Split {
	encoding: Encoding;
	parts: string[];
	/** Septets or UTF-16 units, without the joining headers. */
	n_units: number;
	/** Units still free in the last segment. */
	n_left: number;
}

export const SINGLE: Record<Encoding, number> = { 'GSM-7': 160, 'UCS-2': 70 };
export const JOINED: Record<Encoding, number> = { 'GSM-7': 153, 'UCS-2': 67 };

export function splitText(given: string): Split {
	const text = given.normalize('NFC');
	const encoding = encodingOf(text);
	const n_units = unitsOf(text, encoding);
	if (n_units <= SINGLE[encoding]) return { encoding, parts: [text], n_units, n_left: SINGLE[encoding] - n_units };
	const parts = fill(text, encoding);
	const n_last = unitsOf(parts[parts.length - 1] ?? '', encoding);
	return { encoding, parts, n_units, n_left: JOINED[encoding] - n_last };
}

export function encodingOf(text: string): Encoding {
	for (const character of text) if (septetsOf(character) === 0) return 'UCS-2';
	return 'GSM-7';
}

export function unitsOf(text: string, encoding: Encoding): number {
	if (encoding === 'UCS-2') return text.length;
	let n = 0;
	for (const character of text) n += septetsOf(character);
	return n;
}

function fill(text: string, encoding: Encoding): string[] {
	const parts: string[] = [];
	let part = '';
	let n_used = 0;
	for (const piece of piecesOf(text, encoding)) {
		const n = unitsOf(piece, encoding);
		if (n_used + n > JOINED[encoding]) {
			parts.push(part);
			part = '';
			n_used = 0;
		}
		part += piece;
		n_used += n;
	}
	return [...parts, part];
}

/** What is never cut in two: a character in GSM-7; in UCS-2 a cluster, unless it is larger than a whole segment. */
function piecesOf(text: string, encoding: Encoding): string[] {
	if (encoding === 'GSM-7') return [...text];
	return clustersOf(text).flatMap((cluster) => (cluster.length > JOINED['UCS-2'] ? [...cluster] : [cluster]));
}
