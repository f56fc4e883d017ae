// The GSM 7-bit default alphabet and its extension (3GPP TS 23.038 §6.2.1), as the server's wire/gsm.py has them, and
// the alphabets that national tables make of it.
import { NATIONAL } from './national.ts';

const BASIC =
	'@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
	'¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const EXTENSION = '\f^{}\\[~]|€';

/** What can be written in seven bits: one septet a character, or two behind an escape. */
export interface Alphabet {
	septets: Map<string, 1 | 2>;
	/** Tables that the header of each segment has to name. */
	n_tables: number;
}

/** A character in both counts as one. */
function alphabet(basic: string, extension: string, n_tables: number): Alphabet {
	const two = [...extension].map((character) => [character, 2] as const);
	const one = [...basic].map((character) => [character, 1] as const);
	return { septets: new Map<string, 1 | 2>([...two, ...one]), n_tables };
}

export const DEFAULT = alphabet(BASIC, EXTENSION, 0);

const made = new Map<string, Alphabet[]>([['', [DEFAULT]]]);

/** Every pair of tables that these languages allow, the default first. */
export function alphabetsOf(languages: readonly string[]): Alphabet[] {
	const key = languages.join();
	const known = made.get(key);
	if (known) return known;
	const tables = Object.keys(NATIONAL).filter((language) => languages.includes(language)).map((language) => NATIONAL[language]);
	const behind = [null, ...tables.map((each) => each?.behind ?? null)];
	const locking = [null, ...tables.flatMap((each) => each?.locking ?? [])];
	const found = locking.flatMap((one) =>
		behind.map((two) => (one === null && two === null ? DEFAULT : alphabet(one ?? BASIC, two ?? EXTENSION, Number(one !== null) + Number(two !== null))))
	);
	made.set(key, found);
	return found;
}
