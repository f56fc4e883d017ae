// The fields of a contact card, in the order of the form; their limits are the server's.
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
