// Smart encoding in the browser against the vectors it shares with the server (tests/wire/test_smart.py).
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { madePlain } from '../src/lib/compose/saving.ts';
import { forcingIn, oddIn } from '../src/lib/text/forcing.ts';
import { PLAIN, nameOf, plainOf } from '../src/lib/text/plain.ts';

interface Vectors {
	cases: { name: string; text: string; plain: string }[];
	/** Plain spelling → the characters it stands for. */
	same_as: Record<string, string>;
}
const FILE = new URL('../../tests/vectors/wire/smart.json', import.meta.url);
const { cases, same_as } = JSON.parse(readFileSync(FILE, 'utf8')) as Vectors;

describe('the plain spellings agree with the server', () => {
	test('on every character', () => {
		const shared = Object.entries(same_as).flatMap(([plain, odds]) => [...odds].map((odd) => [odd, plain]));
		expect(Object.fromEntries(PLAIN)).toEqual(Object.fromEntries(shared));
	});

	test.each(cases)('on $name', ({ text, plain }) => {
		expect((madePlain(text) ?? text).normalize('NFC')).toBe(plain);
	});
});

test('what stands in a link forces UCS-2 and has no plain spelling there', () => {
	expect(forcingIn('’ https://a.example/’')).toEqual([
		{ at: 0, character: '’', plain: "'" },
		{ at: 20, character: '’', plain: null }
	]);
	expect(oddIn('https://a.example/’ ’')).toEqual([{ at: 20, character: '’', plain: "'" }]);
});

test('a letter and its accent that are one letter of the alphabet force nothing', () => {
	expect(forcingIn('cafe\u0301 man\u0303ana \u212b')).toEqual([]);
	expect(forcingIn('x\u0301')).toHaveLength(1);
});

test('a character without a name is called by its kind', () => {
	expect(['’', '🙂', 'ж', '\u2003', '\u0007'].map(nameOf)).toEqual(['curly apostrophe', 'emoji', 'letter', 'unusual space', 'U+0007']);
	expect(plainOf('ж')).toBe(null);
});
