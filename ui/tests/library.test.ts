// What a medium is called, and where an arrow key leads among tiles.
import { expect, test } from 'vitest';
import type { Media } from '../src/lib/api/types.ts';
import { ahead } from '../src/lib/library/arrows.ts';
import { readCard } from '../src/lib/library/card.ts';
import { factsOf, kindOf } from '../src/lib/library/kinds.ts';

test.each([
	['image/gif', 'picture'],
	['video/3gpp', 'film'],
	['audio/mp4', 'sound'],
	['text/vcard', 'card'],
	['text/calendar', 'calendar'],
	['application/octet-stream', 'picture']
])('%s is a %s', (content_type, kind) => {
	expect(kindOf(content_type)).toBe(kind);
});

test('a medium is told by its sides, its frames and its size', () => {
	const media = { content_type: 'image/gif', width: 480, height: 320, frames: 12, n_octets: 20_400 } as Media;
	expect(factsOf(media)).toBe('480 × 320 · 12 frames · 20 kB');
	expect(factsOf({ ...media, frames: 1 })).toBe('480 × 320 · 20 kB');
	expect(factsOf({ ...media, content_type: 'text/vcard', width: 0, height: 0, frames: 0 })).toBe('Contact card · 20 kB');
});

test.each([
	['ArrowRight', 0, 1],
	['ArrowRight', 6, null],
	['ArrowLeft', 0, null],
	['ArrowDown', 1, 4],
	['ArrowDown', 5, null],
	['ArrowUp', 4, 1],
	['ArrowUp', 2, null],
	['Home', 4, 0],
	['End', 4, 6],
	['a', 4, null]
])('of seven tiles in three columns, %s at %i leads to %s', (key, at, to) => {
	expect(ahead(key, at, 7, 3, false)).toBe(to);
});

test('right and left change sides where one reads from the right', () => {
	expect(ahead('ArrowLeft', 0, 7, 3, true)).toBe(1);
	expect(ahead('ArrowRight', 0, 7, 3, true)).toBe(null);
});

const CARD = [
	'BEGIN:VCARD',
	'VERSION:3.0',
	'N:;Zoë O\\\\Brien;;;',
	'FN:Zoë O\\\\Brien',
	'ORG:Café\\, Bar\\; Grill',
	'item1.TEL;TYPE=WORK,VOICE:72975',
	'URL:https://juniper.example/a',
	'ADR;TYPE=WORK:;;1\\, Main Street;Chicago;IL;;US',
	'PHOTO;ENCODING=b;TYPE=JPEG:/9j/',
	' 4AAQ',
	'NOTE;ENCODING=QUOTED-PRINTABLE:=41',
	'END:VCARD',
	''
].join('\r\n');

test('a card is read as it was written', () => {
	const { card, photo } = readCard(CARD);
	expect(card).toEqual({
		company: 'Café, Bar; Grill',
		phone: '72975',
		name: 'Zoë O\\Brien',
		email: '',
		website: 'https://juniper.example/a',
		street: '1, Main Street',
		city: 'Chicago',
		region: 'IL',
		postcode: '',
		country: 'US'
	});
	expect(photo).toBe('data:image/jpeg;base64,/9j/4AAQ');
});

test('a company that is its own name is named once, and a photo elsewhere is not fetched', () => {
	const { card, photo } = readCard('FN:Juniper\nORG:Juniper\nPHOTO;VALUE=uri:https://elsewhere.example/a.jpg\n');
	expect([card.name, card.company, photo]).toEqual(['', 'Juniper', null]);
});
