// "2 segments for 92%, 3 for 8%": how the texts of a campaign spread over segment counts.
import type { Estimate } from '../api/types.ts';
import { count, counted } from '../text/format.ts';

export function spreadWords(estimate: Estimate): string {
	const spread = [...estimate.segments.spread].sort((a, b) => b.n - a.n);
	const n_texts = spread.reduce((sum, each) => sum + each.n, 0);
	const first = spread[0];
	if (!first || n_texts === 0) return count(estimate.segments.total);
	if (spread.length === 1) return `${count(estimate.segments.total)} (${first.segments} each)`;
	const share = (n: number) => `${Math.max(1, Math.round((100 * n) / n_texts))}%`;
	const [head, ...rest] = spread.slice(0, 3);
	return [`${counted(head?.segments ?? 0, 'segment')} for ${share(head?.n ?? 0)}`, ...rest.map((each) => `${each.segments} for ${share(each.n)}`)].join(', ');
}

/** What becomes of texts that leave otherwise than they were written, a sentence for each. */
export function rewrittenWords({ rewritten }: Pick<Estimate, 'rewritten'>): string[] {
	const { n_cut, n_respelled, segments_saved } = rewritten;
	const said: string[] = [];
	if (n_cut) said.push(`${counted(n_cut, 'text is', 'texts are')} cut at a word.`);
	if (n_respelled) {
		const saves = segments_saved ? `, which saves ${counted(segments_saved, 'segment')}` : '';
		said.push(`${counted(n_respelled, 'text goes', 'texts go')} out in plainer characters${saves}.`);
	}
	return said;
}
