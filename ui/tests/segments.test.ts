// The browser's segment counter against the vectors it shares with the server (tests/wire/test_segment.py).
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { JOINED, PLAIN, SINGLE, splitText } from '../src/lib/segments.ts';

/** Pieces of text and how often each comes. */
type Runs = [string, number][];
interface Vector {
	name: string;
	/** How an account wants it cut, in the server's words; not there for what most carriers take. */
	cut?: { is_wide?: boolean; national?: string[]; charset?: string };
	text: Runs;
	encoding: string;
	n_units: number;
	/** Only of texts in several segments. */
	parts?: Runs[];
}

const FILE = new URL('../../tests/vectors/wire/segments.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(FILE, 'utf8')) as { cases: Vector[] };

const textOf = (runs: Runs): string => runs.map(([piece, n]) => piece.repeat(n)).join('');

describe('the segment counter agrees with the server', () => {
	test('on the size of a segment', () => {
		expect(SINGLE).toEqual({ 'GSM-7': 160, 'UCS-2': 70 });
		expect(JOINED).toEqual({ 'GSM-7': 153, 'UCS-2': 67 });
	});

	test.each(cases)('on $name', ({ cut, text, encoding, n_units, parts }) => {
		const { is_wide = false, national = [], charset = '' } = cut ?? {};
		const split = splitText(textOf(text), cut ? { reference_bits: is_wide ? 16 : 8, national, charset } : PLAIN);
		expect(split).toMatchObject({ encoding, n_units });
		expect(split.parts).toEqual((parts ?? [text]).map(textOf));
	});
});

test.each([
	['a', 160, 1, 0],
	['a', 161, 2, 145],
	['a', 306, 2, 0],
	['ж', 70, 1, 0],
	['ж', 71, 2, 63]
])('%s times %i leaves room for the rest of the last segment', (letter, n, n_parts, n_left) => {
	expect(splitText(letter.repeat(n))).toMatchObject({ parts: { length: n_parts }, n_left });
});
