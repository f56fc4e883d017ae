// The one way out of the dashboard: JSON over fetch, problems thrown with their sentence, a lost session reported once.
import { session } from '../state/session.svelte.ts';

export class ApiProblem extends Error {
	constructor(
		readonly status: number,
		readonly sentence: string,
		readonly errors: { field: string; detail: string }[] = []
	) {
		super(sentence);
	}
}

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
export interface CallOptions {
	signal?: AbortSignal;
	idempotencyKey?: string;
}

const BASE = '/api/v1';
const NO_ANSWER = 'The server does not answer. Your work is kept here; try again in a moment.';

export const api = {
	get: <T>(path: string, options?: CallOptions) => call<T>('GET', path, undefined, options),
	post: <T>(path: string, body: unknown = {}, options?: CallOptions) => call<T>('POST', path, body, options),
	patch: <T>(path: string, body: unknown, options?: CallOptions) => call<T>('PATCH', path, body, options),
	put: <T>(path: string, body: unknown, options?: CallOptions) => call<T>('PUT', path, body, options),
	delete: (path: string) => call<void>('DELETE', path)
};

/** Query text with the empty values left out, `?` included when anything remains. */
export function query(values: Record<string, string | number | null | undefined>): string {
	const kept = Object.entries(values).filter(([, value]) => value !== '' && value != null);
	return kept.length ? '?' + new URLSearchParams(kept.map(([key, value]) => [key, String(value)])) : '';
}

/** The sentence to show for anything a call may throw. */
export function sentenceOf(error: unknown): string {
	return error instanceof ApiProblem ? error.sentence : NO_ANSWER;
}

async function call<T>(method: Method, path: string, body?: unknown, options: CallOptions = {}): Promise<T> {
	const response = await fetch(BASE + path, {
		method,
		headers: headersFor(method, body, options),
		body: body === undefined || body instanceof FormData ? (body as FormData | undefined) : JSON.stringify(body),
		signal: options.signal ?? null,
		credentials: 'same-origin'
	});
	if (response.status === 401) session.end();
	if (!response.ok) throw await problemOf(response);
	return (response.status === 204 ? undefined : await response.json()) as T;
}

function headersFor(method: Method, body: unknown, options: CallOptions): Headers {
	const headers = new Headers({ Accept: 'application/json' });
	if (body !== undefined && !(body instanceof FormData)) headers.set('Content-Type', 'application/json');
	if (method !== 'GET') headers.set('X-Heliogram', 'dashboard');
	if (options.idempotencyKey) headers.set('Idempotency-Key', options.idempotencyKey);
	return headers;
}

async function problemOf(response: Response): Promise<ApiProblem> {
	const told = await response.json().catch(() => ({}));
	const sentence = told.detail ?? told.title ?? `The server answered ${response.status}.`;
	return new ApiProblem(response.status, String(sentence), told.errors ?? []);
}
