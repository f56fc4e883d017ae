// The waterfall leaves nobody out, and the review's advice says only what is true.
import { expect, test } from 'vitest';
import type { Estimate, Media } from '../src/lib/api/types.ts';
import { adviceFor } from '../src/lib/compose/advice.ts';
import { countsBy } from '../src/lib/compose/counted.ts';
import { fitWords } from '../src/lib/compose/fit.ts';
import { savedSegments } from '../src/lib/compose/saving.ts';
import { waterfallBars } from '../src/lib/compose/waterfall.ts';
import { PLAIN } from '../src/lib/segments.ts';

const ESTIMATE: Estimate = {
	audience: 200,
	n_counted: 200,
	mms: 120,
	medium: 'picture',
	sms_link: 60,
	sms: 0,
	skipped: 20,
	channels_by_reason: [
		{ channel: 'mms', reason: 'mms', sentence: 'Pictures are taken.', n: 120 },
		{ channel: 'sms_link', reason: 'destination_no_mms', sentence: 'No pictures there.', n: 60 }
	],
	skipped_by_reason: [
		{ reason: 'opted_out', sentence: 'Unsubscribed.', n: 15 },
		{ reason: 'no_consent', sentence: 'Never agreed.', n: 5 }
	],
	segments: { total: 60, spread: [{ segments: 1, n: 60 }], by_account: [{ account_id: 'a', n: 60, segments: 60 }] },
	variants: [],
	weight: null,
	rewritten: { n_cut: 0, n_respelled: 0, segments_saved: 0, replaced: [] },
		checks: []
};
const LONG = 'a'.repeat(90);

test('each step begins where the one before ended, and the steps add up to everyone', () => {
	const bars = waterfallBars(ESTIMATE);
	expect(bars.map(({ label, n, from, part }) => [label, n, from, part])).toEqual([
		['Audience', 200, 0, 100],
		['Left out', 15, 90, 7.5],
		['Left out', 5, 97.5, 2.5],
		['Will be sent', 180, 0, 90],
		['Picture', 120, 0, 60],
		['Text + link', 60, 60, 30]
	]);
});

test('an empty audience makes no shares of nothing', () => {
	const nobody = { ...ESTIMATE, audience: 0, skipped: 0, channels_by_reason: [], skipped_by_reason: [] };
	expect(waterfallBars(nobody).map((bar) => [bar.part, bar.share])).toEqual([
		[0, ''],
		[0, '–']
	]);
});

test('a dash that costs a segment is worth a warning, one that costs nothing is not', () => {
	const [dashed] = countsBy([], () => `${LONG}—`);
	const [short] = countsBy([], () => 'Hi —');
	expect(savedSegments(`${LONG}—`, PLAIN)).toBe(1);
	expect(adviceFor(`${LONG}—`, dashed, 'mms', ESTIMATE).map((each) => [each.id, each.level])).toEqual([
		['link', 'info'],
		['plain', 'warning']
	]);
	expect(adviceFor('Hi —', short, 'text', ESTIMATE)).toEqual([]);
});

test('the picture says what becomes of it on its routes', () => {
	const route = { route: 'short_code 72975', media: [], budget_octets: 600_000, n: 1 };
	const fit = (...octets: number[]) => fitWords({ ...ESTIMATE, variants: octets.map((each) => ({ ...route, octets: each })) }, []);
	expect(fit()).toBe(null);
	expect(fit(200_000, 200_000)).toBe('Goes out at 200 kB.');
	expect(fit(200_000, 590_000)).toBe('Made to fit each route: 200 kB to 590 kB.');
	expect(fit(200_000, 0)).toBe('Goes out at 200 kB. On 1 route it does not fit and becomes a link.');
});

test('an animation that goes as a video somewhere is said to, and a video that was one before is not', () => {
	const film = { octets: 90_000, content_type: 'video/mp4', width: 64, height: 64, quality: null, similarity: null };
	const variants = [{ route: 'short_code 72975', media: [film], budget_octets: 600_000, n: 1, octets: 90_000 }];
	const chosen = (content_type: string) => [{ content_type } as Media];
	expect(fitWords({ ...ESTIMATE, variants }, chosen('image/gif'))).toBe('Goes out at 90 kB. On 1 route the animation fits only as a video (MP4).');
	expect(fitWords({ ...ESTIMATE, variants }, chosen('video/mp4'))).toBe('Goes out at 90 kB.');
});
