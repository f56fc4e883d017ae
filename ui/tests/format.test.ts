// Numbers, sizes and shares as people read them.
import { expect, test } from 'vitest';
import { percent, phone, size } from '../src/lib/text/format.ts';

test.each([
	['+13125550142', '+1 312 555 0142'],
	['+447700900101', '+44 7700 900101'],
	['+33639981001', '+33 6 39 98 10 01'],
	['+491713920011', '+49 171 392 0011'],
	['+5511900002001', '+55 11 90000 2001'],
	['+819000000101', '+81 90 0000 0101'],
	['+97230123', '+972 30123'],
	['72975', '72975'],
	['NORTHGATE', 'NORTHGATE']
])('%s is shown as %s', (e164, shown) => {
	expect(phone(e164)).toBe(shown);
});

test('a share is never rounded up to everything or down to nothing', () => {
	expect([percent(9_999, 10_000), percent(1, 10_000), percent(0, 10), percent(10, 10), percent(0, 0)]).toEqual([
		'99.9%',
		'0.1%',
		'0%',
		'100%',
		'–'
	]);
});

test('sizes are decimal, as carriers state their limits', () => {
	expect([size(999), size(300_000), size(5_000_000)]).toEqual(['999 B', '300 kB', '5.00 MB']);
});
