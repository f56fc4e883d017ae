// Arrow keys in a grid of tiles: left and right as one reads, up and down by the columns there are now.

/** The tile to go to from tile `at` of `n` in so many columns, or null when the key leads nowhere. */
export function ahead(key: string, at: number, n: number, n_columns: number, is_rtl: boolean): number | null {
	const by: Record<string, number> = { ArrowRight: is_rtl ? -1 : 1, ArrowLeft: is_rtl ? 1 : -1, ArrowDown: n_columns, ArrowUp: -n_columns, Home: -at, End: n - 1 - at };
	const to = key in by ? at + by[key]! : at;
	return to === at || to < 0 || to >= n ? null : to;
}

/** An attachment for the list that holds the tiles (`data-tile`). */
export function byArrows(grid: HTMLElement): () => void {
	function go(event: KeyboardEvent): void {
		const tiles = [...grid.querySelectorAll<HTMLElement>('[data-tile]')];
		const at = tiles.findIndex((each) => each === document.activeElement);
		if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
		const top = tiles[0]!.getBoundingClientRect().top;
		const n_columns = tiles.filter((each) => each.getBoundingClientRect().top === top).length;
		const to = ahead(event.key, at, tiles.length, n_columns, getComputedStyle(grid).direction === 'rtl');
		if (to === null) return;
		event.preventDefault();
		tiles[to]!.focus();
	}
	grid.addEventListener('keydown', go);
	return () => grid.removeEventListener('keydown', go);
}
