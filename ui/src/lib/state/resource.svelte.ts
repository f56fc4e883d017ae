// One thing fetched from the API: its value, its error, and whether the wait has become long enough to show (300 ms).
import { sentenceOf } from '../api/client.ts';

const SHOW_LOADING_AFTER_MS = 300;

export class Resource<T> {
	value = $state.raw<T | null>(null);
	error = $state<string | null>(null);
	is_slow = $state(false);
	#latest: AbortController | null = null;

	constructor(private readonly fetcher: (signal: AbortSignal) => Promise<T>) {}

	/** Fetch again; an older answer still under way is dropped. The old value stays until the new one is here. */
	async load(): Promise<void> {
		this.#latest?.abort();
		const mine = (this.#latest = new AbortController());
		const timer = setTimeout(() => (this.is_slow = true), SHOW_LOADING_AFTER_MS);
		try {
			const value = await this.fetcher(mine.signal);
			if (mine.signal.aborted) return;
			this.value = value;
			this.error = null;
		} catch (error) {
			if (!mine.signal.aborted) this.error = sentenceOf(error);
		} finally {
			clearTimeout(timer);
			if (!mine.signal.aborted) this.is_slow = false;
		}
	}

	/** Forget the value, then load: for when the question itself has changed. */
	restart(): Promise<void> {
		this.value = null;
		return this.load();
	}
}
