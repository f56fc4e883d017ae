// The tab's one event stream. Browsers allow six connections to a host, so every page shares this one.
import type { Account, CampaignState, Progress } from '../api/types.ts';

export interface StreamEvents {
	campaign: { id: string; state: CampaignState; progress: Progress };
	account: Account;
	message: { id: string; state: string; campaign_id?: string | null };
}
type Topic = keyof StreamEvents;
type Listener = (data: never) => void;

const TOPICS: Topic[] = ['campaign', 'account', 'message'];
const REOPEN_AFTER_MS = 3000;

class EventStream {
	/** False while the stream is lost: numbers on the page may be old. */
	is_live = $state(true);
	#source: EventSource | null = null;
	#listeners = new Map<Topic, Set<Listener>>();
	#on_return = new Set<() => void>();

	/** Hear a topic until the returned function is called. The stream opens with the first listener. */
	on<T extends Topic>(topic: T, listener: (data: StreamEvents[T]) => void): () => void {
		const heard = this.#listeners.get(topic) ?? new Set();
		this.#listeners.set(topic, heard.add(listener as Listener));
		if (!this.#source) this.#open();
		return () => heard.delete(listener as Listener);
	}

	/** Be told when the stream is back after a loss, to fetch what was missed. */
	on_return(listener: () => void): () => void {
		this.#on_return.add(listener);
		return () => this.#on_return.delete(listener);
	}

	#open(): void {
		const source = (this.#source = new EventSource('/api/v1/events'));
		for (const topic of TOPICS) source.addEventListener(topic, (event) => this.#tell(topic, event));
		source.onopen = () => this.#opened();
		source.onerror = () => this.#lost(source);
	}

	#tell(topic: Topic, event: MessageEvent<string>): void {
		const data = JSON.parse(event.data) as never;
		this.#listeners.get(topic)?.forEach((listener) => listener(data));
	}

	#opened(): void {
		const was_lost = !this.is_live;
		this.is_live = true;
		if (was_lost) this.#on_return.forEach((listener) => listener());
	}

	#lost(source: EventSource): void {
		this.is_live = false;
		// The browser retries a broken line by itself, but gives up for good on a refused one.
		if (source.readyState === EventSource.CLOSED) setTimeout(() => this.#open(), REOPEN_AFTER_MS);
	}
}

export const stream = new EventStream();
