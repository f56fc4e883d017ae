// By whose rules the composer counts: the accounts' that this audience's texts go by, the one of most segments first.
import { expect, test } from 'vitest';
import type { Estimate, Group, GroupCut, Preview, PreviewQuestion } from '../src/lib/api/types.ts';
import { countsBy, countsOf, cutsFor, type Counting } from '../src/lib/compose/counted.ts';
import { PLAIN } from '../src/lib/segments.ts';

const cut = (name: string, changes: object = {}): GroupCut => ({
	cut: { reference_bits: 8, national: [], charset: '', ...changes },
	accounts: [{ id: name.toLowerCase(), name }]
});
const EIGHT = cut('Eight');
const SIXTEEN = cut('Sixteen', { reference_bits: 16 });
const TURKISH = cut('Turkish', { national: ['tr'] });
const group = (...cuts: GroupCut[]) => ({ cuts }) as unknown as Group;
const estimate = (...ids: string[]) =>
	({ segments: { by_account: ids.map((account_id) => ({ account_id, n: 1, segments: 1 })) } }) as unknown as Estimate;
const counting = (changes: Partial<Counting>): Counting => ({
	body: 'a'.repeat(306),
	content: 'text',
	contact: undefined,
	preview: null,
	asked: null,
	wishes: {},
	rules: undefined,
	...changes
});

test('the way of most segments comes first, whichever the group names first', () => {
	for (const cuts of [[EIGHT, SIXTEEN], [SIXTEEN, EIGHT]]) {
		const counts = countsOf(counting({}), cuts);
		expect(counts.map(({ accounts, split }) => [accounts, split.parts.length])).toEqual([
			[['Sixteen'], 3],
			[['Eight'], 2]
		]);
	}
});

test('only the accounts count that texts of this audience go by, and all where nobody knows', () => {
	expect(cutsFor(group(EIGHT, SIXTEEN), estimate('eight'))).toEqual([EIGHT]);
	expect(cutsFor(group(EIGHT, SIXTEEN), estimate('eight', 'sixteen'))).toEqual([EIGHT, SIXTEEN]);
	expect(cutsFor(group(EIGHT, SIXTEEN), estimate())).toEqual([EIGHT, SIXTEEN]);
	expect(cutsFor(group(EIGHT, SIXTEEN), null)).toEqual([EIGHT, SIXTEEN]);
	expect(cutsFor(undefined, null)).toEqual([]);
});

test('a text without a group is counted as most carriers take it', () => {
	const [count, ...others] = countsBy([], () => 'a'.repeat(306));
	expect([count.split.parts.length, count.cut, count.accounts, others]).toEqual([2, PLAIN, [], []]);
});

test('the preview says what leaves by the account it names, and by no other', () => {
	const preview = { body: 'cut short', fallback_body: 'cut short', account: 'Turkish', error: null } as unknown as Preview;
	const asked = { body: 'ı’'.repeat(50), content: 'text', text_rules: null } as unknown as PreviewQuestion;
	const counts = countsOf(counting({ body: asked.body, preview, asked }), [EIGHT, TURKISH]);
	expect(counts.map(({ accounts, text }) => [accounts[0], text])).toEqual([
		['Eight', 'ı’'.repeat(50)],
		['Turkish', 'cut short']
	]);
});

test('what is made plain on the way out is what the tables of the account leave', () => {
	const [turkish] = countsOf(counting({ body: 'ı’'.repeat(50) }), [TURKISH]);
	expect([turkish.text, turkish.split.encoding]).toEqual(["ı'".repeat(50), 'GSM-7']);
	const [eight] = countsOf(counting({ body: 'ı’'.repeat(50) }), [EIGHT]);
	expect([eight.text, eight.split.encoding]).toEqual(['ı’'.repeat(50), 'UCS-2']);
});
