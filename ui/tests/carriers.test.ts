// What a carrier's form is filled with, and what is sent of it.
import { describe, expect, it, test } from 'vitest';
import type { CarrierKind } from '../src/lib/api/types.ts';
import { fieldsOf, settingsOf } from '../src/lib/carriers/form.ts';
import { awayWords } from '../src/lib/carriers/away.ts';
import { MAX_STAND_INS, placesFor, withPlace } from '../src/lib/carriers/order.ts';
import { formWords, unmatchedWords, voteWords } from '../src/lib/carriers/receipts.ts';
import { moment } from '../src/lib/text/format.ts';

const setting = (name: string, type: 'text' | 'integer' | 'number' | 'switch', fallback: string | number | boolean | null = null) => ({
	name,
	label: name,
	help: '',
	type,
	default: fallback,
	is_required: false,
	is_rare: false,
	choices: []
});
const kind = {
	kind: 'smpp',
	settings: [setting('host', 'text'), setting('port', 'integer'), setting('per_s', 'number'), setting('tls', 'switch', false), setting('window', 'integer', 10)]
} as unknown as CarrierKind;

test('a new form shows what the carrier has by itself, a stored account what is stored', () => {
	expect(fieldsOf(kind)).toEqual({ host: '', port: '', per_s: '', tls: false, window: '10' });
	expect(fieldsOf(kind, { host: 'h', port: 2775, tls: true })).toEqual({ host: 'h', port: '2775', per_s: '', tls: true, window: '10' });
});

test('numbers are sent as numbers, what is empty is left out, and what is no number goes as it was typed', () => {
	expect(settingsOf(kind, { host: ' 10 ', port: '2775', per_s: '', tls: true, window: 'ten' })).toEqual({ host: '10', port: 2775, tls: true, window: 'ten' });
});

describe('who stands in', () => {
	it('takes each account once, in the place it was given last', () => {
		expect(withPlace([], 0, 'a')).toEqual(['a']);
		expect(withPlace(['a'], 1, 'b')).toEqual(['a', 'b']);
		expect(withPlace(['a', 'b'], 0, 'b')).toEqual(['b']);
		expect(withPlace(['a', 'b', 'c'], 1, '')).toEqual(['a', 'c']);
		expect(withPlace(['a', 'b'], 0, '')).toEqual(['b']);
	});
	it('offers a place more than are taken, while somebody is left and a place is', () => {
		expect([placesFor([], 0), placesFor([], 1), placesFor(['a'], 1), placesFor(['a'], 2)]).toEqual([0, 1, 1, 2]);
		expect([placesFor(['a', 'b', 'c', 'd'], 9), placesFor(['a', 'b', 'c', 'd', 'e'], 9)]).toEqual([5, MAX_STAND_INS]);
	});
});

describe('an account that traffic has left', () => {
	const away = { since: '2026-03-02T12:00:00Z', why: 'it was down.', to: ['Second line'], until: null };
	it('names who stands in, and until when', () => {
		const until = new Date(2026, 2, 2, 14, 5).toISOString();
		expect(awayWords({ away: { ...away, until } })).toBe(`Sending over “Second line” until ${moment(until)} at the earliest.`);
		expect(awayWords({ away: { ...away, to: ['A', 'B'] } })).toBe('Sending over “A” and “B” until it has been well for a minute.');
	});
	it('says that messages wait where nobody stands in, and nothing where nothing is away', () => {
		expect(awayWords({ away: { ...away, to: [] } })).toBe('Nobody stands in: its messages wait until it has been well for a minute.');
		expect(awayWords({ away: null })).toBeNull();
	});
});

describe('how receipts write ids', () => {
	const ids = { form: 'padded' as const, sentence: 'They are padded.', is_learnt: true, since: '2026-03-02T12:00:00Z', votes: { padded: 3 }, n_unmatched: 0 };
	it('says since when it is learnt, or that the settings say so', () => {
		expect(formWords(ids)).toBe(`They are padded. Learnt ${moment(ids.since)}.`);
		expect(formWords({ ...ids, is_learnt: false })).toBe(`They are padded. So say its settings; heard since ${moment(ids.since)}.`);
		expect(formWords({ ...ids, is_learnt: false, since: null })).toBe('They are padded.');
	});
	it('counts what matches nothing, and votes only while they matter', () => {
		expect([0, 1, 1200].map((n_unmatched) => unmatchedWords({ ...ids, n_unmatched }))).toEqual([
			'Every receipt has found its message.',
			'1 receipt matches no message for certain.',
			'1,200 receipts match no message for certain.'
		]);
		expect([voteWords(ids), voteWords({ ...ids, form: 'learn', votes: { hex_to_decimal: 2 } })]).toEqual(['', 'So far: 2 for hex to decimal.']);
	});
});
