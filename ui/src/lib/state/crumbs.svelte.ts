// The path in the top bar. A page that knows a better name for its last step says so with `crumbs.name`.
interface Crumb {
	label: string;
	href?: string;
}

const SECTIONS: Record<string, string> = { campaigns: 'Campaigns', messages: 'Messages', phones: 'Phones' };

class Crumbs {
	#names = $state<Record<string, string>>({});

	name(pathname: string, label: string): void {
		this.#names[pathname] = label;
	}

	of(pathname: string): Crumb[] {
		const [section, rest] = pathname.split('/').filter(Boolean);
		if (!section) return [{ label: 'Home' }];
		const label = SECTIONS[section] ?? 'Not found';
		if (!rest) return [{ label }];
		return [{ label, href: `/${section}` }, { label: this.#names[pathname] ?? '…' }];
	}
}

export const crumbs = new Crumbs();
