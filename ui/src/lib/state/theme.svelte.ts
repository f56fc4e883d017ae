// Light or dark: the system's choice until the person makes one. `static/theme.js` applies it before the first paint.
export type ThemeName = 'light' | 'dark';

class Theme {
	name = $state<ThemeName>(document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light');

	constructor() {
		matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (change) => {
			if (!localStorage.getItem('theme')) this.#show(change.matches ? 'dark' : 'light');
		});
	}

	toggle(): void {
		this.#show(this.name === 'dark' ? 'light' : 'dark');
		localStorage.setItem('theme', this.name);
	}

	#show(name: ThemeName): void {
		this.name = name;
		document.documentElement.dataset.theme = name;
	}
}

export const theme = new Theme();
