// What the server makes of the draft: the preview for one person and the estimate for all. Asked again after each change.
import { api, sentenceOf } from '../api/client.ts';
import type { DraftFields, PreviewQuestion } from '../api/types.ts';

/** The newest answer to a question that keeps changing: asked after a pause, older answers dropped. */
class Answer<Q, A> {
	value = $state.raw<A | null>(null);
	error = $state<string | null>(null);
	is_old = $state(true);
	/** The question `value` answers. */
	asked = $state.raw<Q | null>(null);
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** Not read off `value`: whoever asks inside an effect would depend on the answer, and ask for ever. */
	#has_asked = false;
	#latest: AbortController | null = null;

	constructor(
		private readonly fetcher: (question: Q, signal: AbortSignal) => Promise<A>,
		private readonly pause_ms: number
	) {}

	ask(question: Q): void {
		this.is_old = true;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#send(question), this.#has_asked ? this.pause_ms : 0);
		this.#has_asked = true;
	}

	async #send(question: Q): Promise<void> {
		this.#latest?.abort();
		const mine = (this.#latest = new AbortController());
		try {
			const value = await this.fetcher(question, mine.signal);
			if (mine.signal.aborted) return;
			this.value = value;
			this.asked = question;
			this.error = null;
			this.is_old = false;
		} catch (error) {
			if (!mine.signal.aborted) this.error = sentenceOf(error);
		}
	}
}

export class Answers {
	preview = new Answer((body: PreviewQuestion, signal) => api.post('/preview', { body, signal }), 150);
	estimate = new Answer((body: DraftFields, signal) => api.post('/estimate', { body, signal }), 500);
}
