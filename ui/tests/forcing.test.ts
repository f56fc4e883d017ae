// What the editor marks, and what the one-click fix puts in its place.
import { expect, test } from 'vitest';
import { forcingIn, mainScript, plainStretch } from '../src/lib/text/forcing.ts';
import { quickRender } from '../src/lib/text/liquid.ts';

test('a curly apostrophe is named by its place and has a plain spelling', () => {
	expect(forcingIn('It’s')).toEqual([{ at: 2, character: '’', plain: "'" }]);
});

test('what an account can write is not marked, and what its carrier lacks is', () => {
	expect(forcingIn('ığ’', { reference_bits: 8, national: ['tr'], charset: '' }).map((each) => each.character)).toEqual(['’']);
	expect(forcingIn('café', { reference_bits: 8, national: [], charset: 'ascii' }).map((each) => each.character)).toEqual(['é']);
	expect(forcingIn('café')).toEqual([]);
});

test('what stands inside Liquid is code and is not marked', () => {
	expect(forcingIn('Hi {{ name | default: ‘you’ }}')).toEqual([]);
});

test('places count UTF-16 units, as text areas do', () => {
	expect(forcingIn('🙂—').map((each) => each.at)).toEqual([0, 2]);
});

test('one stretch replaces every long dash and keeps what lies between', () => {
	expect(plainStretch('a — b ’ c — d', '—')).toEqual({ from: 2, to: 11, with: '- b ’ c -' });
});

test('a text that is mostly Hebrew is not a text with mistakes', () => {
	expect(mainScript('שלום {{ first_name }}, התור שלך ביום ראשון. STOP')).toBe('Hebrew');
	expect(mainScript('Hello שלום')).toBe(null);
});

test('the quick guess fills known fields and uses defaults for the others', () => {
	expect(quickRender("Hi {{ first_name | default: 'there' }}{{ x }}", { first_name: 'Amara' })).toBe('Hi Amara');
	expect(quickRender("Hi {{ first_name | default: 'there' }}", {})).toBe('Hi there');
});
