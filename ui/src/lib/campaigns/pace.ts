// A campaign's pace and state in words.
import type { CampaignState, Progress } from '../api/types.ts';
import { tally } from '../state/tally.ts';
import { count, duration } from '../text/format.ts';

/** "2,115 a second · 4 s left", as far as there is something to say. */
export function paceWords(state: CampaignState, progress: Progress): string {
	if (state === 'paused') return `Paused with ${count(tally(progress).waiting)} still to send`;
	if (state !== 'sending') return `${count(progress.total)} people`;
	const { waiting } = tally(progress);
	const rate = progress.rate_per_s;
	if (waiting === 0) return 'All handed over, waiting for the phones';
	if (rate <= 0) return `${count(waiting)} to go`;
	const pace = rate >= 10 ? count(Math.round(rate)) : rate.toFixed(1);
	return `${pace} a second · ${duration((1000 * waiting) / rate)} left`;
}

/** The one sentence that screen readers hear now and then. */
export function summaryWords(state: CampaignState, progress: Progress): string {
	const { waiting } = tally(progress);
	const rest = waiting ? `, ${count(waiting)} to go` : '';
	return `${state === 'paused' ? 'Paused. ' : ''}${count(progress.delivered)} of ${count(progress.total)} delivered, ${count(progress.undelivered + progress.failed)} not delivered${rest}.`;
}
