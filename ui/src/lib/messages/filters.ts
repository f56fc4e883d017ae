// The filters of the message list. They live in the address, so that a view can be sent to a colleague.
export const FILTERS = ['q', 'state', 'media', 'reason', 'campaign_id'] as const;
export type FilterName = (typeof FILTERS)[number];
export type Filters = Record<FilterName, string | null>;

interface Address {
	readonly search: string;
}

export function filtersOf(url: Address): Filters {
	const params = new URLSearchParams(url.search);
	return Object.fromEntries(FILTERS.map((name) => [name, params.get(name)])) as Filters;
}

/** The address of the list with one filter changed; an empty value takes it away. */
export function hrefWith(url: Address, name: FilterName, value: string): string {
	const params = new URLSearchParams(url.search);
	if (value) params.set(name, value);
	else params.delete(name);
	return params.size ? `/messages?${params}` : '/messages';
}
