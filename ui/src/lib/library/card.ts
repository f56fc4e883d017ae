// The fields of a contact card: in the order of the form, with the server's limits, and as a card in the library says them.
import type { Ask } from '../api/routes.ts';

export type CardFields = Required<Omit<Ask<'post', '/media/contact-cards'>['body'], 'photo_id' | 'folder'>>;

interface Field {
	name: keyof CardFields;
	label: string;
	max: number;
	hint?: string;
	type?: 'tel' | 'email' | 'url';
	is_needed?: boolean;
}

export const WHO: Field[] = [
	{ name: 'company', label: 'Company or nickname', max: 20, is_needed: true, hint: 'At most 20 characters.' },
	{ name: 'phone', label: 'Number', max: 40, type: 'tel', is_needed: true, hint: 'The one your messages come from, so that people know it.' },
	{ name: 'name', label: 'Name of a person', max: 60, hint: 'Without one, phones show the company.' },
	{ name: 'email', label: 'E-mail', max: 120, type: 'email' },
	{ name: 'website', label: 'Website', max: 500, type: 'url' }
];
export const WHERE: Field[] = [
	{ name: 'street', label: 'Street', max: 120 },
	{ name: 'city', label: 'City', max: 120 },
	{ name: 'region', label: 'State or region', max: 120 },
	{ name: 'postcode', label: 'Postal code', max: 120 },
	{ name: 'country', label: 'Country', max: 120 }
];

export function emptyCard(): CardFields {
	return { company: '', phone: '', name: '', email: '', website: '', street: '', city: '', region: '', postcode: '', country: '' };
}

/** "14 of 20 characters", once somebody writes; counted as the server does. */
export function roomFor(text: string, max: number): string {
	return `${[...text].length} of ${max} characters.`;
}

/** What a card says, as far as we show it, and its photo. What it says in other ways is left out, never guessed at. */
export function readCard(text: string): { card: CardFields; photo: string | null } {
	const card = emptyCard();
	let photo: string | null = null;
	for (const line of text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)) {
		const [, name = '', params = '', value = ''] = /^(?:[\w-]+\.)?([\w-]+)((?:;[^:]*)?):(.*)$/.exec(line) ?? [];
		if (/QUOTED-PRINTABLE/i.test(params)) continue;
		const values = valuesOf(value);
		const known: Record<string, Partial<CardFields>> = {
			FN: { name: values[0] },
			ORG: { company: values[0] },
			TEL: { phone: card.phone || value.replace(/^tel:/i, '') },
			EMAIL: { email: card.email || value },
			URL: { website: card.website || value.replaceAll('\\:', ':') },
			ADR: { street: values[2] ?? '', city: values[3] ?? '', region: values[4] ?? '', postcode: values[5] ?? '', country: values[6] ?? '' }
		};
		Object.assign(card, known[name.toUpperCase()]);
		if (name.toUpperCase() === 'PHOTO') photo = photoOf(params, value) ?? photo;
	}
	if (card.name === card.company) card.name = '';
	return { card, photo };
}

/** Values between semicolons; a backslash takes from the next character what it means. */
function valuesOf(text: string): string[] {
	const parts = text.match(/(?:\\.|[^;\\])+|;/g) ?? [];
	const values = [''];
	for (const part of parts) {
		if (part === ';') values.push('');
		else values[values.length - 1] += part.replace(/\\(.)/g, (_, each: string) => (/n/i.test(each) ? '\n' : each));
	}
	return values;
}

/** A photo that is in the card itself. One that stands elsewhere is not fetched: this page asks no other host. */
function photoOf(params: string, value: string): string | null {
	if (/^data:image\/(jpeg|png|gif);base64,/i.test(value)) return value;
	const type = /TYPE=(JPEG|PNG|GIF)/i.exec(params)?.[1];
	return type && /ENCODING=(b|BASE64)/i.test(params) ? `data:image/${type.toLowerCase()};base64,${value}` : null;
}
