// What the server makes of the draft: the preview for one person and the estimate for all. Asked again after each change.
import { api, sentenceOf } from '../api/client.ts';
import type { DraftFields, Estimate, Preview } from '../api/types.ts';

/** The newest answer to a question that keeps changing: asked after a pause, older answers dropped. */
class Answer<Q, A> {
	value = $state.raw<A | null>(null);
	error = $state<string | null>(null);
	is_old = $state(true);
	/** The question `value` answers. */
	asked = $state.raw<Q | null>(null);
	#timer: ReturnType<typeof setTimeout> | undefined;
	#latest: AbortController | null = null;

	constructor(
		private readonly path: string,
		private readonly pause_ms: number
	) {}

	ask(question: Q): void {
		this.is_old = true;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#send(question), this.value ? this.pause_ms : 0);
	}

	async #send(question: Q): Promise<void> {
		this.#latest?.abort();
		const mine = (this.#latest = new AbortController());
		try {
			const value = await api.post<A>(this.path, question, { signal: mine.signal });
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

export interface PreviewQuestion extends Pick<DraftFields, 'group_id' | 'body' | 'media_id' | 'content'> {
	contact_id: string | null;
}

export class Answers {
	preview = new Answer<PreviewQuestion, Preview>('/preview', 150);
	estimate = new Answer<DraftFields, Estimate>('/estimate', 500);
}
