// The funnel's bars, and the sentence that leaves nobody out.
import type { Progress } from '../api/types.ts';
import { tally } from '../state/tally.ts';
import { count, counted, percent } from '../text/format.ts';

export interface Bar {
	label: string;
	n: number;
	share: string;
	part: number;
	/** Where the bar begins, in percent of the whole. */
	from?: number;
	/** A sentence under the bar. */
	why?: string;
	colour: string;
	href: string | null;
}

/** Shares are of the row they follow from: handed over of the audience, delivered of those handed over. */
export function funnelBars(p: Progress, list: string): Bar[] {
	const { handed_over, waiting } = tally(p);
	const rows: [string, number, number, string, string | null][] = [
		['Audience', p.total, 0, 'var(--line-2)', list],
		['Handed over', handed_over, p.total, 'var(--c1)', null],
		['Delivered', p.delivered, handed_over, 'var(--c2)', `${list}&state=delivered`],
		['Opened the link', p.opens, handed_over, 'var(--c2)', null],
		['Undelivered', p.undelivered, handed_over, 'var(--c3)', `${list}&state=undelivered`],
		['Failed', p.failed, p.total, 'var(--c4)', `${list}&state=failed`],
		['Skipped', p.skipped, p.total, 'var(--c5)', `${list}&state=skipped`]
	];
	const moving: typeof rows = [
		['On the way', p.sent + p.sending, p.total, 'var(--c1)', `${list}&state=sent,sending`],
		['No answer', p.unknown, p.total, 'var(--c3)', `${list}&state=unknown`],
		['Waiting', waiting, p.total, 'var(--line-2)', null]
	];
	rows.splice(3, 0, ...moving.filter(([, n]) => n > 0));
	if (p.canceled > 0) rows.push(['Canceled', p.canceled, p.total, 'var(--c5)', `${list}&state=canceled`]);
	return rows.map(([label, n, of, colour, href]) => ({
		label,
		n,
		colour,
		href,
		share: of ? percent(n, of) : '',
		part: p.total ? (100 * n) / p.total : 0
	}));
}

export function accountSentence(p: Progress): string {
	if (p.skipped === 0 && p.canceled === 0) return `Nobody was skipped: all ${counted(p.total, 'person', 'people')} were meant to get it.`;
	const skipped = p.skipped_by_reason.map((each) => `${count(each.n)}: ${each.sentence.replace(/\.$/, '')}`).join('; ');
	const sentences = p.skipped ? [`${counted(p.skipped, 'person was', 'people were')} skipped${skipped ? ` (${skipped})` : ''}.`] : [];
	if (p.canceled) sentences.push(`${counted(p.canceled, 'person', 'people')} got nothing because the campaign was canceled.`);
	return sentences.join(' ');
}
