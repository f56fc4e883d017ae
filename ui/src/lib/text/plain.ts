// Typographic characters and the plain ones that say the same (the server's wire/smart.py), with names people know.

const SAME_AS: Record<string, string> = {
	'"': '\u00ab\u00bb\u201c\u201d\u201e\u201f\u02ba\u02ee\u275d\u275e\u301d\u301e\uff02',
	"'": '\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02c8\u00b4\u02ca\u0060\u02cb\u275b\u275c\uff07',
	'-': '\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u23bc\u23bd\ufe63\uff0d',
	'...': '\u2026',
	',': '\u201a\u3001\ufe50\ufe51\uff0c\uff64',
	'.': '\u3002\ufe52\uff0e\uff61',
	'/': '\u00f7\u2044\u2215\u29f8\uff0f',
	'1/4': '\u00bc',
	'1/2': '\u00bd',
	'3/4': '\u00be',
	'!!': '\u203c',
	'*': '\u2022\u204e\u2217\u2731\uff0a',
	' ': '\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
	'': '\u200b\u2060\ufeff'
};
const PLAIN = new Map(
	Object.entries(SAME_AS).flatMap(([plain, odds]) => [...odds].map((odd) => [odd, plain] as const))
);

const NAMES: Record<string, string> = {
	'\u2018': 'curly quote',
	'\u2019': 'curly apostrophe',
	'\u201c': 'curly quote',
	'\u201d': 'curly quote',
	'\u201e': 'low quote',
	'\u00ab': 'angle quote',
	'\u00bb': 'angle quote',
	'\u0060': 'backtick',
	'\u00b4': 'accent',
	'\u2010': 'hyphen',
	'\u2011': 'hyphen',
	'\u2013': 'short dash',
	'\u2014': 'long dash',
	'\u2212': 'minus sign',
	'\u2026': 'ellipsis',
	'\u2022': 'bullet',
	'\u00a0': 'no-break space',
	'\u202f': 'narrow space',
	'\u200b': 'invisible space',
	'\ufeff': 'invisible mark'
};

/** The plain spelling of a character, or null when nothing plain says the same. An empty string means "leave it out". */
export const plainOf = (character: string): string | null => PLAIN.get(character) ?? null;

export function nameOf(character: string): string {
	if (NAMES[character]) return NAMES[character];
	if (/\p{Extended_Pictographic}/u.test(character)) return 'emoji';
	if (/\p{Zs}/u.test(character)) return 'unusual space';
	const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
	return /\p{L}/u.test(character) ? 'letter' : `U+${code}`;
}
