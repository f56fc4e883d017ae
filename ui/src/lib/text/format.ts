// Numbers, times, sizes and phone numbers as people read them. The locale is the browser's; times are the browser's zone.

const WHOLE = new Intl.NumberFormat();
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const CLOCK_MS = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const LONG_DAY = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const AGO = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
export const count = (n: number): string => WHOLE.format(n);
export const clock = (at: string | Date): string => CLOCK.format(new Date(at));
export const clockWithMs = (at: string): string => CLOCK_MS.format(new Date(at));
export const day = (at: string | Date): string => DAY.format(new Date(at));
export const longDay = (at: Date): string => LONG_DAY.format(at);

/** "1 person", "2 people": the plural is given when it is not the singular with an s. */
export function counted(n: number, one: string, many = one + 's'): string {
	return `${count(n)} ${n === 1 ? one : many}`;
}

/** A share of a whole with one decimal, "–" of nothing. Never rounds up to 100% or down to 0%. */
export function percent(part: number, whole: number): string {
	if (whole === 0) return '–';
	const exact = (100 * part) / whole;
	const shown = exact > 0 && exact < 0.1 ? 0.1 : exact < 100 && exact > 99.9 ? 99.9 : exact;
	return shown.toFixed(shown === 0 || shown === 100 ? 0 : 1) + '%';
}

/** Decimal kB and MB, as carriers state their limits. */
export function size(n_octets: number): string {
	if (n_octets < 1000) return `${n_octets} B`;
	if (n_octets < 1_000_000) return `${Math.round(n_octets / 1000)} kB`;
	return `${(n_octets / 1_000_000).toFixed(n_octets < 10_000_000 ? 2 : 1)} MB`;
}

/** Time of day when today, otherwise the day with it. */
export function moment(at: string | Date, now = new Date()): string {
	const then = new Date(at);
	return then.toDateString() === now.toDateString() ? clock(then) : `${day(then)}, ${clock(then)}`;
}

/** "2 min ago" within a day, the day before that. */
export function ago(at: string, now = new Date()): string {
	const s = Math.round((new Date(at).getTime() - now.getTime()) / 1000);
	if (Math.abs(s) < 60) return 'just now';
	if (Math.abs(s) < 3600) return AGO.format(Math.round(s / 60), 'minute');
	if (Math.abs(s) < 86400) return AGO.format(Math.round(s / 3600), 'hour');
	return day(at);
}

/** A length of time: "850 ms", "4 s", "31 min", "2 h 5 min". */
export function duration(ms: number): string {
	if (ms < 1000) return `${Math.round(ms)} ms`;
	if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
	const s = Math.round(ms / 1000);
	if (s < 90) return `${s} s`;
	const min = Math.round(s / 60);
	return min < 90 ? `${min} min` : `${Math.floor(min / 60)} h ${min % 60} min`;
}

const COUNTRY_CODE = /^\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})(\d+)$/;
/** How countries write their mobile numbers; the others get groups of three with four at the end. */
const GROUPS: Record<string, number[]> = {
	1: [3, 3, 4],
	33: [1, 2, 2, 2, 2],
	44: [4, 6],
	55: [2, 5, 4],
	81: [2, 4, 4]
};

/** An E.164 number in groups: "+1 312 555 0142", "+44 7700 900101". A short code or a name is left as it is. */
export function phone(e164: string): string {
	const [, code = '', digits = ''] = COUNTRY_CODE.exec(e164) ?? [];
	return code ? `+${code} ${grouped(digits, GROUPS[code]).join(' ')}` : e164;
}

/** Left to right inside any text, where no element can be: a right-to-left name would turn a number round. */
export const isolated = (text: string): string => `\u2066${text}\u2069`;

function grouped(digits: string, sizes: number[] = []): string[] {
	const fits = sizes.reduce((sum, each) => sum + each, 0) === digits.length;
	const wanted = fits ? sizes : [...Array<number>(Math.max(0, Math.floor((digits.length - 4) / 3))).fill(3), 4];
	const found: string[] = [];
	let at = 0;
	for (const [index, size] of wanted.entries()) {
		const end = index === wanted.length - 1 ? digits.length : at + size;
		found.push(digits.slice(at, end));
		at = end;
	}
	return found;
}

export function initials(name: string): string {
	const words = name.trim().split(/\s+/).filter(Boolean);
	return words.length ? words.slice(0, 2).map((word) => [...word][0]).join('').toUpperCase() : '#';
}
