// A campaign while it is written: every change is kept at once in this browser and within a second on the server.
import { ApiProblem, api, sentenceOf } from '../api/client.ts';
import type { Audience, Campaign, Content, DraftFields, Group, Media, TextWishes } from '../api/types.ts';

const SAVE_AFTER_MS = 700;
const RETRY_AFTER_MS = 4000;

type Editable = Pick<Draft, 'name' | 'group_id' | 'body' | 'fallback_body' | 'media' | 'wish' | 'text_rules' | 'audience'>;

/** The same text for the same fields, in whatever order they stand and whether or not empty ones are named. */
function asOneText(fields: DraftFields): string {
	return JSON.stringify(fields, (_, part: unknown) =>
		part !== null && typeof part === 'object' && !Array.isArray(part)
			? Object.fromEntries(Object.entries(part).filter(([, value]) => value !== null).sort(([one], [other]) => (one < other ? -1 : 1)))
			: part
	);
}

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
	/** What is on its way to the server: a reload cannot tell by itself whether it arrived. */
	#sent: string | null = null;
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
		const sent = asOneText(this.fields);
		this.#sent = sent;
		this.#keepHere();
		this.state = 'saving';
		try {
			const saved = await api.patch('/campaigns/{campaign_id}', { ...this.#address, body: { ...this.fields, version: this.#version } });
			this.#version = saved.version;
			this.#sent = null;
			if (asOneText(this.fields) === sent) this.#settle();
			else {
				// What was typed meanwhile is kept as of the version that is on the server now: a reload would drop it else.
				this.#keepHere();
				this.#saveIn(SAVE_AFTER_MS);
			}
		} catch (error) {
			// A refusal is an answer; after a lost connection nobody knows whether it arrived.
			if (error instanceof ApiProblem) this.#sent = null;
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
		localStorage.setItem(this.#key, JSON.stringify({ version: this.#version, sent: this.#sent, name, group_id, body, fallback_body, media, wish, text_rules, audience }));
	}

	/** What was typed here but never reached the server, as after a crash or a lost session. */
	#restore(): void {
		const kept = localStorage.getItem(this.#key);
		if (!kept) return;
		const { version, sent, ...edit } = JSON.parse(kept) as { version: number; sent?: string | null } & Editable;
		// A save that was on its way may have arrived: then the server is one version on, and holds just what was sent.
		const has_arrived = version + 1 === this.#version && sent === asOneText(this.fields);
		if ((version !== this.#version && !has_arrived) || !Array.isArray(edit.media)) return localStorage.removeItem(this.#key);
		this.was_restored = true;
		this.change(edit);
	}
}
