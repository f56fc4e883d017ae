// The path in the top bar. A page that knows a better name for its last step says so with `crumbs.name`.
interface Crumb {
	label: string;
	href?: string;
}

const SECTIONS: Record<string, string> = { campaigns: 'Campaigns', library: 'Library', messages: 'Messages', phones: 'Phones' };
/** Sections that are pages of the settings, which have no page of their own. */
const SETTINGS: Record<string, string> = { carriers: 'Carriers', groups: 'Groups' };

class Crumbs {
	#names = $state<Record<string, string>>({});

	name(pathname: string, label: string): void {
		this.#names[pathname] = label;
	}

	of(pathname: string): Crumb[] {
		const steps = pathname.split('/').filter(Boolean);
		const is_setting = steps[0] === 'settings';
		const [section, rest] = is_setting ? steps.slice(1) : steps;
		const before = is_setting ? [{ label: 'Settings' }] : [];
		if (!section) return [{ label: is_setting ? 'Not found' : 'Home' }];
		const label = (is_setting ? SETTINGS : SECTIONS)[section] ?? 'Not found';
		if (!rest) return [...before, { label }];
		return [...before, { label, href: is_setting ? `/settings/${section}` : `/${section}` }, { label: this.#names[pathname] ?? '…' }];
	}
}

export const crumbs = new Crumbs();
