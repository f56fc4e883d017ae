// From everyone in the audience to what each gets: the steps of the waterfall, in order, each a part of the whole.
import type { Bar } from '../campaigns/funnel.ts';
import type { Estimate } from '../api/types.ts';
import { percent } from '../text/format.ts';
import { CHANNELS } from '../text/words.ts';

const COLOURS = { mms: 'var(--c2)', sms_link: 'var(--c1)', sms: 'var(--c1)' } as const;

export function waterfallBars(estimate: Estimate): Bar[] {
	const { audience, skipped } = estimate;
	const n_sent = audience - skipped;
	let at = 0;
	const step = (label: string, n: number, colour: string, why = '', from = at): Bar => {
		at = from + n;
		const share = (part: number) => (audience ? (100 * part) / audience : 0);
		return { label, n, why, colour, href: null, from: share(from), part: share(n), share: percent(n, audience) };
	};
	const all = { ...step('Audience', audience, 'var(--line-2)', '', 0), share: '' };
	const sent = step('Will be sent', n_sent, 'var(--ink)', '', 0);
	at = n_sent;
	const left_out = estimate.skipped_by_reason.map((each) => step('Left out', each.n, 'var(--c5)', each.sentence));
	at = 0;
	const ways = estimate.channels_by_reason.map((each) => step(CHANNELS[each.channel], each.n, COLOURS[each.channel], each.sentence));
	return [all, ...left_out, sent, ...ways];
}
