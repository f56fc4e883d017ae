// Which text the segment counter counts, and by whose rules: as one person reads it, for a picture the fallback with its
// link, cut as the accounts that would send it have their texts cut.
import type { Contact, Content, Estimate, Group, GroupCut, Preview, PreviewQuestion, TextRules, TextWishes } from '../api/types.ts';
import { type Cut, PLAIN, type Split, splitText } from '../segments.ts';
import { quickRender } from '../text/liquid.ts';
import { madePlain } from './saving.ts';

/** A draft's text, and everything that decides how it leaves. */
export interface Counting {
	body: string;
	content: Content;
	contact: Contact | undefined;
	preview: Preview | null;
	asked: PreviewQuestion | null;
	wishes: TextWishes;
	rules: TextRules | undefined;
}

/** The text by one way of cutting, and the names of the accounts that cut so. */
export interface Count {
	text: string;
	split: Split;
	cut: Cut;
	accounts: string[];
}

/** The ways in which the accounts of a group's texts cut them; of those that this audience's texts go by, where known. */
export function cutsFor(group: Group | undefined, estimate: Estimate | null): GroupCut[] {
	const cuts = group?.cuts ?? [];
	const used = new Set(estimate?.segments.by_account.map((each) => each.account_id));
	const narrowed = cuts.filter(({ accounts }) => accounts.some(({ id }) => used.has(id)));
	return narrowed.length ? narrowed : cuts;
}

/** The text by every way of cutting, the one of most segments first. */
export function countsOf(of: Counting, cuts: GroupCut[]): [Count, ...Count[]] {
	return countsBy(cuts, (cut, accounts) => countedText(of, cut, cuts.length < 2 || accounts.includes(of.preview?.account ?? '')));
}

export function countsBy(cuts: GroupCut[], textFor: (cut: Cut, accounts: string[]) => string): [Count, ...Count[]] {
	const [first, ...rest] = (cuts.length ? cuts : [{ cut: PLAIN, accounts: [] }]).map(({ cut, accounts }) => {
		const names = accounts.map(({ name }) => name);
		const text = textFor(cut, names);
		return { text, split: splitText(text, cut), cut, accounts: names };
	}).sort((one, other) => other.split.parts.length - one.split.parts.length);
	if (!first) throw new Error('there is a way of cutting for every text');
	return [first, ...rest];
}

/** The text as it leaves: exact when the server's preview is of this very draft, a close guess while that is on its way. */
function countedText(of: Counting, cut: Cut, is_previewed: boolean): string {
	const { preview, asked } = of;
	if (is_previewed && preview && !preview.error && asked?.body === of.body && asked.content === of.content && isAlike(asked.text_rules, of.wishes)) {
		return of.content !== 'text' && preview.fallback_body ? preview.fallback_body : preview.body;
	}
	return of.rules?.smart_encoding === false ? asWritten(of) : plainIfBetter(asWritten(of), cut);
}

/** The text with the characters it was written with. */
export function asWritten({ body, content, contact, preview }: Counting): string {
	return quickRender(body, fieldsOf(contact)) + (content !== 'text' && preview?.link ? ` ${preview.link}` : '');
}

/** The rules that hold: the draft's wishes, and the group's where it has none. */
export function rulesOf(group: TextRules, wishes: TextWishes): TextRules {
	const said = Object.entries(wishes).filter(([, word]) => word !== null && word !== undefined);
	return { ...group, ...Object.fromEntries(said) };
}

function plainIfBetter(text: string, cut: Cut): string {
	const written = splitText(text, cut);
	const plain = written.encoding === 'UCS-2' ? madePlain(text) : null;
	if (plain === null) return text;
	const split = splitText(plain, cut);
	return split.encoding === 'GSM-7' || split.parts.length < written.parts.length ? plain : text;
}

const isAlike = (one: TextWishes | null, other: TextWishes): boolean => JSON.stringify(one ?? {}) === JSON.stringify(other);

function fieldsOf(contact: Contact | undefined): Record<string, unknown> {
	if (!contact) return {};
	const { first_name, last_name, phone, country } = contact;
	return { ...contact.attributes, first_name, last_name, phone, country };
}
