// The filters of the message list. They live in the address, so that a view can be sent to a colleague.
export const FILTERS = ['q', 'state', 'reason', 'campaign_id'] as const;
export type FilterName = (typeof FILTERS)[number];
export type Filters = Record<FilterName, string | null>;

export function filtersOf(url: URL): Filters {
	return Object.fromEntries(FILTERS.map((name) => [name, url.searchParams.get(name)])) as Filters;
}

/** The address of the list with one filter changed; an empty value takes it away. */
export function hrefWith(url: URL, name: FilterName, value: string): string {
	const params = new URLSearchParams(url.searchParams);
	if (value) params.set(name, value);
	else params.delete(name);
	return params.size ? `/messages?${params}` : '/messages';
}
