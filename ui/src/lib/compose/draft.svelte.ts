// A campaign while it is written: every change is kept at once in this browser and within a second on the server.
import { ApiProblem, api, sentenceOf } from '../api/client.ts';
import type { Audience, Campaign, Content, DraftFields, Group, Media, TextWishes } from '../api/types.ts';

const SAVE_AFTER_MS = 700;
const RETRY_AFTER_MS = 4000;

type Editable = Pick<Draft, 'name' | 'group_id' | 'body' | 'fallback_body' | 'media' | 'wish' | 'text_rules' | 'audience'>;

export class Draft {
	readonly id: string;
	name = $state('');
	group_id = $state('');
	body = $state('');
	/** What phones without pictures get instead; empty: the body, with the link behind it. */
	fallback_body = $state('');
	/** In the order in which they are shown. */
	media = $state.raw<Media[]>([]);
	/** How a picture should travel; without a picture the message is a text whatever this says. */
	wish = $state<Exclude<Content, 'text'>>('mms');
	text_rules = $state.raw<TextWishes>({});
	audience = $state.raw<Audience>({ kind: 'group' });

	state = $state<'saved' | 'unsaved' | 'saving' | 'conflict' | 'refused'>('saved');
	saved_at = $state.raw(new Date());
	problem = $state<string | null>(null);
	was_restored = $state(false);
	#version: number;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#running: Promise<void> | null = null;

	constructor(campaign: Campaign) {
		this.id = campaign.id;
		this.#version = campaign.version;
		this.#take(campaign);
		this.#restore();
	}

	get content(): Content {
		return this.media.length ? this.wish : 'text';
	}

	get fields(): DraftFields {
		const { name, group_id, body, fallback_body, content, text_rules, audience } = this;
		return { name, group_id, body, fallback_body, media_ids: this.media.map((each) => each.id), content, text_rules, audience: { kind: audience.kind, list_id: audience.list_id ?? null } };
	}

	/** A picture in a group that cannot send one: the author must choose what happens. */
	needsChoice(group: Group | undefined): boolean {
		return this.media.length > 0 && this.wish === 'mms' && group !== undefined && !group.has_mms;
	}

	change(edit: Partial<Editable>): void {
		Object.assign(this, edit);
		this.#keepHere();
		if (this.state !== 'conflict') this.#saveIn(SAVE_AFTER_MS);
	}

	/** Save now what is not saved yet. True when the server has everything. */
	async flush(): Promise<boolean> {
		clearTimeout(this.#timer);
		await this.#running;
		if (this.state !== 'saved' && this.state !== 'conflict') await this.#save();
		return this.state === 'saved';
	}

	/** Another tab saved first: take what it wrote. */
	async takeTheirs(): Promise<void> {
		const theirs = await api.get('/campaigns/{campaign_id}', this.#address);
		this.#version = theirs.version;
		this.#take(theirs);
		this.#settle();
	}

	/** Another tab saved first: write over it. */
	async keepMine(): Promise<void> {
		this.#version = (await api.get('/campaigns/{campaign_id}', this.#address)).version;
		this.state = 'unsaved';
		await this.#save();
	}

	/** The draft is gone: nothing of it is kept or saved any more. */
	forget(): void {
		this.stop();
		localStorage.removeItem(this.#key);
	}

	stop(): void {
		clearTimeout(this.#timer);
	}

	#saveIn(ms: number): void {
		this.state = 'unsaved';
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#save(), ms);
	}

	async #save(): Promise<void> {
		await this.#running;
		this.#running = this.#send();
		await this.#running;
		this.#running = null;
	}

	async #send(): Promise<void> {
		const sent = JSON.stringify(this.fields);
		this.state = 'saving';
		try {
			const saved = await api.patch('/campaigns/{campaign_id}', { ...this.#address, body: { ...this.fields, version: this.#version } });
			this.#version = saved.version;
			if (JSON.stringify(this.fields) === sent) this.#settle();
			else {
				// What was typed meanwhile is kept as of the version that is on the server now: a reload would drop it else.
				this.#keepHere();
				this.#saveIn(SAVE_AFTER_MS);
			}
		} catch (error) {
			this.problem = sentenceOf(error);
			if (error instanceof ApiProblem && error.status === 409) this.state = 'conflict';
			else if (error instanceof ApiProblem && error.status < 500 && error.status !== 401) this.state = 'refused';
			else this.#saveIn(RETRY_AFTER_MS);
		}
	}

	#settle(): void {
		this.state = 'saved';
		this.saved_at = new Date();
		this.problem = null;
		localStorage.removeItem(this.#key);
	}

	#take(campaign: Campaign): void {
		this.name = campaign.name;
		this.group_id = campaign.group_id;
		this.body = campaign.body;
		this.fallback_body = campaign.fallback_body;
		this.media = campaign.media;
		this.wish = campaign.content === 'text_link' ? 'text_link' : 'mms';
		this.text_rules = campaign.text_rules ?? {};
		this.audience = campaign.audience;
	}

	get #address(): { params: { campaign_id: string } } {
		return { params: { campaign_id: this.id } };
	}

	get #key(): string {
		return `draft:${this.id}`;
	}

	#keepHere(): void {
		const { name, group_id, body, fallback_body, media, wish, text_rules, audience } = this;
		localStorage.setItem(this.#key, JSON.stringify({ version: this.#version, name, group_id, body, fallback_body, media, wish, text_rules, audience }));
	}

	/** What was typed here but never reached the server, as after a crash or a lost session. */
	#restore(): void {
		const kept = localStorage.getItem(this.#key);
		if (!kept) return;
		const { version, ...edit } = JSON.parse(kept) as { version: number } & Editable;
		if (version !== this.#version || !Array.isArray(edit.media)) return localStorage.removeItem(this.#key);
		this.was_restored = true;
		this.change(edit);
	}
}
