// Typographic characters and the plain ones that say the same, with names people know. The server's wire/smart.py has the
// same ones: both are held to one file of vectors.

const SAME_AS: Record<string, string> = {
	'"': '\u00ab\u00bb\u201c\u201d\u201e\u201f\u02ba\u02ee\u275d\u275e\u301d\u301e',
	"'": '\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02c8\u00b4\u02ca\u0060\u02cb\u275b\u275c\uff40',
	'-': '\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u23bc\u23bd\ufe63',
	'...': '\u2026',
	',': '\u201a\u3001\ufe50\ufe51\uff64\ufe10\ufe11',
	'.': '\u3002\ufe52\uff61',
	':': '\u02d0\u02f8\u2982\ua789\ufe13',
	';': '\u204f\ufe14\ufe54',
	'!': '\u01c3\ufe15\ufe57',
	'!!': '\u203c',
	'?': '\ufe16\ufe56',
	'/': '\u00f7\u2044\u2215\u29f8',
	'\\': '\u29f5\u29f9\ufe68',
	'|': '\u2223\u239c\u239f\u23b8\u23b9\u23d0',
	'1/4': '\u00bc',
	'1/2': '\u00bd',
	'3/4': '\u00be',
	'*':
		'\u2022\u204e\u2217\u229b\u2722\u2723\u2724\u2725\u2731\u2732\u2733\u273a\u273b\u273c\u273d\u2743\u2749' +
		'\u274a\u274b\u29c6\ufe61',
	'+': '\u02d6\ufe62',
	'=': '\ua78a\ufe66',
	'<': '\u2039\ufe64',
	'>': '\u203a\ufe65',
	'(': '\u2768\u276a\u27ee\u2985\ufe59',
	')': '\u2769\u276b\u27ef\u2986\ufe5a',
	'{': '\u2774\ufe5b',
	'}': '\u2775\ufe5c',
	'^': '\u02c6',
	'~': '\u02dc\u02f7\u223c',
	_: '\u2017',
	'@': '\ufe6b',
	$: '\ufe69',
	'#': '\ufe5f',
	'%': '\ufe6a',
	'&': '\ufe60',
	' ':
		'\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029' +
		'\u202f\u205f\u3000',
	'': '\u200b\u2060\ufeff\x7f'
};
const SMALL_CAPITALS = 'ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ';
const CAPITALS = 'ABCDEFGHIJKLMNOPRSTUVWYZ';

type Pair = readonly [string, string];
/** The characters of codes `from` to `to`, and what each becomes. */
const range = (from: number, to: number, plain: (code: number) => string): Pair[] =>
	Array.from({ length: to - from + 1 }, (_, index) => [String.fromCharCode(from + index), plain(from + index)]);

export const PLAIN: ReadonlyMap<string, string> = new Map<string, string>([
	...range(0x00, 0x1f, () => '').filter(([control]) => !'\n\f\r'.includes(control)),
	...range(0x80, 0x9f, () => ' '),
	...range(0xff01, 0xff5e, (code) => String.fromCharCode(code - 0xfee0)),
	...[...SMALL_CAPITALS].map((small, index): Pair => [small, CAPITALS.charAt(index)]),
	...Object.entries(SAME_AS).flatMap(([plain, odds]) => [...odds].map((odd): Pair => [odd, plain]))
]);

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
	'\t': 'tab',
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
