// What a form of an account holds, and what is sent of it: texts as typed, numbers as numbers, nothing that is empty.
import type { CarrierKind, CarrierSetting } from '../api/types.ts';

export type Value = string | number | boolean | null;
/** Setting → what stands in its field: inputs hold texts, switches hold booleans. */
export type Fields = Record<string, string | boolean>;

/** The fields of a kind, filled with what is stored, else with what the carrier has by itself. */
export function fieldsOf(kind: CarrierKind, stored: Record<string, Value> = {}): Fields {
	return Object.fromEntries(kind.settings.map((setting) => [setting.name, shown(setting, stored[setting.name] ?? setting.default)]));
}

function shown(setting: CarrierSetting, value: Value | undefined): string | boolean {
	return setting.type === 'switch' ? value === true : value === null || value === undefined ? '' : String(value);
}

/** The settings to send. What is no number where one is wanted is sent as typed: the server says what is wrong. */
export function settingsOf(kind: CarrierKind, fields: Fields): Record<string, Value> {
	return Object.fromEntries(
		kind.settings.flatMap((setting): [string, Value][] => {
			const value = fields[setting.name] ?? '';
			if (setting.type === 'switch') return [[setting.name, value === true]];
			const text = String(value).trim();
			if (!text) return [];
			const number = Number(text);
			return [[setting.name, setting.type !== 'text' && Number.isFinite(number) ? number : text]];
		})
	);
}
