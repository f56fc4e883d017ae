// What the OpenAPI says of each route, as types: which paths a verb has, what a call must bring, and what it gives.
import type { paths } from './schema.d.ts';

export type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Prefix = '/api/v1';

/** The paths that answer to a verb, without their common prefix. */
export type Path<V extends Verb> = {
	[P in keyof paths]: paths[P] extends Record<V, { responses: unknown }> ? (P extends `${Prefix}${infer Rest}` ? Rest : never) : never;
}[keyof paths];

type Operation<V extends Verb, P extends Path<V>> = `${Prefix}${P}` extends keyof paths ? paths[`${Prefix}${P}`][V] : never;

type Json<R> = R extends { content: { 'application/json': infer A } } ? A : undefined;
type Good = 200 | 201 | 202 | 204;
export type Answer<V extends Verb, P extends Path<V>> =
	Operation<V, P> extends { responses: infer R } ? { [S in keyof R & Good]: Json<R[S]> }[keyof R & Good] : never;

type Params<O> = O extends { parameters: { path: infer T } } ? { params: T } : unknown;
type Query<O> = O extends { parameters: { query?: infer T } } ? { query?: { [K in keyof T]?: T[K] | null } } : unknown;
type Content<C> = C extends { 'application/json': infer B } ? B : FormData;
type Body<O> = O extends { requestBody: { content: infer C } }
	? { body: Content<C> }
	: O extends { requestBody?: { content: infer C } }
		? { body?: Content<C> }
		: unknown;

/** What a call to a route must bring. */
export type Ask<V extends Verb, P extends Path<V>> = Params<Operation<V, P>> &
	Query<Operation<V, P>> &
	Body<Operation<V, P>> & { signal?: AbortSignal; idempotencyKey?: string };
