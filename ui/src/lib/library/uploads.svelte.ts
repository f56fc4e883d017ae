// Files on their way into the library: two at a time, each with what became of it.
import { ApiProblem, api, sentenceOf } from '../api/client.ts';
import type { Uploaded } from '../api/types.ts';
import { refusalOf } from '../compose/upload.ts';

const N_AT_ONCE = 2;

export interface Item {
	readonly id: number;
	readonly file: File;
	readonly folder: string;
	state: 'waiting' | 'uploading' | 'added' | 'known' | 'refused';
	/** Why it was refused. */
	sentence: string;
	/** Nothing is wrong with the file itself, as far as we know. */
	may_retry: boolean;
}

export class Uploads {
	items = $state<Item[]>([]);
	readonly is_busy = $derived(this.items.some(({ state }) => state === 'waiting' || state === 'uploading'));
	#n = 0;

	/** `added` hears of each file that is in the library, also of one that was there before. */
	constructor(private readonly added: (told: Uploaded) => void) {}

	take(files: Iterable<File>, folder: string): void {
		for (const file of files) {
			const sentence = refusalOf(file);
			this.items.push({ id: ++this.#n, file, folder, state: sentence ? 'refused' : 'waiting', sentence: sentence ?? '', may_retry: false });
		}
		this.#start();
	}

	retry(item: Item): void {
		Object.assign(item, { state: 'waiting', sentence: '', may_retry: false });
		this.#start();
	}

	/** Forget what is done; what is on its way stays. */
	clear(): void {
		this.items = this.items.filter(({ state }) => state === 'waiting' || state === 'uploading');
	}

	#start(): void {
		const n_running = this.items.filter(({ state }) => state === 'uploading').length;
		const next = this.items.filter(({ state }) => state === 'waiting').slice(0, N_AT_ONCE - n_running);
		for (const item of next) void this.#send(item);
	}

	async #send(item: Item): Promise<void> {
		item.state = 'uploading';
		const form = new FormData();
		form.set('file', item.file, item.file.name);
		if (item.folder) form.set('folder', item.folder);
		try {
			const told = await api.post('/media', { body: form });
			item.state = told.is_known ? 'known' : 'added';
			this.added(told);
		} catch (problem) {
			const may_retry = !(problem instanceof ApiProblem) || problem.status >= 500 || problem.status === 401;
			Object.assign(item, { state: 'refused', sentence: sentenceOf(problem), may_retry });
		}
		this.#start();
	}
}
