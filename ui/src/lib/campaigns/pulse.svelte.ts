// How many messages came to their end in each second since the page was opened: what the live chart draws.
import type { Progress } from '../api/types.ts';

const N_SECONDS = 60;
const TICK_MS = 1000;
const WATCHED = ['delivered', 'undelivered', 'failed'] as const;
type Watched = (typeof WATCHED)[number];
type Second = Record<Watched, number>;

export class Pulse {
	seconds = $state.raw<Second[]>([]);
	n_ticks = $state(0);
	#last: Second | null = null;

	/** Read `progress` once a second until the returned function is called. */
	watch(progress: () => Progress, is_moving: () => boolean): () => void {
		const timer = setInterval(() => {
			if (is_moving()) this.#tick(progress());
			else this.#last = null;
		}, TICK_MS);
		return () => clearInterval(timer);
	}

	#tick(progress: Progress): void {
		const now = Object.fromEntries(WATCHED.map((name) => [name, progress[name]])) as Second;
		const before = this.#last;
		this.#last = now;
		if (!before) return;
		const second = Object.fromEntries(WATCHED.map((name) => [name, Math.max(0, now[name] - before[name])])) as Second;
		this.seconds = [...this.seconds, second].slice(-N_SECONDS);
		this.n_ticks += 1;
	}
}
