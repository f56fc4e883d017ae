// What a carrier's form is filled with, and what is sent of it.
import { expect, test } from 'vitest';
import type { CarrierKind } from '../src/lib/api/types.ts';
import { fieldsOf, settingsOf } from '../src/lib/carriers/form.ts';

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
