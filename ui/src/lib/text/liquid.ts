// Just enough Liquid for the editor: where tags are, and a quick guess of the result while the server's is on its way.

export interface Range {
	start: number;
	end: number;
}

const TAG = /\{\{(?:(?!\{\{)[\s\S])*?\}\}|\{%(?:(?!\{%)[\s\S])*?%\}/g;
/** A link may have Liquid in it, with spaces. */
const LINK = new RegExp(`https?://(?:${TAG.source}|\\S)+`, 'g');
const OUTPUT = /^\{\{-?\s*([\w.]+)\s*(?:\|\s*default:\s*(?:'([^']*)'|"([^"]*)")\s*)?-?\}\}$/;

export function liquidRanges(text: string): Range[] {
	return [...text.matchAll(TAG)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

/** Where links are: what stands in them is an address and is not made plain. */
export function linkRanges(text: string): Range[] {
	return [...text.matchAll(LINK)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

/** The text as this person would roughly read it: known fields filled, defaults used, other tags left out. */
export function quickRender(text: string, fields: Record<string, unknown>): string {
	return text.replace(TAG, (tag) => {
		const [, name, single, double] = OUTPUT.exec(tag) ?? [];
		const value = name === undefined ? '' : fields[name];
		return value == null || value === '' ? (single ?? double ?? '') : String(value);
	});
}

export function hasLiquid(text: string): boolean {
	return /\{[{%]/.test(text);
}
