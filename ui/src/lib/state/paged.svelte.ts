// A list read page by page (keyset): the rows so far, and the way to the next ones.
import { api, sentenceOf } from '../api/client.ts';
import type { ItemOf, ListPath } from '../api/types.ts';

const SHOW_LOADING_AFTER_MS = 300;

export class Paged<P extends ListPath> {
	items = $state.raw<ItemOf<P>[] | null>(null);
	next = $state<string | null>(null);
	error = $state<string | null>(null);
	is_slow = $state(false);
	is_loading = $state(false);
	#turn = 0;

	constructor(
		private readonly path: P,
		private readonly limit = 50
	) {}

	/** Read the first page for these filters; rows of an older question are dropped. */
	async start(filters: Record<string, string | null> = {}): Promise<void> {
		this.#filters = filters;
		this.items = null;
		await this.#read(null);
	}

	more(): Promise<void> {
		return this.#read(this.next);
	}

	retry(): Promise<void> {
		return this.#read(this.items ? this.next : null);
	}

	#filters: Record<string, string | null> = {};

	async #read(after: string | null): Promise<void> {
		const turn = ++this.#turn;
		const timer = setTimeout(() => (this.is_slow = true), SHOW_LOADING_AFTER_MS);
		this.is_loading = true;
		try {
			const page = await listOf<P>(this.path, { ...this.#filters, limit: this.limit, after });
			if (turn !== this.#turn) return;
			this.items = after && this.items ? [...this.items, ...page.items] : page.items;
			this.next = page.next ?? null;
			this.error = null;
		} catch (error) {
			if (turn === this.#turn) this.error = sentenceOf(error);
		} finally {
			clearTimeout(timer);
			if (turn === this.#turn) this.is_slow = this.is_loading = false;
		}
	}
}

/** Every list takes `limit` and `after` and gives `items` and `next`; which filters it knows is its caller's to say. */
function listOf<P extends ListPath>(path: P, query: Record<string, string | number | null>): Promise<{ items: ItemOf<P>[]; next?: string | null }> {
	return api.get(path as '/campaigns', { query }) as unknown as Promise<{ items: ItemOf<P>[]; next?: string | null }>;
}
