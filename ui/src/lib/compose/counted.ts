// Which text the segment counter counts: as one person reads it, and for a picture the fallback with its link.
import type { Contact, Content, Preview, PreviewQuestion, TextRules, TextWishes } from '../api/types.ts';
import { splitText } from '../segments.ts';
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

/** The text as it leaves: exact when the server's preview is of this very draft, a close guess while that is on its way. */
export function countedText(of: Counting): string {
	const { preview, asked } = of;
	if (preview && !preview.error && asked?.body === of.body && asked.content === of.content && isAlike(asked.text_rules, of.wishes)) {
		return of.content !== 'text' && preview.fallback_body ? preview.fallback_body : preview.body;
	}
	return of.rules?.smart_encoding === false ? asWritten(of) : plainIfBetter(asWritten(of));
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

function plainIfBetter(text: string): string {
	const written = splitText(text);
	const plain = written.encoding === 'UCS-2' ? madePlain(text) : null;
	if (plain === null) return text;
	const split = splitText(plain);
	return split.encoding === 'GSM-7' || split.parts.length < written.parts.length ? plain : text;
}

const isAlike = (one: TextWishes | null, other: TextWishes): boolean => JSON.stringify(one ?? {}) === JSON.stringify(other);

function fieldsOf(contact: Contact | undefined): Record<string, unknown> {
	if (!contact) return {};
	const { first_name, last_name, phone, country } = contact;
	return { ...contact.attributes, first_name, last_name, phone, country };
}
