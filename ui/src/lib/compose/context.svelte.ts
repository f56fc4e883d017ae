// What the composer knows besides the draft: groups, lists, and people to preview as.
import { api } from '../api/client.ts';
import type { Contact, Group, PeopleList } from '../api/types.ts';

const N_PREVIEW_PEOPLE = 50;
const N_FIELD_BUTTONS = 3;

export interface ComposeContext {
	groups: Group[];
	lists: PeopleList[];
	contacts: Contact[];
}

export async function loadContext(signal: AbortSignal): Promise<ComposeContext> {
	const [groups, lists, contacts] = await Promise.all([
		api.get('/groups', { signal }),
		api.get('/lists', { signal }),
		api.get('/contacts', { query: { limit: N_PREVIEW_PEOPLE }, signal })
	]);
	return { groups: groups.items, lists: lists.items, contacts: contacts.items };
}

export async function findPeople(words: string, signal: AbortSignal): Promise<Contact[]> {
	return (await api.get('/contacts', { query: { q: words, limit: N_PREVIEW_PEOPLE }, signal })).items;
}

/** Those subscribed to the group first: they are who will read it. */
export function readersFirst(contacts: Contact[], group_id: string): Contact[] {
	const reads = (contact: Contact) => contact.subscriptions.some((each) => each.group_id === group_id && each.state === 'subscribed');
	return [...contacts.filter(reads), ...contacts.filter((contact) => !reads(contact))];
}

/** Buttons for the fields that the contacts really have, and the line that must not be missing. */
export function fieldButtons(contacts: Contact[]): { label: string; insert: string }[] {
	const names = new Set(contacts.flatMap((contact) => Object.keys(contact.attributes)));
	const own = [...names].filter((name) => /^[a-z_]\w*$/i.test(name)).slice(0, N_FIELD_BUTTONS);
	return [
		{ label: 'First name', insert: "{{ first_name | default: 'there' }}" },
		...own.map((name) => ({ label: name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' '), insert: `{{ ${name} }}` })),
		{ label: 'Opt-out line', insert: 'Reply STOP to opt out' }
	];
}
