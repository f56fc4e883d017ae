// A campaign's counts, added up the way people read them. Every message is in exactly one state, so sums are plain sums.
import type { Progress } from '../api/types.ts';

export interface Tally {
	/** Given to a carrier, whatever became of it. */
	handed_over: number;
	on_the_way: number;
	/** Not handed over yet. */
	waiting: number;
	/** Nothing more will happen to these. */
	finished: number;
	/** Everyone a message was meant for and not skipped or canceled. */
	attempted: number;
}

export function tally(p: Progress): Tally {
	const finished = p.delivered + p.undelivered + p.failed + p.skipped + p.canceled;
	const on_the_way = p.sent + p.unknown + p.sending;
	return {
		handed_over: p.sent + p.unknown + p.delivered + p.undelivered,
		on_the_way,
		waiting: Math.max(0, p.total - finished - on_the_way),
		finished,
		attempted: p.total - p.skipped - p.canceled
	};
}

export function barParts(p: Progress): { label: string; n: number; colour: string }[] {
	return [
		{ label: 'Delivered', n: p.delivered, colour: 'var(--c2)' },
		{ label: 'On the way', n: tally(p).on_the_way, colour: 'var(--c1)' },
		{ label: 'Undelivered', n: p.undelivered, colour: 'var(--c3)' },
		{ label: 'Failed', n: p.failed, colour: 'var(--c4)' },
		{ label: 'Skipped', n: p.skipped, colour: 'var(--c5)' }
	];
}
