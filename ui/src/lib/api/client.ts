// The one way out of the dashboard: JSON over fetch, problems thrown with their sentence, a lost session reported once.
// Paths, parameters, bodies and answers are those of the server's own OpenAPI: a route that changes breaks the build.
import { session } from '../state/session.svelte.ts';
import type { Answer, Ask, Path, Verb } from './routes.ts';

export class ApiProblem extends Error {
	constructor(
		readonly status: number,
		readonly sentence: string,
		/** Field → what is wrong with it, where the server names fields. */
		readonly fields: Record<string, string> = {}
	) {
		super(sentence);
	}
}

/** A call as `call` takes it, whatever its route. */
interface Call {
	params?: Record<string, string | number>;
	query?: Values;
	body?: unknown;
	signal?: AbortSignal;
	idempotencyKey?: string;
}
type Values = Record<string, string | number | null | undefined>;
/** Routes that need nothing may be called with nothing. */
type Rest<T> = Record<never, never> extends T ? [asked?: T] : [asked: T];

const BASE = '/api/v1';
const NO_ANSWER = 'The server does not answer. Your work is kept here; try again in a moment.';

export const api = {
	get: <P extends Path<'get'>>(path: P, ...rest: Rest<Ask<'get', P>>) => call<Answer<'get', P>>('get', path, rest[0]),
	post: <P extends Path<'post'>>(path: P, ...rest: Rest<Ask<'post', P>>) => call<Answer<'post', P>>('post', path, rest[0]),
	put: <P extends Path<'put'>>(path: P, ...rest: Rest<Ask<'put', P>>) => call<Answer<'put', P>>('put', path, rest[0]),
	patch: <P extends Path<'patch'>>(path: P, ...rest: Rest<Ask<'patch', P>>) => call<Answer<'patch', P>>('patch', path, rest[0]),
	delete: <P extends Path<'delete'>>(path: P, ...rest: Rest<Ask<'delete', P>>) => call<Answer<'delete', P>>('delete', path, rest[0])
};

/** The sentence to show for anything a call may throw. */
export function sentenceOf(error: unknown): string {
	return error instanceof ApiProblem ? error.sentence : NO_ANSWER;
}

async function call<T>(verb: Verb, path: string, asked: Call = {}): Promise<T> {
	const { body, signal } = asked;
	const response = await fetch(addressOf(path, asked), {
		method: verb.toUpperCase(),
		headers: headersFor(verb, asked),
		body: body === undefined || body instanceof FormData ? (body as FormData | undefined) : JSON.stringify(body),
		signal: signal ?? null,
		credentials: 'same-origin'
	});
	if (response.status === 401) session.end();
	if (!response.ok) throw await problemOf(response);
	return (response.status === 204 ? undefined : await response.json()) as T;
}

/** The address of a call: the path's names filled in, query values that are empty left out. */
function addressOf(path: string, { params = {}, query = {} }: Call): string {
	const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
	const kept = Object.entries(query).filter(([, value]) => value !== '' && value != null);
	return BASE + filled + (kept.length ? '?' + new URLSearchParams(kept.map(([key, value]) => [key, String(value)])) : '');
}

function headersFor(verb: Verb, { body, idempotencyKey }: Call): Headers {
	const headers = new Headers({ Accept: 'application/json' });
	if (body !== undefined && !(body instanceof FormData)) headers.set('Content-Type', 'application/json');
	if (verb !== 'get') headers.set('X-Heliogram', 'dashboard');
	if (idempotencyKey) headers.set('Idempotency-Key', idempotencyKey);
	return headers;
}

async function problemOf(response: Response): Promise<ApiProblem> {
	const told = await response.json().catch(() => ({}));
	const errors: { field: string; detail: string }[] = Array.isArray(told.errors) ? told.errors : [];
	const fields = Object.fromEntries(errors.filter((each) => each.field).map((each) => [each.field, each.detail]));
	return new ApiProblem(response.status, String(told.detail ?? told.title ?? `The server answered ${response.status}.`), fields);
}
