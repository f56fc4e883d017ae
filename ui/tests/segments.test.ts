// The browser's segment counter against the vectors it shares with the server.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { splitText } from '../src/lib/segments.ts';

interface Vector {
	name: string;
	text: string;
	encoding: string;
	n_segments: number;
	n_units: number;
	parts?: string[];
}

const read: unknown = JSON.parse(readFileSync(new URL('../../tests/vectors/segments.json', import.meta.url), 'utf8'));
const vectors = (Array.isArray(read) ? read : (read as { cases: Vector[] }).cases) as Vector[];

describe('the segment counter agrees with the server', () => {
	test.each(vectors)('on $name', (vector) => {
		const split = splitText(vector.text);
		expect(split.encoding).toBe(vector.encoding);
		expect(split.parts.length).toBe(vector.n_segments);
		expect(split.n_units).toBe(vector.n_units);
		if (vector.parts) expect(split.parts).toEqual(vector.parts);
	});
});

test('160 letters are one segment and 161 are two', () => {
	expect(splitText('a'.repeat(160))).toMatchObject({ parts: { length: 1 }, n_left: 0 });
	expect(splitText('a'.repeat(161))).toMatchObject({ parts: { length: 2 }, n_left: 145 });
});

test('a euro sign counts as two, so 159 letters and one are two segments', () => {
	expect(splitText('a'.repeat(159) + '€').parts).toHaveLength(2);
});
